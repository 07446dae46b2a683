#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: page.py WHOSWHO FOOTAGE

The page of whoswho review in Debian's Chromium, used by keys alone. WW_AXE: path of axe-core's axe.min.js, to check accessibility with
(npm install axe-core, outside the tree). Prints TAP."""
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from browser import Browser, Server, copier, journal, selenium  # noqa: E402
from tap import Tap, skip_all  # noqa: E402

program, footage = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
shared = os.environ.get("WW_SHARED", "")
tap = Tap()
SCREENS = ["people", "same", "person/0", "unassigned", "frame/5", "footage", "footage/0", "history", "export"]
PEOPLE = "[...document.querySelectorAll('.tile .name')].map(n => n.textContent)"
ASKED = "document.getElementById('dialog').open && document.getElementById('yes')"
STATE = "import('/core.js').then(m => {window.review = m.state})"


def whoswho(*arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout


def go(browser, key, title):
    browser.press("g", key)
    browser.until("document.querySelector('#screen h1')?.textContent.startsWith(arguments[0])", title)


def settled(browser):
    """Until the library is sorted, so that what follows is the commands' world too."""
    browser.until("window.review && !window.review.sorting")


def with_page(copy, browser):
    """A server with the browser in front of it."""
    folder = copy()
    server = Server(program, folder).__enter__()
    browser.open(server)
    browser.run(STATE)
    browser.until("window.review")
    return folder, server


def test_people(copy, browser):
    folder, server = with_page(copy, browser)
    with server:
        shown = browser.run(PEOPLE)
        tap.check(shown == [f"Face_{i}" for i in range(5)], "everybody is there, by size", str(shown))
        browser.press("n", "text:Ada Lovelace", "ENTER")
        browser.until(f"{PEOPLE}.includes('Ada Lovelace')")
        tap.check(browser.toast("is Ada Lovelace"), "n names")
        browser.press("ARROW_RIGHT", "n", "text:ada", "ARROW_DOWN", "ENTER")
        browser.until(ASKED)
        tap.check("seen together" in browser.run("document.getElementById('dialog').innerText"), "a known name is completed; who is seen together is asked about")
        browser.press("ESCAPE")
        browser.until("!document.getElementById('dialog').open")
        browser.press("SPACE", "ARROW_RIGHT", "SPACE", "m")
        browser.until(ASKED)
        browser.press("y")
        browser.until("window.review.people.length === 4")
        tap.check(browser.toast("are one person"), "m merges those chosen")
        browser.press("u")
        browser.until("window.review.people.length === 5")
        tap.check(True, "u takes it back")
        browser.press("END", "x")
        browser.until("window.review.people.length === 4")
        tap.check(browser.run("window.review.ignored") == 1, "x ignores")
        browser.press("u")
        browser.until("window.review.people.length === 5")
        browser.press("/", "text:lovel")
        tap.check(browser.until(f"{PEOPLE}.length === 1"), "/ filters")
        browser.press("ENTER", "ENTER")
        browser.until("location.hash.startsWith('#person/')")
        tap.check(True, "Enter opens")
        browser.press("g", "b")
        browser.until("document.querySelector('#screen h1')?.textContent === 'People'")
        tap.check(browser.run("document.querySelector('input[type=search]').value") == "lovel", "the page keeps its place")
        browser.press("?")
        tap.check(browser.until("document.querySelectorAll('#dialog dt').length > 10"), "? shows the keys")
        browser.press("ESCAPE")
    names = [p["name"] for p in json.loads(whoswho("people", "-o", folder, "--json"))["people"] if p.get("name")]
    tap.check(names == ["Ada Lovelace"] and os.path.isdir(os.path.join(folder, "Ada Lovelace")), "and the folders are written in the end", str(names))


def test_person(copy, browser):
    _, server = with_page(copy, browser)
    with server:
        before = {p[0]: p[1] for p in browser.run("window.review.people.map(p => [p.number, p.count])")}
        most = browser.run("Math.max(...window.review.people.map(p => p.count))")
        browser.press("ENTER")
        browser.until(f"location.hash.startsWith('#person') && document.querySelectorAll('.tile').length === {most}")
        browser.press("SPACE", "ARROW_RIGHT", "SPACE", "r")
        browser.until(f"document.querySelectorAll('.tile').length === {most - 2}")
        settled(browser)
        tap.check(browser.run("window.review.undo").startswith("2 faces are not"), "r: not this person")
        browser.press("u")
        browser.until(f"document.querySelectorAll('.tile').length === {most}")
        browser.press("t", "text:Eve", "ENTER")
        browser.until("window.review.people.some(p => p.name === 'Eve')")
        tap.check(browser.until(f"document.querySelectorAll('.tile').length === {most - 1}"), "t: another person, by a name that is typed")
        browser.press("o")
        browser.until("window.review.unassigned === 1")
        tap.check(True, "o: stays unassigned")
        browser.press("u", "u")
        browser.until("window.review.unassigned === 0 && window.review.people.length === 5")
        now = {p[0]: p[1] for p in browser.run("window.review.people.map(p => [p.number, p.count])")}
        tap.check(now == before, "and undo brings everybody back")
        browser.press("p")
        browser.until("document.querySelectorAll('.columns section').length === 2")
        browser.press("ENTER")
        browser.until("window.review.people.length === 6")
        tap.check(browser.run("window.review.undo").startswith("Face_0 is two people"), "p splits in two columns")


def test_unassigned_frame_footage(copy, browser):
    folder, server = with_page(copy, browser)
    with server:
        most = browser.run("Math.max(...window.review.people.map(p => p.count))")
        browser.press("ENTER")
        browser.until(f"location.hash.startsWith('#person') && document.querySelectorAll('.tile').length === {most}")
        browser.press("SPACE", "ARROW_RIGHT", "SPACE", "o")
        browser.until("window.review.unassigned === 2")
        go(browser, "a", "Unassigned")
        browser.until("document.querySelectorAll('.near button').length > 0")
        browser.press("1")
        browser.until("window.review.unassigned < 2")
        tap.check(True, "a suggestion takes a group of unassigned faces")
        go(browser, "f", "Footage")
        browser.press("ENTER")
        browser.until("document.querySelectorAll('.lane').length === 5")
        seconds = browser.run("[...document.querySelectorAll('.seconds')].map(s => parseFloat(s.textContent))")
        tap.check(seconds == sorted(seconds, reverse=True) and seconds[-1] > 1, "footage has a lane per person, with seconds on screen", str(seconds))
        browser.press("ARROW_DOWN", ".")
        browser.until("document.querySelector('[role=timer]').textContent !== '00:00:00.000'")
        playing = browser.run("document.querySelector('video') ? document.querySelector('video').readyState : -1")
        tap.check(True, ". jumps to where the person is seen next", f"video state {playing}")
        browser.press("f")
        browser.until("document.querySelectorAll('.box').length > 0")
        tap.check(browser.run("document.querySelectorAll('.box').length + ' face'") in browser.run("document.querySelector('.head .soft').textContent"), "f shows the frame with everybody boxed")
        browser.press("ARROW_DOWN", "n", "text:Kim", "ENTER")
        browser.until("[...document.querySelectorAll('.box span')].some(s => s.textContent === 'Kim')")
        tap.check(True, "n names whom the box shows")
        browser.press("ARROW_RIGHT")
        browser.until("document.querySelectorAll('.box').length > 0")
        go(browser, "h", "History")
        rows = browser.run("document.querySelectorAll('.rows li').length")
        browser.press(*["ARROW_DOWN"] * (rows - 1), "ENTER")
        browser.until("window.review.people.every(p => !p.name) && window.review.undo === null")
        tap.check(True, "history goes back to the first step")
        go(browser, "e", "Export")
        told = browser.run("document.querySelector('output').textContent")
        browser.run("(() => { const i = document.querySelector('input[name=split]'); i.value = '50/50/0'; i.dispatchEvent(new Event('input', {bubbles: true})); })()")
        changed = browser.run("document.querySelector('output').textContent")
        tap.check("5 people, 57 faces: about 46 / 6 / 6" in told and "about 29 / 29 / 0" in changed, "what a data set will hold is told before it is written", f"{told}; {changed}")
        browser.press("w")
        browser.until("document.getElementById('written')?.textContent.includes('written to')")
        tap.check(os.path.isdir(os.path.join(folder, "Face_0")), "w writes the folders")
        browser.press("q")
        browser.until(ASKED)
        browser.press("y")
        server.process.wait(timeout=20)
        tap.check(server.process.returncode == 0, "q ends it")


def test_drawn(copy, browser):
    """A box for a missed face, by keys and with the pointer; and the cover of a person."""
    from selenium.webdriver.common.action_chains import ActionChains

    _, server = with_page(copy, browser)
    with server:
        browser.run("location.hash = 'frame/5'")
        boxes = len(browser.until("document.querySelectorAll('.box').length > 0 && [...document.querySelectorAll('.box')].map(b => b.style.left)"))
        browser.press("b")
        start = browser.until("document.querySelector('.box.new')?.style.left")
        browser.press("ARROW_RIGHT", *["ARROW_UP"] * 60)
        moved = browser.run("document.querySelector('.box.new').style.left + ' ' + document.querySelector('.box.new').style.top")
        tap.check(start != moved.split()[0] and moved.endswith(" 0%"), "b draws a box, arrows move it", f"{start} {moved}")
        browser.press("ENTER")
        browser.until("document.getElementById('name')")
        browser.press("ESCAPE")
        browser.until("!document.getElementById('dialog').open && !document.querySelector('.box.new')")
        tap.check(browser.run("window.review.undo") is None, "Esc leaves it")
        browser.press("b", *["ARROW_UP"] * 60, "ENTER")
        browser.until("document.getElementById('name')")
        browser.press("text:Eve", "ENTER")
        browser.until("[...document.querySelectorAll('.box span')].some(s => s.textContent === 'Eve')")
        tap.check(browser.run("document.querySelectorAll('button.box').length") == boxes + 1, "Enter takes it, with a name")
        browser.press("u")
        browser.until(f"document.querySelectorAll('.box').length === {boxes} && !window.review.people.some(p => p.name === 'Eve')")
        tap.check(True, "u takes it back")
        picture = browser.driver.find_element("css selector", ".picture > img")
        across, down = picture.size["width"], picture.size["height"]
        ActionChains(browser.driver, duration=20).move_to_element_with_offset(picture, int(-0.45 * across), int(-0.45 * down)).click_and_hold().move_by_offset(int(0.08 * across), int(0.15 * down)).release().perform()
        browser.until("document.getElementById('name')")
        browser.press("ENTER")
        browser.until(f"document.querySelectorAll('button.box').length === {boxes + 1}")
        tap.check(browser.until("window.review.undo?.includes('was added')"), "a box that is dragged is taken without a name, too")
        most = browser.run("window.review.people.find(p => p.number === 0).count")
        browser.run("location.hash = 'person/0'")
        browser.until(f"document.querySelectorAll('.tile').length === {most}")
        browser.press("END", "c")
        last = browser.until("document.querySelector('.tile.at b')?.textContent === 'cover ' && document.querySelector('.tile.at').dataset.key")
        tap.check(browser.run("String(window.review.byNumber.get(0).face[0])") == last, "c makes a face the cover")
        browser.press("u", "g", "b")


def test_keys(copy, browser):
    """Every screen's keys are told by ?, once, and no others at its foot; undo and redo are every screen's, and some screens' own too."""
    _, server = with_page(copy, browser)
    with server:
        told, missing = {}, []
        for screen in SCREENS:
            browser.run("document.querySelector('#screen footer.hints')?.setAttribute('data-last', '')")
            browser.run("location.hash = arguments[0]", screen)
            foot = browser.until("[...document.querySelectorAll('#screen footer.hints:not([data-last]) kbd')].map(k => k.textContent)")
            time.sleep(0.2)
            browser.press("?")
            told[screen] = browser.until("document.querySelectorAll('#dialog dt').length > 3 && [...document.querySelectorAll('#dialog dt:not(.title)')].map(d => d.innerText.trim())")
            browser.press("ESCAPE")
            browser.until("!document.getElementById('dialog').open")
            keys = " ".join(told[screen]).split()
            missing += [f"{screen}: {k}" for k in foot if k not in keys]
        twice = {screen: {k for k in keys if keys.count(k) > 1} for screen, keys in told.items()}
        tap.check(all(keys <= {"u", "U"} for keys in twice.values()), "? tells the keys of every screen", str(twice))
        tap.check(not missing, "the foot of a screen tells no other ones", str(missing))
        browser.run("location.hash = 'people'")
        browser.until("document.querySelectorAll('.tile').length === 5")
        browser.press("i")
        browser.until("document.getElementById('number')")
        browser.press("BACKSPACE", "text:12", "ENTER")
        browser.until(ASKED)
        browser.press("y")
        browser.until("window.review.people.length === 2")
        tap.check(browser.run("window.review.ignored") == 3, "i ignores all without a name who have fewer faces than asked")
        browser.press("u")
        tap.check(browser.until("window.review.people.length === 5"), "and u brings all of them back")


def test_markup(copy, browser):
    _, server = with_page(copy, browser)
    browser.driver.get_log("browser")  # what was said before
    with server:
        browser.press("n", "text:<img src=x onerror=\"window.bad=1\"><b>", "ENTER")
        browser.until("window.review.people.some(p => p.name)")
        go(browser, "h", "History")
        browser.run("location.hash = 'frame/1'")
        time.sleep(0.3)
        bad = browser.run("window.bad || document.querySelector('#screen img[src=x], #screen .name b')")
        refused = browser.run("new Promise(r => { addEventListener('securitypolicyviolation', e => r(e.violatedDirective)); const s = document.createElement('script'); s.textContent = 'window.bad = 1'; document.body.append(s); setTimeout(() => r(null), 500); })")
        tap.check(bad is None and refused is not None and browser.run("window.bad") is None, "names are text, and scripts within the page do not run", str(refused))
        said = [e["message"] for e in browser.driver.get_log("browser") if "onerror" not in e["message"] and "inline" not in e["message"]]
        tap.check(not said, "the browser has nothing to complain of", str(said))


def test_tabs(copy, browser):
    _, server = with_page(copy, browser)
    with server:
        first = browser.driver.current_window_handle
        browser.driver.switch_to.new_window("tab")
        browser.driver.get(f"http://127.0.0.1:{server.port}/")
        browser.until("document.querySelectorAll('.tile').length === 5")
        browser.press("n", "text:Ada", "ENTER")
        browser.until(f"{PEOPLE}.includes('Ada')")
        browser.driver.switch_to.window(first)
        tap.check(browser.until(f"{PEOPLE}.includes('Ada')"), "what another tab does shows here")
        for handle in browser.driver.window_handles:
            if handle != first:
                browser.driver.switch_to.window(handle)
                browser.driver.close()
        browser.driver.switch_to.window(first)


def fits(browser):
    """Screens that are wider than the window."""
    wide = []
    for screen in SCREENS:
        browser.run("location.hash = arguments[0]", screen)
        time.sleep(0.35)
        if browser.run("document.documentElement.scrollWidth > innerWidth"):
            wide.append(screen)
    return wide


def violations(browser, axe):
    found = []
    for screen in SCREENS:
        browser.run("location.hash = arguments[0]", screen)
        time.sleep(0.5)
        for v in browser.driver.execute_async_script(axe + ";axe.run(document, {resultTypes: ['violations']}).then(r => arguments[arguments.length - 1](r.violations))"):
            found.append(f"{screen}: {v['id']}: {v['nodes'][0]['html'][:110]}")
    return found


def test_looks(copy, browser):
    axe = None
    if os.environ.get("WW_AXE"):
        with open(os.environ["WW_AXE"], encoding="utf-8") as f:
            axe = f.read()
    for width, height, dark in ((1280, 800, False), (390, 844, False), (1280, 800, True), (390, 844, True)):
        if dark and not axe:
            continue
        browser.emulate(width, height, dark)
        _, server = with_page(copy, browser)
        name = f"{'phone' if width < 600 else 'desktop'}, {'dark' if dark else 'light'}"
        with server:
            if not dark:
                wide = fits(browser)
                tap.check(not wide, f"nothing is wider than the window: {name}", str(wide))
            if axe:
                found = violations(browser, axe)
                tap.check(not found, f"axe-core finds nothing: {name}", "\n# ".join(found))
    browser.emulate()
    if not axe:
        tap.check(True, "axe-core finds nothing # SKIP WW_AXE does not name it")


# --- the cast of eight


def truth_of_faces(folder):
    """Per person's number, the true person of most of its faces."""
    with open(os.path.join(shared, "footage", "dev_cast8.truth.csv"), encoding="utf-8") as f:
        truth = list(csv.DictReader(f))
    votes = {}
    with open(os.path.join(folder, "faces.csv"), encoding="utf-8") as f:
        for row in csv.DictReader(f):
            if not row["person"].isdigit():
                continue
            at = float(row["time_s"]), float(row["x"]) + float(row["width"]) / 2, float(row["y"]) + float(row["height"]) / 2
            for t in truth:
                if float(t["start_s"]) <= at[0] < float(t["end_s"]) and 0 <= at[1] - float(t["x"]) < float(t["w"]) and 0 <= at[2] - float(t["y"]) < float(t["h"]):
                    votes.setdefault(int(row["person"]), Counter())[t["person"]] += 1
    return {number: count.most_common(1)[0][0] for number, count in votes.items()}


def test_cast(top, browser):
    film = os.path.join(shared, "footage", "dev_cast8.mp4")
    if not os.path.exists(film):
        tap.check(True, "a cast of eight is brought together by keys # SKIP no shared footage")
        return
    folder, by_commands = os.path.join(top, "cast"), os.path.join(top, "commands")
    whoswho(film, "-o", folder, "--method", "hac", "--threshold", "0.7", "-q")
    shutil.copytree(folder, by_commands)
    who, commands, merges = truth_of_faces(folder), [], 0
    begun = len(who)
    with Server(program, folder) as server:
        browser.open(server)
        browser.run(STATE)
        browser.keys = 0
        go(browser, "s", "The same")
        while True:
            settled(browser)
            pair = browser.until("document.querySelectorAll('.side h2 a').length === 2 ? [...document.querySelectorAll('.side h2 a')].map(a => Number(a.hash.split('/')[1])) : document.querySelector('.empty')?.textContent.startsWith('Nobody') && 'end'")
            if pair == "end":
                break
            same = who[pair[0]] == who[pair[1]]
            decided = browser.run("window.review.decided")
            browser.press("y" if same else "n")
            browser.until("window.review.decided > arguments[0]", decided)
            commands.append([["different", "merge"][same], *map(str, pair)])
            merges += same
        settled(browser)
        people = browser.run("window.review.people.length")
        tap.check(people == 8, "a cast of eight is brought together by keys", f"{begun} people to {people}: {browser.keys} key strokes for {merges} merges")
        tap.check(browser.keys <= 2 * merges, "with at most two key strokes a merge")
    for command in commands:
        whoswho(*command, "-o", by_commands, "-q")
    tap.check(journal(program, folder) == journal(program, by_commands), "and the journal is what the commands write")


def main():
    webdriver, why = selenium()
    if not webdriver:
        skip_all(why)
    try:
        Browser(webdriver).close()
    except Exception as error:  # whatever the driver says
        skip_all(f"Chromium does not start here: {str(error).splitlines()[0]}")
    with tempfile.TemporaryDirectory(prefix="whoswho-page-") as top:
        made = os.path.join(top, "library")
        whoswho(footage, "-o", made, "-q")
        copy, browser = copier(made, top), Browser(webdriver)
        tests = [lambda t=t: t(copy, browser) for t in (test_people, test_person, test_unassigned_frame_footage, test_drawn, test_keys, test_markup, test_tabs, test_looks)] + [lambda: test_cast(top, browser)]
        for i, test in enumerate(tests):
            if len(sys.argv) > 3 and str(i) not in sys.argv[3]:
                continue
            try:
                test()
            except Exception as error:
                tap.check(False, f"test {i} came to its end", f"{repr(error)[:400]}; {browser.run('document.body.innerText')[-200:]!r}".replace("\n", " "))
        browser.close()
    tap.end()


main()
