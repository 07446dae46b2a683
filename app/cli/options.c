// SPDX-License-Identifier: MIT
#include "options.h"
#include "streams.h"
#include "suggest.h"
#include "whoswho/whoswho.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT_MAX = 1000000, HELP_COLUMN = 26, OPTIONS_MAX = 64 };
#define DURATION_MAX_S 86400.0

static bool parse_double(const char *text, double *value, const char **end)
{
    char *stop;
    *value = strtod(text, &stop);
    *end = stop;
    return stop != text && isfinite(*value) && *value >= 0;
}

static bool parse_duration(const char *text, int64_t *us)
{
    double v, unit;
    const char *end;
    if (!parse_double(text, &v, &end))
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
    if (!parse_double(text, number, &end) || *end || (whole && (*number > COUNT_MAX || *number != floor(*number))))
        return false;
    return o->most == 0 || (*number >= o->least && *number <= o->most);
}

static bool store(const option *o, const char *text)
{
    const char *end;
    double number;
    switch (o->type) {
    case OPTION_FLAG: *(bool *)o->target = true; return true;
    case OPTION_TEXT: *(const char **)o->target = text; return *text != 0;
    case OPTION_NUMBER: return read_number(o, text, o->target);
    case OPTION_DURATION: return parse_duration(text, o->target);
    case OPTION_COUNT:
        if (!read_number(o, text, &number))
            return false;
        *(int *)o->target = (int)number;
        return true;
    case OPTION_FPS:
        if (!parse_double(text, &number, &end) || *end || number < 1 / DURATION_MAX_S || number > 1000)
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
    case OPTION_FLAG: return "nothing";
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

static const option *find(const option *table, size_t count, const char *name, size_t length, char letter)
{
    for (size_t i = 0; i < count; i++)
        if (letter ? table[i].letter == letter
                   : strlen(table[i].name) == length && strncmp(table[i].name, name, length) == 0)
            return &table[i];
    return NULL;
}

static const char *hint(const option *table, size_t count, const char *argument)
{
    static char text[64];
    const char *names[OPTIONS_MAX], *name = argument + 2;
    char word[32] = "";
    if (strncmp(argument, "--", 2) != 0 || count > OPTIONS_MAX)
        return "";
    snprintf(word, sizeof word, "%.*s", (int)strcspn(name, "="), name);
    for (size_t i = 0; i < count; i++)
        names[i] = table[i].name;
    const char *near = suggest(word, names, count);
    *text = 0;
    if (near)
        snprintf(text, sizeof text, " (did you mean --%s?)", near);
    return text;
}

// One option at argv[*i]; moves *i past a value taken from the next argument.
static bool parse_one(const option *table, size_t count, int argc, char **argv, int *i)
{
    const char *argument = argv[*i], *value = NULL;
    const option *o;
    if (argument[1] == '-') {
        const char *name = argument + 2, *equals = strchr(name, '=');
        o = find(table, count, name, equals ? (size_t)(equals - name) : strlen(name), 0);
        value = equals ? equals + 1 : NULL;
    } else {
        o = find(table, count, "", 0, argument[1]);
        value = argument[2] ? argument + 2 : NULL;
    }
    if (!o) {
        fprintf(stderr, "whoswho: there is no option '%s'%s; see whoswho --help\n", printable(argument),
                hint(table, count, argument));
        return false;
    }
    if (o->type == OPTION_FLAG ? value != NULL : !value && *i + 1 >= argc) {
        fprintf(stderr, "whoswho: the option --%s takes %s\n", o->name, expectation(o));
        return false;
    }
    if (o->type != OPTION_FLAG && !value)
        value = argv[++*i];
    if (!store(o, value)) {
        fprintf(stderr, "whoswho: the option --%s takes %s, not '%s'\n", o->name, expectation(o), printable(value));
        return false;
    }
    return true;
}

bool options_parse(const option *table, size_t count, int argc, char **argv, int first, const char **rest,
                   size_t *rest_count)
{
    *rest_count = 0;
    bool ended = false;
    for (int i = first; i < argc; i++) {
        if (ended || argv[i][0] != '-' || argv[i][1] == 0)
            rest[(*rest_count)++] = argv[i];
        else if (strcmp(argv[i], "--") == 0)
            ended = true;
        else if (!parse_one(table, count, argc, argv, &i))
            return false;
    }
    return true;
}

const char **options_arguments(int argc)
{
    const char **list = calloc((size_t)argc + 1, sizeof *list);
    if (!list)
        fprintf(stderr, "whoswho: no memory left for the arguments\n");
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
