// SPDX-License-Identifier: MIT
#include "scan/known_file.h"

#include <sys/stat.h>
#include <time.h>

#define NS INT64_C(1000000000)
#define GRANULE_NS (2 * NS) // of the coarsest file system's times
#define TRACKS_MAX 1000     // no file has more

static int64_t nanoseconds(struct timespec t) { return (int64_t)t.tv_sec * NS + t.tv_nsec; }

int64_t ww_known_file_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return nanoseconds(now);
}

static bool is_as_it_was(const ww_file_row *row, const ww_source_file *input)
{
    const ww_file_stamp *was = &row->stamp, *is = &input->stamp;
    const int64_t latest_ns = row->hashed_ns > GRANULE_NS ? row->hashed_ns - GRANULE_NS : 0;
    return was->bytes == is->bytes && was->inode == is->inode && was->modified_ns == is->modified_ns
           && was->changed_ns == is->changed_ns && is->modified_ns < latest_ns && is->changed_ns < latest_ns
           && row->tracks >= 0 && row->tracks <= TRACKS_MAX;
}

ww_status ww_known_file_look(ww_store *store, ww_source_file *input, ww_error *err)
{
    struct stat s;
    ww_file_row row;
    bool found = false;
    if (stat(input->path, &s) != 0)
        return WW_OK;
    input->stamp = (ww_file_stamp){s.st_size, nanoseconds(s.st_mtim), nanoseconds(s.st_ctim), s.st_ino};
    input->bytes = s.st_size;
    ww_status status = store && S_ISREG(s.st_mode) ? ww_store_file(store, input->file, &row, &found, err) : WW_OK;
    if (status != WW_OK || !found || !is_as_it_was(&row, input))
        return status;
    input->known = true;
    input->content = row.hash;
    input->photo = row.photo;
    input->tracks = row.tracks;
    return WW_OK;
}

ww_status ww_known_file_record(ww_store *store, const ww_source_file *input, ww_error *err)
{
    const ww_file_row row = {.path = input->file,
                             .hash = input->content,
                             .photo = input->photo,
                             .tracks = input->tracks,
                             .stamp = input->stamp,
                             .hashed_ns = input->hashed_ns};
    return ww_store_set_file(store, &row, err);
}
