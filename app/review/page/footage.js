// SPDX-License-Identifier: MIT
// Footage with a lane for each person. What the browser does not play is shown as the frames that were kept.
import { base, clamp, el, get, hints, plural, state, timecode, titleOf, toast } from "./core.js";

const keys = {
  Space: "play, stop",
  "← →": "a second back, on",
  "↑ ↓": "the person above, below",
  ", .": "where this person is seen before, next",
  c: "copy the timecode",
  Enter: "open the person",
  f: "see the frame",
  Esc: "all footage",
  Tab: "from one video to the next, on the page of all footage",
};
let place = null, data = null, video = null, still = null, time = 0, at = 0, heads = [], clock = null;

async function showList() {
  const { sources } = await get("/api/sources");
  if (!place) return;
  const cards = sources.map(([index, path, duration, faces, , first]) =>
    el(
      "a.card",
      { href: `#footage/${index}` },
      el("img", { src: `/frame/${first}`, alt: "", loading: "lazy" }),
      el(
        "span",
        {},
        base(path),
        el("br"),
        el("span.soft", {}, `${timecode(duration).slice(0, 8)}, ${plural(faces, "face")}`),
      ),
    ),
  );
  place.replaceChildren(
    el(".head", {}, el("h1", {}, "Footage"), el("span.soft", {}, plural(sources.length, "video"))),
    el(
      ".page",
      { tabindex: "0", "aria-label": "Videos" },
      cards.length ? el(".cards", {}, ...cards) : el("p.empty", {}, "There are only photos in this library."),
    ),
    hints({ Tab: "to a video", Enter: "open" }),
  );
  place.querySelector(".card")?.focus();
}

const nearestFrame = () =>
  data.frames.reduce((best, f) => (Math.abs(f[1] - time) < Math.abs(best[1] - time) ? f : best), data.frames[0]);
function seek(ms) {
  time = Math.max(0, Math.min(ms, data.duration || ms));
  if (video) video.currentTime = (time + data.start) / 1000; // of the file, whose sound may begin before the picture
  else if (still && data.frames.length) still.src = `/frame/${nearestFrame()[0]}`;
  drawTime();
}
function drawTime() {
  for (const head of heads) head.style.left = `${(100 * time) / (data.duration || 1)}%`;
  if (clock) clock.textContent = timecode(time);
}
function noVideo() {
  if (!video) return;
  still = el("img.still", { alt: "The frame that was kept nearest to this time" });
  video.replaceWith(still);
  video = null;
  seek(time);
}
function lane([number, , seconds, spans], i) {
  const length = data.duration || 1;
  const bars = spans.map(([from, to]) => {
    const bar = el("i");
    bar.style.left = `${(100 * from) / length}%`;
    bar.style.width = `${(100 * (to - from)) / length}%`;
    return bar;
  });
  const head = el("b");
  heads.push(head);
  const track = el(
    ".track",
    {
      onclick: (e) => {
        const box = track.getBoundingClientRect();
        at = i;
        drawCursor();
        seek((length * (e.clientX - box.left)) / box.width);
      },
    },
    ...bars,
    head,
  );
  const where = spans
    .slice(0, 4)
    .map(([from, to]) => `${timecode(from).slice(0, 8)} to ${timecode(to).slice(0, 8)}`)
    .join(", ");
  return el(
    "li.lane",
    { "data-at": i, "aria-label": `${titleOf(number)}: ${Math.round(seconds)} seconds, ${where}` },
    el("a.who", { href: `#person/${number}` }, titleOf(number)),
    track,
    el("span.seconds", {}, `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`),
  );
}
function drawCursor() {
  for (const element of place.querySelectorAll(".lane"))
    element.classList.toggle("at", Number(element.dataset.at) === at);
  place.querySelector(".lane.at")?.scrollIntoView({ block: "nearest" });
}
function draw() {
  heads = [];
  const lanes = [...data.lanes].sort((a, b) => b[2] - a[2]);
  data.sorted = lanes;
  at = clamp(at, lanes.length);
  clock = el("span.soft", { role: "timer" }, timecode(time));
  const player = data.plays
    ? el("video", {
        src: `/footage/${data.index}`,
        controls: true,
        preload: "metadata",
        onerror: noVideo,
        ontimeupdate: () => {
          time = Math.max(0, video.currentTime * 1000 - data.start);
          drawTime();
        },
      })
    : el("img.still", { alt: "The frame that was kept nearest to this time" });
  video = data.plays ? player : null;
  still = data.plays ? null : player;
  place.replaceChildren(
    el(
      ".head",
      {},
      el("h1", {}, base(data.path)),
      clock,
      el("span.spread"),
      el("a", { href: "#footage" }, "All footage"),
    ),
    el(
      ".page",
      { tabindex: "0", "aria-label": "Player" },
      player,
      lanes.length
        ? el("ul.lanes", { "aria-label": "People by seconds on screen" }, ...lanes.map(lane))
        : el("p.empty", {}, "Nobody is seen here."),
    ),
    hints(keys),
  );
  drawCursor();
  seek(time);
  place.querySelector(".page").focus({ preventScroll: true });
}
const HERE_MS = 50; // a span that begins this near to the time shown is the one shown
// To the person's next, or the one before this time.
function jump(by) {
  const spans = data.sorted[at]?.[3] || [];
  const goal =
    by > 0
      ? spans.find(([from]) => from > time + HERE_MS)
      : [...spans].reverse().find(([from]) => from < time - HERE_MS);
  if (goal) seek(goal[0]);
}
async function copy() {
  const code = timecode(time);
  try {
    await navigator.clipboard.writeText(code);
    toast(`${code} copied.`);
  } catch {
    toast(code);
  }
}

export const footage = {
  title: "Footage",
  keys,
  async show(where, argument) {
    place = where;
    data = video = still = null;
    if (argument === undefined || argument === "") return showList();
    const start = Number(location.hash.split("/")[2]);
    time = Number.isFinite(start) ? start : 0;
    data = await get(`/api/source/${argument}`);
    if (place) draw();
  },
  hide() {
    video?.pause();
    place = video = data = null;
  },
  async change() {
    if (!data) return;
    const fresh = await get(`/api/source/${data.index}`);
    if (!place) return;
    data.lanes = fresh.lanes;
    const playing = video && !video.paused;
    if (!playing) draw();
  },
  onkey(e) {
    if (!data || e.ctrlKey || e.metaKey) return false;
    const lanes = data.sorted;
    if (e.key === " ") video && (video.paused ? video.play().catch(noVideo) : video.pause());
    else if (e.key === "ArrowLeft") seek(time - 1000);
    else if (e.key === "ArrowRight") seek(time + 1000);
    else if (e.key === "ArrowUp" || e.key === "ArrowDown") {
      at = clamp(at + (e.key === "ArrowDown" ? 1 : -1), lanes.length);
      drawCursor();
    } else if (e.key === ",") jump(-1);
    else if (e.key === ".") jump(1);
    else if (e.key === "c") copy();
    else if (e.key === "f" && data.frames.length) location.hash = `frame/${nearestFrame()[0]}`;
    else if (e.key === "Enter" && lanes[at] && state.byNumber.has(lanes[at][0]))
      location.hash = `person/${lanes[at][0]}`;
    else if (e.key === "Escape") location.hash = "footage";
    else return false;
    return true;
  },
};
