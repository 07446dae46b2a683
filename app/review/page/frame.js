// SPDX-License-Identifier: MIT
// A frame with every face boxed and named: who is meant in a group picture.
import {
  askName,
  base,
  called,
  clamp,
  decide,
  el,
  faceOf,
  get,
  hints,
  plural,
  state,
  timecode,
  titleOf,
} from "./core.js";

const keys = {
  "↑ ↓": "the face before, the next",
  n: "name",
  r: "not this person",
  d: "not a face",
  Enter: "open the person",
  "← →": "the frame before, the next",
  Esc: "back",
};
let place = null, id = 0, data = null, at = 0, asking = 0;

async function load() {
  const mine = ++asking;
  const answer = await get(`/api/frame/${id}`);
  if (mine !== asking || !place) return false;
  data = answer;
  data.faces = data.faces.map(([row, x, y, w, h]) => ({ ...faceOf(row), x, y, w, h })).sort((a, b) => a.x - b.x);
  at = clamp(at, data.faces.length);
  return true;
}
function draw() {
  const boxes = data.faces.map((f, i) => {
    const title = titleOf(f.person);
    const box = el(
      i === at ? "button.box.at" : "button.box",
      {
        type: "button",
        "aria-label": `${title}, face ${i + 1} of ${data.faces.length}`,
        "aria-pressed": String(i === at),
        onclick: () => {
          at = i;
          draw();
          name();
        },
      },
      el("span", {}, title),
    );
    box.style.left = `${f.x * 100}%`;
    box.style.top = `${f.y * 100}%`;
    box.style.width = `${f.w * 100}%`;
    box.style.height = `${f.h * 100}%`;
    return box;
  });
  const picture =
    place.querySelector(`.picture[data-id="${id}"] > img`) ||
    el("img", { src: `/frame/${id}`, alt: "The frame", width: data.width, height: data.height });
  place.replaceChildren(
    el(
      ".head",
      {},
      el("h1", {}, "Frame"),
      el(
        "span.soft",
        { role: "status" },
        `${base(data.path)}${data.video ? `, ${timecode(data.time)}` : ""} · ${plural(data.faces.length, "face")}`,
      ),
      el("span.spread"),
      data.video ? el("a", { href: `#footage/${data.source}/${data.time}` }, "In the footage") : null,
    ),
    el(".page", { tabindex: "0", "aria-label": "Picture" }, el(".picture", { "data-id": id }, picture, ...boxes)),
    hints(keys),
  );
  place.querySelector(".page").focus({ preventScroll: true });
}
async function name() {
  const f = data.faces[at];
  if (!f) return;
  const p = state.byNumber.get(f.person);
  const given = await askName(p ? `Who is ${p.title}?` : "Who is this?", p?.name || "");
  if (given === null) return;
  if (p) await decide({ kind: "name", who: [p.number], name: given || null });
  else if (given) await decide(called(given, [f.id]));
}
const to = (frame) => {
  if (frame) location.replace(`#frame/${frame}`);
};

export const frame = {
  title: "Frame",
  keys,
  async show(where, argument) {
    place = where;
    id = Number(argument);
    at = 0;
    if (await load()) draw();
  },
  hide() {
    place = null;
  },
  async change() {
    if (await load()) draw();
  },
  onkey(e) {
    if (!data || e.ctrlKey || e.metaKey) return false;
    const f = data.faces[at];
    if (e.key === "ArrowLeft") to(data.before);
    else if (e.key === "ArrowRight") to(data.after);
    else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      at = (at + (e.key === "ArrowDown" ? 1 : -1) + data.faces.length) % Math.max(1, data.faces.length);
      draw();
    } else if (e.key === "n") name();
    else if (e.key === "d" && f) decide({ kind: "nobody", faces: [f.id], name: "discard" });
    else if (e.key === "r" && f?.person >= 0) decide({ kind: "reject", faces: [f.id] });
    else if (e.key === "Enter" && f?.person >= 0) location.hash = `person/${f.person}`;
    else if (e.key === "Escape") window.history.back();
    else return false;
    return true;
  },
};
