// SPDX-License-Identifier: MIT
// Files that are ours, and nobody else's: the exporter writes what has changed, leaves what is right, removes what is
// no longer wanted, and touches nothing that a person put there or changed.
//
// How it knows. The store keeps, for every file, the hash of what was written. A file on disk with a hash recorded for
// its path is ours; any other is the user's. The record is committed before the file appears, so a kill leaves no file
// unaccounted for: at worst a record of a file that was not written yet, which is harmless, or two hashes for a path,
// the old content's and the new one's, either of which may be on disk.
//
// All of it goes through a ww_folder: no link is followed, nothing outside the output folder is reached, a reader sees
// the whole of the old file or of the new. What a killed export left under its temporary name is removed by the next.
// Private to formats/folders/.
#ifndef WW_FORMATS_FOLDERS_EXPORTER_H
#define WW_FORMATS_FOLDERS_EXPORTER_H
#include "base/buffer.h"
#include "formats/folders/folders.h"
#include <stdint.h>

typedef enum ww_export_rights {
    WW_EXPORT_CAREFUL,   // a file that the user made or changed stays, and ours is not written
    WW_EXPORT_GENERATED, // it stays too, and ours is written beside it as "whoswho-NAME"
} ww_export_rights;

typedef struct ww_exporter ww_exporter;

// `total_files` is for the progress reports only. The store must not be in a transaction.
ww_status ww_exporter_open(ww_store *store, const ww_folders_options *options, int64_t total_files,
                           ww_exporter **exporter, ww_error *err);
// Wants `path` (relative, with '/') to hold these bytes. They may be written later, but at the latest by finish. What
// cannot be written because something stands in its way does not keep the rest from being written; finish returns the
// first such error.
ww_status ww_exporter_put(ww_exporter *e, const char *path, const void *data, size_t bytes, ww_export_rights rights,
                          ww_error *err);
// The same, and the bytes are made from what `key` (not 0) stands for, and from nothing else.
ww_status ww_exporter_put_made(ww_exporter *e, const ww_buffer *path, uint64_t key, const void *data, size_t bytes,
                               ww_error *err);
// As the store has it: `read` (ww_store_portrait_jpeg, ww_store_frame_jpeg) is asked for `id` if it is not there yet.
typedef ww_status ww_stored_picture(ww_store *store, int64_t id, uint8_t **jpeg, size_t *bytes, ww_error *err);
ww_status ww_exporter_put_stored(ww_exporter *e, const ww_buffer *path, uint64_t key, ww_stored_picture *read,
                                 int64_t id, ww_error *err);
// *kept: `path` holds what an earlier export made from the same `key`, and is wanted as it is: it need not be made. A
// file whose size and ctime are those on record is not read for that.
ww_status ww_exporter_keep(ww_exporter *e, const ww_buffer *path, uint64_t key, bool *kept, ww_error *err);
// ww_exporter_put with a path and the content made in buffers, unless memory ran out while they were.
ww_status ww_exporter_put_text(ww_exporter *e, const ww_buffer *path, const ww_buffer *content, ww_export_rights rights,
                               ww_error *err);
// Whether the work is to stop, asked while a large file is made; from then on what is put fails with WW_ERR_CANCELLED.
bool ww_exporter_stopped(ww_exporter *e);
// The same before row 0, 1, ... of many that are made in a moment: asked once in a while. True: go on.
bool ww_exporter_goes_on(ww_exporter *e, size_t row);
// Writes the rest, then removes the files of earlier exports that were not put this time, and folders that became empty
// by that. A file that cannot be removed stays on record, and is an error once the others are gone.
ww_status ww_exporter_finish(ww_exporter *e, ww_error *err);
// Adds the files written, kept, removed and left to the user to *counts.
void ww_exporter_count(const ww_exporter *e, ww_folders_counts *counts);
void ww_exporter_close(ww_exporter *e); // without finish: what was not written yet is not

#endif
