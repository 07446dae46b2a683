// SPDX-License-Identifier: MIT
// What the library says about files is compared with the files that this scan met. It is done in the end, because only
// then is it known which content went where: two files may have exchanged their names.
#include "base/files.h"
#include "base/memory.h"
#include "base/search.h"
#include "library/source_file.h"
#include "scan/scan.h"
#include "video/stream_start.h"

#include <stdlib.h>
#include <string.h>

enum { GONE_NAMED_MAX = 3 };

typedef struct known { // a source of the library
    int64_t id;
    uint64_t hash;
    char *path, *file; // owned
    int track;
    bool placed;  // the store knows the file
    bool started; // and where its video begins
    bool dropped; // is no source any more
} known;

typedef struct settling {
    ww_scan *scan;
    WW_VECTOR(known) known;
    known **by_hash;                                // of these
    const ww_scan_met **met_by_file, **met_by_hash; // of scan->met
    int64_t gone, away;
    char *gone_named[GONE_NAMED_MAX];
} settling;

static ww_status on_source(void *user, const ww_source_row *row, ww_error *err)
{
    settling *t = user;
    if (row->error)
        return WW_OK;
    known k = {.id = row->id,
               .hash = row->hash,
               .path = ww_try_strdup(row->path),
               .file = row->file ? ww_try_strdup(row->file) : ww_path_absolute(row->path),
               .track = row->track,
               .placed = row->file != NULL,
               .started = row->kind != WW_SOURCE_VIDEO || row->stream_start_us != WW_STORE_START_UNKNOWN};
    if (k.path && k.file && ww_vector_push(&t->known, k))
        return WW_OK;
    free(k.path);
    free(k.file);
    return ww_fail_memory(err, "the files of the library");
}

// --- indexes; among equals the one that came first is first ----------------------------------------------------------

static int by_address(const void *p, const void *q) { return (p > q) - (p < q); }

static int by_place(const char *file, int track, const char *other, int other_track)
{
    const int order = strcmp(file, other);
    return order ? order : (track > other_track) - (track < other_track);
}

static int met_by_file(const void *a, const void *b)
{
    const ww_scan_met *p = *(const ww_scan_met *const *)a, *q = *(const ww_scan_met *const *)b;
    const int order = by_place(p->file, p->track, q->file, q->track);
    return order ? order : by_address(p, q);
}

static int met_by_hash(const void *a, const void *b)
{
    const ww_scan_met *p = *(const ww_scan_met *const *)a, *q = *(const ww_scan_met *const *)b;
    return p->hash != q->hash ? (p->hash < q->hash ? -1 : 1) : by_address(p, q);
}

static int known_by_hash(const void *a, const void *b)
{
    const known *p = *(const known *const *)a, *q = *(const known *const *)b;
    return p->hash != q->hash ? (p->hash < q->hash ? -1 : 1) : by_address(p, q);
}

static ww_status make_indexes(settling *t, ww_error *err)
{
    const size_t mets = t->scan->met.count;
    t->met_by_file = ww_try_array(mets, sizeof *t->met_by_file);
    t->met_by_hash = ww_try_array(mets, sizeof *t->met_by_hash);
    t->by_hash = ww_try_array(t->known.count, sizeof *t->by_hash);
    if (!t->met_by_file || !t->met_by_hash || !t->by_hash)
        return ww_fail_memory(err, "the files of the library");
    for (size_t i = 0; i < mets; i++)
        t->met_by_file[i] = t->met_by_hash[i] = &t->scan->met.item[i];
    for (size_t i = 0; i < t->known.count; i++)
        t->by_hash[i] = &t->known.item[i];
    qsort(t->met_by_file, mets, sizeof *t->met_by_file, met_by_file);
    qsort(t->met_by_hash, mets, sizeof *t->met_by_hash, met_by_hash);
    qsort(t->by_hash, t->known.count, sizeof *t->by_hash, known_by_hash);
    return WW_OK;
}

static const ww_scan_met *met_at(const settling *t, const known *k)
{
    const size_t count = t->scan->met.count;
    size_t at;
    WW_LOWER_BOUND(at, count, by_place(t->met_by_file[at]->file, t->met_by_file[at]->track, k->file, k->track) < 0);
    const ww_scan_met *met = at < count ? t->met_by_file[at] : NULL;
    return met && by_place(met->file, met->track, k->file, k->track) == 0 ? met : NULL;
}

static const ww_scan_met *met_with(const settling *t, uint64_t hash)
{
    const size_t count = t->scan->met.count;
    size_t at;
    WW_LOWER_BOUND(at, count, t->met_by_hash[at]->hash < hash);
    return at < count && t->met_by_hash[at]->hash == hash ? t->met_by_hash[at] : NULL;
}

// Whether the library met this content in this file first.
static bool is_from_here(const settling *t, const ww_scan_met *met)
{
    size_t at;
    WW_LOWER_BOUND(at, t->known.count, t->by_hash[at]->hash < met->hash);
    return at < t->known.count && t->by_hash[at]->hash == met->hash && strcmp(t->by_hash[at]->file, met->file) == 0;
}

// --- what became of each source --------------------------------------------------------------------------------------

// Other content stands where it was, and it is nowhere else: it was edited, or a recording that has grown.
static ww_status replace(settling *t, known *k, const ww_scan_met *here, ww_error *err)
{
    ww_store *store = t->scan->library->store;
    ww_status status = ww_store_delete_source(store, k->id, err);
    k->dropped = true;
    if (status == WW_OK && is_from_here(t, here))
        status = ww_store_succeed(store, k->hash, here->hash, err);
    if (status == WW_OK)
        ww_logf(&t->scan->library->log, WW_LOG_INFO, "%s has changed: its new content takes the place of the old",
                k->path);
    return status;
}

static void note_absent(settling *t, const known *k)
{
    switch (ww_source_state_of(k->file)) {
    case WW_SOURCE_THERE: break;
    case WW_SOURCE_AWAY: t->away++; break;
    case WW_SOURCE_GONE:
        if (t->gone < GONE_NAMED_MAX)
            t->gone_named[t->gone] = ww_strdup(k->path);
        t->gone++;
        break;
    }
}

static ww_status move(settling *t, known *k, const char *path, const char *file, ww_error *err)
{
    char *new_path = ww_strdup(path), *new_file = ww_strdup(file);
    free(k->path);
    free(k->file);
    k->path = new_path;
    k->file = new_file;
    return ww_store_move_source(t->scan->library->store, k->id, k->path, k->file, k->track, err);
}

// An older library does not know by how much a source's times are later than those of its pictures; its headers tell,
// so that nothing need be decoded anew.
static ww_status learn_start(const settling *t, const known *k, ww_error *err)
{
    int64_t start_us;
    if (k->started || ww_footage_stream_start(k->file, k->track, &start_us, NULL) != WW_OK)
        return WW_OK;
    return ww_store_set_stream_start(t->scan->library->store, k->id, start_us, err);
}

static ww_status settle_source(settling *t, known *k, ww_error *err)
{
    const ww_scan_met *here = met_at(t, k), *now = met_with(t, k->hash);
    ww_status status = WW_OK;
    if (here && here->hash == k->hash) {
        if (!k->placed)
            status = move(t, k, k->path, k->file, err);
    } else if (now && (here || ww_source_state_of(k->file) != WW_SOURCE_THERE)) {
        ww_logf(&t->scan->library->log, WW_LOG_INFO, "%s is now %s", k->path, now->path);
        status = move(t, k, now->path, now->file, err);
    } else if (here && !now) {
        return replace(t, k, here, err);
    } else if (!now) {
        note_absent(t, k);
        return WW_OK;
    }
    return status == WW_OK ? learn_start(t, k, err) : status;
}

static int known_by_path(const void *a, const void *b)
{
    const known *p = *(const known *const *)a, *q = *(const known *const *)b;
    const int order = strcmp(p->path, q->path);
    return order ? order : by_address(p, q);
}

// Two files that were named alike, from two folders, are told apart by their names from the root.
static ww_status tell_apart(settling *t, ww_error *err)
{
    ww_status status = WW_OK;
    known **by_path = t->by_hash; // not needed for that any more
    size_t count = 0, next;
    for (size_t i = 0; i < t->known.count; i++)
        if (!t->known.item[i].dropped)
            by_path[count++] = &t->known.item[i];
    qsort(by_path, count, sizeof *by_path, known_by_path);
    for (size_t i = 0; i < count && status == WW_OK; i = next) {
        bool alike = false;
        for (next = i + 1; next < count && strcmp(by_path[next]->path, by_path[i]->path) == 0; next++)
            alike = alike || strcmp(by_path[next]->file, by_path[i]->file) != 0;
        for (size_t k = i; alike && k < next && status == WW_OK; k++)
            status = ww_store_move_source(t->scan->library->store, by_path[k]->id, by_path[k]->file, by_path[k]->file,
                                          by_path[k]->track, err);
    }
    return status;
}

static void tell_absent(const settling *t)
{
    const ww_log *log = &t->scan->library->log;
    const char *const *name = (const char *const *)t->gone_named;
    if (t->gone)
        ww_logf(log, WW_LOG_WARNING,
                "%lld %s of the library %s gone (%s%s%s%s%s%s); %s faces stay until: whoswho forget --gone -o '%s'",
                (long long)t->gone, t->gone == 1 ? "file" : "files", t->gone == 1 ? "is" : "are", name[0],
                name[1] ? ", " : "", name[1] ? name[1] : "", name[2] ? ", " : "", name[2] ? name[2] : "",
                t->gone > GONE_NAMED_MAX ? ", ..." : "", t->gone == 1 ? "its" : "their", t->scan->library->dir);
    if (t->away)
        ww_logf(log, WW_LOG_INFO, "%lld files of the library are on a drive, or in a folder, that is not there now",
                (long long)t->away);
}

static void settling_free(settling *t)
{
    for (size_t i = 0; i < t->known.count; i++) {
        free(t->known.item[i].path);
        free(t->known.item[i].file);
    }
    ww_vector_free(&t->known);
    for (int i = 0; i < GONE_NAMED_MAX; i++)
        free(t->gone_named[i]);
    free(t->by_hash);
    free(t->met_by_file);
    free(t->met_by_hash);
}

ww_status ww_scan_settle(ww_scan *s, ww_error *err)
{
    settling t = {.scan = s};
    pthread_mutex_lock(&s->library->store_mutex);
    ww_status status = ww_store_begin(s->library->store, err);
    if (status == WW_OK) {
        status = ww_store_sources(s->library->store, on_source, &t, err);
        if (status == WW_OK)
            status = make_indexes(&t, err);
        for (size_t i = 0; i < t.known.count && status == WW_OK; i++)
            status = settle_source(&t, &t.known.item[i], err);
        if (status == WW_OK)
            status = tell_apart(&t, err);
        status = ww_store_end(s->library->store, status, err);
    }
    pthread_mutex_unlock(&s->library->store_mutex);
    if (status == WW_OK)
        tell_absent(&t);
    settling_free(&t);
    return status;
}
