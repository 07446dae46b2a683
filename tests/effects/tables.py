#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: tables.py WHOSWHO

Every --json is read by a real JSON parser and every table by a real CSV parser, with names that need care; numbers of
people keep their meaning when people split and join. Prints TAP."""

import collections
import csv
import json
import os
import shutil

from scene import DATA, check, check_equal, faces, main, query, run, whoswho

DEMO, TRUTH = os.path.join(DATA, "demo.mp4"), os.path.join(DATA, "demo.truth.csv")
NAMES = ['Zoë "Zo" O\'Neil', "back\\slash", "comma, semicolon; 100%", "日本語", "<b>&amp;</b>"]


def demo():
    """A library of the demo, in out."""
    return run(DEMO, "out")


def every_json_parses():
    """With a folder and a film whose names have all that JSON must escape."""
    source, out = 'film "1"\t\\x\x01é\udcff.mp4', 'o"u\\t'
    shutil.copy(DEMO, source)
    summary = run(source, out)
    check_equal((summary["dir"], summary["people"], summary["unreadable"]), (out, 5, 0), "the summary of run")
    check_equal(whoswho("scan", source, "-o", out, "--json").json["already"], 1, "the summary of scan")
    check_equal(whoswho("cluster", out, "--json").json["people"], 5, "the summary of cluster")
    said = [whoswho("name", number, name, "-o", out, "--json", code=None) for number, name in enumerate(NAMES)]
    taken = [name for done, name in zip(said, NAMES) if done.code == 0]
    check(len(taken) >= 2, f"names taken: {taken}")
    for done in said:
        check(done.code in (0, 2), f"exit code {done.code}: {done.err}")
        check(done.code == 0 or done.err, "a name that is refused is explained")
    for done in (done for done in said if done.code == 0):
        check(isinstance(done.json, dict), "what name says")
    people = whoswho("people", "-o", out, "--json").json["people"]
    check_equal(sorted(p["name"] for p in people if p["name"]), sorted(taken), "names in people")
    check_equal(sum(p["faces"] for p in people), 57, "faces in people")
    log = whoswho("log", "-o", out, "--json").json["log"]
    check_equal(len(log), len(taken), "entries of the log")
    check(
        all(
            any(
                name in json.dumps(entry, ensure_ascii=False).replace('\\"', '"').replace("\\\\", "\\") for entry in log
            )
            for name in taken
        ),
        f"{log}",
    )
    score = whoswho("eval", out, "--truth", TRUTH, "--json").json
    check(isinstance(score, dict) and score, "what eval says")
    whoswho("sync", out, "--json").json
    portrait = os.path.join(out, faces(out)[0]["file"])
    check(whoswho("why", portrait, "-o", out, "--json").json, "what why says")
    for arguments in (
        ["undo"],
        ["redo"],
        ["merge", 0, 1],
        ["part", taken_number(out), "--yes"],
        ["same", 0, 2],
        ["ignore", 3],
    ):
        done = whoswho(*arguments, "-o", out, "--json", code=None)
        if done.code == 0:
            check(isinstance(done.json, (dict, list)), f"what {arguments[0]} says: {done.said}")
        else:
            check_equal((done.code in (2, 3), done.json["error"]["exit_code"]), (True, done.code), f"{arguments[0]} fails")
    check(isinstance(whoswho("models", "list", "--json").json, (dict, list)), "what models list says")


def taken_number(out):
    return whoswho("people", "-o", out, "--json").json["people"][0]["number"]


def tables_parse():
    """faces.csv, with names that need quotes, against the library itself."""
    demo()
    whoswho("name", 0, NAMES[2], "-o", "out", "-q", code=None)
    whoswho("name", 1, "Ann", "-o", "out", "-q")
    with open("out/faces.csv", newline="", encoding="utf-8") as f:
        rows = list(csv.reader(f))
    check_equal({len(row) for row in rows}, {len(rows[0])}, "columns")
    check_equal(len(rows), 58, "rows")
    stored = {
        face: (x, y, score, person)
        for face, x, y, score, person in query("out", "SELECT id, x, y, score, person FROM face")
    }
    for row in faces("out"):
        x, y, score, person = stored[int(row["face"])]
        check(
            abs(row["x"] - x) < 0.06 and abs(row["y"] - y) < 0.06 and abs(row["score"] - score) < 6e-5,
            f"face {row['face']}",
        )
        check_equal(row["person"], person, f"the person of face {row['face']}")
        check(os.path.exists(os.path.join("out", row["file"])), row["file"])
    check_equal({row["name"] for row in faces("out") if row["person"] == 1}, {"Ann"}, "the name of person 1")


def cells(table):
    with open(table, newline="", encoding="utf-8") as f:
        return [cell for row in csv.reader(f) for cell in row]


def formulas(table):
    """Cells that a spreadsheet would take for a formula; numbers are none."""
    return [c for c in cells(table) if c[:1] in set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20") and not is_number(c)]


def is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def rewrite(path, source, *columns):
    """The faces of out as a table of its own, of this source, with the names that such a table has for columns."""
    with open(path, "w", newline="", encoding="utf-8") as f:
        rows = [[columns[0], "time_s", "x", "y", *columns[1:], "person"]]
        rows += [[source, *(r[k] for k in ("time_s", "x", "y", "width", "height")), r["person"]] for r in faces("out")]
        csv.writer(f).writerows([row for row in rows if row[-1] != -1])


def names_are_no_formulas_where_asked():
    """--csv-safe holds from then on, for every table, and what reads them finds the names again."""
    source = "=HYPERLINK(A1).mp4"
    shutil.copy(DEMO, source)
    run("./" + source, "out")
    for who, name in enumerate(("=1+1", "+49 30 1", "-Ada", "@Zo\u00eb", "'=quoted")):
        whoswho("name", "-o", "out", "-q", "--", who, name)
    check_equal(len(set(formulas("out/faces.csv"))) > 4, True, "by default names are as they are")
    truth = [(row["source"], row["name"]) for row in faces("out")]
    whoswho("export", "out", "--csv-safe", "-q")
    check_equal(formulas("out/faces.csv"), [], "formulas in faces.csv")
    check_equal(
        [(c["source"], c["name"]) for c in faces("out")],
        [("'" * (s[:1] in "=") + s, "'" * (n[:1] in "=+-@'" and n != "") + n) for s, n in truth],
        "each text that begins one has a ' before it",
    )
    whoswho("undo", "-o", "out", "-q")
    check_equal(formulas("out/faces.csv"), [], "formulas after undo")
    whoswho("redo", "-o", "out", "-q")
    whoswho("export", "out", "--to", "embeddings,timeline", "-O", "set", "-q")
    tables = [os.path.join(d, f) for d, _, files in os.walk("set") for f in files if f.endswith(".csv")]
    check_equal(len(tables), 3, f"tables of the data sets: {tables}")
    check_equal({t: formulas(t) for t in tables}, {t: [] for t in tables}, "formulas in data sets")
    for predicted, true in (("'" + source, source), (source, "'" + source)):
        rewrite("predicted.csv", predicted, "source", "width", "height")
        rewrite("truth.csv", true, "file", "w", "h")
        score = whoswho("eval", "predicted.csv", "--truth", "truth.csv", "--json").json["truth"]
        check_equal([score[k] for k in ("matched", "missed", "absent_files")], [57, 0, 0], "faces found again")
    whoswho("export", "out", "--no-csv-safe", "-q")
    check_equal([(row["source"], row["name"]) for row in faces("out")], truth, "without it again")
    whoswho("export", "out", "--to", "embeddings", "-O", "set/../plain", "-q")
    check(formulas("plain/faces.csv"), "the data set, too")
    vectors = ("--embeddings", "plain/faces.npy", "--meta", "plain/faces.csv")
    whoswho("cluster", *vectors, "-O", "asis.csv", "-q")
    whoswho("cluster", *vectors, "-O", "safe.csv", "--csv-safe", "-q")
    check_equal((len(formulas("asis.csv")) > 0, formulas("safe.csv")), (True, []), "clusters of vectors")
    whoswho("cluster", "--embeddings", "plain/faces.npy", "--meta", "safe.csv", "-O", "again.csv", "-q")
    check_equal([c.split("cluster")[0] for c in cells("again.csv")[:3]], cells("safe.csv")[:3], "a safe table is read")


def persons(out):
    """Who is who: number -> faces."""
    whose = collections.defaultdict(set)
    for face, number in query(out, "SELECT id, person FROM face WHERE person IS NOT NULL"):
        whose[number].add(face)
    return dict(whose)


def numbers_stay_with_the_larger_part_when_a_person_splits():
    demo()
    five = persons("out")
    largest = max(five, key=lambda n: len(five[n]))
    whoswho("cluster", "out", "-q", "--threshold", "9")
    fewer = persons("out")
    check(len(fewer) < 5, f"{len(fewer)} people")
    for number, of in fewer.items():
        inside = [n for n in five if five[n] & of]
        check(number in inside, f"person {number} is made of {inside}, and bears the number of another")
        check(
            len(five[number] & of) == max(len(five[n] & of) for n in inside),
            f"person {number} bears the number of a smaller part",
        )
    whoswho("cluster", "out", "-q", "--threshold", "1")
    again = persons("out")
    check_equal(
        {n: len(f) for n, f in again.items()},
        {n: len(f) for n, f in five.items()},
        f"after it all ({largest} was the largest)",
    )
    check_equal(again, five, "each number is whose it was")


def new_people_get_new_numbers():
    """A person who leaves keeps the number free; one who comes gets the next that never was anybody's."""
    demo()
    before = persons("out")
    whoswho("cluster", "out", "-q", "--method", "hac", "--min-samples", "12")  # templates lets left-over faces join
    stay = persons("out")
    check(0 < len(stay) < 5, f"{len(stay)} people of 12 faces")
    check(all(before[n] == f for n, f in stay.items()), "who stays keeps the number")
    whoswho("cluster", "out", "-q", "--min-samples", "3")
    check_equal(persons("out"), before, "who comes back finds the old number")
    whoswho("cluster", "out", "-q", "--threshold", "0.1", "--min-samples", "1")
    pieces = persons("out")
    check(len(pieces) > 5, f"{len(pieces)} pieces")
    for number in before:
        if number in pieces:
            check(pieces[number] <= before[number], f"piece {number} is of another person")
            largest = max(len(f) for f in pieces.values() if f <= before[number])
            check_equal(len(pieces[number]), largest, f"person {number} keeps the largest piece")
    check_equal(sorted(n for n in pieces if n >= 5), list(range(5, len(pieces))), "numbers of the other pieces")


main(
    every_json_parses, tables_parse, names_are_no_formulas_where_asked, numbers_stay_with_the_larger_part_when_a_person_splits, new_people_get_new_numbers
)
