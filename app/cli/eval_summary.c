// SPDX-License-Identifier: MIT
#include "eval_summary.h"
#include "ui.h"
#include "summary.h"

#include <stdlib.h>

bool eval_notes_open(eval_notes *n, bool json)
{
    *n = (eval_notes){.json = json};
    n->groups = open_memstream(&n->groups_text, &n->groups_bytes);
    n->thresholds = open_memstream(&n->thresholds_text, &n->thresholds_bytes);
    return n->groups && n->thresholds;
}

void eval_notes_close(eval_notes *n)
{
    if (n->groups)
        fclose(n->groups);
    if (n->thresholds)
        fclose(n->thresholds);
    free(n->groups_text);
    free(n->thresholds_text);
}

// --- groups ----------------------------------------------------------------------------------------------------------

static void json_group(FILE *out, const ww_eval_group *g, bool first)
{
    fputs(first ? g->split ? "], \"split_people\": [" : "" : ", ", out);
    fputs("{\"who\": ", out);
    json_print_string(out, g->who);
    fprintf(out, ", \"faces\": %lld, \"%s\": %lld", (long long)g->faces, g->split ? "folders" : "people",
            (long long)g->parts);
    if (g->split)
        fprintf(out, ", \"unassigned\": %lld", (long long)g->unassigned);
    fputs(", \"largest\": [", out);
    for (int64_t i = 0; i < g->shown; i++) {
        fprintf(out, "%s{\"who\": ", i ? ", " : "");
        json_print_string(out, g->part[i].who);
        fprintf(out, ", \"faces\": %lld}", (long long)g->part[i].faces);
    }
    fputs("]}", out);
}

static void say_group(FILE *out, const ww_eval_group *g, bool first)
{
    if (first)
        fputs(g->split ? "people not all in one folder, the worst first:\n"
                       : "folders with more than one person, the worst first:\n",
              out);
    fprintf(out, "  %-24s %5lld %s: ", g->who, (long long)g->faces, plural(g->faces, "face ", "faces"));
    for (int64_t i = 0; i < g->shown; i++)
        fprintf(out, "%s%lld %s%s", i ? ", " : "", (long long)g->part[i].faces, g->split ? "in " : "", g->part[i].who);
    if (g->parts > g->shown)
        fprintf(out, ", %lld more", (long long)(g->parts - g->shown));
    if (g->unassigned)
        fprintf(out, "%s%lld unassigned", g->shown ? ", " : "", (long long)g->unassigned);
    fputs("\n", out);
}

int eval_note_group(void *user, const ww_eval_group *g)
{
    eval_notes *n = user;
    const bool first = n->told[g->split]++ == 0;
    if (n->json)
        json_group(n->groups, g, first);
    else
        say_group(n->groups, g, first);
    return 0;
}

// --- scores ----------------------------------------------------------------------------------------------------------

static void json_scores(FILE *out, const ww_eval_scores *s)
{
    fprintf(out,
            "\"faces\": %lld, \"people\": %lld, \"folders\": %lld, \"unassigned\": %lld, \"repeated\": %lld, "
            "\"whole\": %lld",
            (long long)s->faces, (long long)s->people, (long long)s->folders, (long long)s->unassigned,
            (long long)s->repeated, (long long)s->whole);
    fprintf(out, ", \"pairwise\": {\"precision\": %.6f, \"recall\": %.6f, \"f1\": %.6f}", s->pair_precision,
            s->pair_recall, s->pair_f1);
    fprintf(out, ", \"bcubed\": {\"precision\": %.6f, \"recall\": %.6f, \"f1\": %.6f}", s->bcubed_precision,
            s->bcubed_recall, s->bcubed_f1);
    fprintf(out, ", \"nmi\": %.6f, \"purity\": %.6f", s->nmi, s->purity);
}

int eval_note_threshold(void *user, double threshold, const ww_eval_scores *s)
{
    eval_notes *n = user;
    if (n->json) {
        fprintf(n->thresholds, "%s{\"threshold\": %.6g, ", n->tried ? ", " : "", threshold);
        json_scores(n->thresholds, s);
        fputs("}", n->thresholds);
    } else {
        if (n->tried == 0)
            fprintf(n->thresholds, "threshold  folders  unassigned  whole  "
                                   "pairwise: P      R      F1     BCubed: P      R      F1     purity\n");
        fprintf(n->thresholds, "%9.3f  %7lld  %10lld  %5lld      %.4f %.4f %.4f      %.4f %.4f %.4f   %.4f\n",
                threshold, (long long)s->folders, (long long)s->unassigned, (long long)s->whole, s->pair_precision,
                s->pair_recall, s->pair_f1, s->bcubed_precision, s->bcubed_recall, s->bcubed_f1, s->purity);
    }
    if (n->tried++ == 0 || s->pair_f1 > n->best_pair_f1) {
        n->best_pair_f1 = s->pair_f1;
        n->best_pair_at = threshold;
    }
    if (n->tried == 1 || s->bcubed_f1 > n->best_bcubed_f1) {
        n->best_bcubed_f1 = s->bcubed_f1;
        n->best_bcubed_at = threshold;
    }
    return 0;
}

static void say_counts(const ww_eval_result *r)
{
    const ww_eval_scores *s = &r->scores;
    printf("%lld %s: %lld of people in the ground truth, %lld false", (long long)r->faces,
           plural(r->faces, "face", "faces"), (long long)r->matched, (long long)r->false_faces);
    if (r->unknown)
        printf(", %lld of which it says nothing", (long long)r->unknown);
    printf("\n%lld true %s: %lld found, %lld missed\n", (long long)r->true_faces,
           plural(r->true_faces, "face", "faces"), (long long)(r->true_faces - r->missed), (long long)r->missed);
    printf("%lld %s in the ground truth, %lld found, in %lld %s; %lld %s unassigned\n", (long long)r->people,
           plural(r->people, "person", "people"), (long long)s->people, (long long)s->folders,
           plural(s->folders, "folder", "folders"), (long long)s->unassigned, plural(s->unassigned, "face", "faces"));
    printf("whole, in one folder and with nobody else in it: %lld of %lld found more than once\n", (long long)s->whole,
           (long long)s->repeated);
}

void say_people(const ww_eval_result *r, eval_notes *n)
{
    const ww_eval_scores *s = &r->scores;
    say_counts(r);
    puts("          precision  recall  F1");
    printf("pairwise  %.4f     %.4f  %.4f\n", s->pair_precision, s->pair_recall, s->pair_f1);
    printf("BCubed    %.4f     %.4f  %.4f\n", s->bcubed_precision, s->bcubed_recall, s->bcubed_f1);
    printf("NMI %.4f, purity %.4f\n", s->nmi, s->purity);
    printf("left to do: %lld %s to merge, %lld wrong %s, %lld %s of nobody: %.2f for each person\n",
           (long long)r->merges, plural(r->merges, "folder", "folders"), (long long)r->wrong,
           plural(r->wrong, "face", "faces"), (long long)r->junk, plural(r->junk, "folder", "folders"), r->effort);
    if (r->mixed || r->split)
        printf("%lld %s more than one person, %lld %s not all in one folder\n", (long long)r->mixed,
               plural(r->mixed, "folder has", "folders have"), (long long)r->split,
               plural(r->split, "person is", "people are"));
    fflush(n->groups);
    fflush(n->thresholds);
    fputs(n->groups_text, stdout);
    fputs(n->thresholds_text, stdout);
    if (n->tried)
        printf("best pairwise F1 %.4f at %.3f, best BCubed F1 %.4f at %.3f\n", n->best_pair_f1, n->best_pair_at,
               n->best_bcubed_f1, n->best_bcubed_at);
}

void json_people(const ww_eval_result *r, eval_notes *n)
{
    printf(", \"truth\": {\"faces\": %lld, \"matched\": %lld, \"false\": %lld, \"unknown\": %lld", (long long)r->faces,
           (long long)r->matched, (long long)r->false_faces, (long long)r->unknown);
    printf(", \"true_faces\": %lld, \"missed\": %lld, \"people\": %lld, \"absent_files\": %lld, \"mixed\": %lld, "
           "\"split\": %lld",
           (long long)r->true_faces, (long long)r->missed, (long long)r->people, (long long)r->absent,
           (long long)r->mixed, (long long)r->split);
    printf(", \"merges\": %lld, \"wrong\": %lld, \"junk\": %lld, \"effort\": %.4f", (long long)r->merges,
           (long long)r->wrong, (long long)r->junk, r->effort);
    fputs(", \"scores\": {", stdout);
    json_scores(stdout, &r->scores);
    fflush(n->groups);
    fflush(n->thresholds);
    printf("}, \"mixed_folders\": [%s%s], \"thresholds\": [%s]}", n->groups_text,
           n->told[1] ? "" : "], \"split_people\": [", n->thresholds_text);
}

void say_pairs(const ww_eval_pairs_result *p)
{
    printf("%lld pairs, %lld of one person, in %lld folds; a face not found in %lld, which count as wrong\n",
           (long long)p->pairs, (long long)p->same, (long long)p->folds, (long long)p->missing);
    printf("accuracy %.4f, standard error %.4f, at a distance of about %.3f\n", p->accuracy, p->standard_error,
           p->threshold);
    printf("ROC area %.4f, equal error rate %.4f, true accepts %.4f at 1%% false ones, %.4f at 0.1%%\n", p->roc_area,
           p->equal_error_rate, p->tar_1e2, p->tar_1e3);
    fputs("wrong: ", stdout);
    for (int i = 0; i < WW_EVAL_KEPT; i++)
        printf("%s%.4f of %s%d%%", i ? ", " : "", p->error_kept[i], i ? "the best " : "all ", p->kept_percent[i]);
    puts(" by quality");
}

void json_pairs(const ww_eval_pairs_result *p)
{
    printf(", \"pairs\": {\"pairs\": %lld, \"same\": %lld, \"folds\": %lld, \"missing\": %lld", (long long)p->pairs,
           (long long)p->same, (long long)p->folds, (long long)p->missing);
    printf(", \"accuracy\": %.6f, \"standard_error\": %.6f, \"threshold\": %.6f", p->accuracy, p->standard_error,
           p->threshold);
    printf(", \"roc_area\": %.6f, \"tar_at_far_1e2\": %.6f, \"tar_at_far_1e3\": %.6f, \"equal_error_rate\": %.6f, "
           "\"error_kept\": {",
           p->roc_area, p->tar_1e2, p->tar_1e3, p->equal_error_rate);
    for (int i = 0; i < WW_EVAL_KEPT; i++)
        printf("%s\"%d\": %.6f", i ? ", " : "", p->kept_percent[i], p->error_kept[i]);
    fputs("}}", stdout);
}
