// SPDX-License-Identifier: MIT
// The folder a data set is written to. What was written is on record in a file inside (library/dataset_records.h), with
// the hash of each file; a file with a hash on record for its path is ours, any other is the user's and is left alone.
//
// A new set is written as "OUT.unfinished" and gets its name when it is complete; one that was interrupted is taken up
// again. An existing one is brought up to date in place: what is about to be written is recorded before it is, in files
// RECORD.1, RECORD.2, ..., which are removed at the end. While there is one, the set is not complete, and
// ww_dataset_check says so.
#ifndef WW_FORMATS_DATASET_OUT_H
#define WW_FORMATS_DATASET_OUT_H
#include "base/buffer.h"
#include "library/library.h"

#define WW_DATASET_SUMMARY ".whoswho-summary" // see dataset_key.h

typedef struct ww_dataset_out ww_dataset_out;

typedef struct ww_dataset_out_counts {
    int64_t written, kept, removed, left; // files
    int64_t passed_over;                  // see ww_dataset_out_pass_over
} ww_dataset_out_counts;

// The library (must outlive it) is told how far it is and what was left to the user. WW_ERR_ARGUMENT: something that is
// not ours has the name.
ww_status ww_dataset_out_open(const char *dir, ww_library *library, ww_dataset_out **out, ww_error *err);
// From now on: `prefix` ("" or "yolo/") is put before all paths, and `share` (0..1) of the work is done.
void ww_dataset_out_begin(ww_dataset_out *out, const char *prefix, double share);
// Wants `path` (relative, with '/'; each once) to hold these bytes. WW_ERR_CANCELLED: the library's callback asks to
// stop.
ww_status ww_dataset_out_put(ww_dataset_out *out, const char *path, const void *data, size_t bytes, ww_error *err);
// The same, and its bytes are made from what `key` (not 0) stands for, and from nothing else. `data` is from malloc,
// and the folder's from here on, also on failure.
ww_status ww_dataset_out_put_made(ww_dataset_out *out, const char *path, uint64_t key, uint8_t *data, size_t bytes,
                                  ww_error *err);
// *kept: `path` holds what an earlier export made from the same `key`, and is wanted as it is: it need not be made. A
// file whose size and time of change are those on record is not read for that.
ww_status ww_dataset_out_keep(ww_dataset_out *out, const char *path, uint64_t key, bool *kept, ww_error *err);
// ww_dataset_out_put for what was made in a buffer, unless memory ran out while it was.
ww_status ww_dataset_out_put_text(ww_dataset_out *out, const char *path, const ww_buffer *content, ww_error *err);
// Logs, as a warning, what could not be written as it should be, and counts it.
void ww_dataset_out_pass_over(ww_dataset_out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Removes what an earlier export wrote and this one did not, and gives the set its name.
ww_status ww_dataset_out_finish(ww_dataset_out *out, ww_error *err);
const ww_dataset_out_counts *ww_dataset_out_get_counts(const ww_dataset_out *out);
void ww_dataset_out_close(ww_dataset_out *out); // NULL is fine

#endif
