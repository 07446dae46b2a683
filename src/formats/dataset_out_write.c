// SPDX-License-Identifier: MIT
#include "base/files.h"
#include "base/hash.h"
#include "base/number.h"
#include "formats/dataset_out_parts.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_BYTES_MAX ((size_t)8 << 20) // one record of intents for so many bytes of files
#define BATCH_FILES_MAX 1000
enum { LEFT_NAMED_MAX = 5 };

void ww_dataset_out_begin(ww_dataset_out *o, const char *prefix, double share)
{
    o->share = share;
    free(o->prefix);
    o->prefix = ww_strdup(prefix);
}

const ww_dataset_out_counts *ww_dataset_out_get_counts(const ww_dataset_out *o) { return &o->counts; }

static void empty_batch(ww_dataset_out *o)
{
    for (size_t i = 0; i < o->batch.count; i++)
        free(o->batch.item[i].data);
    o->batch.count = 0;
    o->batch_bytes = 0;
    ww_file_records_free(&o->intents);
}

static ww_status record_intents(ww_dataset_out *o, ww_error *err)
{
    ww_buffer text = {0};
    char *path = ww_dataset_intents_path(o->intents_written + 1);
    ww_buffer_format(&text, "%s\n", o->temporary);
    ww_file_records_write(&o->intents, &text);
    ww_status status = ww_buffer_status(&text, path, err);
    if (status == WW_OK)
        status = ww_folder_write(o->folder, path, text.data, text.bytes, WW_FOLDER_NEW, o->temporary, err);
    o->intents_written += status == WW_OK;
    free(path);
    ww_buffer_free(&text);
    return status;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const ww_dataset_pending *)a)->path, ((const ww_dataset_pending *)b)->path);
}

// Folder by folder.
static ww_status flush(ww_dataset_out *o, ww_error *err)
{
    if (o->batch.count == 0)
        return WW_OK;
    ww_status status = record_intents(o, err);
    for (size_t i = 0; i < o->batch.count; i++)
        o->batch.item[i].path = o->intents.item[i].path;
    qsort(o->batch.item, o->batch.count, sizeof *o->batch.item, by_path);
    for (size_t i = 0; status == WW_OK && i < o->batch.count; i++) {
        const ww_dataset_pending *p = &o->batch.item[i];
        const ww_folder_content content = {p->data, p->bytes, p->is_new ? WW_FOLDER_NEW : WW_FOLDER_REPLACE,
                                           o->temporary};
        ww_entry_info written;
        status = ww_folder_write_from(o->folder, &o->place, p->path, &content, &written, err);
        o->counts.written += status == WW_OK;
        if (status == WW_OK && written.kind == WW_ENTRY_FILE)
            o->now.item[p->index].changed_ns = ww_entry_changed_ns(&written);
    }
    empty_batch(o);
    return status;
}

// The last record of `now`, whose bytes these are; `data` is the batch's from here on.
static ww_status add_to_batch(ww_dataset_out *o, uint8_t *data, bool is_new, ww_error *err)
{
    const ww_file_record *record = &o->now.item[o->now.count - 1];
    const ww_dataset_pending p = {data, record->bytes, is_new, o->now.count - 1, NULL};
    if (!ww_vector_push(&o->batch, p)) {
        free(data);
        return ww_fail_memory(err, "a list of %zu files", o->batch.count);
    }
    o->batch_bytes += p.bytes;
    ww_status status = ww_file_records_add(&o->intents, record, err);
    return status == WW_OK && (o->batch.count >= BATCH_FILES_MAX || o->batch_bytes >= BATCH_BYTES_MAX) ? flush(o, err)
                                                                                                       : status;
}

static void tell_left(ww_dataset_out *o, const char *path)
{
    if (++o->counts.left <= LEFT_NAMED_MAX)
        ww_logf(
            &o->library->log, WW_LOG_WARNING,
            "'%s/%s' was not written by whoswho, or was changed since: it is left as it is; move it away to have ours",
            ww_folder_path(o->folder), path);
}

// The record of `path` by which what is there is untouched; NULL: there is none.
static const ww_file_record *find_unchanged(const ww_dataset_out *o, const char *path, const ww_entry_info *info)
{
    size_t count;
    const size_t at = ww_file_records_find(&o->known, path, &count);
    for (size_t i = at; i < at + count; i++)
        if (ww_file_record_is_untouched(&o->known.item[i], info))
            return &o->known.item[i];
    return NULL;
}

static ww_status hash_on_disk(ww_dataset_out *o, const char *path, const ww_entry_info *info, uint64_t *hash,
                              ww_error *err)
{
    const ww_file_record *unchanged = find_unchanged(o, path, info);
    *hash = unchanged ? unchanged->hash : 0;
    return unchanged || info->kind != WW_ENTRY_FILE ? WW_OK : ww_folder_hash(o->folder, path, hash, err);
}

static ww_status want(ww_dataset_out *o, ww_file_record record, const ww_entry_info *on_disk, ww_error *err)
{
    record.changed_ns = on_disk ? ww_entry_changed_ns(on_disk) : 0;
    o->counts.kept += on_disk != NULL;
    return ww_file_records_add(&o->now, &record, err);
}

// *data is NULL where it was taken over.
static ww_status put(ww_dataset_out *o, ww_file_record record, uint8_t **data, ww_error *err)
{
    ww_entry_info info = {.kind = WW_ENTRY_ABSENT};
    uint64_t on_disk = 0;
    record.hash = ww_hash_bytes(*data, record.bytes);
    ww_status status = o->is_new ? WW_OK : ww_folder_look_from(o->folder, &o->place, record.path, &info, err);
    if (status == WW_OK)
        status = hash_on_disk(o, record.path, &info, &on_disk, err);
    if (status != WW_OK)
        return status;
    const bool there = info.kind == WW_ENTRY_FILE, same = there && on_disk == record.hash && info.bytes == record.bytes;
    if (there && !same && !ww_file_records_has(&o->known, record.path, on_disk)) {
        tell_left(o, record.path);
        return WW_OK;
    }
    status = want(o, record, same ? &info : NULL, err);
    if (status != WW_OK || same)
        return status;
    uint8_t *taken = *data;
    *data = NULL;
    return add_to_batch(o, taken, !there, err);
}

static ww_status step(ww_dataset_out *o, ww_error *err)
{
    const ww_progress progress = {
        .stage = WW_STAGE_EXPORT, .share = o->share, .done = o->counts.written + o->counts.kept};
    return ww_library_report(o->library, &progress) == 0
               ? WW_OK
               : ww_fail(err, WW_ERR_CANCELLED, "stopped while writing the data set; the same command completes it");
}

ww_status ww_dataset_out_put_made(ww_dataset_out *o, const char *path, uint64_t key, uint8_t *data, size_t bytes,
                                  ww_error *err)
{
    ww_status status = step(o, err);
    if (status == WW_OK) {
        char *full = ww_strf("%s%s", o->prefix, path);
        status = put(o, (ww_file_record){.path = full, .key = key, .bytes = bytes}, &data, err);
        free(full);
    }
    free(data);
    return status;
}

ww_status ww_dataset_out_put(ww_dataset_out *o, const char *path, const void *data, size_t bytes, ww_error *err)
{
    uint8_t *copy = ww_alloc_array(bytes, 1, SIZE_MAX / 2);
    if (!copy)
        return ww_fail_memory(err, "the %zu bytes of '%s'", bytes, path);
    if (bytes)
        memcpy(copy, data, bytes);
    return ww_dataset_out_put_made(o, path, 0, copy, bytes, err);
}

static ww_status keep(ww_dataset_out *o, const char *path, uint64_t key, bool *kept, ww_error *err)
{
    ww_entry_info info;
    size_t count;
    uint64_t on_disk = 0;
    const size_t at = ww_file_records_find(&o->known, path, &count);
    const ww_file_record *record = NULL;
    for (size_t i = at; i < at + count; i++)
        record = o->known.item[i].key == key ? &o->known.item[i] : record;
    if (!record)
        return WW_OK;
    ww_status status = ww_folder_look_from(o->folder, &o->place, path, &info, err);
    if (status == WW_OK)
        status = hash_on_disk(o, path, &info, &on_disk, err);
    *kept = status == WW_OK && info.kind == WW_ENTRY_FILE && info.bytes == record->bytes && on_disk == record->hash;
    return *kept ? want(o, *record, &info, err) : status;
}

ww_status ww_dataset_out_keep(ww_dataset_out *o, const char *path, uint64_t key, bool *kept, ww_error *err)
{
    *kept = false;
    ww_status status = step(o, err);
    if (status != WW_OK)
        return status;
    char *full = ww_strf("%s%s", o->prefix, path);
    status = keep(o, full, key, kept, err);
    free(full);
    return status;
}

ww_status ww_dataset_out_put_text(ww_dataset_out *o, const char *path, const ww_buffer *content, ww_error *err)
{
    ww_status status = ww_buffer_status(content, path, err);
    return status == WW_OK ? ww_dataset_out_put(o, path, content->bytes ? content->data : "", content->bytes, err)
                           : status;
}

void ww_dataset_out_pass_over(ww_dataset_out *o, const char *format, ...)
{
    char line[WW_ERROR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    ww_vformat(line, sizeof line, format, arguments);
    va_end(arguments);
    o->counts.passed_over++;
    ww_logf(&o->library->log, WW_LOG_WARNING, "%s", line);
}

// --- the end

// The folders on the way to a file that went, as far as they are empty now.
static void remove_empty_folders(ww_dataset_out *o, const char *path)
{
    char *folder = ww_strdup(path);
    bool removed = true;
    for (char *slash = strrchr(folder, '/'); slash && removed; slash = strrchr(folder, '/')) {
        *slash = 0;
        if (ww_folder_remove_if_empty(o->folder, folder, &removed, NULL) != WW_OK)
            removed = false;
    }
    free(folder);
}

static ww_status remove_one(ww_dataset_out *o, const char *path, ww_error *err)
{
    bool there;
    uint64_t on_disk = 0;
    ww_status status = ww_folder_has_file(o->folder, path, &there, err);
    if (status == WW_OK && there) // read, whatever the record says: what goes is gone
        status = ww_folder_hash(o->folder, path, &on_disk, err);
    if (status != WW_OK || !there || !ww_file_records_has(&o->known, path, on_disk))
        return status;
    status = ww_folder_remove(o->folder, path, err);
    if (status == WW_OK) {
        o->counts.removed++;
        remove_empty_folders(o, path);
    }
    return status;
}

static ww_status remove_stale(ww_dataset_out *o, ww_error *err)
{
    ww_status status = WW_OK;
    size_t wanted;
    ww_file_records_sort(&o->now);
    for (size_t i = 0; status == WW_OK && i < o->known.count; i++) {
        const char *path = o->known.item[i].path;
        if (i > 0 && strcmp(o->known.item[i - 1].path, path) == 0)
            continue;
        ww_file_records_find(&o->now, path, &wanted);
        if (wanted == 0)
            status = remove_one(o, path, err);
    }
    return status;
}

// The last first, so that those that are left after a kill are still numbered from 1.
static ww_status remove_intents(ww_dataset_out *o, ww_error *err)
{
    ww_status status = WW_OK;
    for (; status == WW_OK && o->intents_written > 0; o->intents_written--) {
        char *path = ww_dataset_intents_path(o->intents_written);
        status = ww_folder_remove(o->folder, path, err);
        free(path);
    }
    return status;
}

ww_status ww_dataset_out_finish(ww_dataset_out *o, ww_error *err)
{
    assert(o);
    ww_status status = flush(o, err);
    ww_folder_place_close(&o->place);
    if (status == WW_OK)
        status = remove_stale(o, err);
    if (status == WW_OK)
        status = ww_dataset_write_manifest(o, &o->now, err);
    if (status == WW_OK)
        status = remove_intents(o, err);
    // An empty folder of that name gives way, nothing else does.
    if (status == WW_OK && o->work && rename(o->work, o->dir) != 0)
        status = errno == ENOTEMPTY || errno == EEXIST
                     ? ww_dataset_not_ours(o->dir, err)
                     : ww_fail_errno(err, errno, "cannot give '%s' its name '%s'", o->work, o->dir);
    return status;
}

void ww_dataset_out_close(ww_dataset_out *o)
{
    if (!o)
        return;
    empty_batch(o);
    ww_vector_free(&o->batch);
    ww_file_records_free(&o->known);
    ww_file_records_free(&o->now);
    ww_folder_place_close(&o->place);
    ww_folder_close(o->folder);
    free(o->dir);
    free(o->work);
    free(o->prefix);
    free(o);
}
