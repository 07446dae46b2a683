// SPDX-License-Identifier: MIT
import { el } from "./core.js";
export const footage = { title: "Footage", keys: {}, show(place) { place.replaceChildren(el("p.empty", {}, "Not there yet.")); } };
