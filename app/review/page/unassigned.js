// SPDX-License-Identifier: MIT
// Faces that are nobody's, like ones together: one group after another, and whom they may be.
import {
  askName,
  called,
  clamp,
  crop,
  decide,
  el,
  faceOf,
  get,
  hints,
  kbd,
  personOf,
  plural,
  state,
  suggestion,
} from "./core.js";

const keys = {
  "1 2 3": "it is this person",
  n: "type a name",
  i: "a stranger: ignore",
  d: "not a face",
  "← →": "the group before, the next",
  Space: "choose single faces",
  Enter: "see the frame",
};
let place = null, groups = [], at = 0, near = [], asking = 0;
const chosen = new Set();
let cursor = 0;

const group = () => groups[at] || [];
const picked = () => (chosen.size ? group().filter((f) => chosen.has(f.id)) : group()).map((f) => f.id);

async function load() {
  const mine = ++asking;
  const answer = await get("/api/unassigned");
  if (mine !== asking) return;
  const was = group()[0]?.id;
  groups = answer.groups.map((g) => g.map(faceOf)).sort((a, b) => b.length - a.length || b[0].quality - a[0].quality);
  const there = groups.findIndex((g) => g.some((f) => f.id === was));
  at = clamp(there >= 0 ? there : at, groups.length);
}
async function suggest() {
  near = [];
  const first = group()[0];
  if (!first) return;
  const answer = await get(`/api/suggestions/${first.id}`).catch(() => ({ near: [] }));
  if (first !== group()[0] || !place) return;
  near = answer.near.slice(0, 3).map(([row]) => personOf(row));
  drawNear();
}
function drawNear() {
  place.querySelector(".near")?.replaceChildren(...near.map((p, i) => suggestion(p, i, () => give(i))));
}
function draw() {
  const faces = group();
  cursor = clamp(cursor, faces.length);
  const head = el(
    ".head",
    {},
    el("h1", {}, "Unassigned"),
    el(
      "span.soft",
      { role: "status" },
      `${plural(state.unassigned, "face")} of nobody${groups.length ? `, group ${at + 1} of ${groups.length}` : ""}`,
    ),
  );
  if (!faces.length) return place.replaceChildren(head, el("p.empty", {}, "Every face is somebody's."), hints(keys));
  const tile = (f, i) =>
    el(
      "button.pick",
      {
        type: "button",
        "aria-pressed": String(chosen.has(f.id)),
        "aria-label": `face ${i + 1}`,
        "data-at": i === cursor,
        onclick: () => toggle(i),
      },
      crop(f.row),
    );
  place.replaceChildren(
    head,
    el(
      ".page",
      { tabindex: "0", "aria-label": "Group" },
      el(
        "section.side.group",
        { "aria-label": "Faces that look alike" },
        el(
          "header",
          {},
          el("h2", {}, faces.length === 1 ? "Who is this?" : "Who are these?"),
          el("span.soft", {}, chosen.size ? `${chosen.size} of ${faces.length} chosen` : plural(faces.length, "face")),
        ),
        el(".strip", {}, ...faces.slice(0, 120).map(tile)),
      ),
      el(".head.under", {}, el(".near", { "aria-label": "Suggestions" })),
      el(
        ".answers",
        {},
        el("button.main", { type: "button", onclick: name }, "A name ", kbd("n")),
        el("button", { type: "button", onclick: () => answer({ kind: "ignore" }) }, "A stranger ", kbd("i")),
        el(
          "button",
          { type: "button", onclick: () => answer({ kind: "nobody", name: "not a face" }) },
          "Not a face ",
          kbd("d"),
        ),
        el("button", { type: "button", onclick: () => step(1) }, "Next ", kbd("→")),
      ),
    ),
    hints(keys),
  );
  drawNear();
  place.querySelector(".page").focus({ preventScroll: true });
}
function toggle(i) {
  cursor = i;
  const { id } = group()[i];
  if (!chosen.delete(id)) chosen.add(id);
  draw();
}
async function step(by) {
  at = clamp(at + by, groups.length);
  chosen.clear();
  cursor = 0;
  near = [];
  draw();
  await suggest();
}
async function answer(decision) {
  const faces = picked();
  if (!faces.length) return;
  if (await decide({ ...decision, faces })) chosen.clear();
}
const give = (i) => near[i] && answer({ kind: "same", who: [near[i].number] });
async function name() {
  const given = await askName("Who is this?");
  if (given) await answer(called(given));
}

export const unassigned = {
  title: "Unassigned",
  keys,
  async show(where) {
    place = where;
    await load();
    if (!place) return;
    draw();
    await suggest();
  },
  hide() {
    place = null;
  },
  async change() {
    await load();
    if (!place) return;
    draw();
    await suggest();
  },
  onkey(e) {
    if (e.ctrlKey || e.metaKey) return false;
    const faces = group();
    if (e.key >= "1" && e.key <= "3") give(Number(e.key) - 1);
    else if (e.key === "n") name();
    else if (e.key === "i") answer({ kind: "ignore" });
    else if (e.key === "d") answer({ kind: "nobody", name: "not a face" });
    else if (e.key === "ArrowRight") step(1);
    else if (e.key === "ArrowLeft") step(-1);
    else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      cursor = clamp(cursor + (e.key === "ArrowDown" ? 1 : -1), faces.length);
      draw();
    } else if (e.key === " " && faces.length) toggle(cursor);
    else if (e.key === "Enter" && faces.length) location.hash = `frame/${faces[cursor].frame}`;
    else return false;
    return true;
  },
};
