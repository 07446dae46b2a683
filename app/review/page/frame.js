// SPDX-License-Identifier: MIT
// A frame with every face boxed and named: who is meant in a group picture.
import {
  addFace,
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
  b: "a box for a missed face (or drag one)",
  r: "not this person",
  d: "not a face",
  Enter: "open the person",
  "← →": "the frame before, the next",
  Esc: "back",
};
const drawing = {
  "← ↑ ↓ →": "move the box",
  "Shift →": "wider, narrower, taller",
  Enter: "take it",
  Esc: "no box",
};
const STEP = 0.01; // of the picture's width, that a key moves or stretches the box by
const SMALLEST = 0.004; // of the width: a smaller drag is a click
let place = null, id = 0, data = null, at = 0, asking = 0;
let fresh = null; // the box that is being drawn: {x, y, w, h} in shares of the picture

async function load() {
  const mine = ++asking;
  const answer = await get(`/api/frame/${id}`);
  if (mine !== asking || !place) return false;
  data = answer;
  data.faces = data.faces.map(([row, x, y, w, h]) => ({ ...faceOf(row), x, y, w, h })).sort((a, b) => a.x - b.x);
  at = clamp(at, data.faces.length);
  return true;
}
function put(box, { x, y, w, h }) {
  Object.assign(box.style, { left: `${x * 100}%`, top: `${y * 100}%`, width: `${w * 100}%`, height: `${h * 100}%` });
  return box;
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
    return put(box, f);
  });
  const picture =
    place.querySelector(`.picture[data-id="${id}"] > img`) ||
    el("img", { src: `/frame/${id}`, alt: "The frame", width: data.width, height: data.height, draggable: "false" });
  const stage = el(".picture", { "data-id": id, onpointerdown: press }, picture, ...boxes);
  if (fresh) stage.append(put(el(".box.new", { role: "img", "aria-label": "the new box" }), fresh));
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
    el(".page", { tabindex: "0", "aria-label": "Picture" }, stage),
    hints(fresh ? drawing : keys),
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

// --- a box for a missed face: dragged with the pointer, or moved and stretched by keys

// Where there is none yet, as large as the others.
function startBox() {
  const sizes = data.faces.map((f) => f.w).sort((a, b) => a - b);
  const w = sizes[sizes.length >> 1] || 0.1, h = Math.min(0.9, (w * 1.25 * data.width) / data.height);
  fresh = { x: 0.5 - w / 2, y: 0.5 - h / 2, w, h };
  draw();
}
function moveBox(key, stretch) {
  const dx = (key === "ArrowRight") - (key === "ArrowLeft"), dy = (key === "ArrowDown") - (key === "ArrowUp");
  const tall = (STEP * data.width) / data.height;
  if (stretch) {
    fresh.w = Math.max(STEP, Math.min(1 - fresh.x, fresh.w + dx * STEP));
    fresh.h = Math.max(tall, Math.min(1 - fresh.y, fresh.h + dy * tall));
  } else {
    fresh.x = Math.max(0, Math.min(1 - fresh.w, fresh.x + dx * STEP));
    fresh.y = Math.max(0, Math.min(1 - fresh.h, fresh.y + dy * tall));
  }
  draw();
}
async function takeBox() {
  const frame = id, { x, y, w, h } = fresh;
  const given = await askName("Who is this? (nothing: nobody yet)");
  fresh = null;
  if (given !== null) await addFace({ frame, box: [x, y, w, h], name: given || null });
  if (place) draw();
}
function press(e) {
  if (e.button !== 0 || e.target.closest("button")) return;
  const stage = e.currentTarget, area = stage.getBoundingClientRect();
  const share = (v, low, size) => Math.max(0, Math.min(1, (v - low) / size));
  const point = (p) => [share(p.clientX, area.left, area.width), share(p.clientY, area.top, area.height)];
  const [x0, y0] = point(e), box = el(".box.new");
  stage.setPointerCapture(e.pointerId);
  stage.append(box);
  const move = (p) => {
    const [x, y] = point(p);
    fresh = { x: Math.min(x, x0), y: Math.min(y, y0), w: Math.abs(x - x0), h: Math.abs(y - y0) };
    put(box, fresh);
  };
  const end = (p) => {
    stage.removeEventListener("pointermove", move);
    if (p.type === "pointerup") move(p); // the last step may not have been told
    if (p.type === "pointerup" && fresh?.w > SMALLEST && fresh.h > SMALLEST) return takeBox();
    fresh = null;
    box.remove();
  };
  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointerup", end, { once: true });
  stage.addEventListener("pointercancel", end, { once: true });
  e.preventDefault();
}
function onDrawingKey(e) {
  if (e.key.startsWith("Arrow")) moveBox(e.key, e.shiftKey);
  else if (e.key === "Enter") takeBox();
  else if (e.key === "Escape" || e.key === "b") {
    fresh = null;
    draw();
  } else return false;
  return true;
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
    fresh = null;
    if (await load()) draw();
  },
  hide() {
    place = fresh = null;
  },
  async change() {
    if ((await load()) && !fresh) draw();
  },
  onkey(e) {
    if (!data || e.ctrlKey || e.metaKey) return false;
    if (fresh) return onDrawingKey(e);
    const f = data.faces[at];
    if (e.key === "b") startBox();
    else if (e.key === "ArrowLeft") to(data.before);
    else if (e.key === "ArrowRight") to(data.after);
    else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      at = (at + (e.key === "ArrowDown" ? 1 : -1) + data.faces.length) % Math.max(1, data.faces.length);
      draw();
    } else if (e.key === "n") name();
    else if (e.key === "d" && f) decide({ kind: "nobody", faces: [f.id], name: "not a face" });
    else if (e.key === "r" && f?.person >= 0) decide({ kind: "reject", faces: [f.id] });
    else if (e.key === "Enter" && f?.person >= 0) location.hash = `person/${f.person}`;
    else if (e.key === "Escape") window.history.back();
    else return false;
    return true;
  },
};
