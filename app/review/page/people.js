// SPDX-License-Identifier: MIT
// Everybody there is: named, merged and ignored many at a time.
import {
  askName,
  askNumber,
  confirm,
  crop,
  decide,
  el,
  fail,
  hints,
  plural,
  post,
  refresh,
  state,
  toast,
} from "./core.js";
import { Grid } from "./grid.js";

const keys = {
  "← ↑ ↓ →": "move",
  Enter: "open",
  "Home End": "the first, the last",
  Space: "choose",
  "Shift →": "choose more",
  "Ctrl a": "choose all",
  Esc: "choose nobody",
  n: "name",
  m: "merge those chosen",
  x: "ignore",
  "/": "filter",
  i: "ignore all small ones",
};
const orders = {
  size: ["by size", (a, b) => b.count - a.count || a.number - b.number],
  name: [
    "by name",
    (a, b) =>
      (a.name === null) - (b.name === null) || (a.name || "").localeCompare(b.name || "") || a.number - b.number,
  ],
  last: ["last seen first", (a, b) => b.last - a.last || a.number - b.number],
};
const kept = { filter: "", order: "size", top: 0, at: 0, chosen: [] }; // where the user was
let grid = null, filter = null, info = null;

const tile = (p) => [
  crop(p.face),
  el(p.name ? "span.name" : "span.name.none", {}, p.title),
  el("span.note", {}, plural(p.count, "face")),
];

function shown() {
  const wanted = kept.filter.trim().toLowerCase();
  return state.people.filter((p) => !wanted || p.title.toLowerCase().includes(wanted)).sort(orders[kept.order][1]);
}
function tell() {
  const named = state.people.filter((p) => p.name).length;
  const picked = grid.chosen.size ? ` · ${grid.chosen.size} chosen` : "";
  const ignored = state.ignored ? `, ${state.ignored} ignored` : "";
  const all = plural(state.people.length, "person", "people");
  info.textContent = `${named.toLocaleString("en")} of ${all} named${ignored}${picked}`;
}
function redraw() {
  grid.set(shown());
  tell();
}

async function name() {
  const [p] = grid.picked;
  if (!p) return;
  const given = await askName(`Who is ${p.title}?`, p.name || "");
  if (given === null) return;
  if (grid.chosen.size > 1) await merge(given || undefined);
  else await decide({ kind: "name", who: [p.number], name: given || null });
}
async function merge(called) {
  const who = grid.picked.map((p) => p.number);
  if (who.length < 2) return toast("Choose two or more people with Space, then press m.");
  if (await decide({ kind: "merge", who, name: called })) grid.clear();
}
async function ignore() {
  const who = grid.picked.map((p) => p.number);
  if (who.length && (await decide({ kind: "ignore", who }))) grid.clear();
}
async function ignoreSmall() {
  const fewest = await askNumber("Ignore small ones", "All people without a name who have fewer faces than this:", 3);
  if (!fewest) return;
  const who = state.people.filter((p) => !p.name && p.count < fewest).map((p) => p.number);
  if (!who.length) return toast(`Nobody without a name has fewer than ${fewest} faces.`);
  if (
    !(await confirm(
      `Ignore ${plural(who.length, "person", "people")}?`,
      "They stay recognised and are not written any more. Undo brings them back.",
    ))
  )
    return;
  try {
    await post("/api/decide", { kind: "ignore", who });
    toast(`${plural(who.length, "person", "people")} ignored.`);
    await refresh();
  } catch (error) {
    fail(error);
  }
}

export const people = {
  title: "People",
  keys,
  show(place) {
    grid = new Grid({
      label: "People",
      draw: tile,
      key: (p) => p.number,
      open: (p) => (location.hash = `person/${p.number}`),
    });
    grid.onmove = tell;
    filter = el("input", {
      type: "search",
      "aria-label": "Filter by name",
      placeholder: "Filter",
      value: kept.filter,
      oninput: () => {
        kept.filter = filter.value;
        redraw();
      },
    });
    filter.addEventListener("keydown", (e) => {
      if (e.key === "Enter" || e.key === "ArrowDown") {
        grid.element.focus();
        e.preventDefault();
        e.stopPropagation();
      }
    });
    const order = el(
      "select",
      {
        "aria-label": "Order",
        onchange: () => {
          kept.order = order.value;
          redraw();
        },
      },
      ...Object.entries(orders).map(([k, [text]]) => el("option", { value: k, selected: k === kept.order }, text)),
    );
    info = el("span.soft", { role: "status" });
    place.replaceChildren(
      el(".head", {}, el("h1", {}, "People"), info, el("span.spread"), filter, order),
      grid.element,
      hints(keys),
    );
    for (const n of kept.chosen) grid.chosen.add(n);
    grid.at = kept.at;
    redraw();
    grid.element.scrollTop = kept.top;
    grid.element.focus({ preventScroll: true });
  },
  hide() {
    Object.assign(kept, { top: grid.element.scrollTop, at: grid.at, chosen: [...grid.chosen] });
    grid.close();
  },
  change: redraw,
  onkey(e) {
    if (grid.onkey(e)) return true;
    if (e.ctrlKey || e.metaKey) return false;
    const commands = { n: name, m: () => merge(), x: ignore, i: ignoreSmall, "/": () => filter.focus() };
    if (!commands[e.key]) return false;
    commands[e.key]();
    return true;
  },
};
