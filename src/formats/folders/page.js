// SPDX-License-Identifier: MIT
// The viewer over the page: all portraits of a person, each portrait in its frame. Without this script the links lead into the folders.
"use strict";
(() => {
  const library = JSON.parse(document.getElementById("library").textContent);
  const viewer = document.getElementById("viewer"), hint = document.getElementById("hint");
  const CHUNK = 200; // portraits added at a time, as the reader scrolls

  // --- reading the data (its form is told in report_data.c)
  const personOf = number => library.people.find(p => p.number === number);
  const frameOf = face => library.faces[(face - 1) * 5];
  const sourceOf = face => library.frames[(frameOf(face) - 1) * 2];
  const secondsOf = face => library.frames[(frameOf(face) - 1) * 2 + 1] / 1000;
  const portrait = (person, face) => `${person.href}face_${face}.jpg`;
  const framePicture = frame => `Frames/frame_${frame}.jpg`;
  const picture = face => framePicture(frameOf(face));
  const sizeOf = frame => {
    const source = library.sources[library.frames[(frame - 1) * 2]];
    return library.sizes[frame] || [source.width, source.height];
  };
  let owners = null, ofFrame = null; // of faces, and faces of frames; found when first asked for
  function facesOf(frame) {
    if (!owners) {
      owners = new Map();
      ofFrame = new Map();
      for (const person of library.people)
        for (const face of person.faces) {
          owners.set(face, person);
          if (!ofFrame.has(frameOf(face))) ofFrame.set(frameOf(face), []);
          ofFrame.get(frameOf(face)).push(face);
        }
    }
    return (ofFrame.get(frame) || []).sort((a, b) => a - b);
  }

  function clock(seconds) {
    const s = Math.floor(seconds), two = n => String(n).padStart(2, "0");
    return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  }

  function when(face) {
    const source = library.sources[sourceOf(face)];
    return source.video ? clock(secondsOf(face)) : "photo";
  }

  function element(tag, properties, ...children) {
    const e = Object.assign(document.createElement(tag), properties);
    e.append(...children);
    return e;
  }

  // --- the viewer: its state is the address (#person-3, #person-3-face-120, #frame-7), so that back, forward and bookmarks work
  const address = (person, face, framed) => `#person-${person.number}` + (face ? `-face-${face}` : "") + (framed ? "-frame" : "");

  function showFrame(frame) {
    const [first] = facesOf(frame);
    if (!first) return false;
    const source = library.sources[sourceOf(first)], count = facesOf(frame).length;
    viewer.style.setProperty("--hue", owners.get(first).hue);
    viewer.replaceChildren(
      element("div", {className: "bar"}, element("h2", {id: "viewer-title", textContent: source.title}),
        element("span", {textContent: count === 1 ? "1 face" : `${count} faces`}), element("span", {className: "push"}),
        element("button", {type: "button", textContent: "Close", onclick: leave})),
      element("div", {className: "stage", tabIndex: -1}, framed(frame, 0),
        element("div", {className: "steps"}, element("a", {href: framePicture(frame), target: "_blank", textContent: "open picture"}))));
    if (!viewer.open) viewer.showModal();
    arrangeNames();
    viewer.querySelector(".stage").focus({preventScroll: true});
    return true;
  }

  function show() {
    const frame = /^#frame-(\d+)$/.exec(location.hash);
    if (frame && showFrame(Number(frame[1]))) return;
    const match = /^#person-(-?\d+)(?:-face-(\d+)(-frame)?)?$/.exec(location.hash);
    const person = match && personOf(Number(match[1]));
    const face = match && match[2] ? Number(match[2]) : 0;
    if (!person || (face && !person.faces.includes(face))) {
      viewer.close();
      viewer.replaceChildren();
      return;
    }
    viewer.style.setProperty("--hue", person.hue);
    viewer.replaceChildren(bar(person, face, Boolean(match[3])), match[3] ? stage(person, face) : pages(person, face));
    if (!viewer.open) viewer.showModal();
    arrangeNames();
    const here = viewer.querySelector(".faces .here");
    if (here) here.scrollIntoView({block: "center"});
    (here || viewer.querySelector(".pages, .stage")).focus({preventScroll: true}); // arrows scroll the portraits, or step through them
  }

  function leave() {
    location.hash = "#all"; // names no place, so the page behind does not move
  }

  function bar(person, face, framed) {
    const count = person.faces.length;
    const close = element("button", {type: "button", textContent: "Close", onclick: leave});
    const back = element("button", {type: "button", textContent: "All portraits", onclick: () => { location.hash = address(person, face); }});
    return element("div", {className: "bar"},
      element("h2", {id: "viewer-title", textContent: person.title}),
      element("span", {textContent: count === 1 ? "1 face" : `${count} faces`}),
      element("a", {href: person.href, textContent: "folder"}),
      element("span", {className: "push"}), ...(framed ? [back] : []), close);
  }

  function item(person, face, chosen) {
    return element("a", {href: picture(face), className: face === chosen ? "here" : "", title: `Face ${face}: show its frame`,
      onclick: event => follow(event, address(person, face, true))},
      element("img", {src: portrait(person, face), loading: "lazy", width: 96, height: 120, alt: `Face ${face}`}), when(face));
  }

  function pages(person, chosen) {
    const box = element("div", {className: "pages", tabIndex: -1});
    let next = 0, source = -1, grid = null;
    const more = () => {
      for (let n = 0; n < CHUNK && next < person.faces.length; n++, next++) {
        const face = person.faces[next];
        if (sourceOf(face) !== source) {
          source = sourceOf(face);
          grid = element("div", {className: "faces"});
          box.append(element("h3", {textContent: library.sources[source].title}), grid);
        }
        grid.append(item(person, face, chosen));
      }
    };
    do more(); while (chosen && next < person.faces.length && person.faces[next - 1] < chosen);
    box.onscroll = () => {
      if (box.scrollTop + box.clientHeight > box.scrollHeight - 1500) more();
    };
    return box;
  }

  // The frame with everybody boxed and named; `chosen`: a face that stands out, or 0.
  function framed(frame, chosen) {
    const [width, height] = sizeOf(frame), share = (v, whole) => `${Math.max(0, Math.min(100, 100 * v / whole))}%`;
    const inner = element("div", {className: "framed"}, element("img", {src: framePicture(frame), alt: ""}));
    inner.style.setProperty("--ratio", width / height);
    for (const face of facesOf(frame)) {
      const [, x, y, w, h] = library.faces.slice((face - 1) * 5, face * 5), person = owners.get(face);
      const box = element("a", {className: `box${face === chosen ? " here" : ""}${x + w / 2 > width * 0.6 ? " left" : ""}`, title: person.title, href: address(person, face, true),
        onclick: event => follow(event, address(person, face, true))}, element("span", {textContent: person.title}));
      Object.assign(box.style, {left: share(x, width), top: share(y, height), width: share(w, width), height: share(h, height)});
      box.style.setProperty("--hue", person.hue);
      inner.append(box);
    }
    return element("div", {className: "picture"}, inner);
  }

  // Names below their boxes or above them, as there is room; of those for which there is none, when they are pointed at.
  function arrangeNames() {
    const taken = [], frame = viewer.querySelector(".framed")?.getBoundingClientRect();
    const free = box => {
      const r = box.firstChild.getBoundingClientRect();
      return r.bottom <= frame.bottom + r.height && !taken.some(t => r.left < t.right && t.left < r.right && r.top < t.bottom && t.top < r.bottom);
    };
    const boxes = [...viewer.querySelectorAll(".box")].sort((a, b) => b.classList.contains("here") - a.classList.contains("here"));
    for (const box of boxes) {
      box.classList.remove("above", "mute");
      if (!free(box)) box.classList.add("above");
      if (!free(box)) box.classList.add("mute");
      else taken.push(box.firstChild.getBoundingClientRect());
    }
  }
  addEventListener("resize", arrangeNames);

  function stage(person, face) {
    const frame = frameOf(face);
    const source = library.sources[sourceOf(face)], at = person.faces.indexOf(face);
    const step = (to, label, key) => element("button", {type: "button", textContent: label, title: key, disabled: !person.faces[to],
      onclick: () => { location.replace(address(person, person.faces[to], true)); }});
    const previous = step(at - 1, "\u2190 previous", "Left arrow"), following = step(at + 1, "next \u2192", "Right arrow");
    const box = element("div", {className: "stage", tabIndex: -1},
      framed(frame, face),
      element("div", {className: "steps"}, previous,
        element("span", {textContent: `${source.title}${source.video ? ", " + when(face) : ""} \u00b7 ${at + 1} of ${person.faces.length}`}),
        element("a", {href: picture(face), target: "_blank", textContent: "open picture"}), following));
    box.onkeydown = event => {
      if (event.key === "ArrowLeft") previous.click();
      if (event.key === "ArrowRight") following.click();
    };
    return box;
  }

  // Of the times below the tracks, those for which there is room.
  function arrangeTicks() {
    for (const axis of document.querySelectorAll(".axis")) {
      const end = axis.getBoundingClientRect().right;
      let right = -Infinity;
      for (const tick of axis.children) {
        tick.classList.remove("out");
        const r = tick.getBoundingClientRect();
        if (!r.width) continue; // out of sight already
        if (r.left < right + 2 || r.right > end + 1) tick.classList.add("out");
        else right = r.right;
      }
    }
  }
  addEventListener("resize", arrangeTicks);
  arrangeTicks();

  // A plain click opens the viewer; with a modifier key the link stays a link.
  function follow(event, hash) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    location.hash = hash;
  }

  // --- timelines: the face of a person that is nearest to the moment under the pointer
  function nearest(event, track) {
    const row = track.parentElement, timeline = row.closest(".timeline"), box = track.getBoundingClientRect();
    const seconds = (event.clientX - box.left) / box.width * Number(timeline.dataset.seconds);
    const person = personOf(Number(row.dataset.person)), source = Number(timeline.dataset.source);
    let best = 0;
    for (const face of person.faces)
      if (sourceOf(face) === source && (!best || Math.abs(secondsOf(face) - seconds) < Math.abs(secondsOf(best) - seconds))) best = face;
    return {person, face: best};
  }

  function showHint(event, track) {
    const {face} = nearest(event, track);
    place(track, face, event.clientX);
  }

  function place(track, face, x) {
    const person = personOf(Number(track.parentElement.dataset.person));
    if (hint.dataset.face !== String(face)) {
      hint.dataset.face = face;
      hint.replaceChildren(element("img", {src: portrait(person, face), width: 84, height: 105, alt: ""}), when(face));
    }
    hint.classList.add("on");
    const left = Math.min(Math.max(x - hint.offsetWidth / 2, 8), innerWidth - hint.offsetWidth - 8);
    const above = track.getBoundingClientRect().top - hint.offsetHeight - 8;
    hint.style.left = `${left}px`;
    hint.style.top = `${above > 8 ? above : track.getBoundingClientRect().bottom + 8}px`;
  }

  // By keys a track is a slider over the faces of the person in this source.
  function facesOn(track) {
    const row = track.parentElement, source = Number(row.closest(".timeline").dataset.source);
    return personOf(Number(row.dataset.person)).faces.filter(face => sourceOf(face) === source);
  }

  function slide(track, to) {
    const faces = facesOn(track), at = Math.max(0, Math.min(faces.length - 1, to)), face = faces[at];
    const box = track.getBoundingClientRect(), whole = Number(track.closest(".timeline").dataset.seconds);
    track.dataset.at = at;
    track.setAttribute("aria-valuenow", secondsOf(face));
    track.setAttribute("aria-valuetext", `${when(face)}, face ${at + 1} of ${faces.length}`);
    place(track, face, box.left + box.width * secondsOf(face) / whole);
  }

  function onTrackKey(event, track) {
    const at = Number(track.dataset.at || 0), count = facesOn(track).length;
    const to = {ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, PageUp: at + 10, PageDown: at - 10, Home: 0, End: count - 1}[event.key];
    if (to !== undefined) slide(track, to);
    else if (event.key === "Enter" || event.key === " ") {
      hint.classList.remove("on");
      location.hash = address(personOf(Number(track.parentElement.dataset.person)), facesOn(track)[at]);
    } else return;
    event.preventDefault();
  }

  for (const track of document.querySelectorAll(".track")) {
    track.addEventListener("focus", () => { if (track.matches(":focus-visible")) slide(track, Number(track.dataset.at || 0)); });
    track.addEventListener("blur", () => hint.classList.remove("on"));
    track.addEventListener("keydown", event => onTrackKey(event, track));
    track.addEventListener("pointermove", event => showHint(event, track));
    track.addEventListener("pointerleave", () => hint.classList.remove("on"));
    track.addEventListener("click", event => {
      const {person, face} = nearest(event, track);
      hint.classList.remove("on");
      location.hash = address(person, face);
    });
  }

  document.addEventListener("click", event => {
    const photo = event.target.closest("a[data-frame]");
    if (photo && facesOf(Number(photo.dataset.frame)).length) follow(event, `#frame-${photo.dataset.frame}`);
    const link = event.target.closest("a[data-person]");
    if (!link) return;
    const person = personOf(Number(link.dataset.person));
    if (person) follow(event, address(person, Number(link.dataset.face || 0)));
  });
  viewer.addEventListener("click", event => { if (event.target === viewer) leave(); }); // beside it
  viewer.addEventListener("cancel", event => { event.preventDefault(); leave(); });      // Escape
  addEventListener("hashchange", show);
  show();
})();
