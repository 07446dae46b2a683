// SPDX-License-Identifier: MIT
#include "base/files.h"
#include "base/hash.h"
#include "base/memory.h"
#include "face/detect.h"
#include "face/embed.h"
#include "identify/known.h"
#include "decisions/people_view.h"
#include "video/photo.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    ww_detect_options options = {0};
    ww_status status = ww_detector_open(k->models->detector, &k->models->detector_spec, &options, &e->detector, err);
    return status == WW_OK ? ww_embedder_open(k->models->embedder, &k->models->embedder_spec, &e->embedder, err)
                           : status;
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
    FILE *f = fopen(path, "rbe");
    size_t bytes = f ? fread(head, 1, sizeof head, f) : 0;
    if (f)
        fclose(f);
    return ww_photo_recognise(head, bytes);
}

// From the store, or by looking; a file that cannot be read is said and passed over.
static ww_status look_at(ww_known *k, eyes *e, size_t name, const char *path, ww_error *err)
{
    uint64_t hash;
    size_t dim = (size_t)k->models->embedder_spec.embedding_dim, stored_dim = 0;
    ww_error why = {0};
    char *found = NULL;
    float *vector = NULL;
    char *key = ww_strf("%016" PRIx64 " %016" PRIx64, k->models->embedder_hash, k->models->detector_hash);
    ww_status status = WW_OK;
    bool readable = ww_hash_file(path, &hash, NULL, &why) == WW_OK;
    if (readable)
        status = ww_store_known_picture(k->library->store, hash, key, &found, &vector, &stored_dim, err);
    if (readable && status == WW_OK && (!found || (strcmp(found, FOUND_FACE) == 0 && stored_dim != dim))) {
        const char *seen = NULL;
        free(found);
        free(vector);
        found = NULL;
        readable = see(k, e, path, &seen, &vector, &why) == WW_OK;
        if (readable) {
            found = ww_strdup(seen);
            status = ww_store_set_known_picture(k->library->store, hash, key, found, vector, vector ? dim : 0, err);
        }
    }
    if (!readable) {
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

static ww_status look_into(ww_known *k, eyes *e, const char *dir, const char *folder, ww_error *err)
{
    struct dirent **entry = NULL;
    ww_error why = {0};
    char *name = NULL, *path = ww_path_join(dir, folder);
    ww_status status = WW_OK;
    if (ww_check_person_name(folder, &name, &why) != WW_OK) {
        ww_notify(&k->listener, "the folder '%s' is passed over: %s", path, why.message);
        free(path);
        return WW_OK;
    }
    int count = scandir(path, &entry, not_hidden, by_name);
    if (count < 0)
        status = ww_fail_errno(err, errno, "cannot read the folder '%s'", path);
    if (!ww_vector_push(&k->name, name)) {
        free(name);
        status = ww_fail_memory(err, "the names of known people");
    }
    size_t before = k->picture.count;
    for (int i = 0; i < count; i++) {
        char *picture = ww_path_join(path, entry[i]->d_name);
        if (status == WW_OK && is_picture(picture))
            status = look_at(k, e, k->name.count - 1, picture, err);
        else if (status == WW_OK)
            ww_notify(&k->listener, "'%s' is not a picture", picture);
        free(picture);
        free(entry[i]);
    }
    if (status == WW_OK && k->picture.count == before)
        ww_notify(&k->listener, "the folder '%s' holds no picture of use", path);
    k->result->names += k->picture.count > before;
    free(entry);
    free(path);
    return status;
}

ww_status ww_known_read_pictures(ww_known *k, const char *dir, ww_error *err)
{
    struct dirent **entry = NULL;
    eyes e = {0};
    int count = scandir(dir, &entry, not_hidden, by_name);
    ww_status status =
        count < 0 ? ww_fail_errno(err, errno, "cannot read the folder of known people '%s'", dir) : WW_OK;
    for (int i = 0; i < count; i++) {
        char *path = ww_path_join(dir, entry[i]->d_name);
        if (status == WW_OK && ww_path_is_dir(path))
            status = look_into(k, &e, dir, entry[i]->d_name, err);
        free(path);
        free(entry[i]);
    }
    free(entry);
    ww_detector_close(e.detector);
    ww_embedder_close(e.embedder);
    ww_vector_free(&e.faces);
    if (status == WW_OK && k->name.count == 0)
        status = ww_fail(err, WW_ERR_ARGUMENT,
                         "'%s' holds no folders: it should hold one for each name, with pictures of that person", dir);
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
