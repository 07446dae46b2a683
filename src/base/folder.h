// SPDX-License-Identifier: MIT
// A folder held open, and everything below it reached from there: for writing into a folder that others use as well.
//
// Paths are relative, with '/', and checked (ww_path_is_inside): nothing above the folder can be named. No symbolic
// link below it is followed, neither as a folder on the way nor at the end; only regular files are read, replaced and
// removed, so that a FIFO or a device in the place of a file is an error that names it, and never hangs. (The folder
// itself may be reached by a link: the caller named it.) A write is whole or not at all: a temporary file with a name
// that cannot be guessed is written in the same folder and renamed; or, over a file of the same size in one sector, one
// write.
#ifndef WW_BASE_FOLDER_H
#define WW_BASE_FOLDER_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define WW_FOLDER_TEMPORARY_BYTES 32 // of a temporary file's name, with the zero

typedef struct ww_folder ww_folder;

// OTHER: a link, FIFO, ...
typedef enum ww_entry_kind { WW_ENTRY_ABSENT, WW_ENTRY_FILE, WW_ENTRY_FOLDER, WW_ENTRY_OTHER } ww_entry_kind;

typedef struct ww_entry_info {
    ww_entry_kind kind;
    uint64_t bytes;
    struct timespec changed; // ctime
    bool mounted;            // on another file system than the folder
} ww_entry_info;

static inline int64_t ww_entry_changed_ns(const ww_entry_info *info)
{
    return (int64_t)info->changed.tv_sec * 1000000000 + info->changed.tv_nsec;
}

// Whether `path` names something below a folder: not empty, not absolute, under 4,096 bytes, no empty, "." or ".."
// component.
bool ww_path_is_inside(const char *path);

// Opens the folder `dir`; with `create` it and its missing parents are made. *folder is NULL after a failure.
ww_status ww_folder_open(const char *dir, bool create, ww_folder **folder, ww_error *err);
void ww_folder_close(ww_folder *folder);
const char *ww_folder_path(const ww_folder *folder); // as opened; borrowed

// What is at `path`. WW_ENTRY_ABSENT only if there certainly is nothing; if it cannot be looked at (permissions, a
// share that went away, a link on the way): an error. "Cannot look" is not "deleted".
ww_status ww_folder_look(ww_folder *folder, const char *path, ww_entry_info *info, ww_error *err);
// *there: it is a regular file. What cannot be looked at is an error, likewise.
ww_status ww_folder_has_file(ww_folder *folder, const char *path, bool *there, ww_error *err);

// The same for many paths in a row: the folder of the last one stays open in *place (zero at first; closed with
// ww_folder_place_close), and is the one looked into as long as it is the path's.
typedef struct ww_folder_place {
    char *parent; // owned; NULL: none yet
    int fd;
} ww_folder_place;

ww_status ww_folder_look_from(ww_folder *folder, ww_folder_place *place, const char *path, ww_entry_info *info,
                              ww_error *err);
void ww_folder_place_close(ww_folder_place *place);

// Reads the whole regular file; *data is the caller's (free), with one zero byte added. WW_ERR_NOT_FOUND: there is
// none; WW_ERR_MEMORY: more than max_bytes.
ww_status ww_folder_read(ww_folder *folder, const char *path, size_t max_bytes, uint8_t **data, size_t *bytes,
                         ww_error *err);
// XXH64 of the file's content.
ww_status ww_folder_hash(ww_folder *folder, const char *path, uint64_t *digest, ww_error *err);
// For many paths in a row, see ww_folder_look_from.
ww_status ww_folder_hash_from(ww_folder *folder, ww_folder_place *place, const char *path, uint64_t *digest,
                              ww_error *err);

typedef enum ww_folder_write_mode {
    WW_FOLDER_NEW,     // something at `path`: WW_ERR_IO, also if it came there a moment ago
    WW_FOLDER_REPLACE, // a regular file at `path` is replaced
} ww_folder_write_mode;

// Writes a file, and its missing folders. What stands in the way (a link, a FIFO, a folder, a file in the place of a
// folder): an error that names it. `temporary`: the name of the temporary file, from ww_folder_temporary_name.
ww_status ww_folder_write(ww_folder *folder, const char *path, const void *data, size_t bytes,
                          ww_folder_write_mode mode, const char *temporary, ww_error *err);
// The same for many paths in a row, see ww_folder_look_from; *written is what ww_folder_look would say then.
typedef struct ww_folder_content {
    const void *data;
    size_t bytes;
    ww_folder_write_mode mode;
    const char *temporary;
} ww_folder_content;

ww_status ww_folder_write_from(ww_folder *folder, ww_folder_place *place, const char *path,
                               const ww_folder_content *content, ww_entry_info *written, ww_error *err);
// A new name for temporary files, from the system's random numbers. WW_ERR_IO: there are none.
ww_status ww_folder_temporary_name(char name[WW_FOLDER_TEMPORARY_BYTES], ww_error *err);
// Whether ww_folder_temporary_name could have made it.
bool ww_folder_is_temporary_name(const char *name);
// Removes what lies in the folder itself under such names, in a folder that is ours alone: a killed writer's. Best
// effort: what cannot be removed is hidden and harms nobody.
void ww_folder_clear_temporary(ww_folder *folder);

// Removes the regular file at `path`; fine if there is nothing. Anything else there: WW_ERR_IO.
ww_status ww_folder_remove(ww_folder *folder, const char *path, ww_error *err);
// Removes the folder at `path` if it is an empty one; *removed (may be NULL) tells.
ww_status ww_folder_remove_if_empty(ww_folder *folder, const char *path, bool *removed, ww_error *err);

// Names in the folder at `path` ("": the folder itself), sorted by bytes; hidden ones (".name") are left out. Free with
// ww_folder_names_free.
ww_status ww_folder_list(ww_folder *folder, const char *path, char ***names, size_t *count, ww_error *err);
void ww_folder_names_free(char **names, size_t count);

#endif
