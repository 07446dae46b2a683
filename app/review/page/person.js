// SPDX-License-Identifier: MIT
// One person: the faces least like the others first, so that what is wrong stands at the top.
import {
  askName,
  base,
  called,
  crop,
  decide,
  el,
  fail,
  faceOf,
  get,
  hints,
  kbd,
  personOf,
  plural,
  post,
  state,
  suggestion,
  timecode,
  toast,
} from "./core.js";
import { Grid } from "./grid.js";

const keys = {
  "← ↑ ↓ →": "move",
  Space: "choose",
  "Home End": "the first, the last",
  "Shift →": "choose more",
  "Ctrl a": "choose all",
  Esc: "choose none",
  r: "not this person",
  "1 … 9": "move to a suggestion",
  t: "another person: type a name",
  o: "stay unassigned",
  n: "name",
  p: "split in two",
  c: "the cover: shown first",
  Enter: "see the frame",
  x: "ignore this person",
  d: "not a face",
};
let number = null, data = null, grid = null, near = null, place = null, sources = null, asking = 0, splitting = null;
const kept = new Map(); // scroll positions by person

const tile = (f) => [
  crop(f.row),
  el(
    "span.note",
    {},
    f.id === state.byNumber.get(number)?.face?.[0] ? el("b", {}, "cover ") : null,
    `${sources?.get(f.source) || ""} ${timecode(f.time)
      .replace(/^00:/, "")
      .replace(/\.\d+$/, "")}`.trim(),
  ),
];
const picked = () => grid.picked.map((f) => f.id);

async function load() {
  const mine = ++asking;
  const answer = await get(`/api/person/${number}`);
  if (mine !== asking || !place) return;
  data = answer;
  data.faces = data.faces.map(faceOf);
  data.near = data.near.map(([row]) => personOf(row));
}

function when() {
  const by = new Map();
  for (const f of data.faces) {
    const span = by.get(f.source) || { from: f.time, to: f.time, faces: 0 };
    by.set(f.source, { from: Math.min(span.from, f.time), to: Math.max(span.to, f.time), faces: span.faces + 1 });
  }
  const top = [...by]
    .sort((a, b) => b[1].faces - a[1].faces)
    .slice(0, 3)
    .map(([s, v]) => {
      const file = sources?.get(s) ? `${sources.get(s)} ` : "";
      return `${file}${timecode(v.from).slice(0, 8)} – ${timecode(v.to).slice(0, 8)}`;
    });
  return `seen in ${plural(by.size, "file")}${sources?.size ? `: ${top.join("; ")}` : ""}`;
}

function drawNear() {
  near.replaceChildren(
    ...data.near.slice(0, 9).map((p, i) => suggestion(p, i, () => moveTo(i), `Move the chosen faces to ${p.title}`)),
  );
}

function draw() {
  const p = state.byNumber.get(number);
  const least = data.count > data.faces.length ? `, the ${data.faces.length} least alike` : "";
  const top = grid ? grid.element.scrollTop : kept.get(number) || 0, at = grid?.at || 0;
  grid?.close();
  grid = new Grid({
    label: `Faces of ${p?.title || number}`,
    draw: tile,
    key: (f) => f.id,
    open: (f) => (location.hash = `frame/${f.frame}`),
    note: 24,
  });
  near = el(".near", { "aria-label": "Who the chosen faces may be" });
  place.replaceChildren(
    el(
      ".head",
      {},
      el("h1", {}, p?.title || `Face_${number}`),
      el(
        "span.soft",
        { role: "status" },
        `${plural(data.count, "face")}${least} · ${when()}`,
      ),
      el("span.spread"),
      el("button", { type: "button", onclick: rename }, "Name ", kbd("n")),
      el("button", { type: "button", onclick: split }, "Split in two ", kbd("p")),
    ),
    el(".head.low", { hidden: !data.near.length }, el("span.soft", {}, "Nearest"), near),
    grid.element,
    hints(keys),
  );
  drawNear();
  grid.at = at;
  grid.set(data.faces);
  grid.element.scrollTop = top;
  grid.element.focus({ preventScroll: true });
}

async function again() {
  const chosen = grid?.chosen;
  if (!state.byNumber.has(number)) return (location.hash = "people");
  try {
    await load();
    if (!place || splitting) return;
    draw();
    for (const id of chosen || []) if (data.faces.some((f) => f.id === id)) grid.chosen.add(id);
    grid.paint();
  } catch (error) {
    fail(error);
  }
}

async function about(decision) {
  if (!decision.faces?.length) return;
  const words = await decide(decision);
  if (words) grid?.clear();
}
async function moveTo(i) {
  const goal = data.near[i];
  if (goal) await about({ kind: "same", who: [goal.number], faces: picked() });
}
async function rename() {
  const given = await askName(`Who is ${state.byNumber.get(number)?.title}?`, state.byNumber.get(number)?.name || "");
  if (given !== null) await decide({ kind: "name", who: [number], name: given || null });
}
async function toSomebodyElse() {
  const faces = picked();
  const given = faces.length
    ? await askName(`Who is on ${faces.length === 1 ? "this face" : `these ${faces.length} faces`}?`)
    : null;
  if (!given) return;
  await about(called(given, faces));
}

// --- splitting in two

const SURELY_ONE = 0.2,
  SURELY_TWO = 0.35; // mean silhouettes, as ww_split_proposal has them

async function split() {
  try {
    const answer = await post("/api/split", { who: number });
    splitting = answer.columns.map((c) => c.map(faceOf));
    const verdict =
      answer.separation > SURELY_TWO
        ? "These are two people, most likely."
        : answer.separation < SURELY_ONE
          ? "This is one person, most likely."
          : "It is hard to tell whether these are two people.";
    drawSplit(verdict);
  } catch (error) {
    fail(error);
  }
}
function drawSplit(verdict) {
  const column = (faces, i) =>
    el(
      "section.side",
      { "aria-label": i ? "Leave" : "Stay" },
      el(
        "header",
        {},
        el("h2", {}, i ? "become another person" : `stay ${state.byNumber.get(number)?.title}`),
        el("span.soft", {}, plural(faces.length, "face")),
      ),
      el(
        ".strip",
        {},
        ...faces.slice(0, 200).map((f) =>
          el(
            "button",
            {
              type: "button",
              "aria-label": `move this face to the ${i ? "left" : "right"}`,
              onclick: () => {
                splitting[i] = splitting[i].filter((x) => x !== f);
                splitting[1 - i].push(f);
                drawSplit(verdict);
              },
            },
            crop(f.row),
          ),
        ),
      ),
    );
  place.replaceChildren(
    el(
      ".head",
      {},
      el("h1", {}, "Split in two"),
      el("span.soft", { role: "status" }, `${verdict} Click a face to move it to the other side.`),
      el("span.spread"),
      el("button", { type: "button", onclick: endSplit }, "Cancel ", kbd("Esc")),
      el("button.main", { type: "button", id: "split", onclick: applySplit }, "Split ", kbd("Enter")),
    ),
    el(".page", {}, el(".columns", {}, column(splitting[0], 0), column(splitting[1], 1))),
    hints({ Enter: "split", Esc: "cancel" }),
  );
  document.getElementById("split").focus();
}
async function applySplit() {
  const faces = splitting[1].map((f) => f.id);
  splitting = null;
  if (!faces.length) return endSplit();
  await decide({ kind: "split", who: [number], faces });
  await again();
}
function endSplit() {
  splitting = null;
  draw();
}

export const person = {
  title: "Person",
  keys,
  async show(where, argument) {
    place = where;
    number = Number(argument);
    grid = null;
    splitting = null;
    sources ||= new Map((await get("/api/sources")).sources.map((s) => [s[0], base(s[1])]));
    await load();
    if (place) draw();
  },
  hide() {
    if (grid) kept.set(number, grid.element.scrollTop);
    grid?.close();
    grid = place = null;
  },
  change() {
    if (!splitting) again();
  },
  onkey(e) {
    if (splitting) {
      if (e.key === "Escape") endSplit();
      else if (e.key === "Enter") applySplit();
      else return false;
      return true;
    }
    if (!grid) return false;
    if (grid.onkey(e)) return true;
    if (e.ctrlKey || e.metaKey) return false;
    if (e.key >= "1" && e.key <= "9") moveTo(Number(e.key) - 1);
    else if (e.key === "r") about({ kind: "reject", faces: picked() });
    else if (e.key === "o") about({ kind: "nobody", faces: picked() });
    else if (e.key === "d") about({ kind: "nobody", faces: picked(), name: "not a face" });
    else if (e.key === "t") toSomebodyElse();
    else if (e.key === "n") rename();
    else if (e.key === "p") split();
    else if (e.key === "c" && grid.current) decide({ kind: "cover", faces: [grid.current.id] });
    else if (e.key === "x") decide({ kind: "ignore", who: [number] });
    else if (e.key === "m") toast("Merge on the page People: choose with Space, then m.");
    else return false;
    return true;
  },
};
