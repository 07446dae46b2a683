# SPDX-License-Identifier: MIT
"""What an output folder holds, for tests that compare two of them."""
import os
import sqlite3


def rows(out):
    """All tables of a library, in an order that does not depend on the order of writing."""
    base = sqlite3.connect(f"file:{out}/whoswho.db?mode=ro", uri=True)
    names = [n for (n,) in base.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                                        " AND name <> 'file_content'")]  # what each run itself saw of the files
    found = {n: base.execute(f'SELECT * FROM "{n}" ORDER BY 1, 2').fetchall() for n in names}
    base.close()
    return found


def tree(out):
    """Every file of an output folder but the store, by its content."""
    found = {}
    for folder, _, names in os.walk(out):
        for name in names:
            if not name.startswith("whoswho.db"):
                path = os.path.join(folder, name)
                with open(path, "rb") as f:
                    found[os.path.relpath(path, out)] = f.read()
    return found
