// SPDX-License-Identifier: MIT
#include "base/json.h"
#include "base/buffer.h"
#include "base/number.h"

#include <stdint.h>
#include <string.h>

typedef struct reader {
    const char *begin, *at, *name;
    ww_on_json *on_value; // or
    ww_on_json_line *on_line;
    void *user;
    const char *counted; // up to where the lines are counted
    size_t line;
    ww_buffer path, text; // of the value at hand
    int depth;
} reader;

static ww_status fail(const reader *r, const char *what, ww_error *err)
{
    int line = 1;
    for (const char *c = r->begin; c < r->at; c++)
        line += *c == '\n';
    return ww_fail(err, WW_ERR_FORMAT, "'%s' is no JSON at line %d: %s", r->name, line, what);
}

static void skip_space(reader *r) { r->at += strspn(r->at, " \t\r\n"); }

static void shorten(ww_buffer *b, size_t bytes)
{
    if (b->failed)
        return;
    b->bytes = bytes;
    if (b->data)
        b->data[bytes] = 0;
}

static ww_status tell(reader *r, ww_json_kind kind, double number, ww_error *err)
{
    ww_status status = ww_buffer_status(&r->path, r->name, err);
    if (status == WW_OK)
        status = ww_buffer_status(&r->text, r->name, err);
    if (status != WW_OK)
        return status;
    const char *text = (kind == WW_JSON_STRING || kind == WW_JSON_LITERAL) && r->text.data ? r->text.data : "",
               *path = r->path.data ? r->path.data : "";
    if (r->on_value)
        return r->on_value(r->user, path, kind, number, text, err);
    for (; r->counted < r->at; r->counted++)
        r->line += *r->counted == '\n';
    status = r->on_line(r->user, path, kind, number, text, r->line, err);
    return status == WW_ERR_FORMAT ? ww_error_prefix(err, "'%s', line %zu", r->name, r->line) : status;
}

// --- strings

static bool read_hex(reader *r, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        const char c = *r->at;
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0)
            return false;
        *unit = *unit * 16 + (uint32_t)digit;
    }
    return true;
}

static void add_utf8(ww_buffer *b, uint32_t code)
{
    char bytes[4];
    size_t count = 0;
    if (code < 0x80) {
        bytes[count++] = (char)code;
    } else if (code < 0x800) {
        bytes[count++] = (char)(0xc0 | code >> 6);
    } else if (code < 0x10000) {
        bytes[count++] = (char)(0xe0 | code >> 12);
        bytes[count++] = (char)(0x80 | (code >> 6 & 0x3f));
    } else {
        bytes[count++] = (char)(0xf0 | code >> 18);
        bytes[count++] = (char)(0x80 | (code >> 12 & 0x3f));
        bytes[count++] = (char)(0x80 | (code >> 6 & 0x3f));
    }
    if (code >= 0x80)
        bytes[count++] = (char)(0x80 | (code & 0x3f));
    ww_buffer_add(b, bytes, count);
}

// What follows "\u"; half of a pair of surrogates, and the character zero, become U+FFFD.
static bool read_unicode(reader *r, ww_buffer *b)
{
    uint32_t unit, low;
    if (!read_hex(r, &unit))
        return false;
    const char *second = r->at;
    if (unit >= 0xd800 && unit < 0xdc00 && second[0] == '\\' && second[1] == 'u') {
        r->at += 2;
        if (!read_hex(r, &low))
            return false;
        if (low >= 0xdc00 && low < 0xe000)
            unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        else
            r->at = second; // a character of its own
    }
    add_utf8(b, unit == 0 || (unit >= 0xd800 && unit < 0xe000) ? 0xfffd : unit);
    return true;
}

static ww_status read_string(reader *r, ww_buffer *b, ww_error *err)
{
    static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    for (r->at++; *r->at != '"';) {
        const size_t plain = strcspn(r->at, "\"\\\n");
        ww_buffer_add(b, r->at, plain);
        r->at += plain;
        if (*r->at != '\\' && *r->at != '"')
            return fail(r, "a string does not end", err);
        if (*r->at == '"')
            break;
        const char *escape = r->at[1] ? strchr(escapes, r->at[1]) : NULL;
        const bool unicode = r->at[1] == 'u';
        r->at += r->at[1] ? 2 : 1;
        if (escape)
            ww_buffer_add(b, &meant[escape - escapes], 1);
        else if (!unicode || !read_unicode(r, b))
            return fail(r, "an escape is unknown", err);
    }
    r->at++;
    return WW_OK;
}

// --- values

static ww_status read_value(reader *r, ww_error *err);

// Whether a comma follows; if not, the bracket that ends it must.
static ww_status read_comma(reader *r, char end, bool *more, ww_error *err)
{
    skip_space(r);
    *more = *r->at == ',';
    if (!*more && *r->at != end)
        return fail(r, "a comma or a bracket is missing", err);
    r->at++;
    return WW_OK;
}

static ww_status read_member(reader *r, size_t length, ww_error *err)
{
    skip_space(r);
    if (*r->at != '"')
        return fail(r, "a name is missing", err);
    if (length)
        ww_buffer_text(&r->path, ".");
    ww_status status = read_string(r, &r->path, err);
    skip_space(r);
    if (status == WW_OK && *r->at++ != ':')
        status = fail(r, "a colon is missing", err);
    if (status == WW_OK)
        status = read_value(r, err);
    shorten(&r->path, length);
    return status;
}

static ww_status read_object(reader *r, ww_error *err)
{
    const size_t length = r->path.bytes;
    bool more = true;
    r->at++;
    skip_space(r);
    if (*r->at == '}') {
        r->at++;
        more = false;
    }
    ww_status status = WW_OK;
    while (status == WW_OK && more) {
        status = read_member(r, length, err);
        if (status == WW_OK)
            status = read_comma(r, '}', &more, err);
    }
    return status == WW_OK ? tell(r, WW_JSON_END, 0, err) : status;
}

static ww_status read_array(reader *r, ww_error *err)
{
    const size_t length = r->path.bytes;
    bool more = true;
    r->at++;
    skip_space(r);
    if (*r->at == ']') {
        r->at++;
        more = false;
    }
    ww_buffer_text(&r->path, "[]");
    ww_status status = WW_OK;
    while (status == WW_OK && more) {
        status = read_value(r, err);
        if (status == WW_OK)
            status = read_comma(r, ']', &more, err);
    }
    shorten(&r->path, length);
    return status;
}

static ww_status read_literal(reader *r, ww_error *err)
{
    static const char *const literals[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++)
        if (strncmp(r->at, literals[i], strlen(literals[i])) == 0) {
            r->at += strlen(literals[i]);
            ww_buffer_text(&r->text, literals[i]);
            return tell(r, WW_JSON_LITERAL, 0, err);
        }
    return fail(r, "a value is missing", err);
}

static ww_status read_number(reader *r, ww_error *err)
{
    char *end;
    const double number = ww_number_parse(r->at, &end);
    if (end == r->at || end > r->at + strspn(r->at, "+-.0123456789eE"))
        return fail(r, "a number is malformed", err);
    r->at = end;
    return tell(r, WW_JSON_NUMBER, number, err);
}

static ww_status read_value(reader *r, ww_error *err)
{
    if (++r->depth > WW_JSON_DEPTH_MAX)
        return fail(r, "it is nested too deep", err);
    ww_status status;
    skip_space(r);
    shorten(&r->text, 0);
    if (*r->at == '{')
        status = read_object(r, err);
    else if (*r->at == '[')
        status = read_array(r, err);
    else if (*r->at == '"') {
        status = read_string(r, &r->text, err);
        if (status == WW_OK)
            status = tell(r, WW_JSON_STRING, 0, err);
    } else
        status = *r->at == '-' || (*r->at >= '0' && *r->at <= '9') ? read_number(r, err) : read_literal(r, err);
    r->depth--;
    return status;
}

static ww_status read_all(reader *r, ww_error *err)
{
    ww_error own = {0};
    err = err ? err : &own;
    ww_status status = read_value(r, err);
    if (status == WW_OK) {
        skip_space(r);
        if (*r->at)
            status = fail(r, "something follows its end", err);
    }
    ww_buffer_free(&r->path);
    ww_buffer_free(&r->text);
    return status;
}

ww_status ww_json_read(const char *text, const char *name, ww_on_json *on_value, void *user, ww_error *err)
{
    reader r = {.begin = text, .at = text, .name = name, .on_value = on_value, .user = user};
    return read_all(&r, err);
}

ww_status ww_json_read_lines(const char *text, const char *name, ww_on_json_line *on_line, void *user, ww_error *err)
{
    reader r = {.begin = text, .at = text, .name = name, .on_line = on_line, .user = user, .counted = text, .line = 1};
    return read_all(&r, err);
}
