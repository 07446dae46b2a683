// SPDX-License-Identifier: MIT
#include "formats/dataset_out.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/number.h"
#include "library/dataset_records.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNFINISHED ".unfinished"
#define BATCH_BYTES_MAX ((size_t)8 << 20) // one record of intents for so many bytes of files
#define BATCH_FILES_MAX 1000
enum { LEFT_NAMED_MAX = 5, TEMPORARY_LINE = WW_FOLDER_TEMPORARY_BYTES };

typedef struct pending {
    void *data;
    size_t bytes;
    bool is_new;      // nothing may be there when it is written
    size_t index;     // of its record in `now`
    const char *path; // of the record beside it in `intents`
} pending;

struct ww_dataset_out {
    ww_folder *folder;
    ww_folder_place place; // in `folder`: where was looked or written last
    bool is_new;           // made by this export: nothing is there but what it writes
    char *dir;             // the final name
    char *work;            // the name until the end; NULL: the set is there already
    char *prefix;
    ww_library *library;
    double share;
    char temporary[WW_FOLDER_TEMPORARY_BYTES];
    ww_file_records known; // what may be there, sorted
    ww_file_records now;   // what this export wants there
    WW_VECTOR(pending) batch;
    ww_file_records intents; // beside `batch`
    size_t batch_bytes;
    int intents_written; // number of the last RECORD.N
    ww_dataset_out_counts counts;
};

static char *intents_path(int number) { return ww_strf(WW_DATASET_MANIFEST ".%d", number); }

static ww_status is_file(ww_folder *folder, const char *path, bool *there, ww_error *err)
{
    ww_entry_info info;
    ww_status status = ww_folder_look(folder, path, &info, err);
    *there = status == WW_OK && info.kind == WW_ENTRY_FILE;
    return status;
}

// --- opening

// Removes what a killed export left of a file half written: under its temporary name, in a folder that holds files on
// record.
static void clear_temporary(ww_dataset_out *o, const char *temporary)
{
    ww_entry_info info;
    for (size_t i = 0; i < o->known.count; i++) {
        const char *path = o->known.item[i].path;
        char *leftover = ww_strf("%.*s%s", (int)(ww_path_base(path) - path), path, temporary);
        // Best effort: what cannot be removed is hidden and harms nobody.
        if (ww_folder_look(o->folder, leftover, &info, NULL) == WW_OK && info.kind == WW_ENTRY_FILE)
            ww_folder_remove(o->folder, leftover, NULL);
        free(leftover);
    }
}

// Each record of intents begins with the name of the temporary files.
static ww_status read_intents(ww_dataset_out *o, int number, ww_error *err)
{
    uint8_t *data = NULL;
    size_t bytes = 0;
    char head[TEMPORARY_LINE + 1] = "", *path = intents_path(number);
    ww_status status = ww_folder_read(o->folder, path, SIZE_MAX / 2, &data, &bytes, err);
    if (status == WW_OK) {
        snprintf(head, sizeof head, "%.*s", (int)strcspn((char *)data, "\n"), (char *)data);
        const bool named = ww_folder_is_temporary_name(head);
        char *line = ww_strf("%s\n", head);
        status =
            named ? ww_file_records_read(&o->known, o->folder, path, line, err)
                  : ww_fail(err, WW_ERR_FORMAT, "'%s/%s' is no record of a data set's files; was it changed by hand?",
                            ww_folder_path(o->folder), path);
        free(line);
    }
    if (status == WW_OK)
        clear_temporary(o, head);
    free(data);
    free(path);
    return status;
}

static ww_status read_records(ww_dataset_out *o, ww_error *err)
{
    bool there = true;
    ww_status status = ww_file_records_read(&o->known, o->folder, WW_DATASET_MANIFEST, WW_DATASET_MANIFEST_HEAD, err);
    while (status == WW_OK && there) {
        char *path = intents_path(o->intents_written + 1);
        status = is_file(o->folder, path, &there, err);
        free(path);
        if (status == WW_OK && there)
            status = read_intents(o, ++o->intents_written, err);
    }
    ww_file_records_sort(&o->known);
    return status;
}

static ww_status not_ours(const char *dir, ww_error *err)
{
    return ww_fail(err, WW_ERR_ARGUMENT,
                   "'%s' holds files and no data set of whoswho's: nothing was written; name another folder with -O, "
                   "or move it away",
                   dir);
}

// Whether the folder is empty, hidden files apart.
static ww_status is_empty(ww_folder *folder, bool *empty, ww_error *err)
{
    char **names = NULL;
    size_t count = 0;
    ww_status status = ww_folder_list(folder, "", &names, &count, err);
    *empty = status == WW_OK && count == 0;
    ww_folder_names_free(names, count);
    return status;
}

static ww_status write_manifest(ww_dataset_out *o, const ww_file_records *records, ww_error *err)
{
    ww_buffer text = {0};
    ww_buffer_text(&text, WW_DATASET_MANIFEST_HEAD);
    if (records)
        ww_file_records_write(records, &text);
    ww_status status = ww_buffer_status(&text, WW_DATASET_MANIFEST, err);
    if (status == WW_OK)
        status = ww_folder_write(o->folder, WW_DATASET_MANIFEST, text.data, text.bytes, WW_FOLDER_REPLACE, o->temporary,
                                 err);
    ww_buffer_free(&text);
    return status;
}

// Looks at the folder held open: *ours: it holds a set of ours, whose records are read. WW_ERR_ARGUMENT: it holds
// something else.
static ww_status examine(ww_dataset_out *o, bool *ours, ww_error *err)
{
    bool empty = false;
    ww_status status = is_file(o->folder, WW_DATASET_MANIFEST, ours, err);
    if (status == WW_OK && *ours)
        return read_records(o, err);
    if (status == WW_OK)
        status = is_empty(o->folder, &empty, err);
    return status != WW_OK || empty ? status : not_ours(ww_folder_path(o->folder), err);
}

static ww_status open_existing(ww_dataset_out *o, bool *ours, ww_error *err)
{
    *ours = false;
    if (!ww_path_exists(o->dir))
        return WW_OK;
    ww_status status = ww_folder_open(o->dir, false, &o->folder, err);
    if (status == WW_OK)
        status = examine(o, ours, err);
    if (status == WW_OK && !*ours) {
        ww_folder_close(o->folder);
        o->folder = NULL;
    }
    return status;
}

static ww_status open_unfinished(ww_dataset_out *o, ww_error *err)
{
    bool ours = false;
    o->work = ww_strf("%s" UNFINISHED, o->dir);
    ww_status status = ww_folder_open(o->work, true, &o->folder, err);
    if (status == WW_OK)
        status = examine(o, &ours, err);
    o->is_new = !ours;
    return status == WW_OK && !ours ? write_manifest(o, NULL, err) : status;
}

ww_status ww_dataset_out_open(const char *dir, ww_library *library, ww_dataset_out **out, ww_error *err)
{
    bool ours = false;
    size_t length = strlen(dir);
    while (length > 1 && dir[length - 1] == '/')
        length--;
    ww_dataset_out *o = ww_alloc(sizeof *o);
    *o = (ww_dataset_out){.dir = ww_strndup(dir, length), .prefix = ww_strdup(""), .library = library};
    ww_status status = ww_folder_temporary_name(o->temporary, err);
    if (status == WW_OK)
        status = open_existing(o, &ours, err);
    if (status == WW_OK && !ours)
        status = open_unfinished(o, err);
    if (status != WW_OK) {
        ww_dataset_out_close(o);
        o = NULL;
    }
    *out = o;
    return status;
}

// --- writing

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
    char *path = intents_path(o->intents_written + 1);
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
    return strcmp(((const pending *)a)->path, ((const pending *)b)->path);
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
        const pending *p = &o->batch.item[i];
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

// The last record of `now`, whose bytes these are.
static ww_status add_to_batch(ww_dataset_out *o, const void *data, bool is_new, ww_error *err)
{
    const ww_file_record *record = &o->now.item[o->now.count - 1];
    pending p = {ww_alloc_array(record->bytes, 1, SIZE_MAX / 2), record->bytes, is_new, o->now.count - 1, NULL};
    if (!p.data)
        return ww_fail_memory(err, "the %zu bytes of '%s'", p.bytes, record->path);
    memcpy(p.data, data, p.bytes);
    ww_status status = ww_file_records_add(&o->intents, record, err);
    if (status == WW_OK && !ww_vector_push(&o->batch, p))
        status = ww_fail_memory(err, "a list of %zu files", o->batch.count);
    if (status != WW_OK) {
        free(p.data);
        return status;
    }
    o->batch_bytes += p.bytes;
    return o->batch.count >= BATCH_FILES_MAX || o->batch_bytes >= BATCH_BYTES_MAX ? flush(o, err) : WW_OK;
}

static void tell_left(ww_dataset_out *o, const char *path)
{
    if (++o->counts.left <= LEFT_NAMED_MAX)
        ww_logf(
            &o->library->log, WW_LOG_WARNING,
            "'%s/%s' was not written by whoswho, or was changed since: it is left as it is; move it away to have ours",
            ww_folder_path(o->folder), path);
}

// The record by which the file at `path` is certainly what was written, without reading it; NULL: there is none.
static const ww_file_record *find_unchanged(const ww_dataset_out *o, const char *path, const ww_entry_info *info)
{
    size_t count;
    const size_t at = ww_file_records_find(&o->known, path, &count);
    for (size_t i = at; info->kind == WW_ENTRY_FILE && i < at + count; i++) {
        const ww_file_record *r = &o->known.item[i];
        if (r->changed_ns != 0 && r->changed_ns == ww_entry_changed_ns(info) && r->bytes == info->bytes)
            return r;
    }
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

static ww_status put(ww_dataset_out *o, ww_file_record record, const void *data, ww_error *err)
{
    ww_entry_info info = {.kind = WW_ENTRY_ABSENT};
    uint64_t on_disk = 0;
    record.hash = ww_hash_bytes(data, record.bytes);
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
    return status != WW_OK || same ? status : add_to_batch(o, data, !there, err);
}

static ww_status step(ww_dataset_out *o, ww_error *err)
{
    const ww_progress progress = {
        .stage = WW_STAGE_EXPORT, .share = o->share, .done = o->counts.written + o->counts.kept};
    return ww_library_report(o->library, &progress) == 0
               ? WW_OK
               : ww_fail(err, WW_ERR_CANCELLED, "stopped while writing the data set; the same command completes it");
}

ww_status ww_dataset_out_put_made(ww_dataset_out *o, const char *path, uint64_t key, const void *data, size_t bytes,
                                  ww_error *err)
{
    ww_status status = step(o, err);
    if (status != WW_OK)
        return status;
    char *full = ww_strf("%s%s", o->prefix, path);
    status = put(o, (ww_file_record){.path = full, .key = key, .bytes = bytes}, data, err);
    free(full);
    return status;
}

ww_status ww_dataset_out_put(ww_dataset_out *o, const char *path, const void *data, size_t bytes, ww_error *err)
{
    return ww_dataset_out_put_made(o, path, 0, data, bytes, err);
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
    ww_status status = is_file(o->folder, path, &there, err);
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
        char *path = intents_path(o->intents_written);
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
        status = write_manifest(o, &o->now, err);
    if (status == WW_OK)
        status = remove_intents(o, err);
    // An empty folder of that name gives way, nothing else does.
    if (status == WW_OK && o->work && rename(o->work, o->dir) != 0)
        status = errno == ENOTEMPTY || errno == EEXIST
                     ? not_ours(o->dir, err)
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
