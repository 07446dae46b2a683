#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: test_mutations.py SOURCE: where tools/mutate.py sees mistakes that can be made, and where it must see none. Prints TAP."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.abspath(sys.argv[1]), "tools"))
from mutations import sites

CODE = """// a < b in a comment
#define MANY 7
static int sum(const int *item, int count, char *text)
{
    assert(count > 0);
    int total = 0; /* x && y */
    if (!item || count < 1)
        return -1;
    for (int i = 0; i < count; i++)
        total += item[i] * 2;
    copy(text, total, count, "a == 9");
    free(text);
    return total;
}
"""
# operator -> the lines that it makes of one line of CODE
EXPECTED = {
    "relation": {"if (!item || count <= 1)", "for (int i = 0; i <= count; i++)"},
    "arithmetic": {"total -= item[i] * 2;", "total += item[i] / 2;"},
    "logic": {"if (!item && count < 1)"},
    "step": {"for (int i = 0; i < count; i--)"},
    "constant": {
        "int total = 1; /* x && y */",
        "if (!item || count < 2)",
        "return -2;",
        "for (int i = 1; i < count; i++)",
        "total += item[i] * 3;",
    },
    "statement": {"total += item[i] * 2;", "free(text);", 'copy(text, total, count, "a == 9");'},
    "return": {"return -1;", "return total;"},
    "negation": {"if (!(!item || count < 1))"},
    "arguments": {'copy(total, text, count, "a == 9");', 'copy(text, count, total, "a == 9");'},
}


def changed(site):
    """The line that a mistake makes, or for what it takes away the line that it was."""
    _, operator, start, end, wrong = site
    text = CODE if operator in ("statement", "return") else CODE[:start] + wrong + CODE[end:]
    return text[text.rfind("\n", 0, start) + 1 : text.find("\n", start)].strip()


def main():
    found = {}
    for site in sites("sum.c", CODE):
        found.setdefault(site[1], []).append(site)
    failed = 0
    for number, (operator, lines) in enumerate(EXPECTED.items(), 1):
        got = {changed(site) for site in found.get(operator, [])}
        failed += got != lines
        for line in sorted(got ^ lines):
            print(f"# {'missing' if line in lines else 'too many'}: {line}")
        print(f"{'ok' if got == lines else 'not ok'} {number} - {operator}")
    guards = [CODE[start:end] + "|" + wrong for _, _, start, end, wrong in found.get("guard", [])]
    good = guards == ["if (!item || count < 1)\n        return -1;|" + " " * 23 + "\n" + " " * 18]
    failed += not good
    print(f"{'ok' if good else 'not ok'} {len(EXPECTED) + 1} - guard")
    print(f"1..{len(EXPECTED) + 1}")
    return failed != 0


sys.exit(main())
