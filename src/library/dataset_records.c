// SPDX-License-Identifier: MIT
#include "library/dataset_records.h"
#include "base/search.h"

#include <inttypes.h>
#include <string.h>

#define RECORD_BYTES_MAX ((size_t)1 << 31)
enum { HASH_DIGITS = 16 };

ww_status ww_file_records_add(ww_file_records *r, const ww_file_record *record, ww_error *err)
{
    ww_file_record copy = *record;
    copy.path = ww_try_strdup(record->path);
    if (copy.path && ww_vector_push(r, copy))
        return WW_OK;
    free(copy.path);
    return ww_fail_memory(err, "a list of %zu files", r->count);
}

void ww_file_records_free(ww_file_records *r)
{
    for (size_t i = 0; i < r->count; i++)
        free(r->item[i].path);
    ww_vector_free(r);
}

static int by_path_and_hash(const void *a, const void *b)
{
    const ww_file_record *l = a, *r = b;
    const int order = strcmp(l->path, r->path);
    return order ? order : (l->hash > r->hash) - (l->hash < r->hash);
}

void ww_file_records_sort(ww_file_records *r)
{
    if (r->count)
        qsort(r->item, r->count, sizeof *r->item, by_path_and_hash);
}

size_t ww_file_records_find(const ww_file_records *r, const char *path, size_t *count)
{
    size_t at;
    WW_LOWER_BOUND(at, r->count, strcmp(r->item[at].path, path) < 0);
    *count = 0;
    while (at + *count < r->count && strcmp(r->item[at + *count].path, path) == 0)
        ++*count;
    return at;
}

bool ww_file_records_has(const ww_file_records *r, const char *path, uint64_t hash)
{
    size_t count;
    const size_t at = ww_file_records_find(r, path, &count);
    for (size_t i = at; i < at + count; i++)
        if (r->item[i].hash == hash)
            return true;
    return false;
}

void ww_file_records_write(const ww_file_records *r, ww_buffer *text)
{
    for (size_t i = 0; i < r->count; i++)
        ww_buffer_format(text, "%016" PRIx64 " %016" PRIx64 " %" PRIu64 " %" PRId64 " %s\n", r->item[i].hash,
                         r->item[i].key, r->item[i].bytes, r->item[i].changed_ns, r->item[i].path);
}

bool ww_file_record_read(char *line, ww_file_record *record)
{
    char *end = line;
    *record = (ww_file_record){.hash = strtoull(line, &end, 16)};
    if (end != line + HASH_DIGITS || *end != ' ')
        return false;
    char *key = end + 1;
    record->key = strtoull(key, &end, 16);
    if (end != key + HASH_DIGITS || *end != ' ')
        return false;
    record->bytes = strtoull(end, &end, 10);
    record->changed_ns = strtoll(end, &end, 10);
    record->path = end + 1;
    return *end == ' ' && ww_path_is_inside(record->path);
}

static ww_status not_a_record(const char *path, ww_error *err)
{
    return ww_fail(err, WW_ERR_FORMAT,
                   "'%s' is no record of a data set's files that this version reads; move the folder away", path);
}

ww_status ww_file_records_read(ww_file_records *r, ww_folder *folder, const char *path, const char *head, ww_error *err)
{
    uint8_t *data = NULL;
    size_t bytes = 0;
    ww_status status = ww_folder_read(folder, path, RECORD_BYTES_MAX, &data, &bytes, err);
    if (status != WW_OK)
        return status;
    char *text = (char *)data, *line = text + strlen(head);
    if (strncmp(text, head, strlen(head)) != 0)
        status = not_a_record(path, err);
    while (status == WW_OK && *line) {
        ww_file_record record;
        char *next = line + strcspn(line, "\n");
        if (*next)
            *next++ = 0;
        status = ww_file_record_read(line, &record) ? ww_file_records_add(r, &record, err) : not_a_record(path, err);
        line = next;
    }
    free(data);
    return status;
}
