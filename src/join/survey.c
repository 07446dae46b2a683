// SPDX-License-Identifier: MIT
// Every library is opened once, one at a time, and what is to be known of it before anything is written is noted.
#include "base/memory.h"
#include "join/join.h"

#include <stdlib.h>
#include <string.h>

void ww_join_shut(ww_join *j)
{
    if (j->opened < j->count) {
        ww_library_release(j->library[j->opened].open);
        j->library[j->opened].open = NULL;
    }
    j->opened = j->count;
}

ww_status ww_join_open(ww_join *j, size_t library, ww_error *err)
{
    if (j->opened == library)
        return WW_OK;
    ww_join_shut(j);
    ww_status status =
        ww_library_acquire(j->library[library].dir, WW_LIBRARY_EXISTING, NULL, &j->library[library].open, err);
    if (status == WW_OK)
        j->opened = library;
    return status;
}

// --- settings --------------------------------------------------------------------------------------------------------

typedef struct word { // of a scan key: "every_us=1000000", or nothing
    const char *at;
    int length;
} word;

static word next_word(const char **text)
{
    *text += strspn(*text, " ");
    word w = {*text, (int)strcspn(*text, " ")};
    *text += w.length;
    return w;
}

// The first words in which two keys differ.
static void find_difference(const char *a, const char *b, word *of_a, word *of_b)
{
    do {
        *of_a = next_word(&a);
        *of_b = next_word(&b);
    } while (of_a->length && of_a->length == of_b->length && memcmp(of_a->at, of_b->at, (size_t)of_a->length) == 0);
}

static word or_default(word w) { return w.length ? w : (word){"default", (int)strlen("default")}; }

static const char *what_it_is(word w)
{
    static const char *const named[][2] = {{"embedder=", "the embedder"},
                                           {"detector=", "the detector"},
                                           {"every_us=", "the sampling interval (--every)"},
                                           {"detect_size=", "--detect-size"},
                                           {"min_face=", "--min-face"},
                                           {"min_score=", "--min-score"},
                                           {"frame_max=", "--frame-max"},
                                           {"track=", "tracking (--no-track)"},
                                           {"shrink=", "the size to which frames are shrunk"},
                                           {"portrait=", "the width of portraits"},
                                           {"times=", "the sampling times (--near-times, --fast)"},
                                           {"fast", "--fast"},
                                           {"hwaccel", "--hwaccel"}};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if ((size_t)w.length >= strlen(named[i][0]) && memcmp(w.at, named[i][0], strlen(named[i][0])) == 0)
            return named[i][1];
    return "an option";
}

static ww_status check_key(ww_join *j, const char *dir, const ww_source_row *row, ww_error *err)
{
    word before, now;
    if (!j->scan_key) {
        j->scan_key = ww_strdup(row->scan_key);
        j->key_of = ww_strf("%s (in '%s')", row->path, dir);
    }
    if (strcmp(j->scan_key, row->scan_key) == 0)
        return WW_OK;
    find_difference(j->scan_key, row->scan_key, &before, &now);
    return ww_fail(
        err, WW_ERR_ARGUMENT,
        "libraries that were scanned with different settings cannot be joined: %s differs (%.*s for %s, %.*s "
        "for %s in '%s'); scan one of them again with the other's options",
        what_it_is(before.length ? before : now), or_default(before).length, or_default(before).at, j->key_of,
        or_default(now).length, or_default(now).at, row->path, dir);
}

// --- sources ---------------------------------------------------------------------------------------------------------

static ww_status on_source(void *user, const ww_source_row *row, ww_error *err)
{
    ww_join *j = user;
    ww_join_library *library = &j->library[j->opened];
    ww_status status = row->error ? WW_OK : check_key(j, library->dir, row, err);
    if (status != WW_OK)
        return status;
    ww_join_source source = {.library = j->opened,
                             .id = row->id,
                             .place = row->place,
                             .path = ww_try_strdup(row->path),
                             .file = row->file ? ww_try_strdup(row->file) : NULL,
                             .track = row->track,
                             .hash = row->hash,
                             .span_count = row->span_count,
                             .failed = row->error != NULL};
    library->sources++;
    if (source.path && (source.file || !row->file) && ww_vector_push(&j->source, source))
        return WW_OK;
    free(source.path);
    free(source.file);
    return ww_fail_memory(err, "the files of the libraries");
}

static const ww_setting kept[WW_JOIN_SETTINGS] = {WW_SETTING_EMBEDDER,     WW_SETTING_EPS,
                                                  WW_SETTING_SEED_SCORE,   WW_SETTING_PRECISION,
                                                  WW_SETTING_WITHIN_WIDTH, WW_SETTING_WITHIN_HEIGHT};

static ww_status take_settings(ww_join *j, ww_library *library, ww_error *err)
{
    char text[WW_SETTING_TEXT_MAX];
    ww_status status = WW_OK;
    for (size_t i = 0; i < sizeof kept / sizeof *kept && status == WW_OK; i++) {
        status = ww_setting_text(library, kept[i], text, err);
        if (status == WW_OK && *text && !j->meta[i])
            j->meta[i] = ww_strdup(text);
        if (status == WW_OK && *text && strcmp(j->meta[i], text) != 0)
            status = ww_fail(err, WW_ERR_ARGUMENT,
                             "libraries of different models cannot be joined: '%s' has %s where another has %s",
                             library->dir, text, j->meta[i]);
    }
    return status;
}

static ww_status survey_library(ww_join *j, size_t number, ww_error *err)
{
    ww_status status = ww_join_open(j, number, err);
    ww_join_library *library = &j->library[number];
    if (status == WW_OK)
        status = ww_store_sources(library->open->store, on_source, j, err);
    if (status == WW_OK)
        status = take_settings(j, library->open, err);
    if (status == WW_OK)
        status = ww_sort_settings_load(library->open, &library->sorting, err);
    if (status == WW_OK)
        status = ww_shard_lists_load(library->open->store, &library->shards, err);
    return status == WW_OK ? ww_journal_load(library->open->store, &library->journal, err) : status;
}

static ww_status store_settings(ww_join *j, ww_error *err)
{
    ww_status status = WW_OK;
    const ww_sort_settings *agreed = NULL;
    bool agree = true;
    for (size_t i = 0; i < sizeof kept / sizeof *kept && status == WW_OK; i++)
        status = ww_setting_store_text(j->target, kept[i], j->meta[i], err);
    for (size_t i = 0; i < j->count; i++) {
        const ww_sort_settings *s = &j->library[i].sorting;
        agreed = agreed ? agreed : s;
        agree = agree && strcmp(s->method, agreed->method) == 0 && s->threshold == agreed->threshold
                && s->eps == agreed->eps && s->min_quality == agreed->min_quality
                && s->min_samples == agreed->min_samples;
    }
    if (!agree)
        ww_logf(j->log, WW_LOG_WARNING,
                "the libraries were not sorted with the same options; '%s' is sorted with the default ones", j->out);
    return status == WW_OK && agree ? ww_sort_settings_store(j->target, agreed, err) : status;
}

ww_status ww_join_survey(ww_join *j, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; i < j->count && status == WW_OK; i++)
        status = survey_library(j, i, err);
    return status == WW_OK ? store_settings(j, err) : status;
}
