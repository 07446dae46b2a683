// SPDX-License-Identifier: MIT
// "The same person?", one question after another, the answer that gains most first. Who was merged or told apart is not
// asked about again; an answer takes effect at once, and what follows is ordered anew by it.
import { back, crop, decide, el, get, hints, kbd, plural, state } from "./core.js";

const keys = {
  y: "the same person",
  n: "two people",
  s: "skip for now",
  "1 2": "open the left, the right person",
  u: "undo the last answer",
};
const skipped = new Set(); // "3-5"
const SKIPPED_SENT = 400; // of the last ones: an address must not be longer than the server reads
let queue = [], left = null, more = false, answered = 0, asking = 0, place = null, shownKey = "";

const pairKey = (a, b) => (a < b ? `${a}-${b}` : `${b}-${a}`);
const valid = (q) =>
  state.byNumber.has(q.a.number) && state.byNumber.has(q.b.number) && !skipped.has(pairKey(q.a.number, q.b.number));

async function fetchQuestions() {
  const mine = ++asking;
  const skip = [...skipped].slice(-SKIPPED_SENT).join(",");
  const answer = await get(`/api/questions?skip=${skip}`);
  if (mine !== asking) return;
  queue = answer.questions.filter(valid);
  left = answer.left;
  more = answer.more;
  showCount();
}
const howMany = () => (left === null ? "" : `${left.toLocaleString("en")}${more ? "+" : ""}`);
const progress = () => (left === null ? "" : `${howMany()} worth asking, ${answered} answered`);
function showCount() {
  document.getElementById("count-same").textContent = howMany();
}
let later = null;
// After a change: at once where questions are on the screen, else when there is a pause.
export function countQuestions() {
  clearTimeout(later);
  if (place) return;
  later = setTimeout(() => fetchQuestions().catch(() => {}), 700);
}

function strip(side, which) {
  const known = state.byNumber.get(side.number);
  return el(
    "section.side",
    { "aria-label": `${which} person` },
    el(
      "header",
      {},
      el("h2", {}, el("a", { href: `#person/${side.number}` }, known?.title || `Face_${side.number}`)),
      el("span.soft", {}, plural(known?.count ?? side.count, "face")),
    ),
    el(".strip", {}, ...side.faces.map((f) => crop(f))),
  );
}

function draw() {
  const q = queue.find(valid);
  shownKey = q ? pairKey(q.a.number, q.b.number) : "";
  const total = answered + (left || 0);
  const meter = el("i");
  meter.style.width = `${total ? (100 * answered) / total : 100}%`;
  const head = el(
    ".head",
    {},
    el("h1", {}, "The same person?"),
    el("span.soft", { role: "status", id: "left" }, progress()),
    el(".meter", { "aria-hidden": "true" }, meter),
  );
  if (!q) {
    place.replaceChildren(
      head,
      el("p.empty", {}, left === null ? "Comparing people …" : "Nobody is left who looks enough like somebody else."),
      hints(keys),
    );
    return;
  }
  const button = (key, text, main) =>
    el(main ? "button.main" : "button", { type: "button", onclick: () => answer(key) }, `${text} `, kbd(key));
  place.replaceChildren(
    head,
    el(
      ".page",
      { tabindex: "0", "aria-label": "Question" },
      el(".pair", {}, strip(q.a, "Left"), strip(q.b, "Right")),
      el(".answers", {}, button("y", "Same person", true), button("n", "Two people"), button("s", "Skip")),
    ),
    hints(keys),
  );
  place.querySelector(".page").focus({ preventScroll: true });
}

// The next question stands at once; the library is asked in the meantime how the answer orders what follows.
async function answer(key) {
  const q = queue.find(valid);
  if (!q) return;
  const who = [q.a.number, q.b.number];
  queue = queue.filter((x) => x !== q && (key !== "y" || ![x.a.number, x.b.number].some((n) => who.includes(n))));
  if (key === "s") {
    skipped.add(pairKey(...who));
    left = Math.max(0, left - 1);
    draw();
    if (queue.length < 3) await update();
    return;
  }
  answered++;
  left = Math.max(0, left - 1);
  draw();
  const taken = await decide({ kind: key === "y" ? "merge" : "different", who });
  if (!taken) {
    answered--;
    skipped.add(pairKey(...who));
  }
  await update();
}
async function update() {
  await fetchQuestions().catch(() => {});
  const q = queue.find(valid);
  if (place && (q ? pairKey(q.a.number, q.b.number) : "") !== shownKey) draw();
  else if (place) document.getElementById("left").textContent = progress();
}

export const same = {
  title: "Same person?",
  keys,
  async show(where) {
    place = where;
    draw();
    await fetchQuestions();
    if (place) draw();
  },
  hide() {
    place = null;
  },
  change() {
    update();
  },
  onkey(e) {
    if (e.ctrlKey || e.metaKey) return false;
    if ("yns".includes(e.key)) answer(e.key);
    else if (e.key === "1" || e.key === "2") {
      const q = queue.find(valid);
      if (q) location.hash = `person/${(e.key === "1" ? q.a : q.b).number}`;
    } else if (e.key === "u") {
      answered = Math.max(0, answered - 1);
      back().then(update);
    } else return false;
    return true;
  },
};
