#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: make_completion.py WHOSWHO FOLDER [--check]

Writes the completions for bash, zsh and fish (FOLDER/whoswho.bash, _whoswho, whoswho.fish) from the option tables of the program. --check compares
them with what is there instead; exit code 1: they differ."""
import os
import subprocess
import sys

HEADER = "SPDX-License-Identifier: MIT\n# made by tools/make_completion.py from the option tables: do not edit"
FOLDERS = {"DIR", "OUT"}
FILES = {"FILE", "FILES", "WHAT", "FACES.csv", "PICTURE", "FOOTAGE"}


class Option:
    def __init__(self, name, letter, takes, choices, text):
        self.name, self.letter, self.takes, self.choices = name, "" if letter == "-" else letter, takes, choices.split()
        self.text = text

    def flags(self):
        return ["--" + self.name] + (["-" + self.letter] if self.letter else [])

    def folder(self):
        return self.takes in FOLDERS

    def file(self):
        return self.takes in FILES


def read_tables(program):
    """Commands with their help, the options of each, and the models known by name; all in the program's order."""
    commands, options, models = {}, {}, []
    for line in subprocess.run([program, "--dump-options"], check=True, capture_output=True, text=True).stdout.splitlines():
        kind, command, *fields = line.split("\t")
        if kind == "command":
            commands[command] = fields[0]
        elif kind == "model":
            models.append(command)
        else:
            options.setdefault(command, []).append(Option(*fields))
    return commands, options, models


def grouped(commands, options, key):
    """Commands that have the same list, as {list: [commands]}."""
    groups = {}
    for command in commands:
        groups.setdefault(tuple(key(o) for o in options.get(command, [])), []).append(command)
    return groups


def bash(commands, options, models):
    out = [f"# {HEADER}", "_whoswho() {"]
    out.append('    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}')
    out.append("    case $command:$before in")
    cases = {}
    for command in commands:
        for o in options.get(command, []):
            if o.takes:
                cases.setdefault((tuple(o.flags()), o.takes, tuple(o.choices)), []).append(command)
    for (flags, takes, choices), used in sorted(cases.items(), key=lambda case: "run" in case[1]):  # "*" comes last
        words = f'compgen -W "{" ".join(choices)}" -- "$word"; ' if choices else ""
        more = "compgen -d" if takes in FOLDERS else "compgen -f" if takes in FILES else ""
        listed = (words + (f'{more} -- "$word"' if more else "")).rstrip("; ")
        owners = ["*"] if "run" in used else used
        pattern = "|".join(f"{owner}:{flag}" for owner in owners for flag in flags)
        out.append(f"        {pattern}) " + (f"mapfile -t COMPREPLY < <({listed}); " if listed else "") + "return ;;")
    out.append("    esac")
    out.append("    if [[ $word == -* ]]; then")
    out.append('        local options=""')
    out.append("        case $command in")
    for names, used in grouped(commands, options, lambda o: "--" + o.name).items():
        pattern = "*" if "run" in used else "|".join(used)
        if pattern != "*":
            out.append(f'            {pattern}) options="{" ".join(names)}" ;;')
    run = " ".join("--" + o.name for o in options["run"])
    out.append(f'            *) options="{run} --version" ;;')
    out += ["        esac", '        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")', "        return", "    fi"]
    out.append("    if [[ $command == models && $COMP_CWORD -gt 1 ]]; then")
    out += [f'        local words="{" ".join(models)}"', '        [[ $COMP_CWORD -eq 2 ]] && words="list get check"']
    out += ['        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")', "        return", "    fi"]
    out.append('    mapfile -t COMPREPLY < <(compgen -f -- "$word")')
    out.append("    if [[ $COMP_CWORD -eq 1 || ( $command == help && $COMP_CWORD -eq 2 ) ]]; then")
    out.append(f'        mapfile -t -O "${{#COMPREPLY[@]}}" COMPREPLY < <(compgen -W "{" ".join(commands)} help version" -- "$word")')
    out += ["    fi", "}", "complete -o filenames -F _whoswho whoswho"]
    return "\n".join(out) + "\n"


def zsh_text(text):
    for character in "\\[]:'":
        text = text.replace(character, "'\\''" if character == "'" else "\\" + character)
    return text


def zsh_option(o):
    value = ""
    if o.takes:
        action = "_files -/" if o.folder() else "_files" if o.file() else ""
        if o.choices and action:
            action = f'{{ compadd -- {" ".join(o.choices)}; {action} }}'
        elif o.choices:
            action = f"({' '.join(o.choices)})"
        value = f":{zsh_text(o.takes)}:{action}"
    if o.letter:
        return "'(%s)'{%s}'[%s]%s'" % (" ".join(o.flags()), ",".join(o.flags()), zsh_text(o.text), value)
    return f"'--{o.name}[{zsh_text(o.text)}]{value}'"


def zsh(commands, options):
    out = ["#compdef whoswho", f"# {HEADER}", "_whoswho() {", "    local -a commands", "    commands=("]
    out += [f"        '{name}:{zsh_text(text)}'" for name, text in commands.items()]
    out += ["    )", "    if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then"]
    out += ["        _describe command commands", "        _files", "        return", "    fi", "    case $words[2] in"]
    for command in [c for c in commands if c != "run"] + ["run"]:
        out.append(f"        {'*' if command == 'run' else command})")
        out.append("            _arguments -s \\")
        out += [f"                {zsh_option(o)} \\" for o in options.get(command, [])]
        out.append("                '*:file:_files' ;;")
    out += ["    esac", "}", '_whoswho "$@"']
    return "\n".join(out) + "\n"


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish(commands, options):
    out = [f"# {HEADER}", "function __whoswho_command", "    set -l words (commandline -opc)", f"    if contains -- \"$words[2]\" {' '.join(commands)}"]
    out += ["        echo $words[2]", "    else", "        echo run", "    end", "end"]
    out += [f"complete -c whoswho -n 'test (count (commandline -opc)) -eq 1' -a {name} -d {quoted(text)}" for name, text in commands.items()]
    by_option = {}
    for command in commands:
        for o in options.get(command, []):
            by_option.setdefault((o.name, o.letter, o.takes, tuple(o.choices), o.text), []).append(command)
    for (name, letter, takes, choices, text), used in by_option.items():
        line = f"complete -c whoswho -n 'contains -- (__whoswho_command) {' '.join(used)}' -l {name}"
        line += f" -s {letter}" if letter else ""
        if takes:
            line += " -r" if takes in FOLDERS | FILES else " -x"
            words = " ".join(choices)
            if takes in FOLDERS:
                words = (words + " (__fish_complete_directories)").strip()
            line += f" -a {quoted(words)}" if words else ""
        out.append(line + f" -d {quoted(text)}")
    return "\n".join(out) + "\n"


def main():
    check = "--check" in sys.argv
    program, folder = [a for a in sys.argv[1:] if a != "--check"]
    commands, options, models = read_tables(program)
    stale = []
    for name, text in (("whoswho.bash", bash(commands, options, models)), ("_whoswho", zsh(commands, options)), ("whoswho.fish", fish(commands, options))):
        path = os.path.join(folder, name)
        if not check:
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        elif not os.path.exists(path) or open(path, encoding="utf-8").read() != text:
            stale.append(name)
    for name in stale:
        print(f"{name} is not what the option tables make: run tools/make_completion.py {program} {folder}")
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main()
