// SPDX-License-Identifier: MIT
#include "evaluate/ground_truth.h"
#include "base/files.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PIXELS_MAX 1e7
#define TIME_MAX_S 1e9
#define ALWAYS_US INT64_MAX

typedef struct columns {
    int source, person, x, y, width, height, start, end, time;
} columns;

static bool has_place(const columns *c) { return c->x >= 0 && c->y >= 0 && c->width >= 0 && c->height >= 0; }
static bool has_some_place(const columns *c) { return c->x >= 0 || c->y >= 0 || c->width >= 0 || c->height >= 0; }
static bool has_time(const columns *c) { return c->start >= 0 || c->end >= 0 || c->time >= 0; }

static ww_status find_columns(ww_ground_truth *truth, columns *c, ww_error *err)
{
    const ww_csv *t = &truth->table;
    *c = (columns){ww_csv_column_of(t, "source", "file"),
                   ww_csv_column(t, "person"),
                   ww_csv_column(t, "x"),
                   ww_csv_column(t, "y"),
                   ww_csv_column_of(t, "w", "width"),
                   ww_csv_column_of(t, "h", "height"),
                   ww_csv_column(t, "start_s"),
                   ww_csv_column(t, "end_s"),
                   ww_csv_column(t, "time_s")};
    const char *wrong = NULL;
    if (c->person < 0)
        wrong = "there is no column person";
    else if (has_some_place(c) && !has_place(c))
        wrong = "a place is x, y, w and h, all four of them";
    else if (has_time(c) && !has_place(c))
        wrong = "where there are times there must be places too: x,y,w,h";
    else if ((c->start < 0) != (c->end < 0) || (c->start >= 0 && c->time >= 0))
        wrong = "a time is either start_s and end_s, or time_s";
    else if (!has_place(c) && c->source < 0)
        wrong = "without a place (x,y,w,h) there must be a column file";
    if (wrong)
        return ww_fail(err, WW_ERR_FORMAT,
                       "%s:%zu: %s; ground truth is start_s,end_s,x,y,w,h,person or "
                       "source,time_s,x,y,width,height,person or file,person",
                       t->path, t->line, wrong);
    truth->kind = has_place(c) ? WW_GROUND_TRUTH_PLACES : WW_GROUND_TRUTH_PICTURES;
    truth->moments = c->time >= 0;
    truth->seconds = c->start >= 0;
    return WW_OK;
}

static ww_status read_moment(const ww_csv *t, const columns *c, ww_ground_truth_row *row, ww_error *err)
{
    double time_s;
    ww_status status = ww_csv_number(t, c->time, 0, TIME_MAX_S, &time_s, err);
    if (status != WW_OK)
        return status;
    row->moment_us = llround(time_s * 1e6);
    row->start_us = row->moment_us - WW_GROUND_TRUTH_MOMENT_US;
    row->end_us = row->moment_us + WW_GROUND_TRUTH_MOMENT_US + 1;
    return WW_OK;
}

static ww_status read_span(const ww_csv *t, const columns *c, ww_ground_truth_row *row, ww_error *err)
{
    double start_s, end_s;
    ww_status status = ww_csv_number(t, c->start, 0, TIME_MAX_S, &start_s, err);
    if (status == WW_OK)
        status = ww_csv_number(t, c->end, 0, TIME_MAX_S, &end_s, err);
    if (status != WW_OK)
        return status;
    if (end_s <= start_s)
        return ww_fail(err, WW_ERR_FORMAT, "%s:%zu: it ends at %g s, and begins at %g s", t->path, t->line, end_s,
                       start_s);
    row->start_us = llround(start_s * 1e6);
    row->end_us = llround(end_s * 1e6);
    return WW_OK;
}

static ww_status read_time(const ww_csv *t, const columns *c, ww_ground_truth_row *row, ww_error *err)
{
    row->end_us = ALWAYS_US;
    return c->time >= 0 ? read_moment(t, c, row, err) : c->start >= 0 ? read_span(t, c, row, err) : WW_OK;
}

static ww_status read_place(const ww_csv *t, const columns *c, ww_ground_truth_row *row, ww_error *err)
{
    ww_status status = ww_csv_number(t, c->x, -PIXELS_MAX, PIXELS_MAX, &row->x, err);
    if (status == WW_OK)
        status = ww_csv_number(t, c->y, -PIXELS_MAX, PIXELS_MAX, &row->y, err);
    if (status == WW_OK)
        status = ww_csv_number(t, c->width, 0, PIXELS_MAX, &row->width, err);
    if (status == WW_OK)
        status = ww_csv_number(t, c->height, 0, PIXELS_MAX, &row->height, err);
    return status;
}

static ww_status read_rows(ww_ground_truth *truth, const columns *c, const char **source, const char **person,
                           ww_error *err)
{
    ww_csv *t = &truth->table;
    for (bool more = true;;) {
        ww_status status = ww_csv_next(t, &more, err);
        if (status != WW_OK || !more)
            return status;
        ww_ground_truth_row *row = &truth->row[truth->count];
        const char *who = ww_csv_text(t, c->person), *file = c->source >= 0 ? ww_csv_text(t, c->source) : NULL;
        *row = (ww_ground_truth_row){.line = t->line};
        if (file && !*file)
            return ww_fail(err, WW_ERR_FORMAT, "%s:%zu: the column %s is empty; name the file", t->path, t->line,
                           t->name[c->source]);
        status = read_time(t, c, row, err);
        if (status == WW_OK && truth->kind == WW_GROUND_TRUTH_PLACES)
            status = read_place(t, c, row, err);
        if (status != WW_OK)
            return status;
        person[truth->count] = *who ? who : NULL;
        source[truth->count++] = file;
    }
}

// The names as numbers.
static ww_status number_names(ww_ground_truth *truth, const char **source, const char **person, ww_error *err)
{
    ww_status status = ww_label_encoding_make(source, truth->count, &truth->sources, err);
    if (status == WW_OK)
        status = ww_label_encoding_make(person, truth->count, &truth->people, err);
    for (size_t i = 0; i < truth->count && status == WW_OK; i++) {
        truth->row[i].source = truth->sources.number[i];
        truth->row[i].person = truth->people.number[i];
    }
    return status;
}

static ww_status take_table(ww_ground_truth *truth, ww_error *err)
{
    columns c;
    const size_t rows = truth->table.rows_max;
    ww_status status = find_columns(truth, &c, err);
    if (status != WW_OK)
        return status;
    truth->row = ww_alloc_array(rows, sizeof *truth->row, SIZE_MAX);
    const char **source = ww_alloc_array(rows, sizeof *source, SIZE_MAX),
               **person = ww_alloc_array(rows, sizeof *person, SIZE_MAX);
    if (truth->row && source && person)
        status = read_rows(truth, &c, source, person, err);
    else
        status = ww_fail(err, WW_ERR_MEMORY, "%s: no memory for %zu rows", truth->name, rows);
    if (status == WW_OK)
        status = number_names(truth, source, person, err);
    if (status == WW_OK && truth->people.count == 0)
        status = ww_fail(err, WW_ERR_FORMAT, "%s: the table names nobody", truth->name);
    free(source);
    free(person);
    return status;
}

ww_status ww_ground_truth_read(ww_ground_truth *truth, const char *path, const void *bytes, size_t size, ww_error *err)
{
    *truth = (ww_ground_truth){.name = path};
    ww_status status = ww_csv_read(&truth->table, path, bytes, size, err);
    return status == WW_OK ? take_table(truth, err) : status;
}

ww_status ww_ground_truth_open(ww_ground_truth *truth, const char *path, ww_error *err)
{
    *truth = (ww_ground_truth){.name = path};
    ww_status status = ww_csv_open(&truth->table, path, err);
    return status == WW_OK ? take_table(truth, err) : status;
}

void ww_ground_truth_free(ww_ground_truth *truth)
{
    free(truth->row);
    ww_label_encoding_free(&truth->people);
    ww_label_encoding_free(&truth->sources);
    ww_csv_close(&truth->table);
    free(truth->text);
    *truth = (ww_ground_truth){0};
}

// --- paths -----------------------------------------------------------------------------------------------------------

// The part of a path that names the person; *length 0: none does.
static const char *name_in_path(const char *path, ww_path_part part, size_t *length)
{
    const char *base = ww_path_base(path), *begin = base, *end = base + strlen(base);
    if (part == WW_PATH_FOLDER) {
        end = base > path ? base - 1 : base;
        for (begin = end; begin > path && begin[-1] != '/';)
            begin--;
    } else {
        const char *dot = strrchr(base, '.');
        end = dot && dot > base ? dot : end;
        const char *stem_end = end;
        while (end > begin && strchr("0123456789", end[-1]))
            end--;
        while (end > begin && strchr("_- .", end[-1]))
            end--;
        end = end > begin ? end : stem_end; // a name that is only a number
    }
    *length = (size_t)(end - begin);
    return begin;
}

static ww_status cut_names(ww_ground_truth *truth, const ww_predictions *predictions, ww_path_part part,
                           const char **source, const char **person, ww_error *err)
{
    char *at = truth->text;
    for (size_t i = 0; i < predictions->source_count; i++) {
        size_t length;
        const char *path = predictions->source[i].path, *name = name_in_path(path, part, &length);
        if (length == 0)
            return ww_fail(
                err, WW_ERR_ARGUMENT,
                "the path '%s' names no folder, and so nobody; scan the folder that holds the folders of people", path);
        memcpy(at, name, length);
        at[length] = 0;
        person[i] = at;
        source[i] = path;
        at += length + 1;
        truth->row[i] = (ww_ground_truth_row){.end_us = ALWAYS_US};
    }
    truth->count = predictions->source_count;
    return WW_OK;
}

ww_status ww_ground_truth_of_paths(ww_ground_truth *truth, const ww_predictions *predictions, ww_path_part part,
                                   ww_error *err)
{
    *truth = (ww_ground_truth){.name = part == WW_PATH_FOLDER ? "the names of the folders" : "the names of the files",
                               .kind = WW_GROUND_TRUTH_PICTURES};
    const size_t count = predictions->source_count;
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += strlen(predictions->source[i].path) + 1;
    truth->text = ww_alloc_array(bytes, 1, SIZE_MAX);
    truth->row = ww_alloc_array(count, sizeof *truth->row, SIZE_MAX);
    const char **source = ww_alloc_array(count, sizeof *source, SIZE_MAX),
               **person = ww_alloc_array(count, sizeof *person, SIZE_MAX);
    ww_status status = WW_OK;
    if (truth->text && truth->row && source && person)
        status = cut_names(truth, predictions, part, source, person, err);
    else
        status = ww_fail(err, WW_ERR_MEMORY, "no memory for the names of %zu files", count);
    if (status == WW_OK)
        status = number_names(truth, source, person, err);
    free(source);
    free(person);
    return status;
}
