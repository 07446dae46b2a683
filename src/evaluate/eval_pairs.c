// SPDX-License-Identifier: MIT
// Verification: pairs of pictures, the faces of the library that are meant by them, and how far these are apart.
#include "evaluate/eval_pairs.h"
#include "base/memory.h"
#include "evaluate/verification.h"
#include "library/catalog.h"
#include "evaluate/pair_list.h"
#include "evaluate/path_index.h"
#include "evaluate/predictions.h"

#include <math.h>
#include <stdlib.h>

_Static_assert(WW_EVAL_KEPT == WW_VERIFICATION_KEPT, "the public header tells of as many shares");

typedef struct evaluation {
    ww_predictions predictions;
    ww_pair_list list;
    ww_path_index paths;
    const char *list_path;
    size_t *counted; // of each source: the face that counts, or WW_NO_FACE
    ww_trial *trial;
} evaluation;

static ww_status not_scanned(const evaluation *e, const ww_listed_pair *pair, const ww_listed_picture *picture,
                             size_t known, bool several, ww_error *err)
{
    const char *where = e->predictions.where, *name = picture->name;
    if (several)
        return ww_fail(err, WW_ERR_NOT_FOUND, "%s:%zu: several files of %s may be meant by '%s'%s", e->list_path,
                       pair->line, where, name, picture->number ? "" : "; give more of its path");
    if (picture->number == 0)
        return ww_fail(err, WW_ERR_NOT_FOUND,
                       "%s:%zu: '%s' was not scanned into %s; scan it first (whoswho scan), or take the pair out",
                       e->list_path, pair->line, name, where);
    if (known == 0)
        return ww_fail(err, WW_ERR_NOT_FOUND,
                       "%s:%zu: no picture of '%s' (%s_%04d.jpg and the like) was scanned into %s; "
                       "scan the folder of the pictures first (whoswho scan)",
                       e->list_path, pair->line, name, name, picture->number, where);
    return ww_fail(err, WW_ERR_NOT_FOUND, "%s:%zu: '%s' has no picture %d (%s_%04d.jpg) in %s, only %zu others",
                   e->list_path, pair->line, name, picture->number, name, picture->number, where, known);
}

static ww_status find_face(const evaluation *e, const ww_listed_pair *pair, const ww_listed_picture *picture,
                           size_t *face, ww_error *err)
{
    size_t known = 0;
    const size_t source = picture->number
                              ? ww_path_index_find_numbered(&e->paths, picture->name, picture->number, &known)
                              : ww_path_index_find(&e->paths, picture->name);
    if (source == WW_PATH_NONE || source == WW_PATH_SEVERAL)
        return not_scanned(e, pair, picture, known, source == WW_PATH_SEVERAL, err);
    *face = e->counted[source];
    return WW_OK;
}

static ww_status make_trial(const evaluation *e, const ww_listed_pair *pair, ww_trial *trial, ww_error *err)
{
    size_t face[2] = {WW_NO_FACE, WW_NO_FACE};
    *trial = (ww_trial){.distance = INFINITY, .fold = pair->fold, .same = pair->same};
    for (int i = 0; i < 2; i++) {
        ww_status status = find_face(e, pair, &pair->picture[i], &face[i], err);
        if (status != WW_OK)
            return status;
    }
    if (face[0] == WW_NO_FACE || face[1] == WW_NO_FACE)
        return WW_OK;
    trial->distance = sqrt(ww_catalog_distance_squared(&e->predictions.catalog, face[0], face[1]));
    trial->quality = fminf(e->predictions.face[face[0]].quality, e->predictions.face[face[1]].quality);
    return WW_OK;
}

static ww_status index_sources(evaluation *e, ww_eval_face which, ww_error *err)
{
    const ww_predictions *predictions = &e->predictions;
    const char **path = ww_alloc_array(predictions->source_count, sizeof *path, SIZE_MAX);
    e->counted = ww_alloc_array(predictions->source_count, sizeof *e->counted, SIZE_MAX);
    ww_status status = path && e->counted ? ww_predictions_can_count(predictions, which, err)
                                          : ww_fail(err, WW_ERR_MEMORY, "no memory for the names of %zu files",
                                                    predictions->source_count);
    for (size_t i = 0; i < predictions->source_count && status == WW_OK; i++) {
        path[i] = predictions->source[i].path;
        e->counted[i] = ww_predictions_counted(predictions, predictions->source[i].first_face,
                                               predictions->source[i].face_count, which);
    }
    if (status == WW_OK)
        status = ww_path_index_make(path, predictions->source_count, &e->paths, err);
    free(path);
    return status;
}

static ww_status open_all(evaluation *e, const char *folder, const char *pairs, ww_eval_face which,
                          const ww_callbacks *callbacks, ww_error *err)
{
    e->list_path = pairs;
    ww_status status = ww_pair_list_open(&e->list, pairs, err);
    if (status == WW_OK)
        status = ww_predictions_open(&e->predictions, folder, callbacks, err);
    if (status == WW_OK && !e->predictions.library)
        status = ww_fail(err, WW_ERR_ARGUMENT,
                         "'%s' is a table, and pairs are told by the embeddings in a "
                         "library: give the folder with the whoswho.db",
                         folder);
    if (status == WW_OK)
        status = ww_catalog_add_vectors(&e->predictions.catalog, err);
    if (status == WW_OK)
        status = index_sources(e, which, err);
    return status;
}

static void fill_result(const ww_verification *v, ww_eval_pairs_result *r)
{
    *r = (ww_eval_pairs_result){.pairs = (int64_t)v->trials,
                                .same = (int64_t)v->same,
                                .folds = (int64_t)v->folds,
                                .missing = (int64_t)v->missing,
                                .accuracy = v->accuracy,
                                .standard_error = v->standard_error,
                                .threshold = v->threshold,
                                .roc_area = v->roc_area,
                                .tar_1e2 = v->tar_1e2,
                                .tar_1e3 = v->tar_1e3,
                                .equal_error_rate = v->equal_error_rate};
    for (int i = 0; i < WW_EVAL_KEPT; i++) {
        r->kept_percent[i] = ww_verification_kept[i];
        r->error_kept[i] = v->error_kept[i];
    }
}

ww_status ww_evaluate_pairs(const char *folder, const char *pairs, ww_eval_face face, const ww_callbacks *callbacks,
                            ww_eval_pairs_result *result, ww_error *err)
{
    evaluation e = {0};
    ww_verification verification;
    ww_status status = open_all(&e, folder, pairs, face, callbacks, err);
    if (status == WW_OK) {
        e.trial = ww_alloc_array(e.list.count, sizeof *e.trial, SIZE_MAX);
        status = e.trial ? WW_OK : ww_fail(err, WW_ERR_MEMORY, "no memory for %zu pairs", e.list.count);
    }
    for (size_t i = 0; i < e.list.count && status == WW_OK; i++)
        status = make_trial(&e, &e.list.pair[i], &e.trial[i], err);
    if (status == WW_OK) {
        status = ww_verify(e.trial, e.list.count, &verification, err);
        if (status != WW_OK)
            ww_error_prefix(err, "%s", pairs);
    }
    if (status == WW_OK)
        fill_result(&verification, result);
    free(e.trial);
    free(e.counted);
    ww_path_index_free(&e.paths);
    ww_pair_list_free(&e.list);
    ww_predictions_free(&e.predictions);
    return status;
}
