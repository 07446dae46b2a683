// SPDX-License-Identifier: MIT
import { el } from "./core.js";
export const exporting = { title: "Export", keys: {}, show(place) { place.replaceChildren(el("p.empty", {}, "Not there yet.")); } };
