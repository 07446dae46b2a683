// SPDX-License-Identifier: MIT
// What all screens share: asking the server, the state of the library, keys, dialogs and faces.
// Everything that comes from the library is put in place as text, never as markup.

export const state = {
  generation: 0,
  people: [],
  byNumber: new Map(),
  unassigned: 0,
  ignored: 0,
  faces: 0,
  sorting: false,
  undo: null,
  decided: 0,
  library: "",
};
let token = "";

// --- the server

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", cache: "no-store", ...options });
  } catch {
    throw new Error("whoswho review has ended; start it again to go on");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok)
    throw Object.assign(new Error(body.error || `the server says ${answer.status}`), { code: answer.status });
  return body;
}
export const get = (path) => ask(path);
export const post = (path, body) =>
  ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Whoswho-Token": token },
    body: JSON.stringify(body),
  });

export async function begin() {
  const session = await get("/api/session");
  token = session.token;
  state.library = session.library;
}

const listeners = new Set();
export const onChange = (listener) => listeners.add(listener);

// A row of a person as the rest of the page reads it.
export const personOf = ([number, name, count, last, face]) => ({
  number,
  name,
  count,
  last,
  face,
  title: name || `Face_${number}`,
});

export async function refresh() {
  const fresh = await get(`/api/state?seen=${state.generation}`);
  const changed = fresh.people !== null;
  const { people, ...rest } = fresh;
  Object.assign(state, rest);
  if (changed) {
    state.people = people.map(personOf);
    state.byNumber = new Map(state.people.map((p) => [p.number, p]));
  }
  for (const listener of listeners) listener(changed);
  return changed;
}
export const titleOf = (number) =>
  number === -2 ? "ignored" : number === -1 ? "unassigned" : state.byNumber.get(number)?.title || `Face_${number}`;

async function change(path, body) {
  const answer = await post(path, body);
  toast(`${answer.words}.`);
  await refresh();
  return answer.words;
}
// Sends a decision; asks again where the library wants to be sure. Resolves to its words, or null if it was not taken.
export async function decide(decision) {
  try {
    return await change("/api/decide", decision);
  } catch (error) {
    if (error.code !== 409) return fail(error);
    const why = error.message.replace(/; to join them all the same: --force$/, "");
    return (await confirm("Join them all the same?", why)) ? decide({ ...decision, force: true }) : null;
  }
}
// Adds a face that the scan missed: {frame, box, name}. Resolves to the words, or null if it was not taken.
export async function addFace(body) {
  try {
    return await change("/api/add", body);
  } catch (error) {
    return fail(error);
  }
}
export async function back(body = {}) {
  try {
    return await change("/api/back", body);
  } catch (error) {
    return fail(error);
  }
}
// The decision that these faces are who has this name, or somebody new.
export function called(name, faces) {
  const known = state.people.find((p) => p.name === name);
  return known ? { kind: "same", who: [known.number], faces } : { kind: "name", faces, name };
}
export function fail(error) {
  toast(error.message, true);
  refresh().catch(() => {});
  return null;
}

// --- elements

// el("button.main", {type: "button", onclick}, "text", child, ...)
export function el(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag || "div");
  element.classList.add(...classes);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((c) => c !== null && c !== undefined));
  return element;
}
export const kbd = (...keys) =>
  el("span", {}, ...keys.flatMap((k, i) => (i ? [" ", el("kbd", {}, k)] : [el("kbd", {}, k)])));

// The tight crop of a face row.
export function crop(face, alt = "") {
  const [id, left, top, width] = face;
  const img = el("img", { src: `/face/${id}`, alt, decoding: "async", draggable: "false" });
  img.style.width = `${width * 100}%`;
  img.style.left = `${-left * 100}%`;
  img.style.top = `${-top * 100}%`;
  return el("span.crop", {}, img);
}
// A person that a face may be, with the digit that takes it: the i-th of a list.
export const suggestion = (p, i, onclick, title) =>
  el(
    "button",
    { type: "button", onclick, title },
    crop(p.face),
    el("span", {}, kbd(String(i + 1)), ` ${p.title} `, el("span.soft", {}, plural(p.count, "face"))),
  );
export const faceOf = (row) => ({
  id: row[0],
  frame: row[4],
  source: row[5],
  time: row[6],
  quality: row[7],
  person: row[8],
  row,
});
export const timecode = (ms) => {
  const s = Math.floor(ms / 1000), two = (n) => String(n).padStart(2, "0");
  const fraction = String(Math.floor(ms % 1000)).padStart(3, "0");
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.${fraction}`;
};
export const plural = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
export const clamp = (i, count) => Math.max(0, Math.min(i, count - 1)); // to an index of a list; 0 for an empty one
export const base = (path) => path.split("/").pop();

const SHOWN_MS = 3500, BAD_SHOWN_MS = 9000;
let toastTimer;
export function toast(text, bad = false) {
  const place = document.getElementById("toast");
  place.textContent = text;
  place.classList.toggle("bad", bad);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (place.textContent = ""), bad ? BAD_SHOWN_MS : SHOWN_MS);
}

// --- dialogs

function open(content) {
  const dialog = document.getElementById("dialog");
  dialog.replaceChildren(...content);
  return new Promise((resolve) => {
    dialog.onclose = () => {
      dialog.replaceChildren();
      resolve(dialog.returnValue);
    };
    dialog.returnValue = "";
    dialog.showModal();
  });
}
const close = (value) => document.getElementById("dialog").close(value);

export async function confirm(question, why) {
  const answer = open([
    el("h2", { id: "dialog-title" }, question),
    el("p", {}, why),
    el(
      "menu",
      {},
      el("button", { type: "button", onclick: () => close("") }, "No ", kbd("Esc")),
      el("button.main", { type: "button", id: "yes", onclick: () => close("yes") }, "Yes ", kbd("y")),
    ),
  ]);
  document.getElementById("yes").focus();
  const onkey = (e) => (e.key === "y" ? close("yes") : e.key === "n" ? close("") : null);
  document.getElementById("dialog").addEventListener("keydown", onkey);
  const value = await answer;
  document.getElementById("dialog").removeEventListener("keydown", onkey);
  return value === "yes";
}

// Asks for a name and completes it from those there are. Resolves to null when it was closed.
export async function askName(title, value = "") {
  const list = el("ul.known", { role: "listbox", id: "known", "aria-label": "Known names" });
  const input = el("input", {
    type: "text",
    id: "name",
    maxlength: "190",
    autocomplete: "off",
    spellcheck: "false",
    role: "combobox",
    "aria-label": "Name",
    "aria-expanded": "true",
    "aria-controls": "known",
    "aria-autocomplete": "list",
    value,
  });
  const known = state.people.filter((p) => p.name).sort((a, b) => b.count - a.count);
  let shown = [], at = -1;
  const draw = () => {
    const typed = input.value.trim().toLowerCase();
    shown = known
      .filter((p) => p.name.toLowerCase().includes(typed))
      .sort((a, b) => Number(b.name.toLowerCase().startsWith(typed)) - Number(a.name.toLowerCase().startsWith(typed)))
      .slice(0, 7);
    at = Math.min(at, shown.length - 1);
    list.replaceChildren(
      ...shown.map((p, i) =>
        el(
          "li",
          { role: "option", id: `known-${i}`, "aria-selected": String(i === at), onclick: () => close(`=${p.name}`) },
          p.name,
          el("span.soft", {}, plural(p.count, "face")),
        ),
      ),
    );
    list.hidden = !shown.length;
    input.setAttribute("aria-activedescendant", at >= 0 ? `known-${at}` : "");
  };
  input.addEventListener("input", () => {
    at = -1;
    draw();
  });
  input.addEventListener("keydown", (e) => {
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      at = Math.max(-1, Math.min(shown.length - 1, at + (e.key === "ArrowDown" ? 1 : -1)));
      draw();
    } else if (e.key === "Tab" && shown.length && !e.shiftKey) {
      input.value = shown[Math.max(at, 0)].name;
      draw();
    } else if (e.key === "Enter") close(`=${at >= 0 ? shown[at].name : input.value.trim()}`);
    else return;
    e.preventDefault();
  });
  draw();
  const answer = open([
    el("h2", { id: "dialog-title" }, title),
    input,
    list,
    el(
      "menu",
      {},
      el("button", { type: "button", onclick: () => close("") }, "Cancel ", kbd("Esc")),
      el("button.main", { type: "button", onclick: () => close(`=${input.value.trim()}`) }, "Name ", kbd("Enter")),
    ),
  ]);
  input.focus();
  input.select();
  const given = await answer;
  return given.startsWith("=") ? given.slice(1) : null;
}

export async function askNumber(title, text, value) {
  const input = el("input", { type: "number", min: "2", max: "1000000", value, id: "number", "aria-label": title });
  input.addEventListener("keydown", (e) => {
    if (e.key === "Enter") {
      e.preventDefault();
      close(input.value);
    }
  });
  const answer = open([
    el("h2", {}, title),
    el("p", {}, text),
    input,
    el(
      "menu",
      {},
      el("button", { type: "button", onclick: () => close("") }, "Cancel ", kbd("Esc")),
      el("button.main", { type: "button", onclick: () => close(input.value) }, "Go on ", kbd("Enter")),
    ),
  ]);
  input.focus();
  input.select();
  return Number(await answer) || null;
}

export function showKeys(groups) {
  const rows = groups.flatMap(([title, keys]) => [
    el("dt.title", {}, title),
    ...Object.entries(keys).flatMap(([k, text]) => [el("dt", {}, kbd(...k.split(" "))), el("dd", {}, text)]),
  ]);
  const answer = open([
    el("h2", {}, "Keys"),
    el("dl.keys", {}, ...rows),
    el("menu", {}, el("button.main", { type: "button", id: "close", onclick: () => close("") }, "Close ", kbd("Esc"))),
  ]);
  document.getElementById("close").focus();
  return answer;
}
export const hints = (keys) =>
  el(
    "footer.hints",
    { "aria-label": "Keys of this screen" },
    ...Object.entries(keys).map(([k, text]) => el("span", {}, kbd(...k.split(" ")), ` ${text}`)),
  );
