// SPDX-License-Identifier: MIT
#include "summary.h"

#include <stdio.h>
#include <string.h>

const char *plural(int64_t n, const char *one, const char *many) { return n == 1 ? one : many; }

static void say_file_troubles(const ww_scan_result *s)
{
    if (s->already)
        printf("%lld of %lld files scanned before\n", (long long)s->already, (long long)s->inputs);
    if (s->unreadable)
        printf("%lld of %lld files could not be read (see above)\n", (long long)s->unreadable, (long long)s->inputs);
    if (s->damaged_files)
        printf("%lld of %lld files are damaged or cut off (see above)\n", (long long)s->damaged_files,
               (long long)s->inputs);
}

static void say_decoding(const ww_scan_result *s)
{
    if (!s->hwaccel_files && !s->hwaccel_fallbacks)
        return;
    printf("decoded by hardware: %lld %s", (long long)s->hwaccel_files, plural(s->hwaccel_files, "video", "videos"));
    if (s->hwaccel_fallbacks)
        printf("; by software instead, or in part: %lld (--verbose says why)", (long long)s->hwaccel_fallbacks);
    puts("");
}

void print_scan(const ww_scan_result *s, bool verbose)
{
    const int64_t found = s->faces + s->faces_small + s->faces_transient;
    say_file_troubles(s);
    say_decoding(s);
    if (verbose || s->frames > 0) {
        printf("%lld %s sampled", (long long)s->frames, plural(s->frames, "frame", "frames"));
        if (s->intermediate_frames && verbose)
            printf(" and %lld intermediate", (long long)s->intermediate_frames);
        printf(": %lld %s", (long long)s->faces, plural(s->faces, "face", "faces"));
        if (s->faces_small)
            printf(", %lld more too small", (long long)s->faces_small);
        if (s->faces_transient && verbose)
            printf(", %lld more seen for a moment only", (long long)s->faces_transient);
        puts("");
    }
    if (found == 0 && s->frames > 0)
        puts("no faces: if there should be some, try --detect-size 1280");
}

// To two digits.
static long long rounded(double v)
{
    double unit = 1;
    while (v / unit >= 100)
        unit *= 10;
    return (long long)(v / unit + 0.5) * (long long)unit;
}

static const char *origin(const ww_cluster_result *c)
{
    switch (c->threshold_source) {
    case WW_THRESHOLD_MODEL: return "the model's default";
    case WW_THRESHOLD_MEASURED: return "estimated from this footage";
    case WW_THRESHOLD_GIVEN: return "as given";
    case WW_THRESHOLD_REMEMBERED: return "as given earlier; --threshold auto estimates it again";
    }
    return "";
}

static void print_threshold(const ww_cluster_result *c, bool verbose)
{
    if (verbose || c->threshold_source == WW_THRESHOLD_GIVEN || c->threshold_source == WW_THRESHOLD_REMEMBERED)
        printf("method %s, ", c->method);
    printf("threshold %.2f (%s)\n", c->threshold, origin(c));
    if (strcmp(c->method, "hac") != 0)
        return;
    if (c->false_merge > 0)
        printf("risk of a mix-up: of all pairs of different people, about 1 in %lld looks as alike as this\n",
               rounded(c->false_merge > 1e-9 ? 1 / c->false_merge : 1e9));
    if (verbose)
        printf("known beforehand: %lld pairs of faces of one person (%.0f%% farther apart than the threshold), %lld "
               "pairs of people seen together\n",
               (long long)c->pairs_same, 100 * c->false_split, (long long)c->pairs_different);
}

void print_sorting(const ww_cluster_result *c, bool verbose)
{
    printf("%lld %s, %lld %s, %lld unassigned\n", (long long)c->people, plural(c->people, "person", "people"),
           (long long)c->faces, plural(c->faces, "face", "faces"), (long long)c->unassigned);
    if (verbose && c->low_quality)
        printf("%lld seed faces; %lld of low quality, which never start a person\n",
               (long long)(c->faces - c->low_quality), (long long)c->low_quality);
    if (c->faces > 0)
        print_threshold(c, verbose);
    if (c->duplicate_appearances)
        printf("%lld %s of faces seen together look like one person shown twice (a mirror, a split screen) and may "
               "share a folder\n",
               (long long)c->duplicate_appearances, plural(c->duplicate_appearances, "pair", "pairs"));
    if (c->faces > 0 && c->people == 0)
        puts(
            "nobody was seen often enough to be a person: try --min-samples 1, or sample more often with --every 0.2s");
}

void json_scan(const ww_scan_result *s)
{
    printf(", \"sources\": %lld, \"scanned\": %lld, \"already\": %lld, \"unreadable\": %lld, \"damaged\": %lld, "
           "\"damaged_files\": %lld",
           (long long)s->inputs, (long long)s->scanned, (long long)s->already, (long long)s->unreadable,
           (long long)s->damaged, (long long)s->damaged_files);
    printf(", \"frames\": %lld, \"intermediate_frames\": %lld, \"faces_small\": %lld, \"faces_transient\": %lld, "
           "\"faces_found\": %lld",
           (long long)s->frames, (long long)s->intermediate_frames, (long long)s->faces_small,
           (long long)s->faces_transient, (long long)s->faces);
    printf(", \"hwaccel_files\": %lld, \"hwaccel_fallbacks\": %lld", (long long)s->hwaccel_files,
           (long long)s->hwaccel_fallbacks);
}

void json_sorting(const ww_cluster_result *c)
{
    static const char *const source[] = {"model", "measured", "given", "remembered"};
    printf(", \"faces\": %lld, \"low_quality\": %lld, \"people\": %lld, \"unassigned\": %lld, "
           "\"duplicate_appearances\": %lld",
           (long long)c->faces, (long long)c->low_quality, (long long)c->people, (long long)c->unassigned,
           (long long)c->duplicate_appearances);
    printf(", \"method\": \"%s\", \"threshold\": %.6g, \"threshold_source\": \"%s\", \"pairs_same\": %lld, "
           "\"pairs_different\": %lld",
           c->method, c->threshold, source[c->threshold_source], (long long)c->pairs_same,
           (long long)c->pairs_different);
    printf(", \"false_merge\": %.3g, \"false_split\": %.3g", c->false_merge, c->false_split);
}
