#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: test_summary.py DIR: adds up meson's *.xml (JUnit) test reports and the *.check files in DIR; names what failed and what was skipped;
ends with 'N passed, N failed, N skipped' and fails if anything did, or if nothing ran."""
import glob
import os
import sys
import xml.etree.ElementTree as ET

passed, failed, skipped = 0, [], {}
for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.xml"))):
    run = os.path.splitext(os.path.basename(path))[0]
    for suite in ET.parse(path).getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            name = f"{run}: {suite.get('name')}: {case.get('name')}"
            if case.find("failure") is not None or case.find("error") is not None:
                failed.append(name)
            elif case.find("skipped") is not None:
                skipped[name] = (case.find("skipped").text or case.find("skipped").get("message") or "").strip()
            else:
                passed += 1
for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.check"))):
    with open(path) as f:
        if f.read().strip() == "ok":
            passed += 1
        else:
            failed.append("check: " + os.path.splitext(os.path.basename(path))[0])

for name in skipped:
    print(f"skipped  {name}")
for name in failed:
    print(f"FAILED   {name}")
print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
sys.exit(1 if failed or passed == 0 else 0)
