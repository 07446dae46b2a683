// SPDX-License-Identifier: MIT
#include "options.h"
#include "config.h"
#include "document.h"
#include "folder.h"
#include "streams.h"
#include "suggest.h"
#include "whoswho/whoswho.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT_MAX = 1000000, HELP_COLUMN = 26, OPTIONS_MAX = 64, LONG_FIRST = 256 };
#define DURATION_MAX_S 86400.0

void (*options_visitor)(const option *table, size_t count);

typedef struct given_option {
    const option *option;
    const char *text; // NULL: a flag
} given_option;

typedef struct given { // the command line, taken apart
    given_option *item;
    size_t count;
    const char **rest;
    size_t rest_count;
} given;

// strtod would also take blanks before it, a sign, hexadecimal digits and words.
bool options_read_decimal(const char *text, double *value, const char **end)
{
    char *stop;
    if (!strchr("0123456789.", *text) || !*text || (text[0] == '0' && strchr("xX", text[1]) && text[1]))
        return false;
    *value = strtod(text, &stop);
    *end = stop;
    return stop != text && isfinite(*value) && *value >= 0;
}

static bool parse_duration(const char *text, int64_t *us)
{
    double v, unit;
    const char *end;
    if (!options_read_decimal(text, &v, &end))
        return false;
    if (strcmp(end, "") == 0 || strcmp(end, "s") == 0)
        unit = 1;
    else if (strcmp(end, "ms") == 0)
        unit = 1e-3;
    else if (strcmp(end, "m") == 0 || strcmp(end, "min") == 0)
        unit = 60;
    else
        return false;
    if (v * unit < 1e-3 || v * unit > DURATION_MAX_S)
        return false;
    *us = (int64_t)(v * unit * 1e6 + 0.5);
    return true;
}

// OPTION_COUNT and OPTION_NUMBER.
static bool read_number(const option *o, const char *text, double *number)
{
    const char *end;
    bool whole = o->type == OPTION_COUNT;
    if (o->automatic && strcmp(text, "auto") == 0) {
        *number = WW_AUTO;
        return true;
    }
    if (!options_read_decimal(text, number, &end) || *end
        || (whole && (*number > COUNT_MAX || *number != floor(*number))))
        return false;
    return o->most == 0 || (*number >= o->least && *number <= o->most);
}

static bool store(const option *o, const char *text)
{
    const char *end;
    double number;
    switch (o->type) {
    case OPTION_FLAG: *(bool *)o->target = true; return true;
    case OPTION_FLAG_OFF: *(bool *)o->target = false; return true;
    case OPTION_ON: *(int *)o->target = 1; return true;
    case OPTION_OFF: *(int *)o->target = 0; return true;
    case OPTION_TEXT: *(const char **)o->target = text; return *text != 0;
    case OPTION_NUMBER: return read_number(o, text, o->target);
    case OPTION_DURATION: return parse_duration(text, o->target);
    case OPTION_COUNT:
        if (!read_number(o, text, &number))
            return false;
        *(int *)o->target = (int)number;
        return true;
    case OPTION_FPS:
        if (!options_read_decimal(text, &number, &end) || *end || number < 1 / DURATION_MAX_S || number > 1000)
            return false;
        *(int64_t *)o->target = (int64_t)(1e6 / number + 0.5);
        return true;
    }
    return false;
}

static const char *expectation(const option *o)
{
    static char text[96];
    switch (o->type) {
    case OPTION_FLAG:
    case OPTION_FLAG_OFF:
    case OPTION_ON:
    case OPTION_OFF: return "nothing";
    case OPTION_TEXT: return "a text";
    case OPTION_COUNT:
    case OPTION_NUMBER:
        if (o->most == 0)
            return o->type == OPTION_COUNT ? "a whole number" : "a number that is not negative";
        snprintf(text, sizeof text, "a %s from %g to %g%s", o->type == OPTION_COUNT ? "whole number" : "number",
                 o->least, o->most, o->automatic ? ", or auto" : "");
        return text;
    case OPTION_DURATION: return "a time from 1ms to 24h, such as 1s, 0.2s, 200ms or 1m";
    case OPTION_FPS: return "a number of frames per second above 0, at most 1000";
    }
    return "";
}

const option *options_find(const option *table, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

bool options_store(const option *o, const char *where, const char *text)
{
    if (store(o, text))
        return true;
    complain("%s%s takes %s, not '%s'", where, o->name, expectation(o), printable(text));
    return false;
}

bool options_is_flag(const option *o) { return o->type <= OPTION_OFF; }

static void complain_unknown(const option *table, size_t count, const char *argument)
{
    const char *names[OPTIONS_MAX], *near = NULL;
    char word[32] = "";
    if (strncmp(argument, "--", 2) == 0)
        snprintf(word, sizeof word, "%.*s", (int)strcspn(argument + 2, "="), argument + 2);
    for (size_t i = 0; i < count; i++) {
        names[i] = table[i].name;
        if (*word && strncmp(names[i], word, strlen(word)) == 0) {
            complain("the option '%s' may stand for several; see whoswho --help", printable(argument));
            return;
        }
    }
    if (*word)
        near = suggest(word, names, count);
    complain("there is no option '%s'%s%s%s; see whoswho --help", printable(argument), near ? " (did you mean --" : "",
             near ? near : "", near ? "?)" : "");
}

// The tables of getopt_long: LONG_FIRST + i stands for table[i].
typedef struct getopt_tables {
    char letters[2 * OPTIONS_MAX + 3];
    struct option names[OPTIONS_MAX + 1];
} getopt_tables;

static void fill(getopt_tables *g, const option *table, size_t count)
{
    char *letter = g->letters;
    memset(g, 0, sizeof *g);
    *letter++ = '-'; // arguments that are no options come in their turn
    *letter++ = ':'; // an option without its value is told from one that is unknown
    for (size_t i = 0; i < count; i++) {
        const bool flag = options_is_flag(&table[i]);
        g->names[i] = (struct option){table[i].name, flag ? no_argument : required_argument, NULL, LONG_FIRST + (int)i};
        if (table[i].letter)
            *letter++ = table[i].letter;
        if (table[i].letter && !flag)
            *letter++ = ':';
    }
}

static const option *by_code(const option *table, size_t count, int code)
{
    if (code >= LONG_FIRST && code < LONG_FIRST + (int)count)
        return &table[code - LONG_FIRST];
    for (size_t i = 0; i < count; i++)
        if (code && table[i].letter == code)
            return &table[i];
    return NULL;
}

// One answer of getopt_long; `argument` is what it looked at.
static bool take(const option *table, size_t count, int code, const char *argument, given *g)
{
    const bool wrong = code == '?' || code == ':';
    const option *o = by_code(table, count, wrong ? optopt : code);
    if (code == 1) {
        g->rest[g->rest_count++] = optarg;
    } else if (!o) {
        char letter[3] = {'-', (char)optopt};
        complain_unknown(table, count, optopt ? letter : argument);
        return false;
    } else if (wrong) {
        complain("the option --%s takes %s", o->name, expectation(o));
        return false;
    } else {
        g->item[g->count++] = (given_option){o, optarg};
    }
    return true;
}

// Negative numbers, such as a box that begins outside its frame, are no options. (No option of several letters begins
// with a digit, so getopt is never within an argument that is one.)
static void take_numbers(const option *table, size_t count, char **argument, int argc, int *at, given *g)
{
    for (; *at < argc; ++*at) {
        const char *text = argument[*at];
        if (*text != '-' || !text[1] || !strchr("0123456789", text[1]) || by_code(table, count, text[1]))
            return;
        g->rest[g->rest_count++] = text;
    }
}

static bool collect(const option *table, size_t count, int argc, char **argv, int first, given *g)
{
    getopt_tables tables;
    int code, at = first;
    fill(&tables, table, count);
    take_numbers(table, count, argv, argc, &at, g);
    opterr = 0;
    optind = 0; // of glibc: begin anew
    char **from = argv + at - 1;
    argc -= at - 1;
    while ((code = getopt_long(argc, from, tables.letters, tables.names, NULL)) != -1) {
        if (!take(table, count, code, from[optind - 1], g))
            return false;
        take_numbers(table, count, from, argc, &optind, g);
    }
    for (; optind < argc; optind++)
        g->rest[g->rest_count++] = from[optind];
    return true;
}

// No option is given more often than there are letters.
static size_t letters_of(int argc, char **argv)
{
    size_t sum = 1;
    for (int i = 0; i < argc; i++)
        sum += strlen(argv[i]);
    return sum;
}

// Where the library is, as far as the arguments tell: its configuration is read before they count.
static const char *library_of(const option *table, size_t count, const given *g)
{
    const option *output = options_find(table, count, "output");
    if (!output)
        return NULL;
    for (size_t i = g->count; i-- > 0;)
        if (g->item[i].option == output)
            return g->item[i].text;
    if (g->rest_count > 0 && !options_find(table, count, "files-from") && is_library(g->rest[g->rest_count - 1]))
        return g->rest[g->rest_count - 1];
    return *(const char **)output->target;
}

bool options_parse(const option *table, size_t count, int argc, char **argv, int first, const char **rest,
                   size_t *rest_count)
{
    *rest_count = 0;
    if (options_visitor) {
        options_visitor(table, count);
        return false;
    }
    given g = {.rest = rest, .item = calloc(letters_of(argc, argv), sizeof *g.item)};
    const char *command = first > 1 ? argv[first - 1] : "run";
    bool good = g.item != NULL;
    if (!good)
        complain("no memory left for the arguments");
    good = good && count <= OPTIONS_MAX && collect(table, count, argc, argv, first, &g);
    good = good && config_read_user(table, count, command)
           && config_read_library(table, count, command, library_of(table, count, &g));
    for (size_t i = 0; i < g.count && good; i++)
        good = options_store(g.item[i].option, "the option --", g.item[i].text);
    const option *json = options_find(table, count, "json");
    if (good && json && *(bool *)json->target)
        document_begin(); // the configuration may ask for it, or a shortened name
    *rest_count = g.rest_count;
    free(g.item);
    return good;
}

const char **options_arguments(int argc)
{
    const char **list = calloc((size_t)argc + 1, sizeof *list);
    if (!list)
        complain("no memory left for the arguments");
    return list;
}

void options_add(option *table, size_t *used, const option *rows, size_t count)
{
    memcpy(table + *used, rows, count * sizeof *rows);
    *used += count;
}

void options_print_help(const option *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char left[64];
        const option *o = &table[i];
        char letter[8] = "    ";
        if (o->letter)
            snprintf(letter, sizeof letter, "-%c, ", o->letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->takes ? " " : "", o->takes ? o->takes : "");
        printf("  %-*s  %s\n", HELP_COLUMN, left, o->help);
    }
}
