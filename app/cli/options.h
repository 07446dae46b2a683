// SPDX-License-Identifier: MIT
// Command line options, declared in tables: one line an option gives its name, what it takes, where the value goes and
// its help text.
#ifndef WW_CLI_OPTIONS_H
#define WW_CLI_OPTIONS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum option_type {
    // flags, which take no value
    OPTION_FLAG,     // bool
    OPTION_FLAG_OFF, // bool, set to false: the opposite of another flag
    OPTION_ON,       // int, set to 1: a flag of which it matters whether it was given
    OPTION_OFF,      // int, set to 0; the last of the flags
    OPTION_TEXT,     // const char *
    OPTION_COUNT,    // int, 0 .. 1,000,000, or as the range says
    OPTION_NUMBER,   // double, >= 0, or as the range says
    OPTION_DURATION, // int64_t microseconds: "1s", "0.2s", "200ms", "1m", or plain seconds
    OPTION_FPS,      // int64_t microseconds between frames, given as frames a second
} option_type;

typedef struct option_row {
    const char *name; // long name without the dashes
    char letter;      // short name, or 0
    option_type type;
    void *target;      // see option_type
    const char *takes; // name of the value in the help ("DIR"), or NULL for a flag
    const char *help;
    double least, most; // OPTION_COUNT and OPTION_NUMBER: the range; both 0: not bounded
    bool automatic;     // these take "auto" too: WW_AUTO
    // words that the value may be, with spaces between, for the completion of command lines (others may be allowed)
    const char *choices;
} option;

// Reads the configuration files (config.h), then argv[first..argc-1] as getopt_long(3) does: options may stand
// anywhere, long names may be shortened, letters joined; "--" ends them; of an option given twice the last counts.
// What is left over goes to rest[] (room for argc entries), its number to *rest_count. Returns false after a message
// that says what was wrong.
bool options_parse(const option *table, size_t count, int argc, char **argv, int first, const char **rest,
                   size_t *rest_count);

// A decimal number at the beginning of `text`, not negative and finite; *end is behind it.
bool options_read_decimal(const char *text, double *value, const char **end);

// Puts the text given for one option where it belongs; false after a message. `where`: what the message begins with.
bool options_store(const option *o, const char *where, const char *text);
bool options_is_flag(const option *o); // takes no value
const option *options_find(const option *table, size_t count, const char *name);

// While set, options_parse hands its table to this function and returns false, silently: how completions and the
// configuration learn of the options of every command.
extern void (*options_visitor)(const option *table, size_t count);

// A list for `rest`, the caller's (free); NULL after a message: no memory.
const char **options_arguments(int argc);

// Appends `count` rows to *table, of which *used are in use; the caller made it large enough.
void options_add(option *table, size_t *used, const option *rows, size_t count);

void options_print_help(const option *table, size_t count);

#endif
