#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: make_screenshot.py WHOSWHO [OUT]

Makes docs/demo.jpg (or OUT): the report page of the demo clip, whole, in Debian's Chromium (python3-selenium, python3-opencv)."""
import os
import subprocess
import sys
import tempfile
import time

import cv2

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(TOP, "tests", "browser"))
from browser import Browser, selenium  # noqa: E402

WIDTH, QUALITY = 1300, 82


def main(program, out=os.path.join(TOP, "docs", "demo.jpg")):
    webdriver, why = selenium()
    if not webdriver:
        sys.exit(why)
    with tempfile.TemporaryDirectory() as top:
        folder, shot = os.path.join(top, "People"), os.path.join(top, "shot.png")
        subprocess.run([program, os.path.join(TOP, "tests", "data", "demo.mp4"), "-o", folder, "-q"], check=True)
        browser = Browser(webdriver)
        browser.emulate(WIDTH, 2000)
        browser.driver.get(f"file://{folder}/index.html")
        height = browser.until("[...document.images].every(i => i.complete) && Math.ceil(document.querySelector('footer').getBoundingClientRect().bottom)")
        browser.emulate(WIDTH, height)
        time.sleep(0.5)
        browser.shot(shot)
        browser.close()
        cv2.imwrite(out, cv2.imread(shot), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


main(*sys.argv[1:])
