// SPDX-License-Identifier: MIT
#include "decisions/decisions.h"
#include "formats/folders/folders.h"
#include "formats/folders/writers.h"

// The order is that of usefulness to somebody who looks into the folder while it fills.
static ww_writer *const writers[] = {
    ww_write_montages, ww_write_portraits, ww_write_frames, ww_write_classes, ww_write_table, ww_write_report,
};

static int64_t people_with_faces(const ww_catalog *c)
{
    int64_t count = 0;
    for (size_t i = 0; i < c->person.count; i++)
        count += c->person.item[i].face_count > 0;
    return count;
}

static int64_t written_faces(const ww_catalog *c) { return (int64_t)(c->face.count - c->ignored.face_count); }

static int64_t count_files(const ww_catalog *c)
{
    return people_with_faces(c) + 2 * written_faces(c) + 2 * (int64_t)c->frame.count + 3;
}

ww_status ww_folders_write(ww_store *store, const ww_folders_options *options, ww_folders_counts *counts, ww_error *err)
{
    ww_catalog catalog;
    ww_exporter *out = NULL;
    *counts = (ww_folders_counts){0};
    ww_status status = ww_catalog_load(store, options->hidden, options->hidden_count, &catalog, err);
    if (status != WW_OK)
        return status;
    status = ww_decisions_apply(store, &catalog, err);
    if (status != WW_OK) {
        ww_catalog_free(&catalog);
        return status;
    }
    catalog.csv_safe = options->csv_safe;
    counts->people = people_with_faces(&catalog);
    counts->portraits = written_faces(&catalog);
    counts->unassigned = (int64_t)catalog.unassigned.face_count;
    counts->frames = (int64_t)catalog.frame.count;
    status = ww_exporter_open(store, options, count_files(&catalog), &out, err);
    for (size_t i = 0; status == WW_OK && i < sizeof writers / sizeof *writers; i++)
        status = writers[i](&catalog, out, err);
    if (status == WW_OK)
        status = ww_exporter_finish(out, err);
    if (out)
        ww_exporter_count(out, counts);
    ww_exporter_close(out);
    ww_catalog_free(&catalog);
    return status;
}
