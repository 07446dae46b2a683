// SPDX-License-Identifier: MIT
// The screens, the way from one to another, and the keys that work on all of them.
import { back, begin, fail, onChange, refresh, showKeys, state } from "./core.js";
import { people } from "./people.js";
import { same, countQuestions } from "./questions.js";
import { person } from "./person.js";
import { unassigned } from "./unassigned.js";
import { frame } from "./frame.js";
import { footage } from "./footage.js";
import { history } from "./history.js";
import { exporting } from "./export.js";

// A screen: {title, keys, show(place, argument), hide(), change(), onkey(e)}; show and change may be asynchronous, and
// what they throw is told here.
const screens = { people, same, person, unassigned, frame, footage, history, export: exporting };
const general = {
  "?": "these keys",
  u: "undo",
  U: "redo",
  "g p": "People",
  "g s": "Same person?",
  "g a": "Unassigned",
  "g f": "Footage",
  "g h": "History",
  "g e": "Export",
  "g b": "back",
};
const places = { p: "people", s: "same", a: "unassigned", f: "footage", h: "history", e: "export" };
const place = document.getElementById("screen");
let now = null, going = false;

async function go() {
  const [name, argument] = location.hash.slice(1).split("/");
  const screen = screens[name] || people;
  now?.hide?.();
  now = screen;
  document.title = `${screen.title} – whoswho review`;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.screen === (name || "people")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  try {
    await screen.show(place, argument);
    if (!place.contains(document.activeElement)) place.focus();
  } catch (error) {
    fail(error);
  }
}

function drawBar() {
  document.getElementById("count-people").textContent = state.people.length.toLocaleString("en");
  document.getElementById("count-unassigned").textContent = state.unassigned.toLocaleString("en");
  document.getElementById("sorting").textContent = state.sorting ? "sorting …" : "";
  const undo = document.getElementById("undo");
  undo.disabled = !state.undo;
  undo.title = state.undo ? `Undo: ${state.undo}` : "";
}

onChange((changed) => {
  drawBar();
  if (changed) {
    Promise.resolve(now?.change?.()).catch(fail);
    countQuestions();
  }
});

// --- keys

const typing = (e) => e.target.matches?.("input:not([type=checkbox]):not([type=radio]), select, textarea, video");
addEventListener("keydown", (e) => {
  if (document.getElementById("dialog").open || e.altKey || e.defaultPrevented) return;
  if (typing(e)) {
    if (e.key === "Escape") e.target.blur();
    return;
  }
  if (e.target.matches?.("button, a, summary, input") && (e.key === "Enter" || e.key === " ")) return;
  const command = e.ctrlKey || e.metaKey;
  if (going) {
    going = false;
    if (e.key === "b") window.history.back();
    else if (places[e.key]) location.hash = places[e.key];
    e.preventDefault();
    return;
  }
  if (now?.onkey?.(e)) e.preventDefault();
  else if (command) return;
  else if (e.key === "g") going = true;
  else if (e.key === "u") back();
  else if (e.key === "U") back({ redo: true });
  else if (e.key === "?")
    showKeys([
      [now.title, now.keys],
      ["Everywhere", general],
    ]);
  else return;
  e.preventDefault();
});
document.getElementById("undo").addEventListener("click", () => back());
document.getElementById("help").addEventListener("click", () =>
  showKeys([
    [now.title, now.keys],
    ["Everywhere", general],
  ]),
);
addEventListener("hashchange", go);

// --- what others do: another tab, the sort in the background

async function watch() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, state.sorting ? 400 : 2500));
    if (!document.hidden)
      await refresh().catch(() => {
        document.getElementById("sorting").textContent = "whoswho review has ended";
      });
  }
}

try {
  await begin();
  await refresh();
  await go();
  watch();
} catch (error) {
  place.textContent = error.message;
}
