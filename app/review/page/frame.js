// SPDX-License-Identifier: MIT
import { el } from "./core.js";
export const frame = { title: "Frame", keys: {}, show(place) { place.replaceChildren(el("p.empty", {}, "Not there yet.")); } };
