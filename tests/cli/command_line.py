#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: command_line.py WHOSWHO TOP

The command line as a whole: what --json prints against docs/output.schema.json, completions and man page against the option tables, configuration
files, lists of files, dumb terminals. TOP is the source tree. Prints TAP."""
import glob
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM, TOP = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
DEMO = os.path.join(TOP, "tests", "data", "demo.mp4")
ENVIRONMENT = dict(os.environ, LC_ALL="C.UTF-8", XDG_CONFIG_HOME=os.path.abspath("config"))
sys.path.insert(0, os.path.join(TOP, "tools"))
import make_completion  # noqa: E402


def whoswho(*arguments, code=0, **more):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, env=ENVIRONMENT, timeout=120, **more)
    if code is not None and done.returncode != code:
        raise AssertionError(f"{' '.join(arguments)}: exit code {done.returncode}, not {code}; it said: {done.stderr}")
    return done


def check(good, what):
    if not good:
        raise AssertionError(what)


def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def library():
    if not os.path.exists("People"):
        whoswho(DEMO, "-o", "People", "-q", "--every", "2s")
    return "People"


def documents():
    """Each --json prints one document of the schema, also when it fails."""
    try:
        import jsonschema
    except ImportError:
        return "python3-jsonschema is not here"
    with open(os.path.join(TOP, "docs", "output.schema.json"), encoding="utf-8") as f:
        schema = json.load(f)
    people, truth = library(), os.path.join(TOP, "tests", "data", "demo.truth.csv")
    calls = [
        ("run", DEMO, "-o", people, "--every", "2s"),
        ("scan", DEMO, "-o", "scanned", "--every", "5s"),
        ("cluster", people),
        ("export", people),
        ("export", people, "--to", "yolo", "-O", "set"),
        ("check", "set"),
        ("people", people),
        ("name", "0", "Ada", people),
        ("split", "0", people),
        ("sync", people),
        ("log", people),
        ("why", "1", "2", people),
        ("find", os.path.join(TOP, "tests", "data", "people", "sage.png"), people),
        ("find", "nothing.png", people),
        ("find", "--in", DEMO, "--every", "5s", os.path.join(TOP, "tests", "data", "people", "sage.png")),
        ("eval", people, "--truth", truth),
        ("models", "list"),
        ("scan", DEMO, "-o", "shard", "--every", "5s", "--shard", "1/2"),
        ("join", "scanned", "shard", "-o", "joined"),
        ("add-face", "1", "1,1,40,40", people),
        ("cover", os.path.join(people, "Ada", "face_1.jpg"), people),
        ("forget", "--gone", "-o", "joined"),
        ("forget", DEMO, "-o", "joined"),
        ("export", people, "--to", "embeddings", "-O", "vectors"),
        ("cluster", "--embeddings", "vectors/faces.npy", "-O", "groups.csv", "--method", "dbscan", "--approximate"),
        ("export", people, "--to", "cvat", "-O", "boxes"),
        ("import", people, "boxes"),
    ]
    failing = [
        (2, ("cluster", "--nonsense")),
        (2, ("nmae", "3", "Ada")),
        (2, ("--every", "never", DEMO)),
        (3, ("people", "nowhere")),
        (3, ("join", "nowhere", "-o", "no")),
        (2, ("join", "scanned", people, "-o", "no")),
        (3, ("run", "nowhere.mp4", "-o", "no")),
        (3, ("name", "99", "Ada", people)),
        (2, ("name", "1", "12", people)),
        (2, ("add-face", "1", "-90,0,50,50", people)),
        (3, ("add-face", "999", "0,0,50,50", people)),
        (3, ("cover", "nowhere.jpg", people)),
    ]
    for code, call in [(0, c) for c in calls] + failing:
        done = whoswho(*call, "--json", code=None)
        check(done.returncode == code or (code == 0 and done.returncode == 1), f"{call}: exit code {done.returncode}: {done.stderr}")
        answer = json.loads(done.stdout)
        jsonschema.validate(answer, schema)
        check(("error" in answer) == (code > 1), f"{call}: {answer}")
        check(code < 2 or answer["error"]["exit_code"] == code and answer["error"]["message"], f"{call}: {answer}")
    broken = {"schema": 2, "people": []}
    try:
        jsonschema.validate(broken, schema)
    except jsonschema.ValidationError:
        return None
    raise AssertionError("another version passes")


def completions():
    done = subprocess.run([sys.executable, os.path.join(TOP, "tools", "make_completion.py"), PROGRAM, os.path.join(TOP, "docs", "completion"), "--check"],
                          capture_output=True, text=True)
    check(done.returncode == 0, done.stdout + done.stderr)


def bash_completes():
    script = """source "$1"; COMP_WORDS=("${@:2}"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _whoswho; printf '%s\\n' "${COMPREPLY[@]}" """
    path = os.path.join(TOP, "docs", "completion", "whoswho.bash")

    def complete(*words):
        return subprocess.run(["bash", "-c", script, "bash", path, "whoswho", *words], capture_output=True, text=True, check=True).stdout.split()

    check("cluster" in complete("clu"), "a command")
    check("--threshold" in complete("cluster", "--thr"), "an option")
    check(complete("export", "--unlabelled", "b") == ["blur"], "a value")
    check("dbscan" in complete("x.mp4", "--method", "d"), "a value of the command left out")
    check("templates" in complete("eval", "--method", ""), "the default method of eval")
    check("auto" in complete("cluster", "--method", "") and "auto" not in complete("eval", "--method", ""), "a command's own values")
    check(complete("models", "get", "yu") == ["yunet"], "a model")


def manual():
    """Every option and command is in the man page, and it names no option that there is not."""
    with open(os.path.join(TOP, "docs", "whoswho.1"), encoding="utf-8") as f:
        page = f.read().replace("\\-", "-").replace("\\fR", "").replace("\\fB", "")
    commands, options, _ = make_completion.read_tables(PROGRAM)
    names = {o.name for of in options.values() for o in of}
    told = set(re.findall(r"--([a-z][a-z-]*)", page))
    check(names <= told, f"not in the man page: {sorted(names - told)}")
    check(told <= names | {"version"}, f"in the man page only: {sorted(told - names)}")
    missing = [c for c in commands if not re.search(rf"^\.(B|BI|BR) .*\b{c}\b", page, re.M)]
    check(not missing, f"commands that the man page has not: {missing}")


def documentation():
    """The commands of README and docs/ are there, with the options they are shown with."""
    commands, options, _ = make_completion.read_tables(PROGRAM)
    wrong, seen = [], 0
    for page in [os.path.join(TOP, "README.md"), *glob.glob(os.path.join(TOP, "docs", "*.md")), *glob.glob(os.path.join(TOP, "bindings", "python", "*.md"))]:
        with open(page, encoding="utf-8") as f:
            text = f.read()
        for line in re.findall(r"^    (?:.*\| )?(whoswho .*)$|`(whoswho [^`]*)`", text, re.M):
            words = re.split(r"\s{2,}|#", (line[0] or line[1]))[0].split()
            command = words[1] if len(words) > 1 and words[1] in commands else "run"
            names = {"--" + o.name for o in options[command]} | {"-" + o.letter for o in options[command]} | {"--help", "--version"}
            used = [w.split("=")[0].strip(",.;)") for w in words[1:] if re.match(r"--?[a-zA-Z0]", w)]
            seen += 1
            wrong += [f"{os.path.basename(page)}: {' '.join(words)}: {w}" for w in used if w not in names]
            if len(words) > 1 and re.fullmatch(r"[a-z]+", words[1]) and words[1] not in commands and words[1] not in ("help"):
                wrong.append(f"{os.path.basename(page)}: {' '.join(words)}")
    check(seen > 40, f"{seen} commands seen")
    check(not wrong, "\n".join(wrong))


def short_forms():
    people = library()
    check(whoswho("cluster", people, "--meth=dbscan", "-qv").stdout == "", "a shortened name and joined letters")
    check("several" in whoswho("cluster", people, "--m", "dbscan", code=2).stderr, "an ambiguous name")
    check(whoswho("help", "name").stdout == whoswho("name", "--help").stdout, "help COMMAND")
    check("did you mean name" in whoswho("help", "nmae", code=2).stderr, "help of a slip")
    whoswho("demo", "-q", "--every", "2s")
    check(os.path.exists("DemoFaces/Face_4"), "the demo")
    check(whoswho("-V").stdout == whoswho("--version").stdout, "-V")
    for call in (("people",), ("log",), ("cluster",), ("export",), ("sync",), ("why", "1"), ("name", "1", "Bea")):
        check(whoswho(*call, people, code=None).returncode == 0, f"{call} DIR")
        check(whoswho(*call, "-o", people, code=None).returncode == 0, f"{call} -o DIR")


def no_folder():
    write("letter.mp4", "no footage\n" * 99)
    for call in (("nmae", "3", "Ada"), ("xyzzy", "3"), ("nowhere.mp4",), ("letter.mp4",), (DEMO, "--preset", "x"), (DEMO, "--detector", "cnn"),
                 ("-",), ("0",), ("rtsp://camera/",)):
        done = whoswho(*call, code=None)
        check(done.returncode in (2, 3), f"{call}: exit code {done.returncode}")
        check(not os.path.exists("ClusteredFaces"), f"{call} made a folder")
    check("ffmpeg -i 'rtsp://camera/'" in whoswho("rtsp://camera/", code=2).stderr, "how to record a stream")
    check("mmod_human_face_detector.dat" in whoswho(DEMO, "--detector", "cnn", code=3).stderr, "the file that cnn wants")
    os.mkdir("mine")
    whoswho("letter.mp4", "-o", "mine", code=3)
    check(os.path.isdir("mine"), "a folder that was there stays")


def lists():
    odd = "odd\nname.mp4"
    os.symlink(DEMO, odd)
    os.symlink(DEMO, "plain.mp4")
    write("list.txt", "plain.mp4\n\n")
    of = ("scan", "--every", "5s", "--json", "-o", "listed")
    check(json.loads(whoswho(*of, "--files-from", "list.txt").stdout)["sources"] == 1, "a list")
    check(json.loads(whoswho(*of, "--files-from", "-", "-0", input=f"{odd}\0plain.mp4\0").stdout)["sources"] >= 1, "names that end with NUL")
    check("--null" in whoswho(*of, "--files-from", "-", input="a\0b", code=3).stderr, "NULs without -0")
    check("names no file" in whoswho(*of, "--files-from", "-", input="\n", code=2).stderr, "an empty list")
    check("both" in whoswho(*of, "-0", DEMO, code=2).stderr, "-0 alone")
    check("nolist" in whoswho(*of, "--files-from", "nolist", code=3).stderr, "a list that is not there")


def configuration():
    people, user = library(), os.path.join("config", "whoswho", "config")

    def method(*more):
        return json.loads(whoswho("cluster", people, "--json", *more).stdout)["method"]

    write(user, "# mine\nmethod = dbscan\n[people]\njson = yes\n")
    check(method() == "dbscan", "the user's file")
    check(json.loads(whoswho("people", people).stdout)["schema"] == 1, "a section")
    write(os.path.join(people, "whoswho.conf"), "method = hac\n")
    check(method() == "hac", "the library's own")
    check(method("--method", "templates") == "templates", "the command line")
    for text, place in (("methd = hac\n", "line 1"), ("\n[cluster]\neps = much\n", "line 3"), ("force = yes\n", "line 1"), ("[add-face]\nname = Ada\n", "line 2"), ("json = perhaps\n", "line 1"),
                        ("nothing\n", "line 1")):
        write(user, text)
        call = ("add-face", "1", "0,0,9,9", people) if "name" in text else ("cluster", people)
        check(place in whoswho(*call, code=2).stderr, f"what is wrong in {text!r}")
    write(user, "\ufeffmethod = dbscan\n")
    os.unlink(os.path.join(people, "whoswho.conf"))
    check(method() == "dbscan", "a file with a byte order mark")
    write(user, "output = People\n")
    check(json.loads(whoswho("people", "--json").stdout)["people"], "the folder from the user's file")
    write(os.path.join(people, "whoswho.conf"), "output = elsewhere\n")
    check("output" in whoswho("people", people, code=2).stderr, "a library that says where it is")
    os.unlink(user)
    os.unlink(os.path.join(people, "whoswho.conf"))
    os.mkdir(os.path.join(people, "whoswho.conf"))
    whoswho("people", people)  # a folder of that name is somebody's, and no configuration
    os.rmdir(os.path.join(people, "whoswho.conf"))


def home_of_another():
    """A service that kept the HOME of the user who started it may not look into it: there is no configuration for it."""
    if os.geteuid() != 0:  # somebody else is needed
        return "only root starts programs as somebody else"
    try:
        subprocess.run([PROGRAM, "--version"], capture_output=True, check=True, user=65534, cwd="/", timeout=120)
    except (PermissionError, subprocess.CalledProcessError):  # a checkout in root's home
        return "nobody else may run what lies here"
    os.makedirs("home/.config/whoswho")
    os.chmod("home", 0o700)
    somebody = {"env": dict(ENVIRONMENT, XDG_CONFIG_HOME=os.path.abspath("home/.config")), "user": 65534, "timeout": 120, "cwd": "/"}
    done = subprocess.run([PROGRAM, "people", "/nowhere"], capture_output=True, text=True, **somebody)
    check("configuration" not in done.stderr and "/nowhere" in done.stderr, done.stderr)
    os.chmod("home", 0o755)
    write("home/.config/whoswho/config", "")
    os.chmod("home/.config/whoswho/config", 0)
    os.chmod(".", 0o755)
    done = subprocess.run([PROGRAM, "people", "/nowhere"], capture_output=True, text=True, **somebody)
    check(done.returncode == 3 and "config' cannot be read" in done.stderr, f"one's own that cannot be read: {done.stderr}")


def without_clip():
    """A program that was installed without the demo clip reads a configuration with options of other commands, silently."""
    os.mkdir("bare")
    shutil.copy(PROGRAM, "bare/whoswho")
    write(os.path.join("config", "whoswho", "config"), "port = 8080\n")
    libraries = os.path.join(os.path.dirname(PROGRAM), "..", "..", "src")
    done = subprocess.run(["bare/whoswho", "people", library()], capture_output=True, text=True, env=dict(ENVIRONMENT, LD_LIBRARY_PATH=libraries), timeout=120)
    os.unlink(os.path.join("config", "whoswho", "config"))
    check(done.returncode == 0 and not done.stderr, f"exit code {done.returncode}: {done.stderr}")


def import_into_default():
    """-o DIR names the library also where DIR is the default."""
    os.mkdir("default")
    shutil.copytree(library(), "default/ClusteredFaces")
    write("default/photo.jpg.xmp", '<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>')
    done = whoswho("import", "-o", "ClusteredFaces", "photo.jpg.xmp", code=None, cwd="default")
    check("read:" in done.stdout, f"exit code {done.returncode}: {done.stderr}")
    check("name the folder" in json.loads(whoswho("import", "photo.jpg.xmp", "--json", code=2).stdout)["error"]["message"], "what is wrong, as JSON")
    check("--gone" in json.loads(whoswho("forget", "--json", code=2).stdout)["error"]["message"], "what is wrong, as JSON")


def control_characters():
    """What files are called does not reach the terminal as commands."""
    shutil.copytree(library(), "strange")
    first = json.loads(whoswho("people", "strange", "--json").stdout)["people"][0]["folder"]
    os.rename(os.path.join("strange", first), "strange/A\033[31mB")
    said = whoswho("sync", "strange").stdout
    check("A\\x1B[31mB" in said and "\033" not in said, said)


def on_terminal(kind):
    """What a scan prints on a terminal of this kind."""
    parent, child = pty.openpty()
    out = tempfile.mkdtemp(dir=".")
    process = subprocess.Popen([PROGRAM, DEMO, "-o", out, "--every", "2s"], stdout=child, stderr=child, env=dict(ENVIRONMENT, TERM=kind))
    os.close(child)
    said = b""
    while True:
        try:
            part = os.read(parent, 65536)
        except OSError:
            break
        if not part:
            break
        said += part
    process.wait()
    os.close(parent)
    return said


def dumb_terminal():
    try:
        for end in os.openpty():
            os.close(end)
    except OSError as error:
        return f"no terminal is to be had: {error}"
    check(b"\033" not in on_terminal("dumb"), "escapes on a dumb terminal")
    said = on_terminal("xterm-256color")
    check(b"\033[K" in said, "no progress on a terminal")
    check(not re.search(rb"\033\[[0-9;]*m", said), "colours")


def waited_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def faces_in(out):
    try:
        with open(os.path.join(out, "faces.csv"), encoding="utf-8") as f:
            return len(f.read().splitlines()) - 1
    except OSError:
        return 0


def watching():
    """Files that come into a folder, or into a new folder within, are looked at; decisions can be made meanwhile; Ctrl-C ends it well."""
    pictures, out = os.path.join(TOP, "tests", "data", "people"), os.path.join("inbox", "Out")
    os.makedirs("inbox")

    def runs():
        with open("watch.txt", encoding="utf-8") as f:
            return f.read().count("look at ")

    def quiet(seconds):  # more than the two that it waits for more files, and a run
        before = runs()
        time.sleep(seconds)
        return runs() == before

    with open("watch.txt", "wb") as said:
        process = subprocess.Popen([PROGRAM, "watch", "inbox", "-o", out, "--min-samples", "1"], stdout=said, env=ENVIRONMENT)
    try:
        shutil.copy(os.path.join(pictures, "sage.png"), "inbox/a.png")
        check(waited_for(lambda: faces_in(out) == 1), "the first picture")
        os.makedirs("inbox/new")
        shutil.copy(os.path.join(pictures, "clove.png"), "inbox/new/b.png")
        check(waited_for(lambda: faces_in(out) == 2), "a picture in a new folder")
        check(waited_for(lambda: whoswho("name", "0", "Ada", out, code=None).returncode == 0), "a decision meanwhile")
        shutil.copy(os.path.join(pictures, "ginger.png"), "moved.png")
        os.rename("moved.png", "inbox/c.png")
        check(waited_for(lambda: faces_in(out) == 3), "a picture moved in")
        check(os.path.isdir(os.path.join(out, "Ada")), "the name stays")
        check(waited_for(lambda: runs() > 0 and quiet(6)), "what it writes itself is no news")
        process.send_signal(signal.SIGINT)
        check(process.wait(30) in (0, 130), f"exit code {process.returncode}")
    finally:
        process.kill()
        process.wait()
    check("--json" in whoswho("watch", "inbox", "--json", code=2).stderr, "one document cannot go on")
    check("folder to watch" in whoswho("watch", DEMO, code=3).stderr, "a file is no folder")


def numbers_are_decimal():
    """What strtod() takes besides is a slip of the hand; every option with a number, on a file that is not there."""
    scanning = ("every", "fps", "threads", "upsample", "jitter", "min-face", "min-score", "eps", "threshold", "min-samples", "min-quality")
    sets = ("near-duplicate", "best", "apart", "per-track", "portrait-width", "quality", "margin", "split")
    for name in scanning:
        for value in ("0x1", " 1", "+1", "nan", "1e999"):
            check("takes" in whoswho("run", "none.png", "-o", "out", f"--{name}={value}", code=2).stderr, f"--{name} '{value}'")
    for name in sets:
        for value in ("0x10", " 50", "+50", "infinity", "50 ", ""):
            check("takes" in whoswho("export", "out", "--to", "yolo", "-O", "set", f"--{name}={value}", code=2).stderr, f"--{name} '{value}'")
    for value in ("0x1", " 1", "+1", "1:0x2:1", "nan"):
        check("takes" in whoswho("eval", "out", "--truth", "names", f"--thresholds={value}", code=2).stderr, f"--thresholds '{value}'")


def main():
    cases = [documents, completions, bash_completes, manual, documentation, short_forms, no_folder, lists, configuration, home_of_another, without_clip, import_into_default, control_characters, dumb_terminal, numbers_are_decimal, watching]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="whoswho-line-") as folder:
        os.chdir(folder)
        ENVIRONMENT["XDG_CONFIG_HOME"] = os.path.join(folder, "config")
        ENVIRONMENT["WHOSWHO_DATA"] = os.path.join(folder, "models")
        for number, case in enumerate(cases, 1):
            try:
                skipped = case()
                print(f"ok {number} - {case.__name__}" + (f" # SKIP {skipped}" if skipped else ""), flush=True)
            except Exception as wrong:  # one case, whatever went wrong in it
                failed += 1
                print(f"not ok {number} - {case.__name__}", flush=True)
                print("# " + str(wrong).replace("\n", "\n# ")[:4000])
        os.chdir("/")
    print(f"1..{len(cases)}")
    sys.exit(failed != 0)


main()
