// SPDX-License-Identifier: MIT
#include "dlib/stream.h"

#include "base/memory.h"
#include "base/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// of a control byte; decimal text has bits of BINARY_MASK set
enum { SIGN_BIT = 0x80, LENGTH_BITS = 0x0F, BINARY_MASK = 0x70 };
enum { EXPONENT_INF = 32000, EXPONENT_MINUS_INF = 32001, EXPONENT_NAN = 32002 };
enum { DECIMAL_CHARS_MAX = 63 };

void ww_dat_open(ww_dat *d, const void *bytes, size_t size, const char *name, ww_error *err)
{
    *d = (ww_dat){.bytes = bytes, .size = size, .name = name, .err = err};
}

ww_status ww_dat_fail(ww_dat *d, ww_status status, const char *format, ...)
{
    if (d->status != WW_OK)
        return d->status;
    char text[512];
    va_list list;
    va_start(list, format);
    ww_vformat(text, sizeof text, format, list);
    va_end(list);
    d->status = ww_fail(d->err, status, "%s: byte %zu: %s", d->name, d->at, text);
    return d->status;
}

ww_status ww_dat_end(ww_dat *d)
{
    if (ww_dat_ok(d) && ww_dat_left(d) > 0)
        ww_dat_fail(d, WW_ERR_FORMAT, "%zu bytes more than the network takes", ww_dat_left(d));
    return d->status;
}

// The next n bytes, or NULL where there are fewer.
static const uint8_t *take(ww_dat *d, size_t n)
{
    if (!ww_dat_ok(d))
        return NULL;
    if (n > ww_dat_left(d)) {
        ww_dat_fail(d, WW_ERR_FORMAT, "the file ends here");
        return NULL;
    }
    const uint8_t *p = d->bytes + d->at;
    d->at += n;
    return p;
}

int64_t ww_dat_int(ww_dat *d)
{
    const uint8_t *control = take(d, 1);
    size_t length = control ? *control & LENGTH_BITS : 0;
    if (control && (length < 1 || length > 8)) {
        d->at--;
        ww_dat_fail(d, WW_ERR_FORMAT, "0x%02x starts no integer", *control);
        return 0;
    }
    const uint8_t *p = control ? take(d, length) : NULL;
    if (!p)
        return 0;
    uint64_t v = 0;
    for (size_t i = length; i-- > 0;)
        v = v << 8 | p[i];
    if (v > INT64_MAX) {
        ww_dat_fail(d, WW_ERR_FORMAT, "an integer beyond 63 bits");
        return 0;
    }
    return *control & SIGN_BIT ? -(int64_t)v : (int64_t)v;
}

int64_t ww_dat_int_in(ww_dat *d, const char *what, int64_t low, int64_t high)
{
    size_t at = d->at;
    int64_t v = ww_dat_int(d);
    if (!ww_dat_ok(d))
        return 0;
    if (v < low || v > high) {
        d->at = at;
        ww_dat_fail(d, WW_ERR_FORMAT, "%s is %" PRId64 ", not in %" PRId64 " to %" PRId64, what, v, low, high);
        return 0;
    }
    return v;
}

size_t ww_dat_count(ww_dat *d, const char *what, size_t max, size_t item_bytes)
{
    size_t n = (size_t)ww_dat_int_in(d, what, 0, (int64_t)max);
    if (n > ww_dat_left(d) / (item_bytes ? item_bytes : 1)) {
        ww_dat_fail(d, WW_ERR_FORMAT, "%s is %zu, more than the rest of the file can hold", what, n);
        return 0;
    }
    return n;
}

uint8_t ww_dat_byte(ww_dat *d)
{
    const uint8_t *p = take(d, 1);
    return p ? *p : 0;
}

bool ww_dat_bool(ww_dat *d)
{
    const uint8_t *p = take(d, 1);
    if (p && *p != '0' && *p != '1')
        ww_dat_fail(d, WW_ERR_FORMAT, "0x%02x is neither yes nor no", *p);
    return p && *p == '1';
}

// What dlib wrote before 2013: decimal text that ends with a space.
static double decimal_real(ww_dat *d)
{
    char text[DECIMAL_CHARS_MAX + 1], *end = text;
    size_t n = 0, left = ww_dat_left(d);
    while (n < DECIMAL_CHARS_MAX && n < left && d->bytes[d->at + n] != ' ') {
        text[n] = (char)d->bytes[d->at + n];
        n++;
    }
    text[n] = '\0';
    double v = strcmp(text, "ninf") == 0 ? -INFINITY : ww_number_parse(text, &end);
    if (strcmp(text, "ninf") != 0 && (end == text || *end)) {
        ww_dat_fail(d, WW_ERR_FORMAT, "no number");
        return 0;
    }
    return take(d, n + 1) ? v : 0; // and the space
}

double ww_dat_real(ww_dat *d)
{
    if (!ww_dat_ok(d))
        return 0;
    if (ww_dat_left(d) > 0 && d->bytes[d->at] & BINARY_MASK)
        return decimal_real(d);
    int64_t mantissa = ww_dat_int(d), exponent = ww_dat_int_in(d, "an exponent", INT16_MIN, EXPONENT_NAN);
    if (!ww_dat_ok(d))
        return 0;
    switch (exponent) {
    case EXPONENT_INF: return INFINITY;
    case EXPONENT_MINUS_INF: return -INFINITY;
    case EXPONENT_NAN: return NAN;
    default: return ldexp((double)mantissa, (int)exponent);
    }
}

double ww_dat_finite(ww_dat *d, const char *what)
{
    double v = ww_dat_real(d);
    if (!isfinite(v)) {
        ww_dat_fail(d, WW_ERR_FORMAT, "%s is %g", what, v);
        return 0;
    }
    return v;
}

void ww_dat_text(ww_dat *d, char *text, size_t size)
{
    text[0] = '\0';
    size_t n = ww_dat_count(d, "the length of a name", size - 1, 1);
    const uint8_t *p = take(d, n);
    if (!p)
        return;
    memcpy(text, p, n);
    text[n] = '\0';
    if (memchr(text, '\0', n))
        ww_dat_fail(d, WW_ERR_FORMAT, "a name holds a zero byte");
}

bool ww_dat_peek_text(const ww_dat *d, const char *prefix)
{
    ww_dat look = *d;
    look.err = NULL;
    size_t length = strlen(prefix);
    size_t n = ww_dat_count(&look, "", look.size, 1);
    return ww_dat_ok(&look) && n >= length && memcmp(look.bytes + look.at, prefix, length) == 0;
}

void ww_dat_floats_le(ww_dat *d, float *out, size_t count)
{
    const uint8_t *p = count <= ww_dat_left(d) / 4 ? take(d, 4 * count) : NULL;
    if (!p) {
        ww_dat_fail(d, WW_ERR_FORMAT, "the file ends before its next %zu floats do", count);
        return;
    }
    for (size_t i = 0; i < count; i++, p += 4) {
        uint32_t bits = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
        memcpy(&out[i], &bits, sizeof bits);
    }
}

void ww_dat_matrix_size(ww_dat *d, size_t rows_max, size_t columns_max, size_t *rows, size_t *columns)
{
    size_t at = d->at;
    int64_t r = ww_dat_int(d), c = ww_dat_int(d);
    if (r < 0 || c < 0) {
        r = -r;
        c = -c;
    }
    *rows = *columns = 0;
    if (!ww_dat_ok(d))
        return;
    bool fits = r >= 0 && c >= 0 && (uint64_t)r <= rows_max && (uint64_t)c <= columns_max;
    if (!fits || (c > 0 && (uint64_t)r > ww_dat_left(d) / 2 / (uint64_t)c)) {
        d->at = at;
        ww_dat_fail(d, WW_ERR_FORMAT, "a matrix of %" PRId64 "x%" PRId64 ", where at most %zux%zu is expected", r, c,
                    rows_max, columns_max);
        return;
    }
    *rows = (size_t)r;
    *columns = (size_t)c;
}

float *ww_dat_matrix(ww_dat *d, size_t rows_max, size_t columns_max, size_t *rows, size_t *columns)
{
    ww_dat_matrix_size(d, rows_max, columns_max, rows, columns);
    size_t count = *rows * *columns;
    float *v = ww_dat_ok(d) ? ww_alloc_array(count, sizeof *v, WW_DAT_BYTES_MAX) : NULL;
    if (!v)
        ww_dat_fail(d, WW_ERR_MEMORY, "no memory for a matrix of %zux%zu", *rows, *columns);
    for (size_t i = 0; i < count && v && ww_dat_ok(d); i++)
        v[i] = (float)ww_dat_real(d);
    if (!ww_dat_ok(d)) {
        free(v);
        return NULL;
    }
    return v;
}
