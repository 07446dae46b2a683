// SPDX-License-Identifier: MIT
// Tables written by anybody, by hand or by a program: comma-separated (RFC 4180: quoted fields, doubled quotes), a
// first line that names the columns, in any order and with others among them; LF or CRLF, with or without a byte order
// mark. Empty lines are passed over. Messages name file and line.
#ifndef WW_BASE_CSV_H
#define WW_BASE_CSV_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WW_CSV_BYTES_MAX ((size_t)1 << 30)
#define WW_CSV_ROWS_MAX 10000000
enum { WW_CSV_COLUMNS_MAX = 64 };

typedef struct ww_csv {
    const char *path; // as in messages; borrowed
    char *text;       // all of it; the fields are cut out in place and stay until the table is closed
    char *at, *end;
    size_t line, next_line; // of the row at hand (its first), and of what comes after it
    size_t rows_max;        // there are no more rows than this, and it is at most 2 * WW_CSV_ROWS_MAX
    size_t columns;
    char *name[WW_CSV_COLUMNS_MAX];
    char *field[WW_CSV_COLUMNS_MAX]; // of the row at hand
} ww_csv;

// Reads the file and the names of the columns. Close it, also after a failure.
ww_status ww_csv_open(ww_csv *csv, const char *path, ww_error *err);
// The same from memory; the bytes are copied.
ww_status ww_csv_read(ww_csv *csv, const char *path, const void *bytes, size_t size, ww_error *err);
void ww_csv_close(ww_csv *csv);

// Index of the column of this name, -1: there is none.
int ww_csv_column(const ww_csv *csv, const char *name);
// The column of either name ("w", "width"; `other` may be NULL).
int ww_csv_column_of(const ww_csv *csv, const char *name, const char *other);

// The next row's fields, without the spaces around those that were not quoted. *more is false after the last.
// WW_ERR_FORMAT: not as many fields as columns, or a quote that does not end.
ww_status ww_csv_next(ww_csv *csv, bool *more, ww_error *err);
// A field of the row at hand as a text of the user's, such as a name or a path: a ' that guards it from spreadsheets
// (ww_text_csv_field) is not part of it.
const char *ww_csv_text(const ww_csv *csv, int column);
// A field of the row at hand as a number from `least` to `most`.
ww_status ww_csv_number(const ww_csv *csv, int column, double least, double most, double *value, ww_error *err);

#endif
