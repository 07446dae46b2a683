// SPDX-License-Identifier: MIT
import { el } from "./core.js";
export const history = { title: "History", keys: {}, show(place) { place.replaceChildren(el("p.empty", {}, "Not there yet.")); } };
