#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: report.py WHOSWHO FOOTAGE GROUP_PHOTO

The report page, index.html, in Debian's Chromium: by keys, on a phone, and what it tells. WW_AXE: see page.py. Prints TAP."""
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from browser import Browser, selenium  # noqa: E402
from tap import Tap, skip_all  # noqa: E402

program, footage, group = (os.path.abspath(a) for a in sys.argv[1:4])
tap = Tap()
FOCUSED = "document.activeElement.classList.contains('track')"
# Pairs of texts of one axis that lie over one another, or beyond its end.
OVERLAPS = """(() => {
  const bad = [];
  for (const axis of document.querySelectorAll('.axis')) {
    const end = axis.getBoundingClientRect().right + 1, texts = [...axis.children].filter(e => e.getClientRects().length);
    texts.forEach((e, i) => {
      const r = e.getBoundingClientRect(), shown = parseFloat(getComputedStyle(e).fontSize) > 0;
      if (shown && r.right > end || i && r.left < texts[i - 1].getBoundingClientRect().right) bad.push(e.textContent);
    });
  }
  return bad;
})()"""
# The least contrast of a text with the ground of the page (WCAG 2.1, 1.4.3).
CONTRAST = """(() => {
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const ground = light(getComputedStyle(document.body).backgroundColor);
  return Math.min(...[...document.querySelectorAll(arguments[0])].map(e => light(getComputedStyle(e).color)).map(t => (Math.max(t, ground) + .05) / (Math.min(t, ground) + .05)));
})()"""
NAMES = "[...document.querySelectorAll('#viewer .box span')].map(s => s.textContent).sort()"
COVERED = """(() => {
  const r = [...document.querySelectorAll('#viewer .box span')].filter(e => e.getClientRects().length).map(e => e.getBoundingClientRect());
  return r.some((a, i) => r.some((b, k) => k < i && a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1));
})()"""


def whoswho(*arguments):
    return subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def show(browser, folder, place="", width=1280, height=800, dark=False):
    browser.emulate(width, height, dark)
    browser.driver.get("about:blank")
    browser.driver.get(f"file://{folder}/index.html{place}")
    browser.until("document.readyState === 'complete'")
    time.sleep(0.3)


def table(folder):
    with open(os.path.join(folder, "faces.csv"), encoding="utf-8") as f:
        return list(csv.DictReader(f))


def test_tracks(folder, browser):
    show(browser, folder)
    for _ in range(80):
        browser.press("TAB")
        if browser.run(FOCUSED):
            break
    tap.check(browser.run(FOCUSED), "Tab reaches the tracks")
    browser.press("ARROW_RIGHT", "ARROW_RIGHT")
    said = browser.run("document.activeElement.getAttribute('aria-valuetext')")
    tap.check(said.endswith("face 3 of 12") and browser.run("document.getElementById('hint').classList.contains('on')"), "arrows step from face to face", said)
    browser.press("END")
    last = browser.run("document.activeElement.getAttribute('aria-valuenow')")
    times = [r["time_s"] for r in table(folder) if r["person"] == "0"]
    tap.check(abs(float(last) - float(times[-1])) < 0.01, "to the last", f"{last} {times[-1]}")
    browser.press("ENTER")
    tap.check(browser.until("document.getElementById('viewer').open && document.querySelector('.faces .here')"), "and Enter shows the face")
    browser.press("ESCAPE")
    seconds = browser.run("[...document.querySelectorAll('.row .seconds')].map(s => parseFloat(s.textContent))")
    tap.check(len(seconds) == 5 and all(9 < s < 13 for s in seconds), "seconds on screen stand beside", str(seconds))


def test_widths(folder, browser):
    for width in (320, 390, 600, 820, 1280):
        show(browser, folder, width=width)
        bad = browser.run(OVERLAPS)
        tap.check(not bad and not browser.run("document.documentElement.scrollWidth > innerWidth"), f"labels do not overlap, nothing is wider than {width} pixels", str(bad))


def test_frames(folder, browser):
    for width, height in ((1280, 800), (390, 844)):
        show(browser, folder, "#frame-1", width, height)
        wanted = sorted(f"Face_{r['person']}" for r in table(folder) if r["frame"] == "1")
        names = browser.run(NAMES)
        tap.check(names == wanted and len(names) == 5, f"every face of a photo is boxed and named: {width}", str(names))
        tap.check(not browser.run(COVERED), "and no name lies over another")
    box = browser.run("[...document.querySelectorAll('#viewer .box')].map(b => { const r = b.getBoundingClientRect(), f = b.parentElement.getBoundingClientRect(); return [(r.x - f.x) / f.width, (r.y - f.y) / f.height, r.width / f.width] })")
    rows = [r for r in table(folder) if r["frame"] == "1"]
    near = all(min(abs(float(r["x"]) / 960 - b[0]) + abs(float(r["y"]) / 400 - b[1]) + abs(float(r["width"]) / 960 - b[2]) for b in box) < 0.01 for r in rows)
    tap.check(near, "where they are", str(box))
    show(browser, folder, "#photos")
    browser.run("document.querySelector('.photo a').click()")
    tap.check(browser.until("location.hash === '#frame-1' && document.querySelectorAll('#viewer .box').length === 5"), "a photo opens so")


def test_cards(folder, browser):
    show(browser, folder)
    crops = browser.run("[...document.querySelectorAll('.card')].map(c => c.querySelectorAll('.crop').length)")
    tap.check(crops == [5] * 5, "a card shows the cover and four more", str(crops))
    rows = {r["file"]: r for r in table(folder)}
    off = browser.until("""[...document.querySelectorAll('.card .crop img')].every(i => i.complete && i.naturalWidth) && [...document.querySelectorAll('.card .crop img')].map(i => {
      const r = i.getBoundingClientRect(), c = i.parentElement.getBoundingClientRect();
      return [i.getAttribute('src'), (c.x - r.x) / r.width * i.naturalWidth, (c.y - r.y) / r.height * i.naturalHeight, c.width / r.width * i.naturalWidth] })""")
    wrong = []
    for src, left, top, side in off:
        with open(os.path.join(folder, src[:-4] + ".txt"), encoding="utf-8") as f:
            _, x, y, w, h = map(float, f.read().split())
        # the label's box is the face with a margin: its middle is the face's
        if abs(left + side / 2 - x * 400) > 0.12 * side or side > 1.25 * max(w * 400, h * 500) or src not in rows:
            wrong.append((src, left, top, side))
    tap.check(not wrong and len(off) == 25, "tightly around the face", str(wrong[:3]))
    text = browser.run("document.body.innerText")
    tap.check("whoswho review" in text and "unsorted" not in text.lower(), "the page tells of whoswho review, and of unassigned faces as such")


def test_unassigned(folder, browser):
    show(browser, folder, "#unassigned")
    near = browser.run("[...document.querySelectorAll('#unassigned li')].map(l => [l.querySelector('a').dataset.face, l.querySelector('.who')?.textContent])")
    wanted = {r["face"] for r in table(folder) if r["person"] == "-1"}
    tap.check({f for f, _ in near} == wanted and len(near) == 6, "unassigned faces are there", str(near))
    groups = [n for i, (_, n) in enumerate(near) if i == 0 or near[i - 1][1] != n]
    tap.check(len(groups) == len(set(groups)), "those near one person together")
    tap.check([n for _, n in near].count("Face_0") == 3 and [n for _, n in near].count("Face_1") == 3, "with whom they are near, whose they were")


def test_contrast(folder, browser):
    for dark in (False, True):
        show(browser, folder, dark=dark)
        least = browser.run(CONTRAST, ".photo .who, .photo a, .photo p, #unassigned small, .seconds, .axis span, footer p")
        tap.check(least >= 4.5, f"texts stand out from the ground: {'dark' if dark else 'light'}", f"{least:.2f}")
    if not os.environ.get("WW_AXE"):
        tap.check(True, "axe-core finds nothing # SKIP WW_AXE does not name it")
        return
    with open(os.environ["WW_AXE"], encoding="utf-8") as f:
        axe = f.read()
    for width, dark in ((1280, False), (390, False), (1280, True), (390, True)):
        found = []
        for place in ("", "#frame-1", "#person-0", f"#person-0-face-{next(r['face'] for r in table(folder) if r['person'] == '0')}-frame"):
            show(browser, folder, place, width, 844, dark)
            found += browser.driver.execute_async_script(axe + ";axe.run(document, {resultTypes: ['violations']}).then(r => arguments[arguments.length - 1](r.violations.map(v => v.id + ': ' + v.nodes[0].html)))")
        tap.check(not found, f"axe-core finds nothing: {width}, {'dark' if dark else 'light'}", str(found))


def make(top):
    """The demo clip and a group photo; with three faces each of two people unassigned."""
    plain, folder = os.path.join(top, "plain"), os.path.join(top, "people")
    whoswho("run", group, footage, "-o", plain, "-q")
    shutil.copytree(plain, folder)
    os.makedirs(os.path.join(folder, "Unsorted"), exist_ok=True)
    for person in ("0", "1"):
        for name in [r["file"] for r in table(folder) if r["person"] == person][4:7]:
            os.rename(os.path.join(folder, name), os.path.join(folder, "Unsorted", os.path.basename(name)))
    whoswho("sync", folder, "-q")
    return plain, folder


def main():
    webdriver, why = selenium()
    if not webdriver:
        skip_all(why)
    try:
        browser = Browser(webdriver)
    except Exception as error:  # whatever the driver says
        skip_all(f"Chromium does not start here: {str(error).splitlines()[0]}")
    with tempfile.TemporaryDirectory(prefix="whoswho-report-") as top:
        plain, loose = make(top)
        for test, folder in ((test_tracks, plain), (test_widths, plain), (test_frames, plain), (test_cards, plain), (test_unassigned, loose), (test_contrast, loose)):
            try:
                test(folder, browser)
            except Exception as error:
                tap.check(False, f"{test.__name__} came to its end", repr(error)[:400])
        browser.close()
    tap.end()


main()
