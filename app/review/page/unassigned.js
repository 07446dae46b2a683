// SPDX-License-Identifier: MIT
import { el } from "./core.js";
export const unassigned = { title: "Unassigned", keys: {}, show(place) { place.replaceChildren(el("p.empty", {}, "Not there yet.")); } };
