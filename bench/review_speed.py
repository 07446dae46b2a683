#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: review_speed.py WHOSWHO FOOTAGE [FACES [PEOPLE]]

How fast whoswho review is on a large library (100,000 faces of 5,000 people, made by tests/browser/make_library.py) in Debian's Chromium: until
the first screen can be used, until a decision is acknowledged and until its effect is seen, whether scrolling shows tiles without a picture's place,
and the memory of the server. Run by /usr/bin/python3 (python3-opencv, python3-selenium)."""
import os
import statistics
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "tests", "browser"))
from browser import Browser, Server, selenium

# Milliseconds from the key to the answer of the server, and to what it changed on the screen.
TIMED = """(() => {
  const key = arguments[0], seen = () => SEEN;
  window.acknowledged = window.effect = 0;
  const begun = performance.now(), before = seen();
  if (!window.realFetch) {
    window.realFetch = window.fetch;
    window.fetch = async (...a) => { const r = await window.realFetch(...a); if (String(a[0]).startsWith('/api/decide') || String(a[0]).startsWith('/api/back')) window.acknowledged = performance.now(); return r; };
  }
  const look = () => { if (window.acknowledged && seen() !== before) window.effect = performance.now() - begun; else requestAnimationFrame(look); };
  requestAnimationFrame(look);
  dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
  window.begun = begun;
  return true;
})()"""
SCROLL = """new Promise(done => {
  const grid = document.querySelector('.grid');
  let steps = 0, blank = 0, worst = 0, last = performance.now();
  const step = () => {
    grid.scrollTop += 400;
    requestAnimationFrame(() => {
      const box = grid.getBoundingClientRect();
      for (let y = box.top + 40; y < box.bottom; y += 120) if (!document.elementFromPoint(box.left + 60, y)?.closest('.tile')) blank++;
      const now = performance.now();
      worst = Math.max(worst, now - last);
      last = now;
      if (++steps < 100 && grid.scrollTop + grid.clientHeight < grid.scrollHeight - 10) step(); else done([steps, blank, worst]);
    });
  };
  step();
})"""


def timed(browser, key, seen, count):
    acknowledged, effect = [], []
    for _ in range(count):
        browser.run(TIMED.replace("SEEN", seen), key)
        browser.until("window.effect", seconds=60)
        acknowledged.append(browser.run("window.acknowledged - window.begun"))
        effect.append(browser.run("window.effect"))
        time.sleep(0.4)
    return acknowledged, effect


def tell(name, times):
    print(f"{name}: median {statistics.median(times):.0f} ms, worst {max(times):.0f} ms ({len(times)} times)", flush=True)


def main(program, footage, *size):
    webdriver, why = selenium()
    if not webdriver:
        sys.exit(why)
    with tempfile.TemporaryDirectory(prefix="whoswho-speed-") as top:
        folder = os.path.join(top, "large")
        subprocess.run([sys.executable, os.path.join(TOP, "tests", "browser", "make_library.py"), program, footage, folder, *size], check=True)
        browser = Browser(webdriver)
        begun = time.monotonic()
        server = Server(program, folder).__enter__()
        try:
            print(f"server ready: {(time.monotonic() - begun) * 1000:.0f} ms")
            begun = time.monotonic()
            browser.driver.get(server.address)
            browser.until("document.querySelectorAll('.tile').length > 20")
            print(f"first screen: {(time.monotonic() - begun) * 1000:.0f} ms")
            browser.run("import('/core.js').then(m => {window.review = m.state})")
            browser.until("window.review")
            print("scrolling: {} steps of 400 px, {} places without a tile, longest frame {:.0f} ms".format(*browser.run(SCROLL)))
            browser.until("document.getElementById('count-same').textContent !== ''", seconds=60)
            acknowledged, effect = timed(browser, "x", "document.querySelectorAll('.tile').length && window.review.people.length", 10)
            tell("ignore, acknowledged", acknowledged)
            tell("ignore, seen", effect)
            browser.press("g", "s")
            browser.until("document.querySelectorAll('.side').length === 2", seconds=60)
            for key, name in (("y", "the same person"), ("n", "two people")):
                acknowledged, effect = timed(browser, key, "window.review.generation + document.querySelector('.side h2 a').hash", 10)
                tell(f"{name}, acknowledged", acknowledged)
                tell(f"{name}, seen and asked anew", effect)
            acknowledged, effect = timed(browser, "u", "window.review.generation", 5)
            tell("undo, acknowledged", acknowledged)
            tell("undo, seen", effect)
            begun = time.monotonic()
            browser.until("!window.review.sorting", seconds=300)
            print(f"sorted again in the background: {time.monotonic() - begun:.1f} s later")
            print(f"memory of the server: {server.memory_mb():.0f} MB at most")
        finally:
            server.process.kill()  # no folders of a hundred thousand portraits
            browser.close()


if __name__ == "__main__":
    main(*map(str, [os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), *sys.argv[3:5]]))
