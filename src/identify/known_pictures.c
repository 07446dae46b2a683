// SPDX-License-Identifier: MIT
#include "base/ascii.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/memory.h"
#include "face/detect.h"
#include "face/embed.h"
#include "identify/known.h"
#include "library/catalog.h"
#include "library/names.h"
#include "decisions/people_view.h"
#include "video/photo.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NUMBER_DIGITS_MAX = 3 }; // after a name
#define FOUND_FACE "face"
#define FOUND_NONE "none"
#define FOUND_SEVERAL "several"

// The tools, opened when the first picture must be looked at.
typedef struct eyes {
    ww_detector *detector;
    ww_embedder *embedder;
    ww_detections faces;
} eyes;

static ww_status open_eyes(const ww_known *k, eyes *e, ww_error *err)
{
    if (e->detector)
        return WW_OK;
    const ww_cancel *cancel = ww_library_cancel(k->library);
    const ww_detect_options options = {.cancel = cancel};
    ww_status status = ww_detector_open(k->models->detector, &k->models->detector_spec, &options, &e->detector, err);
    if (status == WW_OK)
        status = ww_embedder_open(k->models->embedder, &k->models->embedder_spec, &e->embedder, err);
    if (status == WW_OK)
        ww_embedder_set_cancel(e->embedder, cancel);
    return status;
}

static double area(const ww_detection *d) { return (double)d->width * d->height; }

// The largest face, or NULL; *rival: another is nearly as large.
static const ww_detection *largest(const ww_detections *faces, bool *rival)
{
    const ww_detection *best = NULL;
    *rival = false;
    for (size_t i = 0; i < faces->count; i++)
        if (!best || area(&faces->item[i]) > area(best))
            best = &faces->item[i];
    for (size_t i = 0; i < faces->count; i++)
        *rival = *rival || (&faces->item[i] != best && area(&faces->item[i]) > WW_KNOWN_RIVAL_SHARE * area(best));
    return best;
}

// *vector: dim values, the caller's, when *found is FOUND_FACE.
static ww_status see(const ww_known *k, eyes *e, const char *path, const char **found, float **vector, ww_error *err)
{
    ww_image image = {0}, chip = {0};
    double scale;
    bool rival;
    const ww_detection *face = NULL;
    *vector = NULL;
    ww_status status = open_eyes(k, e, err);
    if (status == WW_OK)
        status = ww_photo_decode(path, &k->library->log, &image, &scale, err);
    if (status == WW_OK)
        status = ww_detect(e->detector, &image, &e->faces, err);
    if (status == WW_OK)
        face = largest(&e->faces, &rival);
    *found = !face ? FOUND_NONE : rival ? FOUND_SEVERAL : FOUND_FACE;
    if (status == WW_OK && face && !rival) {
        *vector = ww_try_array((size_t)k->models->embedder_spec.embedding_dim, sizeof **vector);
        status = !*vector ? ww_fail_memory(err, "the embedding of '%s'", path)
                          : ww_embedder_chip(&k->models->embedder_spec, &image, face->landmark, &chip, err);
        if (status == WW_OK)
            status = ww_embed(e->embedder, (const ww_image *const[]){&chip}, 1, *vector, NULL, err);
    }
    ww_image_free(&chip);
    ww_image_free(&image);
    return status;
}

static bool is_picture(const char *path)
{
    uint8_t head[WW_PHOTO_HEAD_BYTES];
    int fd;
    if (ww_open_regular_file(path, &fd, NULL, NULL) != WW_OK)
        return false;
    ssize_t bytes = read(fd, head, sizeof head);
    close(fd);
    return bytes > 0 && ww_photo_recognise(head, (size_t)bytes);
}

// From the store, or by looking; a file that cannot be read is said and passed over.
static ww_status look_at(ww_known *k, eyes *e, size_t name, const char *path, ww_error *err)
{
    uint64_t hash;
    size_t dim = (size_t)k->models->embedder_spec.embedding_dim, stored_dim = 0;
    ww_error why = {0};
    char *found = NULL;
    float *vector = NULL;
    char *key = ww_strf("%016" PRIx64 " %016" PRIx64 "%s", k->models->embedder_hash, k->models->detector_hash,
                        k->models->int8 ? " int8" : "");
    ww_status status = WW_OK, saw = ww_hash_file_until(path, ww_library_cancel(k->library), &hash, &why);
    bool readable = saw == WW_OK;
    if (readable)
        status = ww_store_known_picture(k->library->store, hash, key, &found, &vector, &stored_dim, err);
    if (readable && status == WW_OK && (!found || (strcmp(found, FOUND_FACE) == 0 && stored_dim != dim))) {
        const char *seen = NULL;
        free(found);
        free(vector);
        found = NULL;
        saw = see(k, e, path, &seen, &vector, &why);
        readable = saw == WW_OK;
        if (readable) {
            found = ww_strdup(seen);
            status = ww_store_set_known_picture(k->library->store, hash, key, found, vector, vector ? dim : 0, err);
        }
    }
    if (saw == WW_ERR_CANCELLED || ww_is_cancelled(ww_library_cancel(k->library))) {
        status = ww_fail(err, WW_ERR_CANCELLED, "stopped while looking at '%s'", path);
    } else if (!readable) {
        ww_logf(&k->library->log, WW_LOG_ERROR, "%s", why.message);
        k->result->unreadable++;
    } else if (status == WW_OK && strcmp(found, FOUND_FACE) == 0) {
        if (ww_vector_push(&k->picture, ((ww_known_picture){name, vector}))) {
            k->result->pictures++;
            vector = NULL;
        } else {
            status = ww_fail_memory(err, "the pictures of known people");
        }
    } else if (status == WW_OK) {
        const bool none = strcmp(found, FOUND_NONE) == 0;
        ww_notify(&k->listener,
                  none ? "'%s' shows no face" : "'%s' shows several faces of much the same size: which is meant?",
                  path);
        k->result->without_face += none;
        k->result->unclear += !none;
    }
    free(vector);
    free(found);
    free(key);
    return status;
}

static int not_hidden(const struct dirent *entry) { return entry->d_name[0] != '.'; }

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

// The name's index; a name that is there already, written another way perhaps, is the same. Takes over `name`.
static ww_status add_name(ww_known *k, char *name, size_t *index, ww_error *err)
{
    for (*index = 0; *index < k->name.count; ++*index)
        if (ww_name_same(k->name.item[*index], name)) {
            free(name);
            return WW_OK;
        }
    if (ww_vector_push(&k->name, name))
        return WW_OK;
    free(name);
    return ww_fail_memory(err, "the names of known people");
}

static ww_status look_at_file(ww_known *k, eyes *e, size_t name, const char *path, ww_error *err)
{
    if (is_picture(path))
        return look_at(k, e, name, path, err);
    const char *base = ww_path_base(path);
    if (strncmp(base, "face_", 5) != 0 || strcmp(ww_path_extension(base), "txt") != 0) // a portrait's label
        ww_notify(&k->listener, "'%s' is not a picture", path);
    return WW_OK;
}

static ww_status look_into(ww_known *k, eyes *e, const char *path, char *name, ww_error *err)
{
    struct dirent **entry = NULL;
    size_t index = 0;
    ww_status status = add_name(k, name, &index, err);
    int count = status == WW_OK ? scandir(path, &entry, not_hidden, by_name) : 0;
    if (count < 0)
        status = ww_fail_errno(err, errno, "cannot read the folder '%s'", path);
    size_t before = k->picture.count;
    for (int i = 0; i < count; i++) {
        char *picture = ww_path_join(path, entry[i]->d_name);
        if (status == WW_OK)
            status = look_at_file(k, e, index, picture, err);
        free(picture);
        free(entry[i]);
    }
    if (status == WW_OK && k->picture.count == before)
        ww_notify(&k->listener, "the folder '%s' holds no picture of use", path);
    free(entry);
    return status;
}

// "Ada.jpg", "Ada 2.jpg", "Ada_3.jpg", "Ada-4.jpg", "Ada (5).jpg": Ada. The caller's (free).
static char *name_of_file(const char *file)
{
    const char *extension = ww_path_extension(file);
    size_t length = strlen(file) - (*extension ? strlen(extension) + 1 : 0), end = length;
    const bool bracket = end > 0 && file[end - 1] == ')';
    end -= bracket;
    size_t digits = 0;
    while (digits < end && ww_ascii_is_digit(file[end - digits - 1]))
        digits++;
    end -= digits;
    if (bracket && end > 0 && file[end - 1] == '(')
        end--;
    const bool numbered = digits > 0 && digits <= NUMBER_DIGITS_MAX && end > 0 && strchr(" _-", file[end - 1]);
    return ww_strndup(file, numbered ? end - 1 : length);
}

static ww_status look_at_entry(ww_known *k, eyes *e, const char *dir, const char *entry, bool library, ww_error *err)
{
    ww_status status = WW_OK;
    ww_error why = {0};
    char *path = ww_path_join(dir, entry), *clean = NULL;
    const bool folder = ww_path_is_dir(path);
    char *named = folder ? ww_strdup(entry) : name_of_file(entry);
    if (folder ? library && ww_is_nameless_folder(entry) : library || !is_picture(path)) {
        // nobody is meant
    } else if (ww_check_person_name(named, &clean, &why) != WW_OK) {
        ww_notify(&k->listener, "%s '%s' is passed over: %s", folder ? "the folder" : "the picture", path, why.message);
    } else if (folder) {
        status = look_into(k, e, path, clean, err);
    } else {
        size_t index = 0;
        status = add_name(k, clean, &index, err);
        if (status == WW_OK)
            status = look_at(k, e, index, path, err);
    }
    free(named);
    free(path);
    return status;
}

static ww_status list(const char *dir, struct dirent ***entry, int *count, ww_error *err)
{
    *count = scandir(dir, entry, not_hidden, by_name);
    return *count < 0 ? ww_fail_errno(err, errno, "cannot read the folder of known people '%s'", dir) : WW_OK;
}

static bool holds_library(const char *dir)
{
    char *store = ww_path_join(dir, WW_STORE_FILE);
    const bool there = ww_path_exists(store);
    free(store);
    return there;
}

static bool holds_pictures(const char *dir)
{
    struct dirent **entry = NULL;
    bool any = false;
    const int count = scandir(dir, &entry, not_hidden, by_name);
    for (int i = 0; i < count; i++) {
        char *path = ww_path_join(dir, entry[i]->d_name);
        any = any || is_picture(path);
        free(path);
        free(entry[i]);
    }
    free(entry);
    return any;
}

ww_status ww_known_check(const char *dir, ww_error *err)
{
    struct dirent **entry = NULL;
    int count = 0;
    bool any = false;
    const bool library = holds_library(dir);
    ww_status status = list(dir, &entry, &count, err);
    for (int i = 0; i < count; i++) {
        char *path = ww_path_join(dir, entry[i]->d_name);
        const bool left_out = library && (ww_is_nameless_folder(entry[i]->d_name) || !ww_path_is_dir(path));
        any = any || (!left_out && (holds_pictures(path) || is_picture(path)));
        free(path);
        free(entry[i]);
    }
    free(entry);
    if (status == WW_OK && !any)
        status =
            ww_fail(err, WW_ERR_ARGUMENT,
                    library ? "nobody in the library '%s' has a name yet, so nobody is known"
                            : "'%s' holds no pictures of known people: it should hold a folder for each name, with "
                              "pictures of that person, or pictures called NAME.jpg",
                    dir);
    return status;
}

static void count_names(ww_known *k)
{
    for (size_t n = 0; n < k->name.count; n++) {
        bool any = false;
        for (size_t i = 0; i < k->picture.count; i++)
            any = any || k->picture.item[i].name == n;
        k->result->names += any;
    }
}

ww_status ww_known_read_pictures(ww_known *k, const char *dir, ww_error *err)
{
    struct dirent **entry = NULL;
    eyes e = {0};
    int count = 0;
    const bool library = holds_library(dir);
    ww_status status = ww_known_check(dir, err);
    if (status == WW_OK)
        status = list(dir, &entry, &count, err);
    for (int i = 0; i < count; i++) {
        if (status == WW_OK)
            status = look_at_entry(k, &e, dir, entry[i]->d_name, library, err);
        free(entry[i]);
    }
    free(entry);
    ww_detector_close(e.detector);
    ww_embedder_close(e.embedder);
    ww_vector_free(&e.faces);
    count_names(k);
    return status;
}

void ww_known_free(ww_known *k)
{
    for (size_t i = 0; i < k->name.count; i++)
        free(k->name.item[i]);
    for (size_t i = 0; i < k->picture.count; i++)
        free(k->picture.item[i].vector);
    ww_vector_free(&k->name);
    ww_vector_free(&k->picture);
}
