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
  const picture = face => `Frames/frame_${frameOf(face)}.jpg`;

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

  // --- the viewer: its state is the address (#person-3, #person-3-face-120), so that back, forward and bookmarks work
  const address = (person, face, framed) => `#person-${person.number}` + (face ? `-face-${face}` : "") + (framed ? "-frame" : "");

  function show() {
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
    const here = viewer.querySelector(".here");
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

  function stage(person, face) {
    const [frame, x, y, width, height] = library.faces.slice((face - 1) * 5, face * 5);
    const source = library.sources[sourceOf(face)], at = person.faces.indexOf(face);
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", `0 0 ${source.width} ${source.height}`);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `${person.title} in ${source.title}`);
    const part = (tag, attributes) => {
      const e = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
      svg.append(e);
    };
    part("image", {href: `Frames/frame_${frame}.jpg`, width: source.width, height: source.height, preserveAspectRatio: "none"});
    part("rect", {x, y, width, height, rx: width / 20});
    const step = (to, label, key) => element("button", {type: "button", textContent: label, title: key, disabled: !person.faces[to],
      onclick: () => { location.replace(address(person, person.faces[to], true)); }});
    const previous = step(at - 1, "\u2190 previous", "Left arrow"), following = step(at + 1, "next \u2192", "Right arrow");
    const box = element("div", {className: "stage", tabIndex: -1},
      element("div", {className: "picture"}, svg),
      element("div", {className: "steps"}, previous,
        element("span", {textContent: `${source.title}${source.video ? ", " + when(face) : ""} \u00b7 ${at + 1} of ${person.faces.length}`}),
        element("a", {href: picture(face), target: "_blank", textContent: "open picture"}), following));
    box.onkeydown = event => {
      if (event.key === "ArrowLeft") previous.click();
      if (event.key === "ArrowRight") following.click();
    };
    return box;
  }

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
    const {person, face} = nearest(event, track);
    if (hint.dataset.face !== String(face)) {
      hint.dataset.face = face;
      hint.replaceChildren(element("img", {src: portrait(person, face), width: 84, height: 105, alt: ""}), when(face));
    }
    hint.classList.add("on");
    const left = Math.min(Math.max(event.clientX - hint.offsetWidth / 2, 8), innerWidth - hint.offsetWidth - 8);
    const above = track.getBoundingClientRect().top - hint.offsetHeight - 8;
    hint.style.left = `${left}px`;
    hint.style.top = `${above > 8 ? above : track.getBoundingClientRect().bottom + 8}px`;
  }

  for (const track of document.querySelectorAll(".track")) {
    track.addEventListener("pointermove", event => showHint(event, track));
    track.addEventListener("pointerleave", () => hint.classList.remove("on"));
    track.addEventListener("click", event => {
      const {person, face} = nearest(event, track);
      hint.classList.remove("on");
      location.hash = address(person, face);
    });
  }

  document.addEventListener("click", event => {
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
