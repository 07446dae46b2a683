# SPDX-License-Identifier: MIT
"""Runs checks (functions that raise where something is wrong) and prints TAP; the result is how many failed."""


def run(checks):
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
