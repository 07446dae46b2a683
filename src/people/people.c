// SPDX-License-Identifier: MIT
#include "people/people.h"
#include "base/memory.h"
#include "cluster/cluster.h"
#include "people/evidence.h"
#include "people/person_ids.h"
#include "people/sort_again.h"
#include "people/sort.h"
#include "people/threshold.h"

#include <stdlib.h>
#include <string.h>

#define MIN_SAMPLES_DEFAULT 5
// Left-over faces join a person whose nearest faces lie within this share of average linkage's threshold.
#define JOIN_SHARE 0.875
enum {
    MIN_FACES_FOOTAGE = 3, // a person is somebody seen for three seconds,
    MIN_FACES_PHOTOS = 2,  // or on two photos; with templates twice will do in footage, too
    // linkage of templates takes quadratic time in the tracks; average linkage goes by stages
    TEMPLATE_GROUPS_MAX = 20000,
};
#define DEFAULT_METHOD "templates"

struct ww_people_sorting {
    ww_library *library;
    ww_sort_settings options;
    int threads;
    const ww_catalog *faces;
    const ww_decided *decided;
    ww_evidence evidence;
    ww_evidence without;        // the same without decisions, where there are any
    const ww_evidence *footage; // what the footage shows, whatever was decided: the threshold is measured by it
    ww_face_context context;    // gathered when it is needed
    ww_person_ids numbers;
    ww_threshold chosen;
    double model_eps, seed_score; // the models'
    double eps;                   // the caller's, or the model's
    ww_face_grade *grade;         // a face each
    size_t not_seed;
    size_t apart; // people and lone faces of a sort before; 0: there was none
    int32_t *label;
    const ww_method *method;
    ww_sort_options used; // as they turned out
    ww_evidence_options known;
    ww_sort_state state; // what the next sort may begin with
    bool again;          // from such a state
};

static int report(void *user, double share)
{
    return ww_library_report(user, &(ww_progress){.stage = WW_STAGE_CLUSTER, .share = share});
}

// By density all faces are equal, and nobody joins afterwards, unless the caller says so.
static bool all_equal(const ww_people_sorting *c)
{
    const ww_method *asked = ww_method_named(c->options.method);
    return asked && asked->by_density && !(c->options.min_quality > 0);
}

static double min_quality(const ww_people_sorting *c)
{
    return c->options.min_quality >= 0 ? c->options.min_quality : all_equal(c) ? 0 : WW_SEED_QUALITY_MIN;
}

static void grade_faces(ww_people_sorting *c)
{
    const double least = min_quality(c), least_score = all_equal(c) ? 0 : c->seed_score;
    for (size_t i = 0; i < c->faces->face.count; i++) {
        c->grade[i] = ww_grade_face(&c->faces->face.item[i], least, least_score);
        c->not_seed += c->grade[i] != WW_FACE_SEED;
    }
}

// Tracks, and good faces that are in none.
static size_t count_groups(const ww_people_sorting *c)
{
    size_t faces = c->faces->face.count - c->not_seed;
    return faces > c->footage->must.count ? faces - c->footage->must.count : 1;
}

// Tracks, and faces that are in none, that can surely be told apart: the strangers among whom a pair may be taken for
// one. (A track with a poor face between clear ones counts twice.)
static size_t count_clear(const ww_people_sorting *c)
{
    const double least = min_quality(c);
    size_t clear = 0;
    for (size_t i = 0; i < c->faces->face.count; i++)
        clear += c->grade[i] == WW_FACE_SEED && c->faces->face.item[i].quality >= least;
    for (size_t i = 0; i < c->evidence.must.count; i++) {
        const ww_catalog_face *a = &c->faces->face.item[c->evidence.must.item[i].a],
                              *b = &c->faces->face.item[c->evidence.must.item[i].b];
        clear -= a->quality >= least && b->quality >= least && clear > 1;
    }
    return clear;
}

static ww_status choose_method(const ww_people_sorting *c, const ww_method **method, ww_error *err)
{
    const char *name = *c->options.method                      ? c->options.method
                       : count_groups(c) > TEMPLATE_GROUPS_MAX ? "hac"
                                                               : DEFAULT_METHOD;
    *method = ww_method_named(name);
    if (*method)
        return WW_OK;
    return ww_fail(err, WW_ERR_ARGUMENT,
                   "there is no method '%s'; there are templates, hac, map-equation, chinese-whispers, dbscan and "
                   "plain-dbscan",
                   name);
}

static bool by_templates(const ww_method *method) { return strcmp(method->name, "templates") == 0; }

// How the method's measure stands to average linkage's.
static double share_of_linkage(const ww_method *method)
{
    return method->defaults.threshold / ww_method_named("hac")->defaults.threshold;
}

static bool only_photos(const ww_catalog *g)
{
    for (size_t i = 0; i < g->face.count; i++)
        if (g->frame.item[g->face.item[i].frame].time_us > 0 || g->face.item[i].track > 0)
            return false;
    return true;
}

// The threshold is chosen for average linkage; other methods' measures stand in fixed proportion to it (methods.c),
// by density it is eps itself.
static double choose_threshold(ww_people_sorting *c)
{
    const double model = c->model_eps * WW_LINKAGE_PER_EPS;
    c->chosen = ww_threshold_choose(c->footage, model, count_groups(c));
    if (by_templates(c->method))
        c->chosen.value = ww_threshold_of_model(model, c->apart ? c->apart : count_clear(c));
    if (by_templates(c->method) || c->method->by_density)
        c->chosen.measured = false;
    if (c->options.threshold > 0)
        return c->options.threshold;
    if (c->method->by_density)
        return c->eps;
    return share_of_linkage(c->method) * (c->options.eps > 0 ? c->eps * WW_LINKAGE_PER_EPS : c->chosen.value);
}

static int least_faces(const ww_people_sorting *c)
{
    if (c->method->by_density)
        return 1;
    if (c->options.min_samples > 0)
        return c->options.min_samples;
    return by_templates(c->method) || only_photos(c->faces) ? MIN_FACES_PHOTOS : MIN_FACES_FOOTAGE;
}

static double join_distance(const ww_people_sorting *c, double threshold)
{
    if (all_equal(c))
        return 0;
    if (c->method->by_density)
        return threshold;
    return threshold / share_of_linkage(c->method) * JOIN_SHARE;
}

static ww_sort_options sort_options(ww_people_sorting *c, double threshold)
{
    const ww_sort_settings *given = &c->options;
    return (ww_sort_options){.method = c->method,
                             .threshold = threshold,
                             .context = by_templates(c->method) ? &c->context : NULL,
                             .min_size = least_faces(c),
                             .min_quality = min_quality(c),
                             .min_samples = !c->method->by_density   ? 0
                                            : given->min_samples > 0 ? given->min_samples
                                                                     : MIN_SAMPLES_DEFAULT,
                             .grade = c->grade,
                             .join = join_distance(c, threshold),
                             .state = c->method->local ? &c->state : NULL,
                             .threads = c->threads,
                             .progress = report,
                             .user = c->library};
}

// What was asked for, for the next sort, and what came of it, for those who explain it.
static ww_status store_settings(const ww_people_sorting *c, ww_error *err)
{
    ww_status status = ww_sort_settings_store(c->library, &c->options, err);
    if (status == WW_OK)
        status = ww_setting_store_text(c->library, WW_SETTING_USED_METHOD, c->method->name, err);
    if (status == WW_OK)
        status = ww_setting_store_number(c->library, WW_SETTING_USED_THRESHOLD, c->used.threshold, err);
    return status == WW_OK ? ww_setting_store_number(c->library, WW_SETTING_USED_MIN_QUALITY, min_quality(c), err)
                           : status;
}

static ww_sort_basis basis_of(const ww_people_sorting *c, const int32_t *number)
{
    return (ww_sort_basis){c->faces, number, &c->options, c->model_eps, c->seed_score};
}

static ww_status store_people(ww_people_sorting *c, ww_error *err)
{
    ww_store *store = c->library->store;
    ww_status status = ww_store_begin(store, err);
    if (status != WW_OK)
        return status;
    status = ww_store_person_ids(c->library, c->faces, c->label, &c->numbers, err);
    if (status == WW_OK)
        status = store_settings(c, err);
    const ww_sort_basis basis = basis_of(c, c->label);
    if (status == WW_OK)
        status = ww_sort_state_store(store, &basis, c->method->local ? &c->state : NULL, err);
    return ww_store_end(store, status, err);
}

static void fill_result(const ww_people_sorting *c, ww_cluster_result *r)
{
    r->people = (int64_t)c->numbers.people.count;
    r->unassigned = c->numbers.unassigned;
    r->faces = (int64_t)c->faces->face.count;
    r->method = c->method->name;
    r->threshold = c->used.threshold;
    r->threshold_source = c->options.threshold > 0 || c->options.eps > 0
                              ? (c->options.threshold_remembered ? WW_THRESHOLD_REMEMBERED : WW_THRESHOLD_GIVEN)
                          : c->chosen.measured ? WW_THRESHOLD_MEASURED
                                               : WW_THRESHOLD_MODEL;
    r->low_quality = (int64_t)c->not_seed;
    r->duplicate_appearances = c->state.duplicate_appearances;
    r->pairs_same = c->state.pairs_same;
    r->pairs_different = c->state.pairs_different;
    r->false_merge = c->state.false_merge;
    r->false_split = c->state.false_split;
}

// What was found out about the footage; the next sort has it from there.
static void note_figures(ww_people_sorting *c)
{
    const double at =
        c->method->by_density ? c->eps * WW_LINKAGE_PER_EPS : c->used.threshold / share_of_linkage(c->method);
    c->state.threshold = c->used.threshold;
    c->state.duplicate_appearances = c->evidence.duplicate_appearances;
    c->state.pairs_same = (int64_t)c->chosen.same;
    c->state.pairs_different = (int64_t)c->chosen.different;
    c->state.false_merge = ww_threshold_false_merge(&c->chosen, at);
    c->state.false_split = ww_threshold_false_split(c->footage, at);
}

// A decision about some does not move the threshold for all others: the footage alone sets it.
static ww_status find_evidence(ww_people_sorting *c, const ww_evidence_options *known, ww_error *err)
{
    const ww_decided nothing = {0};
    const bool decided = c->decided->must.count || c->decided->cannot.count;
    c->footage = decided ? &c->without : &c->evidence;
    ww_status status = ww_evidence_find(c->faces, c->decided, known, &c->evidence, err);
    return status == WW_OK && decided ? ww_evidence_find(c->faces, &nothing, known, &c->without, err) : status;
}

// What is known of the faces before they are sorted.
static ww_status prepare_faces(ww_people_sorting *c, ww_error *err)
{
    ww_status status = ww_setting_number(c->library, WW_SETTING_EPS, WW_EPS_FALLBACK, &c->model_eps, err);
    if (status == WW_OK)
        status = ww_setting_number(c->library, WW_SETTING_SEED_SCORE, 0, &c->seed_score, err);
    c->eps = c->options.eps > 0 ? c->options.eps : c->model_eps;
    if (status == WW_OK) {
        c->grade = ww_try_array(c->faces->face.count, sizeof *c->grade);
        c->label = ww_try_array(c->faces->face.count, sizeof *c->label);
        if (!c->grade || !c->label)
            return ww_fail_memory(err, "sorting %zu faces", c->faces->face.count);
        grade_faces(c);
    }
    const ww_method *asked = ww_method_named(c->options.method);
    c->known = (ww_evidence_options){.linkage = c->model_eps * WW_LINKAGE_PER_EPS,
                                     .grade = c->grade,
                                     .decisions_alone = asked && asked->vectors_alone};
    return status;
}

static ww_status prepare(ww_people_sorting *c, ww_error *err)
{
    ww_status status = prepare_faces(c, err);
    if (status == WW_OK)
        status = find_evidence(c, &c->known, err);
    if (status == WW_OK)
        status = choose_method(c, &c->method, err);
    return status == WW_OK && by_templates(c->method) ? ww_face_context_gather(c->faces, &c->context, err) : status;
}

static void release(ww_people_sorting *c)
{
    free(c->label);
    free(c->grade);
    ww_person_ids_free(&c->numbers);
    ww_sort_state_free(&c->state);
    ww_evidence_free(&c->evidence);
    ww_evidence_free(&c->without);
    ww_face_context_free(&c->context);
}

static ww_people_sorting *make(const ww_people_input *in)
{
    ww_people_sorting *c = ww_alloc(sizeof *c);
    *c = (ww_people_sorting){.library = in->library,
                             .options = *in->settings,
                             .threads = in->threads,
                             .faces = in->faces,
                             .decided = in->decided};
    return c;
}

ww_status ww_people_begin(const ww_people_input *in, ww_people_sorting **sorting, ww_error *err)
{
    *sorting = make(in);
    ww_status status = prepare(*sorting, err);
    if (status == WW_OK)
        status = ww_sort_state_make(&(*sorting)->state, in->faces->face.count, err);
    return status == WW_OK ? ww_store_last_decision(in->library->store, &(*sorting)->state.journal, err) : status;
}

ww_status ww_people_recall(const ww_people_input *in, ww_people_sorting **sorting, bool *found, int64_t *journal,
                           ww_error *err)
{
    ww_people_sorting *c = *sorting = make(in);
    char method[WW_SETTING_TEXT_MAX];
    *found = false;
    ww_status status = ww_setting_text(in->library, WW_SETTING_USED_METHOD, method, err);
    if (status == WW_OK)
        status = prepare_faces(c, err);
    c->method = ww_method_named(method);
    const ww_sort_basis basis = basis_of(c, NULL);
    if (status == WW_OK && c->method && c->method->local)
        status = ww_sort_state_load(in->library->store, &basis, &c->state, found, err);
    *journal = c->state.journal;
    return status;
}

ww_status ww_people_compute_again(ww_people_sorting *c, ww_catalog *faces, const ww_decided *before, bool *done,
                                  ww_error *err)
{
    c->again = true;
    c->chosen.measured = !c->method->by_density && c->state.pairs_different >= WW_THRESHOLD_PAIRS_MIN;
    c->used = sort_options(c, c->state.threshold);
    const ww_sort_again_input in = {faces, before, c->decided, &c->known, &c->used};
    const ww_status status = ww_sort_again(&in, c->label, done, err);
    return status == WW_OK ? ww_store_last_decision(c->library->store, &c->state.journal, err) : status;
}

// Fills c->label and c->used.
static ww_status sort(ww_people_sorting *c, ww_error *err)
{
    c->used = sort_options(c, choose_threshold(c));
    if (c->chosen.starved)
        return ww_fail_memory(err, "the threshold");
    return ww_sort_faces(c->faces, c->decided, &c->evidence, &c->used, c->label, err);
}

// People, and clear faces that are nobody's.
static size_t count_apart(const ww_people_sorting *c)
{
    int32_t people = 0;
    size_t alone = 0;
    for (size_t i = 0; i < c->faces->face.count; i++) {
        people = c->label[i] >= people ? c->label[i] + 1 : people;
        alone += c->label[i] < 0 && c->grade[i] == WW_FACE_SEED;
    }
    return (size_t)people + alone;
}

// The threshold is for as many strangers as there may be, and how many there are is known once they are sorted: five
// hundred photos of five people are far fewer pairs than five hundred of as many. So they are sorted again.
ww_status ww_people_compute(ww_people_sorting *c, ww_error *err)
{
    ww_status status = sort(c, err);
    const double before = c->used.threshold;
    if (status != WW_OK || !by_templates(c->method))
        return status;
    c->apart = count_apart(c);
    return choose_threshold(c) > before ? sort(c, err) : WW_OK;
}

ww_status ww_people_store(ww_people_sorting *c, ww_cluster_result *result, ww_error *err)
{
    ww_status status = ww_assign_person_ids(c->library, c->faces, c->decided, c->label, NULL, NULL, &c->numbers, err);
    if (!c->again)
        note_figures(c);
    if (status == WW_OK)
        status = store_people(c, err);
    if (status == WW_OK)
        fill_result(c, result);
    return status;
}

void ww_people_end(ww_people_sorting *c)
{
    if (!c)
        return;
    release(c);
    free(c);
}

ww_status ww_people_try(const ww_people_input *in, const double *threshold, size_t count, ww_on_labels *on_labels,
                        void *user, ww_error *err)
{
    ww_people_sorting *c;
    ww_status status = ww_people_begin(in, &c, err);
    for (size_t i = 0; i < count && status == WW_OK; i++) {
        c->options.threshold = threshold[i];
        status = sort(c, err);
        if (status == WW_OK)
            status = on_labels(user, threshold[i], c->label, err);
    }
    ww_people_end(c);
    return status;
}
