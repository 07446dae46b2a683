// SPDX-License-Identifier: MIT
#include "formats/dataset_key.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/number.h"
#include "base/text.h"
#include "library/dataset_records.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// Another number whenever the same library makes another set than before.
enum { DATASET_VERSION = 2, COUNTS = 12 };

#define SUMMARY_BYTES_MAX ((size_t)4096)
enum { KEY_DIGITS = 16, CLOSEST_DECIMALS = 6 };

// --- the key

static void add(uint64_t *key, const void *data, size_t bytes) { *key = ww_hash_chain(*key, data, bytes); }

static void add_text(uint64_t *key, const char *text) { add(key, text ? text : "", text ? strlen(text) : 0); }

static void add_face(uint64_t *key, const ww_catalog *c, const ww_catalog_face *f)
{
    const int64_t whole[] = {f->id,     c->frame.item[f->frame].id, f->number,          f->track,
                             f->hidden, f->portrait_width,          f->portrait_height, f->absent};
    const double values[] = {f->x, f->y, f->width, f->height, f->score, f->quality};
    add(key, whole, sizeof whole);
    add(key, values, sizeof values);
    add(key, f->landmark, sizeof f->landmark);
    add(key, f->portrait_box, sizeof f->portrait_box);
}

static void add_frame(uint64_t *key, const ww_catalog_frame *f)
{
    const int64_t whole[] = {f->id,         f->source,      f->sample, f->time_us,
                             f->jpeg_width, f->jpeg_height, f->width,  f->height};
    add(key, whole, sizeof whole);
}

static void add_options(uint64_t *key, const ww_dataset_options *o)
{
    const int64_t whole[] = {DATASET_VERSION, o->unlabelled, o->named_only,    o->train,          o->val,
                             o->test,         o->chip_size,  o->best,          o->per_track,      o->crop,
                             o->box,          o->quality,    o->picture_width, o->picture_format, (int64_t)o->seed};
    const double values[] = {o->near_duplicate, o->apart, o->margin};
    add(key, whole, sizeof whole);
    add(key, values, sizeof values);
    add_text(key, o->formats);
}

uint64_t ww_dataset_key(const ww_catalog *c, const ww_dataset_options *options, double eps)
{
    uint64_t key = 0;
    add_options(&key, options);
    add(&key, &eps, sizeof eps);
    if (c->csv_safe)
        add_text(&key, "csv_safe");
    for (size_t i = 0; i < c->source.count; i++) {
        const ww_catalog_source *s = &c->source.item[i];
        const uint64_t whole[] = {(uint64_t)s->id, s->hash, s->scan, (uint64_t)s->kind};
        add(&key, whole, sizeof whole);
        add_text(&key, s->path);
    }
    for (size_t i = 0; i < c->person.count; i++) {
        const ww_catalog_person *p = &c->person.item[i];
        const int64_t whole[] = {p->number, p->ignored};
        add(&key, whole, sizeof whole);
        add_text(&key, p->name);
        add_text(&key, p->folder);
    }
    for (size_t i = 0; i < c->frame.count; i++)
        add_frame(&key, &c->frame.item[i]);
    for (size_t i = 0; i < c->face.count; i++)
        add_face(&key, c, &c->face.item[i]);
    return key;
}

// --- the summary: key, counts and the closest distance, in one line

static void list_counts(ww_dataset_result *r, int64_t *count[COUNTS])
{
    int64_t *const all[COUNTS] = {&r->classes,       &r->faces,          &r->train,       &r->val,
                                  &r->test,          &r->groups,         &r->frames,      &r->frames_left_out,
                                  &r->faces_covered, &r->frames_dropped, &r->people_lost, &r->faces_chosen};
    memcpy(count, all, sizeof all);
}

ww_status ww_dataset_put_summary(uint64_t key, const ww_dataset_result *result, ww_dataset_out *out, ww_error *err)
{
    ww_dataset_result copy = *result;
    int64_t *count[COUNTS];
    ww_buffer text = {0};
    list_counts(&copy, count);
    ww_buffer_format(&text, "%016" PRIx64, key);
    for (int i = 0; i < COUNTS; i++)
        ww_buffer_format(&text, " %" PRId64, *count[i]);
    ww_buffer_text(&text, " ");
    ww_text_fixed(&text, result->closest, CLOSEST_DECIMALS);
    ww_buffer_text(&text, "\n");
    ww_status status = ww_dataset_out_put_text(out, WW_DATASET_SUMMARY, &text, err);
    ww_buffer_free(&text);
    return status;
}

static bool read_summary(const char *text, uint64_t key, ww_dataset_result *r)
{
    char *end;
    int64_t *count[COUNTS];
    if (strtoull(text, &end, 16) != key || end != text + KEY_DIGITS)
        return false;
    list_counts(r, count);
    for (int i = 0; i < COUNTS; i++) {
        text = end;
        *count[i] = strtoll(text, &end, 10);
        if (end == text)
            return false;
    }
    text = end;
    r->closest = ww_number_parse(text, &end);
    return end != text;
}

// Whether every file on record is there as it was written.
static ww_status is_untouched(ww_folder *folder, const ww_file_records *records, bool *untouched, ww_error *err)
{
    ww_folder_place place = {0};
    ww_status status = WW_OK;
    *untouched = true;
    for (size_t i = 0; status == WW_OK && *untouched && i < records->count; i++) {
        ww_entry_info info;
        const ww_file_record *r = &records->item[i];
        status = ww_folder_look_from(folder, &place, r->path, &info, err);
        *untouched = status == WW_OK && ww_file_record_is_untouched(r, &info);
    }
    ww_folder_place_close(&place);
    return status;
}

static ww_status is_complete(ww_folder *folder, bool *complete, ww_error *err)
{
    ww_entry_info manifest, intents = {0};
    ww_status status = ww_folder_look(folder, WW_DATASET_MANIFEST, &manifest, err);
    if (status == WW_OK)
        status = ww_folder_look(folder, WW_DATASET_FIRST_INTENTS, &intents, err);
    *complete = status == WW_OK && manifest.kind == WW_ENTRY_FILE && intents.kind == WW_ENTRY_ABSENT;
    return status;
}

static ww_status compare(ww_folder *folder, uint64_t key, ww_dataset_result *result, bool *same, ww_error *err)
{
    ww_file_records records = {0};
    uint8_t *summary = NULL;
    size_t bytes;
    ww_status status = is_complete(folder, same, err);
    if (status != WW_OK || !*same)
        return status;
    *same = ww_folder_read(folder, WW_DATASET_SUMMARY, SUMMARY_BYTES_MAX, &summary, &bytes, NULL) == WW_OK
            && read_summary((char *)summary, key, result);
    free(summary);
    if (!*same)
        return WW_OK;
    status = ww_file_records_read(&records, folder, WW_DATASET_MANIFEST, WW_DATASET_MANIFEST_HEAD, err);
    if (status == WW_OK)
        status = is_untouched(folder, &records, same, err);
    result->files_kept = (int64_t)records.count;
    ww_file_records_free(&records);
    return status;
}

ww_status ww_dataset_is_same(const char *dir, uint64_t key, ww_dataset_result *result, bool *same, ww_error *err)
{
    ww_folder *folder = NULL;
    ww_dataset_result found = *result;
    *same = false;
    if (!ww_path_exists(dir))
        return WW_OK;
    ww_status status = ww_folder_open(dir, false, &folder, err);
    if (status == WW_OK)
        status = compare(folder, key, &found, same, err);
    if (status == WW_OK && *same)
        *result = found;
    ww_folder_close(folder);
    return status;
}
