# SPDX-License-Identifier: MIT
"""What cffi needs to know, made from the public headers: they are the only source. Used by build_ffi.py and by the tests."""
import re

# The public headers, each after those that it includes. whoswho.h is those before view.h and declares nothing itself.
HEADERS = ("base.h", "library.h", "dataset.h", "decisions.h", "eval.h", "view.h", "distribute.h")

# Callbacks that C code calls in Python (whoswho/_core.py), by the type of their last argument.
CALLBACKS = """
extern "Python" void whoswho_log(void *user, ww_log_level level, const char *message);
extern "Python" int whoswho_progress(void *user, const ww_progress *progress);
extern "Python" int whoswho_line(void *user, const char *line);
extern "Python" int whoswho_person(void *user, const ww_person *person);
extern "Python" int whoswho_entry(void *user, const ww_log_entry *entry);
extern "Python" int whoswho_pinned(void *user, const ww_pinned_model *model);
extern "Python" void whoswho_why(void *user, const ww_why *why);
extern "Python" int whoswho_group(void *user, const ww_eval_group *group);
extern "Python" int whoswho_threshold(void *user, double threshold, const ww_eval_scores *scores);
"""


def functions(header):
    """Names of the functions that a header declares."""
    return re.findall(r"^WW_API [^;]*?\b(ww_\w+)\(", header, re.M)


def initialised(header):
    """Structs with an INIT macro, as (ww_scan_options, WW_SCAN_OPTIONS_INIT)."""
    return [(macro[:-5].lower(), macro) for macro in re.findall(r"^#define (WW_\w+_INIT)\b", header, re.M)]


def declarations(header):
    """The header in the C that cffi reads: no comments, no preprocessor but whole numbers."""
    text = re.sub(r"//[^\n]*", "", header)
    text = re.sub(r"#ifdef __cplusplus.*?#endif", "", text, flags=re.S)
    text = text.replace("\\\n", " ")
    numbers = re.findall(r"^#define (W\w+) (?:\()?(-?\d+)\)?\s*$", text, re.M)
    text = re.sub(r"^\s*#.*$", "", text, flags=re.M)
    return "".join(f"#define {name} {value}\n" for name, value in numbers) + text.replace("WW_API ", "")


def cdef(headers):
    joined = "\n".join(declarations(h) for h in headers)
    defaults = "".join(f"static {struct} {struct}_init(void);\n" for h in headers for struct, _ in initialised(h))
    return joined + defaults + "static size_t whoswho_none(void);\n" + CALLBACKS


def source(headers):
    text = "".join(f"#include <whoswho/{name}>\n" for name in HEADERS)
    for header in headers:
        for struct, macro in initialised(header):
            text += f"static {struct} {struct}_init(void) {{ {struct} value = {macro}; return value; }}\n"
    return text + "static size_t whoswho_none(void) { return WW_NONE; }\n"
