// SPDX-License-Identifier: MIT
#include "library/export_manifest.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/search.h"

#include <stdlib.h>
#include <string.h>

// The number in "face_12.jpg", whatever the extension; 0: there is none.
static size_t number_in(const char *name)
{
    const size_t digits = strncmp(name, "face_", 5) == 0 ? strspn(name + 5, "0123456789") : 0;
    return digits > 0 && digits < 10 && name[5 + digits] == '.' ? strtoul(name + 5, NULL, 10) : 0;
}

// "DIR/face_12.jpg", of a person's folder or Unsorted: 12; 0: any other file.
static size_t face_number(const char *path, bool *label)
{
    const char *base = ww_path_base(path), *extension = ww_path_extension(path);
    const char *slash = strchr(path, '/');
    *label = strcmp(extension, "txt") == 0;
    if (!slash || base != slash + 1 || (!*label && strcmp(extension, "jpg") != 0))
        return 0;
    const size_t number = number_in(base);
    return strchr(base, '.') == extension - 1 ? number : 0;
}

bool ww_is_portrait_path(const char *path)
{
    bool label;
    return face_number(path, &label) > 0 && !label;
}

static ww_status on_exported(void *user, const ww_exported_row *row, ww_error *err)
{
    ww_export_manifest *r = user;
    ww_manifest_file file = {.hash = row->hash, .key = row->key, .bytes = row->bytes, .changed_ns = row->changed_ns};
    file.number = face_number(row->path, &file.label);
    if (file.number == 0)
        return WW_OK;
    file.path = ww_try_strdup(row->path);
    if (file.path && ww_vector_push(&r->file, file))
        return WW_OK;
    free(file.path);
    return ww_fail_memory(err, "the list of exported files");
}

static int by_number(const void *a, const void *b, void *files)
{
    size_t p = *(const size_t *)a, q = *(const size_t *)b;
    const ww_manifest_file *file = files;
    if (file[p].number != file[q].number)
        return file[p].number < file[q].number ? -1 : 1;
    return (p > q) - (p < q);
}

static int by_hash(const void *a, const void *b, void *files)
{
    const ww_manifest_file *file = files, *p = &file[*(const size_t *)a], *q = &file[*(const size_t *)b];
    return p->hash == q->hash ? by_number(a, b, files) : p->hash < q->hash ? -1 : 1;
}

ww_status ww_manifest_load(const ww_library *library, const ww_catalog *catalog, ww_export_manifest *r, ww_error *err)
{
    *r = (ww_export_manifest){.library = library, .catalog = catalog};
    ww_status status = ww_store_exported_files(library->store, on_exported, r, err);
    r->by_hash = ww_try_array(r->file.count, sizeof *r->by_hash);
    r->by_number = ww_try_array(r->file.count, sizeof *r->by_number);
    if (status == WW_OK && !(r->by_hash && r->by_number))
        status = ww_fail_memory(err, "the list of exported files");
    if (status != WW_OK) {
        ww_manifest_free(r);
        return status;
    }
    for (size_t i = 0; i < r->file.count; i++)
        r->by_hash[i] = r->by_number[i] = i;
    if (r->file.count) {
        qsort_r(r->by_hash, r->file.count, sizeof *r->by_hash, by_hash, r->file.item);
        qsort_r(r->by_number, r->file.count, sizeof *r->by_number, by_number, r->file.item);
    }
    return WW_OK;
}

void ww_manifest_free(ww_export_manifest *r)
{
    for (size_t i = 0; i < r->file.count; i++)
        free(r->file.item[i].path);
    ww_vector_free(&r->file);
    free(r->by_hash);
    free(r->by_number);
    *r = (ww_export_manifest){0};
}

bool ww_manifest_has(const ww_export_manifest *r, const char *path)
{
    size_t at;
    WW_LOWER_BOUND(at, r->file.count, strcmp(r->file.item[at].path, path) < 0);
    return at < r->file.count && strcmp(r->file.item[at].path, path) == 0;
}

// Whether the path comes before everything in the folder.
static bool is_before_folder(const char *path, const char *folder)
{
    const size_t length = strlen(folder);
    const int order = strncmp(path, folder, length);
    return order ? order < 0 : (unsigned char)path[length] < '/';
}

size_t ww_manifest_folder(const ww_export_manifest *r, const char *folder)
{
    size_t at;
    WW_LOWER_BOUND(at, r->file.count, is_before_folder(r->file.item[at].path, folder));
    return at;
}

// Place in by_hash of the first file with this hash, of this number or a larger one.
static size_t first_with(const ww_export_manifest *r, uint64_t hash, size_t number)
{
    size_t at;
    WW_LOWER_BOUND(at, r->file.count,
                   r->file.item[r->by_hash[at]].hash < hash
                       || (r->file.item[r->by_hash[at]].hash == hash && r->file.item[r->by_hash[at]].number < number));
    return at;
}

// The file at this place of by_hash, if it has this hash.
static const ww_manifest_file *with_hash(const ww_export_manifest *r, size_t at, uint64_t hash)
{
    return at < r->file.count && r->file.item[r->by_hash[at]].hash == hash ? &r->file.item[r->by_hash[at]] : NULL;
}

// If it has this number, too.
static const ww_manifest_file *with_number(const ww_export_manifest *r, size_t at, uint64_t hash, size_t number)
{
    const ww_manifest_file *file = with_hash(r, at, hash);
    return file && file->number == number ? file : NULL;
}

const ww_manifest_file *ww_manifest_untouched(const ww_export_manifest *r, const char *name, uint64_t bytes,
                                              int64_t changed_ns)
{
    const size_t number = number_in(name);
    size_t at;
    WW_LOWER_BOUND(at, r->file.count, r->file.item[r->by_number[at]].number < number);
    for (; number && at < r->file.count; at++) {
        const ww_manifest_file *file = &r->file.item[r->by_number[at]];
        if (file->number != number)
            break;
        if (file->bytes == bytes && changed_ns != 0 && file->changed_ns == changed_ns
            && strcmp(ww_path_base(file->path), name) == 0)
            return file;
    }
    return NULL;
}

bool ww_manifest_has_label(const ww_export_manifest *r, const char *name, uint64_t hash)
{
    const size_t number = number_in(name);
    const ww_manifest_file *file;
    for (size_t i = first_with(r, hash, number); number && (file = with_number(r, i, hash, number)); i++)
        if (file->label && strcmp(ww_path_base(file->path), name) == 0)
            return true;
    return false;
}

static ww_status shows(const ww_export_manifest *r, size_t face, uint64_t hash, bool *same, ww_error *err)
{
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    ww_status status = ww_store_portrait_jpeg(r->library->store, r->catalog->face.item[face].id, &jpeg, &bytes, err);
    *same = status == WW_OK && ww_hash_bytes(jpeg, bytes) == hash;
    free(jpeg);
    return status;
}

// Numbers move when footage is scanned anew. Then every portrait of the library is compared; that is rare.
static ww_status search_all(const ww_export_manifest *r, uint64_t hash, size_t *face, ww_error *err)
{
    bool same = false;
    ww_status status = WW_OK;
    for (*face = 0; *face < r->catalog->face.count; ++*face) {
        status = shows(r, *face, hash, &same, err);
        if (status != WW_OK || same)
            return status;
    }
    return status;
}

ww_status ww_manifest_face(const ww_export_manifest *r, const ww_manifest_file *file, size_t *face, ww_error *err)
{
    bool same = false;
    ww_status status = WW_OK;
    *face = file->number - 1;
    if (*face < r->catalog->face.count)
        status = shows(r, *face, file->hash, &same, err);
    return status != WW_OK || same ? status : search_all(r, file->hash, face, err);
}

// How well a recorded path fits the file in hand: the very path, or at least the name.
static int fitness(const char *manifest, const char *path)
{
    return strcmp(manifest, path) == 0 ? 2 : strcmp(ww_path_base(manifest), ww_path_base(path)) == 0;
}

// Where many have the very same portrait, those of the number in the name are looked at alone.
ww_status ww_manifest_find(const ww_export_manifest *r, uint64_t hash, const char *path, size_t *face, ww_error *err)
{
    const ww_manifest_file *best = NULL, *file;
    const size_t number = number_in(ww_path_base(path));
    for (size_t i = first_with(r, hash, number); number && (file = with_number(r, i, hash, number)); i++)
        if (!file->label && fitness(file->path, path) > (best ? fitness(best->path, path) : 0))
            best = file;
    for (size_t i = first_with(r, hash, 0); !best && (file = with_hash(r, i, hash)); i++)
        best = file->label ? NULL : file;
    *face = r->catalog->face.count;
    return best ? ww_manifest_face(r, best, face, err) : WW_OK;
}

// `path` relative to the library's folder, if it begins with it.
static const char *inside(const char *dir, const char *path)
{
    size_t length = strlen(dir);
    if (strncmp(path, dir, length) == 0 && path[length] == '/')
        return path + length + 1 + strspn(path + length + 1, "/");
    return path;
}

ww_status ww_manifest_portrait(const ww_export_manifest *r, const char *path, size_t *face, ww_error *err)
{
    const char *dir = r->library->dir;
    char *within = ww_path_join(dir, path);
    const char *file = ww_path_exists(path) ? path : within;
    uint64_t hash = 0;
    ww_status status;
    if (!ww_path_exists(file))
        status = ww_fail(err, WW_ERR_NOT_FOUND, "there is no file '%s', here or in '%s'", path, dir);
    else if (ww_path_is_dir(file))
        status = ww_fail(err, WW_ERR_ARGUMENT, "'%s' is a folder; name a portrait in it", path);
    else
        status = ww_hash_file(file, &hash, NULL, err);
    if (status == WW_OK)
        status = ww_manifest_find(r, hash, inside(dir, file), face, err);
    if (status == WW_OK && *face == r->catalog->face.count)
        status = ww_fail(err, WW_ERR_NOT_FOUND, "'%s' is not a portrait of the library in '%s'", path, dir);
    free(within);
    return status;
}
