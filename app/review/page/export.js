// SPDX-License-Identifier: MIT
// Writing the folders, or data sets to train with; the counts first.
import { confirm, el, fail, get, hints, kbd, plural, post, refresh, state, toast } from "./core.js";

const keys = {
  w: "write the folders",
  Tab: "to the data sets",
  Enter: "write what is chosen",
  q: "end whoswho review",
};
let place = null, about = null, busy = false;

async function send(body, words) {
  if (busy) return;
  busy = true;
  toast("Writing …");
  try {
    const done = await post("/api/export", body);
    toast(words(done));
    document.getElementById("written").textContent = words(done);
    await refresh();
  } catch (error) {
    fail(error);
  }
  busy = false;
}
const writeFolders = () =>
  send({}, (d) => `${plural(d.people, "person", "people")} and ${plural(d.faces, "portrait")} written to ${d.folder}.`);
const splitOf = (form) => form.elements.split.value.split("/").map((n) => Math.round(Number(n)));
const isSplit = (split) => split.length === 3 && split.every((n) => n >= 0) && split.some((n) => n > 0);
// What the data set will hold, before it is written. Faces of one scene stay on one side, hence "about".
function tell(form) {
  const { counts } = about, named = form.elements.named.checked, split = splitOf(form);
  const faces = named ? counts.named_faces : counts.faces, people = named ? counts.named : counts.people;
  const whole = split.reduce((a, b) => a + b, 0);
  const sides = isSplit(split)
    ? `about ${split.map((n) => Math.round((faces * n) / whole).toLocaleString("en")).join(" / ")}`
    : "the split is three numbers: 80/10/10";
  const who = `${plural(people, "person", "people")}, ${plural(faces, "face")}`;
  form.querySelector("output").textContent = `${who}: ${sides}`;
}
function writeSet(form) {
  const formats = [...form.querySelectorAll("input[name=format]:checked")].map((i) => i.value).join(",");
  if (!formats) return toast("Choose a format.", true);
  const split = splitOf(form);
  if (!isSplit(split)) return toast("The split is three numbers: 80/10/10.", true);
  return send(
    { formats, folder: form.elements.folder.value.trim(), named: form.elements.named.checked, split },
    (d) => {
      const written = `${plural(d.people, "person", "people")}, ${plural(d.faces, "face")}`;
      return `${written} (${d.train} / ${d.val} / ${d.test}) written to ${d.folder}.`;
    },
  );
}
async function leave() {
  if (
    !(await confirm(
      "End whoswho review?",
      state.decided ? "Faces are sorted again and the folders written." : "Nothing was decided.",
    ))
  )
    return;
  try {
    await post("/api/leave", {});
    place.replaceChildren(el("p.empty", {}, "whoswho review has ended. This page can be closed."));
  } catch (error) {
    fail(error);
  }
}
function draw() {
  const { formats, counts } = about;
  const people = plural(counts.people, "person", "people");
  const form = el(
    "form.export",
    {
      onsubmit: (e) => {
        e.preventDefault();
        writeSet(form);
      },
      oninput: () => tell(form),
    },
    el(
      "fieldset",
      {},
      el("legend", {}, "Formats"),
      ...formats.map(([name, text], i) =>
        el(
          "label",
          {},
          el("input", { type: "checkbox", name: "format", value: name, checked: i === 0 }),
          el("span", {}, `${name} `, el("small", {}, text)),
        ),
      ),
    ),
    el(
      "fieldset",
      {},
      el("legend", {}, "What goes in"),
      el(
        "label",
        {},
        el("input", { type: "checkbox", name: "named" }),
        el(
          "span",
          {},
          `only people with a name (${counts.named.toLocaleString("en")} of ${counts.people.toLocaleString("en")})`,
        ),
      ),
      el(
        "label",
        {},
        "train / val / test ",
        el("input", { type: "text", name: "split", value: "80/10/10", size: "10", inputmode: "numeric" }),
      ),
      el(
        "label",
        {},
        "folder beside the library's ",
        el("input", { type: "text", name: "folder", value: "Faces", maxlength: "100" }),
      ),
      el("output", {}),
    ),
    el("div", {}, el("button.main", { type: "submit" }, "Write the data set ", kbd("Enter"))),
  );
  tell(form);
  place.replaceChildren(
    el(
      ".head",
      {},
      el("h1", {}, "Export"),
      el("span.soft", {}, `${people}, ${plural(counts.faces, "face")} in ${plural(counts.frames, "frame")}`),
    ),
    el(
      ".page",
      { tabindex: "0", "aria-label": "Export" },
      el("p", {}, "The folders show what was decided once they are written: now, or when whoswho review ends."),
      el(
        ".answers.left",
        {},
        el("button.main", { type: "button", onclick: writeFolders }, "Write the folders ", kbd("w")),
        el("button", { type: "button", onclick: leave }, "End whoswho review ", kbd("q")),
      ),
      el("p", { id: "written", role: "status" }),
      el("h2", {}, "A data set to train with"),
      form,
    ),
    hints(keys),
  );
  place.querySelector(".page").focus({ preventScroll: true });
}

export const exporting = {
  title: "Export",
  keys,
  async show(where) {
    place = where;
    about = await get("/api/formats");
    if (place) draw();
  },
  hide() {
    place = null;
  },
  onkey(e) {
    if (e.ctrlKey || e.metaKey) return false;
    if (e.key === "w") writeFolders();
    else if (e.key === "q") leave();
    else return false;
    return true;
  },
};
