// SPDX-License-Identifier: MIT
#include "formats/folders/verdict.h"

#include <stdlib.h>
#include <string.h>

static ww_status compare(ww_folder *folder, const char *path, const void *data, size_t bytes, bool *same, ww_error *err)
{
    uint8_t *old = NULL;
    size_t old_bytes = 0;
    ww_status status = ww_folder_read(folder, path, bytes, &old, &old_bytes, err);
    *same = status == WW_OK && old_bytes == bytes && memcmp(old, data, bytes) == 0;
    free(old);
    return status;
}

ww_status ww_is_ours(ww_files *f, const char *path, bool *ours, ww_error *err)
{
    uint64_t on_disk = 0;
    *ours = false;
    ww_status status =
        ww_records_count(f->records, path) ? ww_folder_hash_from(f->folder, &f->place, path, &on_disk, err) : WW_OK;
    if (status == WW_OK)
        *ours = ww_records_has(f->records, path, on_disk);
    return status;
}

static ww_status look(ww_files *f, const char *path, ww_judgement *j, ww_entry_info *info, ww_error *err)
{
    const ww_record *record = ww_records_find(f->records, path, &j->recorded);
    ww_status status = ww_folder_look_from(f->folder, &f->place, path, info, err);
    j->record = j->recorded == 1 ? record : NULL;
    j->changed_ns = ww_entry_changed_ns(info);
    return status;
}

static bool is_unchanged(const ww_judgement *j, const ww_entry_info *info)
{
    return j->record && j->changed_ns != 0 && j->record->changed_ns == j->changed_ns && j->record->bytes == info->bytes;
}

ww_status ww_judge(ww_files *f, const char *path, const void *data, size_t bytes, uint64_t hash, ww_judgement *j,
                   ww_error *err)
{
    ww_entry_info info;
    bool same = false, ours = false;
    *j = (ww_judgement){.verdict = WW_VERDICT_CREATE};
    ww_status status = look(f, path, j, &info, err);
    if (status != WW_OK || info.kind == WW_ENTRY_ABSENT)
        return status;
    j->verdict = WW_VERDICT_REPLACE; // or fail by naming what is in the way
    if (info.kind != WW_ENTRY_FILE)
        return WW_OK;
    if (is_unchanged(j, &info))
        same = j->record->content == hash && info.bytes == bytes;
    else if (info.bytes == bytes)
        status = compare(f->folder, path, data, bytes, &same, err);
    if (status == WW_OK && !same)
        status = ww_is_ours(f, path, &ours, err);
    if (j->record && !(same && j->record->content == hash))
        j->record = NULL;
    j->verdict = same ? WW_VERDICT_KEEP : ours ? WW_VERDICT_REPLACE : WW_VERDICT_LEAVE;
    return status;
}

ww_status ww_judge_made(ww_files *f, const char *path, uint64_t key, ww_judgement *j, ww_error *err)
{
    ww_entry_info info;
    bool same = false;
    *j = (ww_judgement){.verdict = WW_VERDICT_LEAVE};
    ww_status status = look(f, path, j, &info, err);
    if (status != WW_OK || info.kind != WW_ENTRY_FILE || !j->record || j->record->key != key)
        return status;
    if (is_unchanged(j, &info))
        same = true;
    else if (j->record->bytes == info.bytes)
        status = ww_is_ours(f, path, &same, err);
    j->verdict = same ? WW_VERDICT_KEEP : WW_VERDICT_LEAVE;
    return status;
}
