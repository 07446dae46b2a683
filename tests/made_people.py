# SPDX-License-Identifier: MIT
"""The made people of tests/data/people, as files where a test wants them."""
import os

PEOPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "people")


def write_picture(path, who, mark=b""):
    """A made person's picture; `mark` after its end makes another file that shows the same."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(os.path.join(PEOPLE, who + ".png"), "rb") as f, open(path, "wb") as to:
        to.write(f.read() + mark)
