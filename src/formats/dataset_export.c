// SPDX-License-Identifier: MIT
#include "formats/dataset_export.h"
#include "base/clock.h"
#include "base/files.h"
#include "decisions/decisions.h"
#include "formats/data_card.h"
#include "formats/dataset_key.h"
#include "formats/format.h"
#include "formats/pictures.h"
#include "library/settings.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { FORMATS_MAX = 16, CHIP_SIZE_MIN = 16, CHIP_SIZE_MAX = 1024, PART_MAX = 1000000, WIDTH_MAX = 8192 };
#define MARGIN_MAX 2.0

typedef struct chosen {
    const ww_export_format *format[FORMATS_MAX];
    size_t count;
} chosen;

static ww_status no_such_format(const char *name, size_t length, ww_error *err)
{
    ww_buffer names = {0};
    for (size_t i = 0; ww_format_at(i); i++)
        ww_buffer_format(&names, "%s%s", i ? ", " : "", ww_format_at(i)->name);
    char *list = ww_buffer_take(&names);
    ww_status status =
        ww_fail(err, WW_ERR_ARGUMENT, "there is no data set format '%.*s'; there are: %s", (int)length, name, list);
    free(list);
    return status;
}

static ww_status choose(const char *names, chosen *c, ww_error *err)
{
    *c = (chosen){0};
    for (const char *at = names ? names : "";; at++) {
        const size_t length = strcspn(at, ",");
        const ww_export_format *format = ww_format_named(at, length);
        if (!format)
            return no_such_format(at, length, err);
        for (size_t i = 0; i < c->count; i++)
            if (c->format[i] == format)
                return ww_fail(err, WW_ERR_ARGUMENT, "the format '%s' is named twice", format->name);
        if (c->count == FORMATS_MAX)
            return ww_fail(err, WW_ERR_ARGUMENT, "more than %d formats", FORMATS_MAX);
        c->format[c->count++] = format;
        at += length;
        if (!*at)
            return WW_OK;
    }
}

// A folder inside the library's would be taken for a person's.
static ww_status check_place(const ww_library *library, const char *out, ww_error *err)
{
    char inside[PATH_MAX], above[PATH_MAX];
    if (!out || !*out)
        return ww_fail(err, WW_ERR_ARGUMENT, "name the folder that the data set goes to");
    char *way = ww_strdup(out);
    bool known = realpath(way, above) != NULL; // of what is not there yet, the nearest folder above it that is
    for (char *slash = strrchr(way, '/'); !known && slash; slash = strrchr(way, '/')) {
        *slash = 0;
        known = realpath(*way ? way : "/", above) != NULL;
    }
    if (!known)
        known = realpath(".", above) != NULL;
    free(way);
    const size_t length = realpath(library->dir, inside) ? strlen(inside) : 0;
    if (known && length && strncmp(above, inside, length) == 0 && (above[length] == '/' || above[length] == 0))
        return ww_fail(err, WW_ERR_ARGUMENT, "'%s' lies inside '%s', where folders are people; name a folder elsewhere",
                       out, library->dir);
    return WW_OK;
}

static ww_status check_options(const ww_library *library, const ww_dataset_options *o, ww_error *err)
{
    if (o->train < 0 || o->val < 0 || o->test < 0 || o->train > PART_MAX || o->val > PART_MAX || o->test > PART_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "the parts of a split are numbers from 0 to %d", PART_MAX);
    if (o->train == 0 && (o->val != 0 || o->test != 0))
        return ww_fail(err, WW_ERR_ARGUMENT, "a split without a part for train is no data set to train with");
    if (o->unlabelled > WW_UNLABELLED_LEAVE_OUT)
        return ww_fail(err, WW_ERR_ARGUMENT, "ww_dataset_options.unlabelled is none of its values");
    if (o->chip_size != 0 && (o->chip_size < CHIP_SIZE_MIN || o->chip_size > CHIP_SIZE_MAX))
        return ww_fail(err, WW_ERR_ARGUMENT, "a chip has %d to %d pixels a side", CHIP_SIZE_MIN, CHIP_SIZE_MAX);
    if (o->crop > WW_CROP_PORTRAIT || o->box > WW_BOX_WIDENED
        || (o->picture_format != WW_PICTURE_BY_FORMAT && !ww_picture_format_at((size_t)o->picture_format)))
        return ww_fail(err, WW_ERR_ARGUMENT, "ww_dataset_options: crop, box or picture_format is none of its values");
    if (o->quality < 0 || o->quality > 100 || !(o->margin >= 0 && o->margin <= MARGIN_MAX))
        return ww_fail(err, WW_ERR_ARGUMENT, "the quality is 1 to 100, and the margin of chips 0 to %g of their side",
                       MARGIN_MAX);
    if (o->picture_width < 0 || o->picture_width > WIDTH_MAX || o->best < 0 || o->per_track < 0 || !(o->apart >= 0))
        return ww_fail(err, WW_ERR_ARGUMENT,
                       "ww_dataset_options: picture_width is 0 to %d, and best, per_track and apart are 0 or more",
                       WIDTH_MAX);
    return check_place(library, o->out, err);
}

static bool all_whole(const chosen *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (!c->format[i]->whole)
            return false;
    return true;
}

// Where no format has sides, there are none to count.
static void count_set(const ww_dataset *set, const chosen *c, ww_dataset_result *r)
{
    int64_t *const side[WW_SIDES] = {&r->train, &r->val, &r->test};
    r->classes = (int64_t)set->classes.count;
    for (int i = 0; i < WW_SIDES; i++) {
        r->faces += (int64_t)set->faces[i];
        *side[i] = all_whole(c) ? 0 : (int64_t)set->faces[i];
    }
    r->groups = (int64_t)set->groups;
    r->people_lost = (int64_t)set->people_lost;
    for (size_t i = 0; i < set->catalog->face.count; i++)
        r->faces_chosen += set->chosen[i];
    r->closest = set->closest_distance;
    for (size_t i = 0; i < set->catalog->frame.count; i++) {
        const ww_frame_use use = ww_dataset_frame_use(set, i);
        r->frames += use != WW_FRAME_UNUSED;
        r->frames_left_out += use == WW_FRAME_LEFT_OUT;
        r->frames_dropped += use == WW_FRAME_DROPPED;
        r->faces_covered += use == WW_FRAME_USED ? (int64_t)ww_frame_covered(set, i) : 0;
    }
}

static bool any_whole(const chosen *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->format[i]->whole)
            return true;
    return false;
}

// What a trainer would stumble over.
static void warn(const ww_library *library, const ww_dataset *set, const chosen *c)
{
    size_t apart = 0;
    bool folders = false;
    for (size_t i = 0; i < set->classes.count; i++)
        apart += !ww_dataset_class_has_folder(set, i);
    for (size_t i = 0; i < c->count; i++)
        folders = folders || c->format[i]->has_person_folders;
    if (all_whole(c) || set->classes.count == 0)
        return;
    if (set->options.val > 0 && !ww_dataset_side_used(set, WW_SIDE_VAL))
        ww_logf(
            &library->log, WW_LOG_WARNING,
            "nothing is left for val: all that this footage shows of a person hangs together by tracks, shots and "
            "near-duplicates; a training runs, but its figures say nothing: add footage, or lower --near-duplicate");
    if (set->people_lost > 0)
        ww_logf(&library->log, WW_LOG_WARNING,
                "%zu people are left out: each of their frames is a near-duplicate of one on another side",
                set->people_lost);
    if (folders && apart > 0)
        ww_logf(&library->log, WW_LOG_WARNING,
                "%zu of %zu people have no folder: they are not in val (README.md says who); --split 100 asks for none",
                apart, set->classes.count);
    if (folders && ww_dataset_side_used(set, WW_SIDE_TEST) && !ww_dataset_side_has_folders(set, WW_SIDE_TEST))
        ww_logf(&library->log, WW_LOG_WARNING,
                "there is no test in formats with one folder per person: not everybody is in it; --split 80/20 gives "
                "its faces to the others");
}

static ww_status write_formats(const ww_dataset *set, const chosen *c, ww_dataset_out *out, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < c->count; i++) {
        char *prefix = c->count > 1 ? ww_strf("%s/", c->format[i]->name) : ww_strdup("");
        ww_dataset_out_begin(out, prefix, (double)i / (double)c->count);
        free(prefix);
        status = c->format[i]->write(set, out, err);
    }
    ww_dataset_out_begin(out, "", 1);
    if (status != WW_OK)
        return status;
    return all_whole(c) ? ww_put_short_card(out, err) : ww_put_data_card(set, out, err);
}

static ww_status write(ww_library *library, const ww_dataset *set, const chosen *c, const char *dir, uint64_t key,
                       ww_dataset_result *r, ww_error *err)
{
    ww_dataset_out *out = NULL;
    ww_status status = ww_dataset_out_open(dir, library, &out, err);
    if (status != WW_OK)
        return status;
    const ww_dataset_out_counts *counts = ww_dataset_out_get_counts(out);
    status = write_formats(set, c, out, err);
    // What was left to the user, or passed over, is told each time.
    if (status == WW_OK && counts->left == 0 && counts->passed_over == 0)
        status = ww_dataset_put_summary(key, r, out, err);
    if (status == WW_OK)
        status = ww_dataset_out_finish(out, err);
    r->files_written = counts->written;
    r->files_kept = counts->kept;
    r->files_removed = counts->removed;
    r->files_left = counts->left;
    r->passed_over = counts->passed_over;
    ww_dataset_out_close(out);
    return status;
}

static ww_status check_people(const ww_dataset *set, const chosen *c, ww_error *err)
{
    bool needed = set->catalog->face.count == 0;
    for (size_t i = 0; i < c->count; i++)
        needed = needed || !c->format[i]->needs_no_people;
    if (set->classes.count > 0 || !needed)
        return WW_OK;
    return ww_fail(err, WW_ERR_NOT_FOUND,
                   set->options.named_only
                       ? "nobody has a name yet, so there is no class to write: whoswho name NUMBER NAME"
                       : "there are no people in this library, so there is no class to write");
}

static ww_status make(ww_library *library, ww_catalog *catalog, const ww_dataset_options *options, const chosen *c,
                      const ww_footage_probe *probe, uint64_t key, ww_dataset_result *result, ww_error *err)
{
    ww_dataset set = {0};
    ww_dataset_options o = *options;
    if (all_whole(c)) // no frame is dropped, and nobody lost, where nobody asks for sides
        o.near_duplicate = 0;
    ww_status status = ww_catalog_add_vectors(catalog, err);
    if (status == WW_OK)
        status = ww_catalog_add_light(catalog, err);
    if (status == WW_OK)
        status = ww_dataset_make(library, catalog, &o, &set, err);
    if (status != WW_OK)
        return status;
    set.probe = probe;
    status = check_people(&set, c, err);
    if (status == WW_OK) {
        count_set(&set, c, result);
        warn(library, &set, c);
        status = write(library, &set, c, options->out, key, result, err);
    }
    ww_dataset_free(&set);
    return status;
}

ww_status ww_dataset_export(ww_library *library, const ww_dataset_options *options, const ww_footage_probe *probe,
                            ww_dataset_result *result, ww_error *err)
{
    const double begun = ww_seconds();
    ww_catalog catalog = {0};
    double eps = 0, csv_safe = 0;
    bool same = false;
    chosen c;
    ww_status status = choose(options->formats, &c, err);
    if (status == WW_OK)
        status = check_options(library, options, err);
    if (status == WW_OK)
        status = ww_setting_number(library, WW_SETTING_EPS, WW_EPS_FALLBACK, &eps, err);
    if (status == WW_OK)
        status = ww_setting_number(library, WW_SETTING_CSV_SAFE, 0, &csv_safe, err);
    if (status == WW_OK)
        status = ww_catalog_load(library->store, NULL, 0, &catalog, err);
    if (status != WW_OK)
        return status;
    catalog.csv_safe = csv_safe > 0;
    status = ww_decisions_apply(library->store, &catalog, err);
    const uint64_t key = status == WW_OK ? ww_dataset_key(&catalog, options, eps) : 0;
    if (status == WW_OK && !any_whole(&c)) // those look at more than the library
        status = ww_dataset_is_same(options->out, key, result, &same, err);
    if (status == WW_OK && !same)
        status = make(library, &catalog, options, &c, probe, key, result, err);
    result->wall_s = ww_seconds() - begun;
    ww_catalog_free(&catalog);
    return status;
}
