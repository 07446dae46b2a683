// SPDX-License-Identifier: MIT
// What was decided, the last first; any step can be gone back to.
import { back, clamp, el, get, hints, kbd, plural } from "./core.js";

const keys = { "↑ ↓": "move", Enter: "undo back to here, this too", u: "undo the last", U: "redo" };
let place = null, entries = [], at = 0;

async function load() {
  entries = (await get("/api/history")).entries;
  at = clamp(at, entries.length);
}
const standing = ([, , kind, , undone]) => !undone && kind !== "undo" && kind !== "redo";
function row(entry, i) {
  const [number, time, kind, words, undone] = entry;
  const when = new Date(time * 1000);
  return el(
    `li${undone ? ".undone" : ""}${i === at ? ".at" : ""}`,
    { "aria-current": i === at ? "true" : null },
    el("span.soft", {}, String(number)),
    el("time.soft", { datetime: when.toISOString() }, when.toLocaleString()),
    el("span.words", {}, words || kind),
    standing(entry)
      ? el(
          "button",
          {
            type: "button",
            onclick: () => back({ to: number }),
            "aria-label": `Undo back to entry ${number}, and that too`,
          },
          "Undo to here",
        )
      : el("span.soft", {}, undone ? "undone" : ""),
  );
}
function draw() {
  const count = entries.filter(standing).length;
  const top = place.querySelector(".page")?.scrollTop || 0;
  place.replaceChildren(
    el(
      ".head",
      {},
      el("h1", {}, "History"),
      el("span.soft", { role: "status" }, `${plural(count, "decision")} in force`),
      el("span.spread"),
      el("button", { type: "button", onclick: () => back({ redo: true }) }, "Redo ", kbd("U")),
    ),
    el(
      ".page",
      { tabindex: "0", "aria-label": "Decisions" },
      entries.length ? el("ol.rows", {}, ...entries.map(row)) : el("p.empty", {}, "Nothing was decided yet."),
    ),
    hints(keys),
  );
  const page = place.querySelector(".page");
  page.scrollTop = top;
  place.querySelector("li.at")?.scrollIntoView({ block: "nearest" });
  page.focus({ preventScroll: true });
}

export const history = {
  title: "History",
  keys,
  async show(where) {
    place = where;
    at = 0;
    await load();
    if (place) draw();
  },
  hide() {
    place = null;
  },
  async change() {
    await load().catch(() => {});
    if (place) draw();
  },
  onkey(e) {
    if (e.ctrlKey || e.metaKey) return false;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      at = clamp(at + (e.key === "ArrowDown" ? 1 : -1), entries.length);
      draw();
    } else if (e.key === "Enter" && entries[at] && standing(entries[at])) back({ to: entries[at][0] });
    else return false;
    return true;
  },
};
