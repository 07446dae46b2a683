// SPDX-License-Identifier: MIT
// Label Studio's JSON export: a list of tasks, of which the last annotation that was not skipped counts. A task that
// nobody annotated says nothing. Predictions are what we exported, and are passed by.
#include "base/files.h"
#include "base/json.h"
#include "base/memory.h"
#include "formats/annotation.h"
#include "formats/import/import.h"

#include <stdlib.h>
#include <string.h>

#define LISTED_MAX 4096 // faces of one frame

typedef struct region {
    double value[4]; // x, y, width, height in percent
    double rotation;
    char *label, *mark; // owned, or NULL
    bool is_box;
} region;

typedef WW_VECTOR(region) region_list;

typedef struct reading {
    ww_import *import;
    const char *file;
    size_t line;              // of the value at hand
    char *frame, *image;      // of the task
    WW_VECTOR(char *) listed; // marks of the faces it was exported with
    region region;            // at hand
    region_list regions;      // of the annotation at hand
    region_list kept;         // of the last annotation that counts
    bool annotated, skipped, minimal;
    int64_t tasks;
} reading;

static void forget_regions(region_list *regions)
{
    for (size_t i = 0; i < regions->count; i++) {
        free(regions->item[i].label);
        free(regions->item[i].mark);
    }
    regions->count = 0;
}

static void forget_task(reading *r)
{
    for (size_t i = 0; i < r->listed.count; i++)
        free(r->listed.item[i]);
    r->listed.count = 0;
    forget_regions(&r->regions);
    forget_regions(&r->kept);
    free(r->frame);
    free(r->image);
    r->frame = r->image = NULL;
    r->annotated = r->skipped = false;
}

// The name of the picture without folder and ending: of the task's own field, else of the address.
static char *stem_of(const reading *r)
{
    if (r->frame)
        return ww_strdup(r->frame);
    return ww_path_stem(r->image ? r->image : "");
}

// A region that lost its mark on the way: it has that of the nearest face that was exported and is nobody's yet.
static void find_mark(reading *r, const ww_claim *claim, char **was)
{
    size_t best = SIZE_MAX;
    double best_overlap = WW_IMPORT_OVERLAP_MIN;
    for (size_t i = 0; i < r->listed.count; i++) {
        ww_box found;
        const char *label;
        if (!r->listed.item[i] || !ww_annotation_read_mark(r->listed.item[i], &found, &label)
            || ww_box_iou(found, claim->box) < best_overlap)
            continue;
        best = i;
        best_overlap = ww_box_iou(found, claim->box);
    }
    if (best == SIZE_MAX)
        return;
    *was = r->listed.item[best];
    r->listed.item[best] = NULL;
}

static ww_status set_mark(reading *r, ww_claim *claim, const region *g, ww_error *err)
{
    char *mark = NULL;
    const char *label = NULL;
    if (g->mark && ww_annotation_read_mark(g->mark, &claim->found, &label)) {
        for (size_t i = 0; i < r->listed.count; i++)
            if (r->listed.item[i] && strcmp(r->listed.item[i], g->mark) == 0) {
                mark = r->listed.item[i];
                r->listed.item[i] = NULL;
                break;
            }
    } else {
        find_mark(r, claim, &mark);
        if (!mark || !ww_annotation_read_mark(mark, &claim->found, &label))
            label = NULL;
    }
    claim->marked = label != NULL;
    claim->was = label ? ww_try_strdup(label) : NULL;
    free(mark);
    return label && !claim->was ? ww_fail_memory(err, "the boxes of '%s'", r->file) : WW_OK;
}

static ww_status take_region(reading *r, size_t frame, region *g, ww_error *err)
{
    ww_claim claim = {.frame = frame, .face = WW_NO_FACE, .file = r->file, .line = r->line};
    const double *v = g->value;
    ww_status status = ww_import_place(r->import, frame, (ww_box){v[0], v[1], v[2], v[3]}, 100, 100, &claim.box, err);
    if (status == WW_OK)
        status = set_mark(r, &claim, g, err);
    if (status != WW_OK)
        return status;
    if (g->rotation != 0)
        ww_import_pass_over(r->import, "'%s', line %zu: a box is turned; it is taken as if it were not", r->file,
                            r->line);
    claim.label = g->label;
    g->label = NULL;
    return ww_import_claim(r->import, &claim, err);
}

static ww_status end_task(reading *r, ww_error *err)
{
    size_t frame;
    ww_status status = WW_OK;
    r->tasks++;
    if (r->annotated) {
        char *stem = stem_of(r);
        if (ww_import_frame(r->import, stem, &frame)) {
            r->import->frame_seen[frame] = true;
            for (size_t i = 0; status == WW_OK && i < r->kept.count; i++)
                status = take_region(r, frame, &r->kept.item[i], err);
        } else {
            ww_import_pass_over(r->import, "'%s', line %zu: the picture '%s' is none of this library's", r->file,
                                r->line, stem);
        }
        free(stem);
    }
    forget_task(r);
    return status;
}

static ww_status end_region(reading *r, ww_error *err)
{
    const region g = r->region;
    r->region = (region){0};
    if (g.is_box && ww_vector_push(&r->regions, g))
        return WW_OK;
    free(g.label);
    free(g.mark);
    if (!g.is_box)
        ww_import_pass_over(r->import, "'%s', line %zu: a region is no labelled rectangle, and is not taken", r->file,
                            r->line);
    return g.is_box ? ww_fail_memory(err, "the boxes of '%s'", r->file) : WW_OK;
}

static void end_annotation(reading *r)
{
    if (!r->skipped) {
        const region_list before = r->kept;
        r->kept = r->regions;
        r->regions = before;
        r->annotated = true;
    }
    forget_regions(&r->regions);
    r->skipped = false;
}

// Keeps a copy of the text in *into, the last word winning.
static ww_status keep(reading *r, char **into, const char *text, ww_error *err)
{
    free(*into);
    *into = ww_try_strdup(text);
    return *into ? WW_OK : ww_fail_memory(err, "what '%s' holds", r->file);
}

static ww_status keep_listed(reading *r, const char *text, ww_error *err)
{
    char *copy = NULL;
    if (r->listed.count == LISTED_MAX)
        return ww_fail(err, WW_ERR_FORMAT, "a task lists more than %d faces", LISTED_MAX);
    ww_status status = keep(r, &copy, text, err);
    if (status == WW_OK && !ww_vector_push(&r->listed, copy)) {
        free(copy);
        status = ww_fail_memory(err, "what '%s' holds", r->file);
    }
    return status;
}

#define RESULT "[].annotations[].result[]"

static ww_status on_text(reading *r, const char *path, const char *text, ww_error *err)
{
    if (strcmp(path, "[].data.image") == 0)
        return keep(r, &r->image, text, err);
    if (strcmp(path, "[].data.frame") == 0)
        return keep(r, &r->frame, text, err);
    if (strcmp(path, "[].data.faces[]") == 0)
        return keep_listed(r, text, err);
    if (strcmp(path, RESULT ".value.rectanglelabels[]") == 0)
        return keep(r, &r->region.label, text, err);
    if (strcmp(path, RESULT ".meta.text[]") == 0)
        return keep(r, &r->region.mark, text, err);
    if (strcmp(path, RESULT ".type") == 0)
        r->region.is_box = strcmp(text, "rectanglelabels") == 0 || strcmp(text, "rectangle") == 0;
    return WW_OK;
}

static void on_number(reading *r, const char *path, double number)
{
    static const char *const side[] = {"x", "y", "width", "height"};
    if (strncmp(path, RESULT ".value.", strlen(RESULT ".value.")) == 0) {
        const char *name = path + strlen(RESULT ".value.");
        for (int i = 0; i < 4; i++)
            if (strcmp(name, side[i]) == 0)
                r->region.value[i] = number;
        if (strcmp(name, "rotation") == 0)
            r->region.rotation = number;
    }
    r->minimal = r->minimal || strcmp(path, "[].face[].width") == 0;
}

static ww_status on_json(void *user, const char *path, ww_json_kind kind, double number, const char *text, size_t line,
                         ww_error *err)
{
    reading *r = user;
    r->line = line;
    if (kind == WW_JSON_NUMBER)
        on_number(r, path, number);
    if (kind == WW_JSON_STRING)
        return on_text(r, path, text, err);
    if (kind == WW_JSON_LITERAL && strcmp(path, "[].annotations[].was_cancelled") == 0)
        r->skipped = strcmp(text, "true") == 0;
    if (kind != WW_JSON_END)
        return WW_OK;
    if (strcmp(path, RESULT) == 0)
        return end_region(r, err);
    if (strcmp(path, "[].annotations[]") == 0)
        end_annotation(r);
    return strcmp(path, "[]") == 0 ? end_task(r, err) : WW_OK;
}

static ww_status read(ww_import *m, const char *path, const uint8_t *data, size_t bytes, ww_error *err)
{
    reading r = {.import = m, .file = path};
    if (memchr(data, 0, bytes))
        return ww_fail(err, WW_ERR_FORMAT, "'%s' is no JSON: there is a byte 0 in it", path);
    ww_status status = ww_json_read_lines((const char *)data, path, on_json, &r, err);
    if (status == WW_OK && r.minimal)
        status = ww_fail(err, WW_ERR_FORMAT, "'%s' is Label Studio's JSON-MIN; export the project as JSON", path);
    if (status == WW_OK && r.tasks == 0)
        status = ww_fail(err, WW_ERR_FORMAT, "'%s' is no list of Label Studio's tasks", path);
    forget_task(&r);
    free(r.region.label);
    free(r.region.mark);
    ww_vector_free(&r.listed);
    ww_vector_free(&r.regions);
    ww_vector_free(&r.kept);
    return status;
}

static bool recognise(const char *path, const uint8_t *data, size_t bytes)
{
    (void)path;
    size_t at = 0;
    while (at < bytes && (data[at] == ' ' || data[at] == '\t' || data[at] == '\r' || data[at] == '\n'))
        at++;
    return at < bytes && (data[at] == '[' || data[at] == '{');
}

const ww_import_kind ww_import_labelstudio = {recognise, read};
