// SPDX-License-Identifier: MIT
// What a person sees while the library works: a progress bar with rate and time left on a terminal, a plain line now
// and then elsewhere, warnings and errors, nothing when quiet; and Ctrl-C as a polite way to stop.
#ifndef WW_CLI_UI_H
#define WW_CLI_UI_H
#include "whoswho/whoswho.h"
#include <stdbool.h>
#include <stdio.h>

// What a command ends with.
enum {
    EXIT_FINE = 0,
    EXIT_SOME_UNREADABLE = 1, // the rest was done
    EXIT_USAGE = 2,
    EXIT_FAILED = 3,
    EXIT_CHANGED = 4, // the folders were sorted by hand: sync first
    EXIT_INTERRUPTED = 130,
};

typedef struct ui {
    bool quiet, json, verbose, terminal;
    ww_log_level log_level; // as $WHOSWHO_LOG says; verbose means at least WW_LOG_INFO
    double begun_s, last_drawn_s;
    ww_stage stage;
    bool stage_begun, line_open; // a progress line is on the screen
    double stage_begun_s;
} ui;

void ui_begin(ui *u, bool quiet, bool json);
ww_callbacks ui_callbacks(ui *u);
// Whether Ctrl-C (or SIGTERM) came since ui_begin.
bool ui_interrupted(void);
// For work that cannot be stopped half-way and writes nothing before its end: from now on these end the program at
// once, with EXIT_INTERRUPTED.
void ui_end_when_interrupted(void);
// Wipes the progress line; call before printing anything else.
void ui_clear(ui *u);
// An on_line of the library's: prints the line, unless quiet or in JSON. `user`: a ui.
int ui_print_line(void *user, const char *line);
double ui_now_s(void); // since some moment that is the same for the whole run
// Asks on the terminal, "QUESTION [y/N] "; without a terminal the answer is no.
bool ui_ask(const char *question);

// Prints the message and returns the exit code that fits.
int ui_fail(ui *u, const ww_error *err);

// `text` as a JSON string, with its quotes. Bytes that are not UTF-8 become U+FFFD.
void json_print_string(FILE *out, const char *text);

#endif
