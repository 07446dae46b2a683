// SPDX-License-Identifier: MIT
#include "evaluate/predictions.h"
#include "base/files.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEAR_MIDDLE 0.25 // of the sides
#define PIXELS_MAX 1e7   // of a place in a picture
#define TIME_MAX_S 1e9
#define QUALITY_UNTOLD 1

static ww_status no_memory(const ww_predictions *predictions, size_t faces, ww_error *err)
{
    return ww_fail(err, WW_ERR_MEMORY, "%s: no memory for %zu faces", predictions->where, faces);
}

static ww_status make_room(ww_predictions *predictions, size_t sources, size_t faces, size_t titles, ww_error *err)
{
    predictions->source = ww_alloc_array0(sources, sizeof *predictions->source, SIZE_MAX);
    predictions->face = ww_alloc_array0(faces, sizeof *predictions->face, SIZE_MAX);
    predictions->title = ww_alloc_array0(titles, sizeof *predictions->title, SIZE_MAX);
    predictions->source_count = sources;
    predictions->title_count = titles;
    return predictions->source && predictions->face && predictions->title ? WW_OK : no_memory(predictions, faces, err);
}

// The faces are in the order of their sources.
static void find_ranges(ww_predictions *predictions)
{
    for (size_t i = predictions->face_count; i-- > 0;) {
        ww_predicted_source *source = &predictions->source[predictions->face[i].source];
        source->first_face = i;
        source->face_count++;
    }
}

// --- a library -------------------------------------------------------------------------------------------------------

static void take_catalog_face(const ww_catalog *c, size_t i, ww_predicted_face *face)
{
    const ww_catalog_face *f = &c->face.item[i];
    const ww_catalog_frame *frame = &c->frame.item[f->frame];
    const bool shown = f->person < c->person.count && !c->person.item[f->person].ignored;
    *face = (ww_predicted_face){.source = (uint32_t)frame->source,
                                .time_us = frame->time_us,
                                .x = f->x,
                                .y = f->y,
                                .width = f->width,
                                .height = f->height,
                                .quality = (float)f->quality,
                                .person = shown ? (int32_t)f->person : -1};
}

static ww_status open_library(ww_predictions *predictions, const ww_callbacks *callbacks, ww_error *err)
{
    const ww_catalog *c = &predictions->catalog;
    ww_status status =
        ww_library_acquire(predictions->where, WW_LIBRARY_EXISTING, callbacks, &predictions->library, err);
    if (status == WW_OK)
        status = ww_catalog_load(predictions->library->store, NULL, 0, &predictions->catalog, err);
    if (status == WW_OK)
        status = make_room(predictions, c->source.count, c->face.count, c->person.count, err);
    if (status != WW_OK)
        return status;
    for (size_t i = 0; i < c->source.count; i++)
        predictions->source[i] = (ww_predicted_source){
            .path = c->source.item[i].path, .width = c->source.item[i].width, .height = c->source.item[i].height};
    for (size_t i = 0; i < c->person.count; i++)
        predictions->title[i] = ww_catalog_title(&c->person.item[i]);
    for (size_t i = 0; i < c->face.count; i++)
        take_catalog_face(c, i, &predictions->face[i]);
    predictions->face_count = c->face.count;
    find_ranges(predictions);
    return WW_OK;
}

// --- a table ---------------------------------------------------------------------------------------------------------

typedef struct columns {
    int source, time, x, y, width, height, quality, person, name;
} columns;

typedef struct texts {
    const char **source, **person, **name;
} texts; // of each row; person NULL: nobody

static ww_status find_columns(const ww_csv *t, columns *c, ww_error *err)
{
    *c = (columns){ww_csv_column(t, "source"),  ww_csv_column(t, "time_s"),        ww_csv_column(t, "x"),
                   ww_csv_column(t, "y"),       ww_csv_column_of(t, "width", "w"), ww_csv_column_of(t, "height", "h"),
                   ww_csv_column(t, "quality"), ww_csv_column(t, "person"),        ww_csv_column(t, "name")};
    if (c->source < 0 || c->x < 0 || c->y < 0 || c->width < 0 || c->height < 0 || c->person < 0)
        return ww_fail(err, WW_ERR_FORMAT,
                       "%s:%zu: a table of faces needs the columns source,x,y,width,height,person (and "
                       "for footage time_s), as in a faces.csv of this program",
                       t->path, t->line);
    return WW_OK;
}

static ww_status read_face(const ww_csv *t, const columns *c, ww_predicted_face *face, ww_error *err)
{
    double time_s = 0, quality = QUALITY_UNTOLD;
    ww_status status = ww_csv_number(t, c->x, -PIXELS_MAX, PIXELS_MAX, &face->x, err);
    if (status == WW_OK)
        status = ww_csv_number(t, c->y, -PIXELS_MAX, PIXELS_MAX, &face->y, err);
    if (status == WW_OK)
        status = ww_csv_number(t, c->width, 0, PIXELS_MAX, &face->width, err);
    if (status == WW_OK)
        status = ww_csv_number(t, c->height, 0, PIXELS_MAX, &face->height, err);
    if (status == WW_OK && c->time >= 0)
        status = ww_csv_number(t, c->time, 0, TIME_MAX_S, &time_s, err);
    if (status == WW_OK && c->quality >= 0)
        status = ww_csv_number(t, c->quality, 0, 1, &quality, err);
    if (status != WW_OK)
        return status;
    face->time_us = llround(time_s * 1e6);
    face->quality = (float)quality;
    return WW_OK;
}

static ww_status read_rows(ww_predictions *predictions, texts *text, ww_error *err)
{
    ww_csv *t = &predictions->table;
    columns c;
    ww_status status = find_columns(t, &c, err);
    for (bool more = true; status == WW_OK;) {
        status = ww_csv_next(t, &more, err);
        if (status != WW_OK || !more)
            break;
        const size_t n = predictions->face_count++;
        const char *person = ww_csv_text(t, c.person);
        text->source[n] = ww_csv_text(t, c.source);
        text->person[n] = *person && strcmp(person, "-1") != 0 ? person : NULL;
        text->name[n] = c.name >= 0 ? ww_csv_text(t, c.name) : "";
        status = read_face(t, &c, &predictions->face[n], err);
    }
    return status;
}

static int by_source_and_time(const void *a, const void *b)
{
    const ww_predicted_face *x = a, *y = b;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    if (x->time_us != y->time_us)
        return x->time_us < y->time_us ? -1 : 1;
    const double p[] = {x->x, x->y, x->width, x->height}, q[] = {y->x, y->y, y->width, y->height};
    for (int i = 0; i < 4; i++)
        if (p[i] != q[i])
            return p[i] < q[i] ? -1 : 1;
    return (x->person > y->person) - (x->person < y->person);
}

static ww_status number_texts(ww_predictions *predictions, const texts *text, ww_error *err)
{
    ww_status status = ww_label_encoding_make(text->source, predictions->face_count, &predictions->sources, err);
    if (status == WW_OK)
        status = ww_label_encoding_make(text->person, predictions->face_count, &predictions->people, err);
    if (status != WW_OK)
        return status;
    predictions->source_count = predictions->sources.count;
    predictions->title_count = predictions->people.count;
    for (size_t i = 0; i < predictions->source_count; i++)
        predictions->source[i].path = predictions->sources.text[i];
    for (size_t i = 0; i < predictions->title_count; i++)
        predictions->title[i] = predictions->people.text[i];
    for (size_t i = 0; i < predictions->face_count; i++) {
        predictions->face[i].source = (uint32_t)predictions->sources.number[i];
        predictions->face[i].person = predictions->people.number[i];
        if (predictions->face[i].person >= 0 && *text->name[i])
            predictions->title[predictions->face[i].person] = text->name[i];
    }
    qsort(predictions->face, predictions->face_count, sizeof *predictions->face, by_source_and_time);
    find_ranges(predictions);
    return WW_OK;
}

static ww_status take_table(ww_predictions *predictions, ww_error *err)
{
    const size_t rows = predictions->table.rows_max;
    texts text = {ww_alloc_array(rows, sizeof *text.source, SIZE_MAX),
                  ww_alloc_array(rows, sizeof *text.person, SIZE_MAX),
                  ww_alloc_array(rows, sizeof *text.name, SIZE_MAX)};
    ww_status status = text.source && text.person && text.name ? make_room(predictions, rows, rows, rows, err)
                                                               : no_memory(predictions, rows, err);
    if (status == WW_OK)
        status = read_rows(predictions, &text, err);
    if (status == WW_OK)
        status = number_texts(predictions, &text, err);
    free(text.source);
    free(text.person);
    free(text.name);
    return status;
}

ww_status ww_predictions_read_table(ww_predictions *predictions, const char *path, const void *bytes, size_t size,
                                    ww_error *err)
{
    *predictions = (ww_predictions){.where = path};
    ww_status status = ww_csv_read(&predictions->table, path, bytes, size, err);
    return status == WW_OK ? take_table(predictions, err) : status;
}

ww_status ww_predictions_open(ww_predictions *predictions, const char *where, const ww_callbacks *callbacks,
                              ww_error *err)
{
    *predictions = (ww_predictions){.where = where};
    if (ww_path_is_dir(where))
        return open_library(predictions, callbacks, err);
    ww_status status = ww_csv_open(&predictions->table, where, err);
    return status == WW_OK ? take_table(predictions, err) : status;
}

void ww_predictions_free(ww_predictions *predictions)
{
    free(predictions->source);
    free(predictions->face);
    free(predictions->title);
    ww_label_encoding_free(&predictions->sources);
    ww_label_encoding_free(&predictions->people);
    ww_csv_close(&predictions->table);
    ww_catalog_free(&predictions->catalog);
    ww_library_release(predictions->library);
    *predictions = (ww_predictions){0};
}

// --- the face that counts --------------------------------------------------------------------------------------------

ww_status ww_predictions_can_count(const ww_predictions *predictions, ww_eval_face which, ww_error *err)
{
    for (size_t i = 0; i < predictions->source_count && which == WW_EVAL_MIDDLE; i++)
        if (predictions->source[i].face_count > 0
            && (predictions->source[i].width < 1 || predictions->source[i].height < 1))
            return ww_fail(
                err, WW_ERR_ARGUMENT,
                "%s does not tell the size of the pictures, and so not which face is in the middle; take the "
                "largest (--face largest), or give the folder with the library",
                predictions->where);
    return WW_OK;
}

size_t ww_predictions_counted(const ww_predictions *predictions, size_t first, size_t count, ww_eval_face which)
{
    size_t best = WW_NO_FACE;
    double best_value = which == WW_EVAL_MIDDLE ? -NEAR_MIDDLE : -1;
    for (size_t i = first; i < first + count; i++) {
        const ww_predicted_face *f = &predictions->face[i];
        const ww_predicted_source *s = &predictions->source[f->source];
        const double value = which == WW_EVAL_LARGEST ? f->width * f->height
                                                      : -hypot((f->x + f->width / 2) / s->width - 0.5,
                                                               (f->y + f->height / 2) / s->height - 0.5);
        if (value > best_value) {
            best_value = value;
            best = i;
        }
    }
    return best;
}
