// SPDX-License-Identifier: MIT
// A result against the truth: which faces are whose, and how well the folders agree with that.
#include "evaluate/eval_people.h"
#include "base/log.h"
#include "base/memory.h"
#include "evaluate/confusion.h"
#include "evaluate/effort.h"
#include "evaluate/score.h"
#include "evaluate/ground_truth_match.h"

#include <stdlib.h>
#include <string.h>

enum { WORST_DEFAULT = 5, THRESHOLDS_MAX = 1000 };

typedef struct evaluation {
    const ww_eval_options *options;
    ww_try_sorting *try;
    ww_predictions predictions;
    ww_ground_truth truth;
    ww_matched matched;
    int32_t *person, *label; // of the matched faces: the true person, and who it was taken for
    ww_eval_result *out;
} evaluation;

static ww_status open_truth(evaluation *e, const char *truth, ww_error *err)
{
    if (strcmp(truth, "folders") == 0)
        return ww_ground_truth_of_paths(&e->truth, &e->predictions, WW_PATH_FOLDER, err);
    if (strcmp(truth, "names") == 0)
        return ww_ground_truth_of_paths(&e->truth, &e->predictions, WW_PATH_FILE, err);
    return ww_ground_truth_open(&e->truth, truth, err);
}

// --- figures ---------------------------------------------------------------------------------------------------------

// Whole are those who are all in one folder, and that as large as they are.
static ww_status count_whole(const evaluation *e, size_t count, const ww_confusion *people, ww_eval_scores *s,
                             ww_error *err)
{
    size_t folders = 0;
    for (size_t i = 0; i < count; i++)
        if (e->label[i] >= 0 && (size_t)e->label[i] >= folders)
            folders = (size_t)e->label[i] + 1;
    size_t *size = ww_alloc_array0(folders, sizeof *size, SIZE_MAX);
    if (!size)
        return ww_fail(err, WW_ERR_MEMORY, "no memory to count %zu folders", folders);
    for (size_t i = 0; i < count; i++)
        if (e->label[i] >= 0)
            size[e->label[i]]++;
    for (size_t i = 0; i < people->count; i++) {
        const ww_confused_group *m = &people->mix[i];
        s->repeated += m->count > 1;
        s->whole += m->count > 1 && m->astray == 0 && size[m->part[0]] == m->count;
    }
    free(size);
    return WW_OK;
}

// Takes the matched faces out of `label` (an entry a face of the answer; NULL: the answer's own) into e->label.
static size_t take_labels(const evaluation *e, const int32_t *label)
{
    size_t count = 0;
    for (size_t i = 0; i < e->predictions.face_count; i++) {
        if (e->matched.person[i] < 0)
            continue;
        e->person[count] = e->matched.person[i];
        e->label[count++] = label ? label[i] : e->predictions.face[i].person;
    }
    return count;
}

// people: how each true person's faces are spread.
static ww_status score(const evaluation *e, size_t count, const ww_confusion *people, ww_eval_scores *s, ww_error *err)
{
    ww_cluster_score c;
    ww_status status = ww_cluster_score_labels(e->person, e->label, count, &c, err);
    if (status != WW_OK)
        return status;
    const double alone = (double)c.nobodies, sorted = (double)count - alone;
    *s = (ww_eval_scores){.faces = (int64_t)count,
                          .people = (int64_t)c.people,
                          .folders = (int64_t)c.clusters,
                          .unassigned = (int64_t)c.nobodies,
                          .pair_precision = c.pair_precision,
                          .pair_recall = c.pair_recall,
                          .pair_f1 = c.pair_f1,
                          .bcubed_precision = c.bcubed_precision,
                          .bcubed_recall = c.bcubed_recall,
                          .bcubed_f1 = c.bcubed_f1,
                          .nmi = c.nmi};
    s->purity = sorted > 0 ? (c.purity * (double)count - alone) / sorted : 1; // one who stands alone is pure
    return count_whole(e, count, people, s, err);
}

static ww_status on_labels(void *user, double threshold, const int32_t *label, ww_error *err)
{
    const evaluation *e = user;
    ww_confusion people = {0};
    ww_eval_scores scores;
    const size_t count = take_labels(e, label);
    ww_status status = ww_confusion_find(e->person, e->label, count, &people, err);
    if (status == WW_OK)
        status = score(e, count, &people, &scores, err);
    if (status == WW_OK && e->options->on_threshold
        && e->options->on_threshold(e->options->user, threshold, &scores) != 0)
        status = ww_fail(err, WW_ERR_CANCELLED, "stopped as asked");
    ww_confusion_free(&people);
    return status;
}

static ww_status try_thresholds(evaluation *e, ww_error *err)
{
    const ww_eval_options *o = e->options;
    if (o->thresholds == 0)
        return WW_OK;
    if (o->thresholds > THRESHOLDS_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "%zu thresholds are too many; at most %d", o->thresholds, THRESHOLDS_MAX);
    for (size_t i = 0; i < o->thresholds; i++)
        if (!(o->threshold[i] > 0))
            return ww_fail(err, WW_ERR_ARGUMENT, "a threshold is a distance above 0");
    if (!e->predictions.library)
        return ww_fail(
            err, WW_ERR_ARGUMENT,
            "'%s' is a table, and other thresholds are tried on the embeddings in a library: give the folder",
            e->predictions.where);
    return e->try(e->predictions.library, &o->sorting, o->threshold, o->thresholds, on_labels, e, err);
}

// --- groups ----------------------------------------------------------------------------------------------------------

static void tell_groups(const evaluation *e, const ww_confusion *confusion, bool split)
{
    const size_t worst = e->options->worst < 0 ? 0 : e->options->worst ? (size_t)e->options->worst : WORST_DEFAULT;
    const char *const *of_group = split ? e->truth.people.text : e->predictions.title, *const *of_part =
                                                                                           split ? e->predictions.title
                                                                                                 : e->truth.people.text;
    for (size_t i = 0; i < confusion->astray && i < worst && e->options->on_group; i++) {
        const ww_confused_group *m = &confusion->mix[i];
        ww_eval_group g = {.split = split,
                           .who = of_group[m->group],
                           .faces = (int64_t)m->count,
                           .unassigned = (int64_t)m->alone,
                           .parts = (int64_t)m->parts};
        for (; g.shown < g.parts && g.shown < WW_EVAL_PARTS; g.shown++) {
            g.part[g.shown].who = of_part[m->part[g.shown]];
            g.part[g.shown].faces = (int64_t)m->part_count[g.shown];
        }
        if (e->options->on_group(e->options->user, &g) != 0)
            break;
    }
}

static ww_status count_effort(const evaluation *e, ww_error *err)
{
    const size_t count = e->predictions.face_count;
    ww_effort effort = {0};
    int32_t *folder = ww_try_array(count, sizeof *folder);
    for (size_t i = 0; folder && i < count; i++)
        folder[i] = e->predictions.face[i].person;
    ww_status status = folder ? ww_effort_count(e->matched.person, folder, count, &effort, err)
                              : ww_fail_memory(err, "judging %zu faces", count);
    free(folder);
    e->out->merges = effort.merges;
    e->out->wrong = effort.wrong;
    e->out->junk = effort.junk;
    const double clicks = (double)(effort.merges + effort.wrong + effort.junk);
    e->out->effort = clicks / (double)(e->out->people > 0 ? e->out->people : 1);
    return status;
}

static ww_status judge(evaluation *e, ww_error *err)
{
    ww_confusion folders = {0}, people = {0};
    const size_t count = take_labels(e, NULL);
    ww_status status = ww_confusion_find(e->label, e->person, count, &folders, err);
    if (status == WW_OK)
        status = ww_confusion_find(e->person, e->label, count, &people, err);
    if (status == WW_OK)
        status = score(e, count, &people, &e->out->scores, err);
    if (status == WW_OK)
        status = count_effort(e, err);
    if (status == WW_OK) {
        e->out->mixed = (int64_t)folders.astray;
        e->out->split = (int64_t)people.astray;
        tell_groups(e, &folders, false);
        tell_groups(e, &people, true);
    }
    ww_confusion_free(&folders);
    ww_confusion_free(&people);
    return status;
}

static void count_faces(const evaluation *e, const ww_callbacks *callbacks)
{
    const ww_matched *m = &e->matched;
    *e->out = (ww_eval_result){.faces = (int64_t)e->predictions.face_count,
                               .matched = (int64_t)m->matched,
                               .false_faces = (int64_t)m->false_faces,
                               .unknown = (int64_t)m->unknown,
                               .true_faces = (int64_t)m->wanted,
                               .missed = (int64_t)(m->wanted - m->found),
                               .people = (int64_t)e->truth.people.count,
                               .absent = (int64_t)m->absent};
    if (m->absent == 0 || !callbacks)
        return;
    const ww_log log = {callbacks->log, callbacks->user};
    ww_logf(&log, WW_LOG_WARNING, "%s names %zu %s not scanned into %s, and counted as missed (line %zu: '%s')",
            e->truth.name, m->absent, m->absent == 1 ? "file that was" : "files that were", e->predictions.where,
            m->absent_line, m->absent_example);
}

ww_status ww_evaluate_people(const char *where, const char *truth, const ww_eval_options *options, ww_try_sorting *try,
                             const ww_callbacks *callbacks, ww_eval_result *result, ww_error *err)
{
    const ww_eval_options defaults = {0};
    evaluation e = {.options = options ? options : &defaults, .try = try, .out = result};
    ww_status status = ww_predictions_open(&e.predictions, where, callbacks, err);
    if (status == WW_OK)
        status = open_truth(&e, truth, err);
    if (status == WW_OK)
        status = ww_ground_truth_match(&e.truth, &e.predictions, e.options->face, &e.matched, err);
    if (status == WW_OK) {
        e.person = ww_alloc_array(e.matched.matched, sizeof *e.person, SIZE_MAX);
        e.label = ww_alloc_array(e.matched.matched, sizeof *e.label, SIZE_MAX);
        status = e.person && e.label ? WW_OK
                                     : ww_fail(err, WW_ERR_MEMORY, "no memory to judge %zu faces", e.matched.matched);
    }
    if (status == WW_OK) {
        count_faces(&e, callbacks);
        status = judge(&e, err);
    }
    if (status == WW_OK)
        status = try_thresholds(&e, err);
    free(e.person);
    free(e.label);
    ww_matched_free(&e.matched);
    ww_ground_truth_free(&e.truth);
    ww_predictions_free(&e.predictions);
    return status;
}
