// SPDX-License-Identifier: MIT
// A grid of tiles of one size, of which only those near the window exist. One tile is the cursor; any number are
// chosen.
import { clamp, el } from "./core.js";

const BELOW = 44; // pixels under the crop for two lines of text
let serial = 0;

export class Grid {
  // draw(item) gives the children of a tile, key(item) what it is known by.
  constructor({ label, draw, key, open, note = BELOW }) {
    Object.assign(this, {
      draw,
      key,
      open,
      note,
      items: [],
      at: 0,
      chosen: new Set(),
      tiles: new Map(),
      anchor: 0,
      id: `grid${serial++}`,
    });
    this.sizer = el("div", { role: "presentation" });
    this.element = el(
      "div.grid",
      { role: "listbox", tabindex: "0", "aria-multiselectable": "true", "aria-label": label },
      this.sizer,
    );
    this.element.addEventListener("scroll", () => this.paint());
    this.element.addEventListener("pointerdown", (e) => this.press(e));
    this.element.addEventListener("dblclick", () => this.items.length && this.open?.(this.items[this.at]));
    this.observer = new ResizeObserver(() => this.layout());
    this.observer.observe(this.element);
  }
  close() {
    this.observer.disconnect();
  }

  // New items; the cursor stays with the item it was on, or at its place.
  set(items) {
    const was = this.items[this.at], wanted = was === undefined ? null : this.key(was);
    this.items = items;
    const place = wanted === null ? -1 : items.findIndex((i) => this.key(i) === wanted);
    this.at = clamp(place >= 0 ? place : this.at, items.length);
    const there = new Set(items.map((i) => this.key(i)));
    for (const k of this.chosen) if (!there.has(k)) this.chosen.delete(k);
    for (const tile of this.tiles.values()) tile.remove();
    this.tiles.clear();
    this.layout();
  }
  get current() {
    return this.items[this.at];
  }
  // Those chosen in their order; without any, the one at the cursor.
  get picked() {
    if (this.chosen.size) return this.items.filter((i) => this.chosen.has(this.key(i)));
    return this.current === undefined ? [] : [this.current];
  }

  layout() {
    const tile = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--tile")) || 132;
    const width = this.element.clientWidth;
    if (!width) return;
    this.columns = Math.max(1, Math.floor(width / tile));
    this.width = width / this.columns;
    this.height = this.width + this.note;
    this.sizer.style.height = `${Math.ceil(this.items.length / this.columns) * this.height}px`;
    for (const [i, t] of this.tiles) this.place(t, i);
    this.paint();
  }
  place(tile, i) {
    tile.style.width = `${this.width}px`;
    tile.style.height = `${this.height}px`;
    const left = (i % this.columns) * this.width, top = Math.floor(i / this.columns) * this.height;
    tile.style.transform = `translate(${left}px, ${top}px)`;
  }
  paint() {
    if (!this.columns) return;
    const view = this.element.clientHeight, top = this.element.scrollTop;
    const first = Math.max(0, Math.floor((top - view) / this.height)) * this.columns;
    const end = Math.min(this.items.length, Math.ceil((top + 2 * view) / this.height) * this.columns);
    for (const [i, tile] of this.tiles)
      if (i < first || i >= end) {
        tile.remove();
        this.tiles.delete(i);
      }
    for (let i = first; i < end; i++) if (!this.tiles.has(i)) this.make(i);
    for (const [i, tile] of this.tiles) {
      tile.classList.toggle("at", i === this.at);
      tile.setAttribute("aria-selected", String(this.chosen.has(this.key(this.items[i]))));
    }
    if (this.items.length) this.element.setAttribute("aria-activedescendant", `${this.id}-${this.at}`);
    else this.element.removeAttribute("aria-activedescendant");
  }
  make(i) {
    const tile = el(
      "div.tile",
      {
        role: "option",
        id: `${this.id}-${i}`,
        "data-key": this.key(this.items[i]),
        "aria-setsize": this.items.length,
        "aria-posinset": i + 1,
      },
      ...this.draw(this.items[i]),
    );
    this.place(tile, i);
    this.tiles.set(i, tile);
    this.sizer.append(tile);
  }

  move(to, extend) {
    if (!this.items.length) return;
    this.at = clamp(to, this.items.length);
    if (extend) this.choose(Math.min(this.anchor, this.at), Math.max(this.anchor, this.at));
    else this.anchor = this.at;
    const top = Math.floor(this.at / this.columns) * this.height, bottom = top + this.height;
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    if (bottom > this.element.scrollTop + this.element.clientHeight)
      this.element.scrollTop = bottom - this.element.clientHeight;
    this.paint();
    this.onmove?.();
  }
  choose(first, last) {
    for (let i = first; i <= last; i++) this.chosen.add(this.key(this.items[i]));
  }
  toggle() {
    const key = this.key(this.current);
    if (!this.chosen.delete(key)) this.chosen.add(key);
    this.anchor = this.at;
    this.paint();
    this.onmove?.();
  }
  clear() {
    this.chosen.clear();
    this.paint();
    this.onmove?.();
  }

  // Whether the key was one of the grid's.
  onkey(e) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.height)) * this.columns;
    const steps = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -this.columns,
      ArrowDown: this.columns,
      PageUp: -page,
      PageDown: page,
      Home: -this.at,
      End: this.items.length,
    };
    if (e.key in steps) this.move(this.at + steps[e.key], e.shiftKey);
    else if (e.key === " " && this.items.length) this.toggle();
    else if (e.key === "a" && (e.ctrlKey || e.metaKey)) {
      this.choose(0, this.items.length - 1);
      this.paint();
      this.onmove?.();
    } else if (e.key === "Escape" && this.chosen.size) this.clear();
    else if (e.key === "Enter" && this.items.length && this.open) this.open(this.current);
    else return false;
    return true;
  }

  // A click moves the cursor, with Ctrl it chooses one, with Shift all up to there; a drag chooses what it passes.
  press(e) {
    const index = (target) => {
      const tile = target?.closest?.(".tile");
      return tile && this.sizer.contains(tile) ? Number(tile.id.split("-")[1]) : -1;
    };
    const from = index(e.target);
    if (from < 0 || e.button !== 0) return;
    e.preventDefault();
    this.element.focus();
    if (e.ctrlKey || e.metaKey) {
      this.move(from, false);
      this.toggle();
      return;
    }
    if (!e.shiftKey && e.pointerType === "mouse" && !this.chosen.has(this.key(this.items[from]))) this.chosen.clear();
    this.move(from, e.shiftKey);
    const drag = (m) => {
      const to = index(document.elementFromPoint(m.clientX, m.clientY));
      if (to >= 0 && to !== this.at) this.move(to, true);
    };
    const up = () => {
      removeEventListener("pointermove", drag);
      removeEventListener("pointerup", up);
    };
    if (e.pointerType === "mouse") {
      addEventListener("pointermove", drag);
      addEventListener("pointerup", up);
    }
  }
}
