# SPDX-License-Identifier: MIT
"""What a test in Python prints: TAP, a line per claim, and the plan in the end."""
import sys


class Tap:
    """Claims one by one; end() ends the program."""

    def __init__(self):
        self.count = self.failed = 0

    def check(self, fine, name, remark=""):
        self.count += 1
        self.failed += not fine
        print(f"{'ok' if fine else 'not ok'} {self.count} - {name}", flush=True)
        if remark:
            print("# " + remark.replace("\n", "\n# "), flush=True)
        return fine

    def end(self):
        print(f"1..{self.count}")
        sys.exit(self.failed != 0)


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def run(checks):
    """Runs checks (functions that raise where something is wrong), each a claim; the result is how many failed."""
    print(f"1..{len(checks)}")
    failed = 0
    for number, check in enumerate(checks, 1):
        name = check.__name__.replace("_", " ")
        try:
            check()
            print(f"ok {number} - {name}", flush=True)
        except Exception as why:  # whatever goes wrong in a check is its failure
            failed += 1
            print(f"not ok {number} - {name}\n# {type(why).__name__}: {why}", flush=True)
    return failed
