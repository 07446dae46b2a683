// SPDX-License-Identifier: MIT
// Everything follows from the trials in order of distance: whatever is accepted is a beginning of that order, up to
// where the distance changes.
#include "evaluate/verification.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

const int ww_verification_kept[WW_VERIFICATION_KEPT] = {100, 90, 80, 60};

typedef struct verifying {
    const ww_trial *trial;
    size_t count, found;
    ww_trial *near; // the found ones, the nearest first
    bool *right;    // of each trial, judged by its fold's distance
    ww_verification *out;
} verifying;

static int by_distance(const void *a, const void *b)
{
    const ww_trial *x = a, *y = b;
    return (x->distance > y->distance) - (x->distance < y->distance);
}

static ww_status count_trials(const verifying *v, size_t *in_fold, ww_error *err)
{
    ww_verification *r = v->out;
    for (size_t i = 0; i < v->count; i++) {
        const uint32_t fold = v->trial[i].fold;
        if (fold >= WW_VERIFICATION_FOLDS_MAX)
            return ww_fail(err, WW_ERR_ARGUMENT, "the pairs are in more than %d folds", WW_VERIFICATION_FOLDS_MAX);
        in_fold[fold]++;
        r->folds = fold >= r->folds ? fold + 1 : r->folds;
        r->same += v->trial[i].same;
    }
    for (size_t k = 0; k < r->folds; k++)
        if (in_fold[k] == 0)
            return ww_fail(err, WW_ERR_ARGUMENT, "fold %zu of the pairs is empty; number them without gaps", k + 1);
    if (r->folds < 2)
        return ww_fail(err, WW_ERR_ARGUMENT,
                       "the pairs need two folds at least, since each is judged by what is best on the others");
    if (r->same == 0 || r->same == v->count)
        return ww_fail(err, WW_ERR_ARGUMENT, "all %zu pairs are of %s; add some of the other kind", v->count,
                       r->same ? "one person" : "two people");
    return WW_OK;
}

// What was learned from the other folds: distances below `cut` are accepted.
typedef struct choice {
    // accepted: the largest of theirs. cut: midway to the next of theirs; INFINITY where there is none
    double accepted, cut;
} choice;

static choice choose(const verifying *v, size_t fold)
{
    choice best = {0, INFINITY};
    double last = 0;
    // same ones less different ones accepted: as good as counting what is right
    int64_t lead = 0, best_lead = INT64_MIN;
    bool any = false;
    for (size_t i = 0; i < v->found; i++) {
        const ww_trial *t = &v->near[i];
        if (t->fold == fold)
            continue;
        if (any && t->distance > last && lead >= best_lead) {
            best_lead = lead;
            best = (choice){last, (last + t->distance) / 2};
        }
        lead += t->same ? 1 : -1;
        last = t->distance;
        any = true;
    }
    return lead >= best_lead ? (choice){last, INFINITY} : best;
}

static bool is_found(const ww_trial *t) { return isfinite(t->distance); }

static void judge_folds(const verifying *v, const size_t *in_fold)
{
    ww_verification *r = v->out;
    choice chosen[WW_VERIFICATION_FOLDS_MAX];
    size_t hits[WW_VERIFICATION_FOLDS_MAX] = {0};
    double sum = 0, squares = 0, accepted = 0;
    for (size_t k = 0; k < r->folds; k++)
        chosen[k] = choose(v, k);
    for (size_t i = 0; i < v->count; i++) {
        const ww_trial *t = &v->trial[i];
        v->right[i] = is_found(t) && (t->distance < chosen[t->fold].cut) == t->same;
        hits[t->fold] += v->right[i];
    }
    for (size_t k = 0; k < r->folds; k++) {
        sum += (double)hits[k] / (double)in_fold[k];
        accepted += chosen[k].accepted;
    }
    r->accuracy = sum / (double)r->folds;
    r->threshold = accepted / (double)r->folds;
    for (size_t k = 0; k < r->folds; k++) {
        const double off = (double)hits[k] / (double)in_fold[k] - r->accuracy;
        squares += off * off;
    }
    r->standard_error = sqrt(squares / (double)(r->folds - 1) / (double)r->folds);
}

// --- the curve -------------------------------------------------------------------------------------------------------

typedef struct curve {
    double far, tar; // the point at hand: shares of the different and of the same that are accepted
    bool crossed;    // where the two errors are equal lies behind it
} curve;

static void go_to(curve *c, double far, double tar, ww_verification *r)
{
    r->roc_area += (far - c->far) * (tar + c->tar) / 2;
    // refused of the same less accepted of the different
    const double before = 1 - c->tar - c->far, after = 1 - tar - far;
    if (!c->crossed && after <= 0) {
        const double share = before > after ? before / (before - after) : 0;
        r->equal_error_rate = c->far + share * (far - c->far);
        c->crossed = true;
    }
    c->far = far;
    c->tar = tar;
}

static void draw_curve(const verifying *v)
{
    ww_verification *r = v->out;
    const double same = (double)r->same, different = (double)(v->count - r->same);
    double yes = 0, no = 0;
    curve c = {0};
    for (size_t i = 0; i < v->found; i++) {
        yes += v->near[i].same;
        no += !v->near[i].same;
        if (i + 1 < v->found && !(v->near[i + 1].distance > v->near[i].distance))
            continue;
        go_to(&c, no / different, yes / same, r);
        if (c.far <= 0.01)
            r->tar_1e2 = c.tar;
        if (c.far <= 0.001)
            r->tar_1e3 = c.tar;
    }
    go_to(&c, 1, 1, r); // the missing ones, if there are any
}

// --- the best of them ------------------------------------------------------------------------------------------------

typedef struct ranked {
    float quality;
    uint32_t index;
} ranked;

static int better_first(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return x->quality != y->quality ? (x->quality < y->quality) - (x->quality > y->quality)
                                    : (x->index > y->index) - (x->index < y->index);
}

static void keep_the_best(const verifying *v, ranked *rank)
{
    for (size_t i = 0; i < v->count; i++) {
        const bool known = is_found(&v->trial[i]) && isfinite(v->trial[i].quality);
        rank[i] = (ranked){known ? v->trial[i].quality : -INFINITY, (uint32_t)i};
    }
    qsort(rank, v->count, sizeof *rank, better_first);
    for (int s = 0; s < WW_VERIFICATION_KEPT; s++) {
        const size_t kept = v->count * (size_t)ww_verification_kept[s] / 100;
        size_t wrong = 0;
        for (size_t i = 0; i < kept; i++)
            wrong += !v->right[rank[i].index];
        v->out->error_kept[s] = kept ? (double)wrong / (double)kept : 0;
    }
}

ww_status ww_verify(const ww_trial *trial, size_t count, ww_verification *result, ww_error *err)
{
    size_t in_fold[WW_VERIFICATION_FOLDS_MAX] = {0};
    verifying v = {.trial = trial, .count = count, .out = result};
    *result = (ww_verification){.trials = count};
    if (count > UINT32_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "%zu pairs are too many", count);
    ww_status status = count_trials(&v, in_fold, err);
    if (status != WW_OK)
        return status;
    ranked *rank = ww_alloc_array(count, sizeof *rank, SIZE_MAX);
    v.near = ww_alloc_array(count, sizeof *v.near, SIZE_MAX);
    v.right = ww_alloc_array(count, sizeof *v.right, SIZE_MAX);
    if (!rank || !v.near || !v.right) {
        status = ww_fail(err, WW_ERR_MEMORY, "no memory to judge %zu pairs", count);
        goto done;
    }
    for (size_t i = 0; i < count; i++)
        if (is_found(&trial[i]))
            v.near[v.found++] = trial[i];
    result->missing = count - v.found;
    qsort(v.near, v.found, sizeof *v.near, by_distance);
    judge_folds(&v, in_fold);
    draw_curve(&v);
    keep_the_best(&v, rank);
done:
    free(rank);
    free(v.near);
    free(v.right);
    return status;
}
