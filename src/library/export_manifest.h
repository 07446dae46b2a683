// SPDX-License-Identifier: MIT
// The portraits and labels that the last export wrote, as the store has them on record, and which face each of them
// shows.
//
// A portrait is recognised by its content, wherever it lies and however it is called; where several faces have the very
// same portrait (footage that stands still), its file's name decides.
#ifndef WW_LIBRARY_EXPORT_MANIFEST_H
#define WW_LIBRARY_EXPORT_MANIFEST_H
#include "base/vector.h"
#include "library/catalog.h"
#include "library/library.h"

typedef struct ww_manifest_file {
    char *path;          // owned; relative to the library's folder: "Face_0/face_12.jpg"
    uint64_t hash;       // XXH64 of the content
    size_t number;       // 12: of the face at the time of the export
    bool label;          // a .txt beside a portrait
    uint64_t key, bytes; // as in ww_exported_row
    int64_t changed_ns;
} ww_manifest_file;

typedef struct ww_export_manifest {
    WW_VECTOR(ww_manifest_file) file; // by (path, hash); a path has several hashes after an export that was killed
    size_t *by_hash;                  // indices in the order of (hash, number)
    size_t *by_number;                // and of numbers
    const ww_library *library;
    const ww_catalog *catalog;
} ww_export_manifest;

// Both are borrowed. `catalog` may be NULL where only names are asked for.
ww_status ww_manifest_load(const ww_library *library, const ww_catalog *catalog, ww_export_manifest *manifest,
                           ww_error *err);
void ww_manifest_free(ww_export_manifest *manifest);

// Whether the export writes a portrait under this path: that of a face in a folder, with its number.
bool ww_is_portrait_path(const char *path);
// Whether `path` is on record, with whatever content.
bool ww_manifest_has(const ww_export_manifest *manifest, const char *path);
// Place in `file` of the first file of this folder, if it has any; they follow one another.
size_t ww_manifest_folder(const ww_export_manifest *manifest, const char *folder);
// The file on record, wherever it was, of this name, size and ctime: a folder that is renamed leaves its files as they
// are, so that they need not be read. NULL: there is none.
const ww_manifest_file *ww_manifest_untouched(const ww_export_manifest *manifest, const char *name, uint64_t bytes,
                                              int64_t changed_ns);
// Whether a label of this name ("face_12.txt") and content was written.
bool ww_manifest_has_label(const ww_export_manifest *manifest, const char *name, uint64_t hash);
// The face whose portrait has this content; `path` (of the file that has it) decides between equal ones. *face is an
// index in the catalog; its count: nobody's.
ww_status ww_manifest_find(const ww_export_manifest *manifest, uint64_t hash, const char *path, size_t *face,
                           ww_error *err);
// The face of a recorded portrait; the catalog's count when the library has it no more.
ww_status ww_manifest_face(const ww_export_manifest *manifest, const ww_manifest_file *file, size_t *face,
                           ww_error *err);

// The face shown in the portrait file that a user names: relative to the current folder, or to the library's.
// WW_ERR_NOT_FOUND: no such file, or not a portrait of this library.
ww_status ww_manifest_portrait(const ww_export_manifest *manifest, const char *path, size_t *face, ww_error *err);

#endif
