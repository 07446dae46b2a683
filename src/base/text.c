// SPDX-License-Identifier: MIT
#include "base/text.h"
#include "base/memory.h"
#include "base/ascii.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" // U+FFFD

// Bytes of the well-formed UTF-8 sequence at s (Unicode 15, table 3-7), 0 when there is none.
static size_t utf8_length(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    if (u[0] < 0x80)
        return 1;
    size_t length = u[0] >= 0xc2 && u[0] <= 0xdf ? 2 : (u[0] & 0xf0) == 0xe0 ? 3 : u[0] >= 0xf0 && u[0] <= 0xf4 ? 4 : 0;
    for (size_t i = 1; i < length; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xf0 && u[1] < 0x90);
    bool outside = (u[0] == 0xed && u[1] > 0x9f) || (u[0] == 0xf4 && u[1] > 0x8f); // surrogates; above U+10FFFF
    return overlong || outside ? 0 : length;
}

// Adds text character by character, each ASCII one as escape(character) says (NULL: as it is).
static void add_escaped(ww_buffer *b, const char *text, const char *(*escape)(unsigned char c, char scratch[8]))
{
    char scratch[8];
    while (*text) {
        size_t length = utf8_length(text);
        const char *escaped = length == 1 ? escape((unsigned char)*text, scratch) : NULL;
        if (length == 0)
            ww_buffer_text(b, REPLACEMENT);
        else if (escaped)
            ww_buffer_text(b, escaped);
        else
            ww_buffer_add(b, text, length);
        text += length ? length : 1;
    }
}

static const char *html_escape(unsigned char c, char scratch[8])
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return c < 0x20 || c == 0x7f ? " " : NULL;
    }
}

int ww_text_order(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

bool ww_text_ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

char *ww_text_cut_line(char *text)
{
    char *end = text + strcspn(text, "\n");
    if (*end)
        *end++ = 0;
    return end;
}

void ww_text_html(ww_buffer *b, const char *text) { add_escaped(b, text, html_escape); }

void ww_text_xml(ww_buffer *b, const char *text)
{
    static const char *const forbidden[] = {"\xef\xbf\xbe", "\xef\xbf\xbf"}; // U+FFFE, U+FFFF
    for (const char *end = text; *text; text = end) {
        char one[] = {0, 0, 0, 0, 0};
        const size_t length = utf8_length(text);
        memcpy(one, text, length ? length : 1);
        end = text + (length ? length : 1);
        const bool allowed = strcmp(one, forbidden[0]) != 0 && strcmp(one, forbidden[1]) != 0;
        ww_text_html(b, allowed ? one : REPLACEMENT);
    }
}

// \u00XX is the one escape that JSON and YAML share for every character.
static const char *yaml_escape(unsigned char c, char scratch[8])
{
    static const char hex[] = "0123456789abcdef";
    if (c == '"')
        return "\\\"";
    if (c == '\\')
        return "\\\\";
    if (c >= 0x20 && c != 0x7f)
        return NULL;
    memcpy(scratch, "\\u0000", 7);
    scratch[4] = hex[c >> 4];
    scratch[5] = hex[c & 15];
    return scratch;
}

static const char *json_escape(unsigned char c, char scratch[8])
{
    return c == '<' ? "\\u003c" : yaml_escape(c, scratch);
}

static void add_quoted(ww_buffer *b, const char *text, const char *(*escape)(unsigned char c, char scratch[8]))
{
    ww_buffer_text(b, "\"");
    add_escaped(b, text, escape);
    ww_buffer_text(b, "\"");
}

void ww_text_json(ww_buffer *b, const char *text) { add_quoted(b, text, json_escape); }

void ww_text_yaml(ww_buffer *b, const char *text) { add_quoted(b, text, yaml_escape); }

void ww_text_url(ww_buffer *b, const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    for (; *path; path++) {
        if (strchr(plain, *path))
            ww_buffer_add(b, path, 1);
        else
            ww_buffer_format(b, "%%%02X", (unsigned char)*path);
    }
}

void ww_text_csv(ww_buffer *b, const char *text)
{
    const size_t length = strlen(text);
    const bool blank = length > 0 && (strchr(" \t", text[0]) || strchr(" \t", text[length - 1])); // readers cut those
    if (!blank && !strpbrk(text, ",\"\r\n")) {
        ww_buffer_text(b, text);
        return;
    }
    ww_buffer_text(b, "\"");
    for (; *text; text++)
        ww_buffer_add(b, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    ww_buffer_text(b, "\"");
}

// Whether a spreadsheet takes it for a formula: it begins with = + - @, in full width too, or with a tab or the end of
// a line, behind which it looks further.
static bool begins_formula(const char *text)
{
    static const char *const wide[] = {"\uff1d", "\uff0b", "\uff0d", "\uff20"};
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (strncmp(text, wide[i], strlen(wide[i])) == 0)
            return true;
    return *text && strchr("=+-@\t\r\n", *text);
}

void ww_text_csv_field(ww_buffer *b, const char *text, bool safe)
{
    if (!safe || !begins_formula(text + strspn(text, "'"))) {
        ww_text_csv(b, text);
        return;
    }
    char *guarded = ww_strf("'%s", text);
    ww_text_csv(b, guarded);
    free(guarded);
}

const char *ww_text_csv_unguarded(const char *text)
{
    return *text == '\'' && begins_formula(text + strspn(text, "'")) ? text + 1 : text;
}

void ww_text_fixed(ww_buffer *b, double value, int decimals)
{
    static const int64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    double bounded = isnan(value) ? 0 : fmin(fmax(value, -1e12), 1e12);
    int64_t units = llround(bounded * (double)powers[decimals]), magnitude = units < 0 ? -units : units;
    char text[32], *at = text + sizeof text; // filled from its end: tables hold many of these
    for (int i = 0; i < decimals; i++, magnitude /= 10)
        *--at = (char)('0' + magnitude % 10);
    if (decimals > 0)
        *--at = '.';
    do
        *--at = (char)('0' + magnitude % 10);
    while (magnitude /= 10);
    if (units < 0)
        *--at = '-';
    ww_buffer_add(b, at, (size_t)(text + sizeof text - at));
}

void ww_text_seconds(ww_buffer *b, int64_t us) { ww_text_fixed(b, (double)us / 1e6, 3); }

void ww_text_clock(ww_buffer *b, int64_t us)
{
    long long seconds = us > 0 ? us / 1000000 : 0;
    ww_buffer_format(b, "%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

void ww_text_attribute(ww_buffer *b, const char *name, double value, int decimals)
{
    ww_buffer_format(b, " %s=\"", name);
    ww_text_fixed(b, value, decimals);
    ww_buffer_text(b, "\"");
}

void ww_text_word(ww_buffer *b, const char *text)
{
    for (; *text; text++)
        ww_buffer_add(b, ww_ascii_is_space(*text) ? "_" : text, 1);
}
