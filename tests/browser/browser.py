# SPDX-License-Identifier: MIT
"""A review server and Debian's Chromium in front of it, for the tests of the page."""
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

WAIT_S = 30  # for what takes a moment; a machine under load takes longer than a person would like


class Server:
    """whoswho review on a folder; a context manager."""

    def __init__(self, program, folder, *more):
        self.command = [program, "review", folder, "--no-open", "-q", *more]

    process = None

    def __enter__(self):
        if self.process:  # started already
            return self
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\?token=([0-9a-f]{32})", self.address)
        if not found:
            raise RuntimeError(f"no address but {self.address!r}")
        self.port, self.token = int(found[1]), found[2]
        return self

    def __exit__(self, *_):
        self.end()

    def end(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.stdout.read()
        return self.process.wait()

    def memory_mb(self):
        """Peak of the resident set."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024


def selenium():
    """The module, or None with the reason."""
    try:
        from selenium import webdriver
    except ImportError:
        return None, "python3-selenium is not installed"
    for binary in ("/usr/bin/chromium", "/usr/bin/chromedriver"):
        if not os.path.exists(binary):
            return None, f"{binary} is not installed"
    return webdriver, ""


class Browser:
    """One window; keys counts what was pressed."""

    def __init__(self, webdriver):
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        self.profile = tempfile.TemporaryDirectory(prefix="whoswho-chromium-", ignore_cleanup_errors=True)
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1",
                         "--disable-dev-shm-usage", "--window-size=1280,800", f"--user-data-dir={self.profile.name}"):
            options.add_argument(argument)
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.keys = 0
        self.emulate()

    def emulate(self, width=1280, height=800, dark=False):
        """A window of this size; under 600 pixels a phone's."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})

    def close(self):
        self.driver.quit()
        self.profile.cleanup()

    def open(self, server):
        self.driver.get(server.address)
        self.until("location.search === '' && document.readyState === 'complete' && document.hasFocus() && document.querySelectorAll('.tile').length > 0")
        time.sleep(0.3)  # until the window gets the keys, too

    def run(self, script, *arguments):
        return self.driver.execute_script(f"return ({script})", *arguments)

    def until(self, script, *arguments, seconds=WAIT_S):
        """Waits until the expression is true, and returns it."""
        end = time.monotonic() + seconds
        while True:
            try:
                value = self.run(script, *arguments)
            except Exception as error:  # the page is being replaced
                value, why = None, error
            else:
                why = value
            if value:
                return value
            if time.monotonic() > end:
                raise TimeoutError(f"not within {seconds} s: {script} ({why})")
            time.sleep(0.03)

    def press(self, *keys):
        """Each key to whatever has the focus; "text:..." types."""
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        for key in keys:
            chain = ActionChains(self.driver, duration=0)
            if key.startswith("text:"):
                self.keys += len(key) - 5
                chain.send_keys(key[5:])
            else:
                self.keys += 1
                chain.send_keys(getattr(Keys, key, key))
            chain.perform()

    def screen(self):
        return self.run("document.getElementById('screen').innerText")

    def toast(self, words):
        return self.until("document.getElementById('toast').textContent.includes(arguments[0])", words)

    def shot(self, path):
        self.driver.save_screenshot(path)


def journal(program, folder):
    """What was decided, without the times."""
    said = subprocess.run([program, "log", "-o", folder, "--json"], check=True, capture_output=True).stdout
    return [{k: v for k, v in row.items() if k != "time"} for row in json.loads(said)["log"]]


def copier(made, top):
    """A function that copies the library `made` into a new folder of `top`, and returns its path."""
    numbers = itertools.count()

    def copy():
        return shutil.copytree(made, os.path.join(top, f"copy{next(numbers)}", "people"))

    return copy
