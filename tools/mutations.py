# SPDX-License-Identifier: MIT
"""Where a small mistake can be made in C code of this project's style, and what it would be (for tools/mutate.py)."""

import re

SPACED = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|^[ \t]*\#(?:\\\n|[^\n])*""", re.DOTALL | re.MULTILINE
)
SWAPS = {
    "relation": {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="},
    "arithmetic": {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "+=": "-=", "-=": "+=", "*=": "/="},
    "logic": {"&&": "||", "||": "&&"},
    "bits": {"<<": ">>", ">>": "<<", "&": "|", "|": "&", "|=": "&=", "&=": "|="},
    "step": {"++": "--", "--": "++"},
}
OPERATOR_TOKEN = re.compile(r"<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||\+=|-=|\*=|/=|\|=|&=|[-+*/%<>&|]")
NUMBER = re.compile(r"(?<![\w.])(\d+\.\d*(?:e-?\d+)?f?|\d+)(?![\w.])")
STATEMENT = re.compile(
    r"(?<=[;{}):]\n)[ \t]+((?:[A-Za-z_][\w]*(?:(?:->|\.)\w+|\[[^;{}=]*?\])*"
    r"(?:\([^;{}]*\)|[ ]*[-+*/|&]?=[^=;{}][^;{}]*|\+\+|--))|break|continue);[ \t]*$",
    re.MULTILINE,
)
GUARD = re.compile(r"^[ \t]+if (\([^;{}]*\))\s+(?:return\b[^;]*|goto \w+|continue|break);[ \t]*$", re.MULTILINE)
CONDITION = re.compile(r"\b(?:if|while) (\()")
RETURN = re.compile(r"\breturn ([^;{}]+);")
CALL = re.compile(r"\b(?!if\b|while\b|for\b|switch\b|sizeof\b|return\b|CHECK|assert\b)[a-z_]\w*\(")
DECLARATION = re.compile(r"^(?:static|extern|typedef|struct|enum|return|else|case|goto)\b")


def blank(text):
    """The text with comments, strings and preprocessor lines blanked, so that positions stay."""
    return SPACED.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def closing(text, start):
    """The position of the parenthesis that closes the one at start, or -1."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0:
            return i
    return -1


def arguments(text, start, end):
    """The (start, end) of each argument between the parentheses at start and end, without the spaces round it."""
    spans, depth, begin = [], 0, start + 1
    for i in range(start + 1, end + 1):
        if (text[i] == "," and depth == 0) or i == end:
            inner = text[begin:i]
            spans.append((begin + len(inner) - len(inner.lstrip()), begin + len(inner.rstrip())))
            begin = i + 1
        depth += text[i] in "([{"
        depth -= text[i] in ")]}"
    return spans


def token_sites(code):
    for found in OPERATOR_TOKEN.finditer(code):
        token, before, after = found.group(), code[: found.start()].rstrip(), code[found.end() : found.end() + 1]
        binary = before[-1:].isalnum() or before[-1:] in "_)]"
        for name, swaps in SWAPS.items():
            if token not in swaps or (name != "step" and (not binary or after != " ")):
                continue  # our style has spaces round what is binary, and none after what is not
            yield name, found.start(), found.end(), swaps[token]


def number_sites(code):
    for found in NUMBER.finditer(code):
        number = found.group()
        if "." in number:
            plain = number.rstrip("f")
            wrong = repr(float(plain) * 2 if float(plain) else 1.0) + number[len(plain) :]
        else:
            wrong = str(int(number) + 1)
        yield "constant", found.start(), found.end(), wrong


def statement_sites(code):
    for found in STATEMENT.finditer(code):
        if not DECLARATION.match(found.group(1)):
            yield "statement", found.start(1), found.end(1), ""
    for found in GUARD.finditer(code):
        if closing(code, found.start(1)) == found.end(1) - 1:
            yield "guard", found.start(1) - len("if "), found.end(), None  # None: blank, keeping the lines
    for found in RETURN.finditer(code):
        if found.group(1).strip() not in ("0", "NULL", "WW_OK", "false"):
            yield "return", found.start(1), found.end(1), "0"


def condition_sites(code):
    for found in CONDITION.finditer(code):
        end = closing(code, found.start(1))
        if end > 0:
            yield "negation", found.start(1), end + 1, "(!" + code[found.start(1) : end + 1] + ")"


def call_sites(code, text):
    for found in CALL.finditer(code):
        if not code[code.rfind("\n", 0, found.start()) + 1].isspace():
            continue  # a definition
        start = found.end() - 1
        end = closing(code, start)
        spans = arguments(code, start, end) if end > 0 else []
        for (a, b), (c, d) in zip(spans, spans[1:]):
            if text[a:b] != text[c:d] and a < b and c < d:
                yield "arguments", a, d, text[c:d] + text[b:c] + text[a:b]


def sites(path, text):
    """Every mistake that can be made in a file: (path, operator, start, end, replacement)."""
    code = blank(text)
    body = re.sub(r"\bassert\([^;]*;", lambda found: " " * len(found.group()), code)
    for find in (token_sites, number_sites, statement_sites, condition_sites):
        for name, start, end, wrong in find(body):
            if wrong is None:
                wrong = re.sub(r"[^\n]", " ", text[start:end])
            elif name == "negation":
                wrong = "(!" + text[start:end] + ")"
            yield path, name, start, end, wrong
    for name, start, end, wrong in call_sites(body, text):
        yield path, name, start, end, wrong
