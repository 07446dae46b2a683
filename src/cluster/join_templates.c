// SPDX-License-Identifier: MIT
#include "base/memory.h"
#include "cluster/template.h"

#include <stdlib.h>
#include <string.h>

#define NO_LABEL UINT32_MAX

typedef struct choice { // of a group without a label
    uint32_t group, label;
    double evidence; // for that label, nats
} choice;

typedef struct joining {
    const ww_join_templates_options *options;
    const float *vectors;
    ww_links links;
    ww_templates templates;   // of the labels, then of the groups
    uint32_t labels;          // labels there are, 0, 1, ...
    uint32_t *label_of_group; // NO_LABEL: none yet
    uint64_t *seen;           // label and recording of each vector with a label, ascending; see sighting
    size_t seen_count;
    choice *choices;
    size_t choice_count;
} joining;

static uint64_t sighting(uint32_t label, uint32_t recording) { return (uint64_t)label << 32 | recording; }

static int compare_sightings(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void note_recordings(joining *j, size_t count, const int32_t *labels)
{
    const uint32_t *recording = j->options->context ? j->options->context->recording : NULL;
    for (size_t i = 0; i < count; i++)
        if (labels[i] >= 0)
            j->seen[j->seen_count++] = sighting((uint32_t)labels[i], recording ? recording[i] : 0);
    qsort(j->seen, j->seen_count, sizeof *j->seen, compare_sightings);
}

// Whether somebody of the label was seen in the group's recording: a track lies in one, so its first vector tells.
static bool of_same_recording(const joining *j, uint32_t group, uint32_t label)
{
    const uint32_t *recording = j->options->context ? j->options->context->recording : NULL;
    const uint64_t wanted = sighting(label, recording ? recording[j->links.member[j->links.member_start[group]]] : 0);
    return bsearch(&wanted, j->seen, j->seen_count, sizeof *j->seen, compare_sightings) != NULL;
}

static ww_status prepare(joining *j, size_t count, int dim, const int32_t *labels, ww_error *err)
{
    const size_t groups = j->links.groups;
    for (size_t i = 0; i < count; i++)
        j->labels = labels[i] >= (int32_t)j->labels ? (uint32_t)labels[i] + 1 : j->labels;
    j->label_of_group = ww_try_array(groups, sizeof *j->label_of_group);
    j->choices = ww_try_array(groups, sizeof *j->choices);
    j->seen = ww_try_array(count, sizeof *j->seen);
    if (!j->label_of_group || !j->choices || !j->seen)
        return ww_fail_memory(err, "joining %zu vectors", count);
    note_recordings(j, count, labels);
    memset(j->label_of_group, 0xff, groups * sizeof *j->label_of_group);
    for (size_t i = 0; i < count; i++)
        if (labels[i] >= 0 && (uint32_t)labels[i] < j->label_of_group[j->links.group[i]])
            j->label_of_group[j->links.group[i]] = (uint32_t)labels[i];
    return ww_templates_make(&j->templates, j->labels + groups, dim, j->options->context, j->options->threshold, err);
}

static bool may_join(const joining *j, uint32_t group)
{
    for (uint32_t m = j->links.member_start[group]; m < j->links.member_start[group + 1]; m++)
        if (!j->options->may_join || j->options->may_join[j->links.member[m]])
            return true;
    return false;
}

// Groups with a label go into its template.
static ww_status make_templates(joining *j, ww_error *err)
{
    const ww_links *links = &j->links;
    ww_status status = WW_OK;
    for (uint32_t g = 0; g < links->groups && status == WW_OK; g++) {
        const uint32_t label = j->label_of_group[g];
        if (label == NO_LABEL && !may_join(j, g))
            continue;
        status = ww_template_of_group(&j->templates, j->labels + g, j->vectors, links->member + links->member_start[g],
                                      links->member_start[g + 1] - links->member_start[g], err);
        if (status == WW_OK && label != NO_LABEL && j->templates.size[j->labels + g] > 0)
            status = ww_template_absorb(&j->templates, label, j->labels + g, err);
    }
    return status;
}

// The label the group may take for which most speaks. NO_LABEL: for none enough does.
static choice choose(const joining *j, uint32_t group)
{
    choice best = {group, NO_LABEL, 0};
    for (uint32_t label = 0; label < j->labels; label++) {
        if (j->templates.size[label] <= 0)
            continue;
        const double evidence = ww_template_evidence(&j->templates, j->labels + group, label);
        const double leeway = of_same_recording(j, group, label) ? j->options->leeway : 0;
        const bool better = best.label == NO_LABEL || evidence > best.evidence;
        if (better && evidence >= WW_EVIDENCE_ENOUGH - leeway
            && !ww_cannot_join(&j->links.cannot, group, j->label_of_group, label))
            best = (choice){group, label, evidence};
    }
    return best;
}

static int clearest_first(const void *a, const void *b)
{
    const choice *x = a, *y = b;
    if (x->evidence != y->evidence)
        return x->evidence > y->evidence ? -1 : 1;
    return (x->group > y->group) - (x->group < y->group);
}

static void seat(joining *j, int32_t *labels)
{
    for (uint32_t g = 0; g < j->links.groups; g++) {
        if (j->label_of_group[g] != NO_LABEL || j->templates.size[j->labels + g] <= 0)
            continue;
        const choice first = choose(j, g);
        if (first.label != NO_LABEL)
            j->choices[j->choice_count++] = first;
    }
    if (j->choice_count)
        qsort(j->choices, j->choice_count, sizeof *j->choices, clearest_first);
    for (size_t i = 0; i < j->choice_count; i++) {
        const uint32_t g = j->choices[i].group;
        uint32_t label = j->choices[i].label;
        if (ww_cannot_join(&j->links.cannot, g, j->label_of_group, label))
            label = choose(j, g).label; // another has taken that place meanwhile
        j->label_of_group[g] = label;
        for (uint32_t m = j->links.member_start[g]; label != NO_LABEL && m < j->links.member_start[g + 1]; m++)
            labels[j->links.member[m]] = (int32_t)label;
    }
}

ww_status ww_join_templates(const float *vectors, size_t count, int dim, const ww_join_templates_options *options,
                            int32_t *labels, ww_error *err)
{
    joining j = {.options = options, .vectors = vectors};
    ww_status status = ww_links_build(&j.links, vectors, count, dim, &options->constraints, err);
    if (status != WW_OK)
        return status;
    status = prepare(&j, count, dim, labels, err);
    if (status == WW_OK)
        status = make_templates(&j, err);
    if (status == WW_OK)
        seat(&j, labels);
    ww_templates_free(&j.templates);
    ww_links_free(&j.links);
    free(j.label_of_group);
    free(j.choices);
    free(j.seen);
    return status;
}
