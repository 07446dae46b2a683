// SPDX-License-Identifier: MIT
#include "base/csv.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_space(char c) { return c == ' ' || c == '\t'; }
static bool ends_line(char c) { return c == '\n' || c == '\r'; }

static ww_status bad_quote(const ww_csv *csv, ww_error *err)
{
    return ww_fail(err, WW_ERR_FORMAT,
                   "%s:%zu: a quote opens a field and is not closed before the next comma; write \"\" for one inside",
                   csv->path, csv->line);
}

// Reads a quoted field whose opening quote is at *at; its bytes move to the left over the doubled quotes.
static ww_status take_quoted(ww_csv *csv, char **field, ww_error *err)
{
    char *from = csv->at + 1, *to = from;
    *field = to;
    for (;; from++) {
        if (from >= csv->end)
            return bad_quote(csv, err);
        if (*from == '"' && from + 1 < csv->end && from[1] == '"')
            from++;
        else if (*from == '"')
            break;
        csv->next_line += *from == '\n';
        *to++ = *from;
    }
    *to = 0;
    csv->at = from + 1;
    while (csv->at < csv->end && is_space(*csv->at))
        csv->at++;
    return csv->at < csv->end && !strchr(",\r\n", *csv->at) ? bad_quote(csv, err) : WW_OK;
}

static char *take_plain(ww_csv *csv)
{
    char *field = csv->at;
    while (csv->at < csv->end && !strchr(",\r\n", *csv->at))
        csv->at++;
    return field;
}

static void cut_spaces(const char *field, char *stop)
{
    while (stop > field && is_space(stop[-1]))
        stop--;
    *stop = 0;
}

// One field, and whether another follows it on this row. `at` is then behind the comma or the end of the line.
static ww_status take_field(ww_csv *csv, char **field, bool *another, ww_error *err)
{
    while (csv->at < csv->end && is_space(*csv->at))
        csv->at++;
    const bool quoted = csv->at < csv->end && *csv->at == '"';
    ww_status status = quoted ? take_quoted(csv, field, err) : WW_OK;
    if (status != WW_OK)
        return status;
    if (!quoted)
        *field = take_plain(csv);
    char *stop = csv->at;
    *another = stop < csv->end && *stop == ',';
    if (stop + 1 < csv->end && stop[0] == '\r' && stop[1] == '\n')
        csv->at++;
    if (csv->at < csv->end) {
        csv->next_line += !*another;
        csv->at++;
    }
    if (!quoted)
        cut_spaces(*field, stop); // `end` is a byte that may be written, too
    return WW_OK;
}

static ww_status take_row(ww_csv *csv, char **field, size_t *count, ww_error *err)
{
    bool another = true;
    *count = 0;
    csv->line = csv->next_line;
    while (another) {
        char *extra;
        ww_status status = take_field(csv, *count < WW_CSV_COLUMNS_MAX ? &field[*count] : &extra, &another, err);
        if (status != WW_OK)
            return status;
        ++*count;
    }
    return WW_OK;
}

static void skip_empty_lines(ww_csv *csv)
{
    while (csv->at < csv->end && ends_line(*csv->at)) {
        csv->next_line += *csv->at == '\n';
        csv->at++;
    }
}

static ww_status read_header(ww_csv *csv, ww_error *err)
{
    if (csv->end - csv->at >= 3 && memcmp(csv->at, "\xef\xbb\xbf", 3) == 0)
        csv->at += 3;
    skip_empty_lines(csv);
    if (csv->at == csv->end)
        return ww_fail(err, WW_ERR_FORMAT, "%s: the file is empty; its first line has to name the columns", csv->path);
    ww_status status = take_row(csv, csv->name, &csv->columns, err);
    if (status == WW_OK && csv->columns > WW_CSV_COLUMNS_MAX)
        status = ww_fail(err, WW_ERR_FORMAT, "%s:%zu: %zu columns are too many; at most %d", csv->path, csv->line,
                         csv->columns, WW_CSV_COLUMNS_MAX);
    return status;
}

static ww_status begin(ww_csv *csv, size_t size, ww_error *err)
{
    csv->at = csv->text;
    csv->end = csv->text + size;
    csv->next_line = 1;
    csv->rows_max = 1;
    if (memchr(csv->text, 0, size))
        return ww_fail(err, WW_ERR_FORMAT, "%s: this is not a text file", csv->path);
    for (const char *p = csv->text; p < csv->end; p++)
        csv->rows_max += ends_line(*p);
    if (csv->rows_max > 2 * (size_t)WW_CSV_ROWS_MAX) // CR LF counts twice
        return ww_fail(err, WW_ERR_FORMAT, "%s: more than %d rows", csv->path, WW_CSV_ROWS_MAX);
    return read_header(csv, err);
}

ww_status ww_csv_open(ww_csv *csv, const char *path, ww_error *err)
{
    uint8_t *data = NULL;
    size_t size = 0;
    *csv = (ww_csv){.path = path};
    ww_status status = ww_read_file(path, WW_CSV_BYTES_MAX, &data, &size, err);
    csv->text = (char *)data;
    return status == WW_OK ? begin(csv, size, err) : status;
}

ww_status ww_csv_read(ww_csv *csv, const char *path, const void *bytes, size_t size, ww_error *err)
{
    *csv = (ww_csv){.path = path};
    csv->text = ww_alloc_array(size + 1, 1, WW_CSV_BYTES_MAX);
    if (!csv->text)
        return ww_fail(err, WW_ERR_MEMORY, "%s: a table of %zu bytes is too large", path, size);
    if (size)
        memcpy(csv->text, bytes, size);
    csv->text[size] = 0;
    return begin(csv, size, err);
}

void ww_csv_close(ww_csv *csv)
{
    free(csv->text);
    *csv = (ww_csv){0};
}

int ww_csv_column(const ww_csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->columns; i++)
        if (strcmp(csv->name[i], name) == 0)
            return (int)i;
    return -1;
}

int ww_csv_column_of(const ww_csv *csv, const char *name, const char *other)
{
    const int column = ww_csv_column(csv, name);
    return column < 0 && other ? ww_csv_column(csv, other) : column;
}

ww_status ww_csv_next(ww_csv *csv, bool *more, ww_error *err)
{
    size_t count = 0;
    skip_empty_lines(csv);
    *more = csv->at < csv->end;
    if (!*more)
        return WW_OK;
    ww_status status = take_row(csv, csv->field, &count, err);
    if (status == WW_OK && count != csv->columns)
        status =
            ww_fail(err, WW_ERR_FORMAT,
                    "%s:%zu: %zu %s where the first line names %zu columns; put a name that holds a comma in quotes",
                    csv->path, csv->line, count, count == 1 ? "field" : "fields", csv->columns);
    return status;
}

const char *ww_csv_text(const ww_csv *csv, int column) { return ww_text_csv_unguarded(csv->field[column]); }

ww_status ww_csv_number(const ww_csv *csv, int column, double least, double most, double *value, ww_error *err)
{
    const char *field = csv->field[column];
    if (!ww_number_read(field, value))
        return ww_fail(err, WW_ERR_FORMAT, "%s:%zu: '%.80s' in the column %s is not a number", csv->path, csv->line,
                       field, csv->name[column]);
    if (*value < least || *value > most)
        return ww_fail(err, WW_ERR_FORMAT, "%s:%zu: %s is %.80s; it must be from %g to %g", csv->path, csv->line,
                       csv->name[column], field, least, most);
    return WW_OK;
}
