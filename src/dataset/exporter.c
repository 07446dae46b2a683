// SPDX-License-Identifier: MIT
#include "dataset/exporter.h"
#include "base/buffer.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/vector.h"
#include "dataset/records.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCH_BYTES_MAX ((size_t)8 << 20) // one commit of records for so many bytes of files
#define BATCH_FILES_MAX 1000

typedef struct pending { // a file to be recorded and perhaps written
    char *path;
    uint64_t hash;
    void *data; // NULL: the file is right, only its record is not
    size_t bytes;
    bool settled; // after the write no other hash of the path may stay on record
} pending;

struct ww_exporter {
    ww_store *store;
    char *dir;
    const ww_export_options *options;
    int64_t total, done;
    ww_export_counts counts;
    ww_records records;
    WW_VECTOR(pending) batch;
    size_t batch_bytes;
    char *last_folder; // made already
};

ww_status ww_exporter_open(ww_store *store, const ww_export_options *options, int64_t total_files, ww_exporter **exporter,
                           ww_error *err)
{
    ww_exporter *e = ww_alloc(sizeof *e);
    e->store = store;
    e->dir = ww_strdup(*options->dir ? options->dir : ".");
    e->options = options;
    e->total = total_files;
    ww_status status = ww_make_dirs(e->dir, err);
    if (status == WW_OK)
        status = ww_records_load(&e->records, store, e->dir, err);
    if (status == WW_OK)
        *exporter = e;
    else
        ww_exporter_close(e);
    return status;
}

static void empty_batch(ww_exporter *e)
{
    for (size_t i = 0; i < e->batch.count; i++) {
        free(e->batch.item[i].path);
        free(e->batch.item[i].data);
    }
    e->batch.count = 0;
    e->batch_bytes = 0;
}

void ww_exporter_close(ww_exporter *e)
{
    if (!e)
        return;
    empty_batch(e);
    ww_vector_free(&e->batch);
    ww_records_free(&e->records);
    free(e->last_folder);
    free(e->dir);
    free(e);
}

void ww_exporter_count(const ww_exporter *e, ww_export_counts *counts)
{
    counts->files_written += e->counts.files_written;
    counts->files_kept += e->counts.files_kept;
    counts->files_removed += e->counts.files_removed;
    counts->files_left += e->counts.files_left;
}

static ww_status step(ww_exporter *e, ww_error *err)
{
    e->done++;
    if (e->options->progress && e->options->progress(e->options->user, e->done, e->total) != 0)
        return ww_fail(err, WW_ERR_CANCELLED, "stopped while writing the data set; run 'export' to complete it");
    return WW_OK;
}

// --- writing

static ww_status make_folder_of(ww_exporter *e, const char *full, ww_error *err)
{
    char *folder = ww_strndup(full, (size_t)(ww_path_base(full) - full - 1));
    if (e->last_folder && strcmp(folder, e->last_folder) == 0) {
        free(folder);
        return WW_OK;
    }
    ww_status status = ww_make_dirs(folder, err);
    free(e->last_folder);
    e->last_folder = folder;
    return status;
}

static ww_status write_all(int fd, const uint8_t *data, size_t bytes, const char *full, ww_error *err)
{
    while (bytes > 0) {
        ssize_t n = write(fd, data, bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ww_fail_errno(err, errno, "cannot write '%s'", full);
        data += n;
        bytes -= (size_t)n;
    }
    return WW_OK;
}

static ww_status write_file(ww_exporter *e, const pending *p, ww_error *err)
{
    char *full = ww_path_join(e->dir, p->path);
    char *temporary = ww_strf("%.*s/" WW_EXPORT_TEMPORARY, (int)(ww_path_base(full) - full - 1), full);
    int fd = -1;
    ww_status status = make_folder_of(e, full, err);
    if (status != WW_OK)
        goto done;
    fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0) {
        status = ww_fail_errno(err, errno, "cannot write '%s'", full);
        goto done;
    }
    status = write_all(fd, p->data, p->bytes, full, err);
    if (close(fd) != 0 && status == WW_OK)
        status = ww_fail_errno(err, errno, "cannot write '%s'", full);
    if (status == WW_OK && rename(temporary, full) != 0)
        status = ww_fail_errno(err, errno, "cannot write '%s'", full);
    if (status != WW_OK)
        unlink(temporary);
done:
    free(temporary);
    free(full);
    return status;
}

// Inside a transaction: every file of the batch on record, beside what its path may still hold.
static ww_status record_intents(ww_exporter *e, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < e->batch.count; i++)
        status = ww_store_add_exported(e->store, e->batch.item[i].path, e->batch.item[i].hash, err);
    return status;
}

static ww_status settle(ww_exporter *e, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < e->batch.count; i++)
        if (!e->batch.item[i].settled)
            status = ww_store_set_exported(e->store, e->batch.item[i].path, e->batch.item[i].hash, err);
    return status;
}

static ww_status in_transaction(ww_exporter *e, ww_status (*work)(ww_exporter *e, ww_error *err), ww_error *err)
{
    ww_status status = ww_store_begin(e->store, err);
    if (status != WW_OK)
        return status;
    status = work(e, err);
    if (status == WW_OK)
        return ww_store_commit(e->store, err);
    ww_store_rollback(e->store);
    return status;
}

static ww_status flush(ww_exporter *e, ww_error *err)
{
    if (e->batch.count == 0)
        return WW_OK;
    ww_status status = in_transaction(e, record_intents, err);
    for (size_t i = 0; status == WW_OK && i < e->batch.count; i++) {
        const pending *p = &e->batch.item[i];
        if (!p->data)
            continue;
        status = write_file(e, p, err);
        e->counts.files_written += status == WW_OK;
        if (status == WW_OK)
            status = step(e, err);
    }
    bool settled = true;
    for (size_t i = 0; i < e->batch.count; i++)
        settled = settled && e->batch.item[i].settled;
    if (status == WW_OK && !settled)
        status = in_transaction(e, settle, err);
    empty_batch(e);
    return status;
}

// --- deciding

typedef enum verdict { WRITE, KEEP, LEAVE } verdict;

static bool holds(const char *full, const void *data, size_t bytes)
{
    uint8_t *old = NULL;
    size_t old_bytes = 0;
    bool same = ww_read_file(full, bytes, &old, &old_bytes, NULL) == WW_OK && old_bytes == bytes && memcmp(old, data, bytes) == 0;
    free(old);
    return same;
}

static bool is_ours(const ww_exporter *e, const char *path, const char *full)
{
    uint64_t on_disk = 0;
    return ww_hash_file(full, &on_disk, NULL, NULL) == WW_OK && ww_records_has(&e->records, path, on_disk);
}

static verdict judge(const ww_exporter *e, const char *path, const void *data, size_t bytes, ww_export_rights rights)
{
    char *full = ww_path_join(e->dir, path);
    struct stat s;
    verdict v = WRITE;
    if (lstat(full, &s) != 0)
        v = WRITE; // nothing there, or a reason that writing will tell
    else if (!S_ISREG(s.st_mode))
        v = LEAVE;
    else if ((uint64_t)s.st_size == bytes && holds(full, data, bytes))
        v = KEEP;
    else if (rights == WW_EXPORT_CAREFUL && !is_ours(e, path, full))
        v = LEAVE;
    free(full);
    return v;
}

ww_status ww_exporter_put(ww_exporter *e, const char *path, const void *data, size_t bytes, ww_export_rights rights,
                          ww_error *err)
{
    ww_records_want(&e->records, path);
    verdict v = judge(e, path, data, bytes, rights);
    if (v == LEAVE) {
        e->counts.files_left++;
        return step(e, err);
    }
    void *copy = v == WRITE ? ww_alloc_array(bytes, 1, SIZE_MAX / 2) : NULL;
    if (v == WRITE && !copy)
        return ww_fail(err, WW_ERR_MEMORY, "no memory left for the %zu bytes of '%s'", bytes, path);
    pending p = {.path = ww_strdup(path), .hash = ww_hash_bytes(data, bytes), .data = copy, .bytes = bytes};
    size_t recorded = ww_records_count(&e->records, path);
    p.settled = recorded == 0 || (recorded == 1 && ww_records_has(&e->records, path, p.hash));
    if (v == KEEP) {
        e->counts.files_kept++;
        if (recorded == 1 && p.settled) {
            free(p.path);
            return step(e, err);
        }
    } else {
        memcpy(copy, data, bytes);
        e->batch_bytes += bytes;
    }
    ww_vector_push(&e->batch, p);
    ww_status status = v == KEEP ? step(e, err) : WW_OK;
    if (status == WW_OK && (e->batch.count >= BATCH_FILES_MAX || e->batch_bytes >= BATCH_BYTES_MAX))
        status = flush(e, err);
    return status;
}

// --- removing

// A file that was changed since it was written has become the user's.
static void remove_if_ours(ww_exporter *e, const char *path)
{
    char *full = ww_path_join(e->dir, path);
    struct stat s;
    if (lstat(full, &s) == 0) {
        bool removed = S_ISREG(s.st_mode) && is_ours(e, path, full) && unlink(full) == 0;
        e->counts.files_removed += removed;
        e->counts.files_left += !removed;
    }
    full[ww_path_base(full) - full] = 0; // and its folder, when that was the last file in it
    if (strlen(full) > strlen(e->dir) + 1)
        rmdir(full);
    free(full);
}

static ww_status remove_stale(ww_exporter *e, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < e->records.stale.count; i++) {
        remove_if_ours(e, e->records.stale.item[i]);
        status = ww_store_unset_exported(e->store, e->records.stale.item[i], err);
    }
    return status;
}

ww_status ww_exporter_finish(ww_exporter *e, ww_error *err)
{
    ww_status status = flush(e, err);
    if (status == WW_OK)
        status = ww_records_find_stale(&e->records, e->store, err);
    if (status == WW_OK && e->records.stale.count > 0)
        status = in_transaction(e, remove_stale, err);
    return status;
}
