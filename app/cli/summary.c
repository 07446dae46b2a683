// SPDX-License-Identifier: MIT
#include "summary.h"

#include <stdio.h>
#include <string.h>

const char *plural(int64_t n, const char *one, const char *many) { return n == 1 ? one : many; }

static void say_file_troubles(const ww_scan_result *s)
{
    if (s->already)
        printf("%lld of %lld %s known already and not looked at again\n", (long long)s->already, (long long)s->inputs,
               plural(s->already, "file was", "files were"));
    if (s->unreadable)
        printf("%lld of %lld files could not be read (see above)\n", (long long)s->unreadable, (long long)s->inputs);
    if (s->damaged)
        printf("%lld moments could not be decoded: the footage is damaged there\n", (long long)s->damaged);
}

void print_scan(const ww_scan_result *s)
{
    const int64_t found = s->faces + s->faces_small + s->faces_transient;
    say_file_troubles(s);
    printf("%lld %s sampled", (long long)s->frames, plural(s->frames, "frame", "frames"));
    if (s->intermediate_frames)
        printf(" and %lld intermediate", (long long)s->intermediate_frames);
    printf(": %lld %s found", (long long)found, plural(found, "face", "faces"));
    if (s->faces_small)
        printf(", %lld too small", (long long)s->faces_small);
    if (s->faces_transient)
        printf(", %lld transient", (long long)s->faces_transient);
    if (found > s->faces)
        printf(", %lld kept", (long long)s->faces);
    puts("");
    if (found == 0 && s->frames > 0)
        puts("no faces: if there should be some, look more closely with --detect-size 1280");
}

// To two digits.
static long long rounded(double v)
{
    double unit = 1;
    while (v / unit >= 100)
        unit *= 10;
    return (long long)(v / unit + 0.5) * (long long)unit;
}

static void say_threshold(const ww_cluster_result *c)
{
    if (strcmp(c->method, "hac") != 0) {
        printf("sorted by %s within a distance of %.2f\n", c->method, c->threshold);
        return;
    }
    printf("faces of one person are within %.2f on average, ", c->threshold);
    if (c->threshold_source == WW_THRESHOLD_GIVEN)
        printf("as you asked: ");
    else if (c->threshold_source == WW_THRESHOLD_MEASURED)
        printf("estimated from this footage (%lld pairs known to be one person,\n%lld seen at once and so two): ", (long long)c->pairs_same,
               (long long)c->pairs_different);
    else
        printf("the model's default (seen at once: %lld %s of people,\ntoo few to measure by): ", (long long)c->pairs_different,
               plural(c->pairs_different, "pair", "pairs"));
    printf("about one pair of strangers in %lld would be closer", rounded(c->false_merge > 1e-9 ? 1 / c->false_merge : 1e9));
    if (c->pairs_same)
        printf(", %.0f%% of the known pairs are not", 100 * c->false_split);
    puts("");
}

void print_sorting(const ww_cluster_result *c)
{
    printf("%lld %s in the library", (long long)c->faces, plural(c->faces, "face", "faces"));
    if (c->low_quality)
        printf(" (%lld seed faces; %lld of low quality, which only join)", (long long)(c->faces - c->low_quality), (long long)c->low_quality);
    printf(": %lld %s, %lld unassigned\n", (long long)c->people, plural(c->people, "person", "people"), (long long)c->unassigned);
    if (c->faces > 0)
        say_threshold(c);
    if (c->duplicate_appearances)
        printf("%lld %s of faces seen at once look like one person shown twice (a mirror, a split screen) and may share a folder\n",
               (long long)c->duplicate_appearances, plural(c->duplicate_appearances, "pair", "pairs"));
    if (c->faces > 0 && c->people == 0)
        puts("nobody was seen often enough to be sorted: try --min-samples 1, or look more often with --every 0.2s");
}

void json_scan(const ww_scan_result *s)
{
    printf(", \"sources\": %lld, \"scanned\": %lld, \"already\": %lld, \"unreadable\": %lld, \"damaged\": %lld", (long long)s->inputs,
           (long long)s->scanned, (long long)s->already, (long long)s->unreadable, (long long)s->damaged);
    printf(", \"frames\": %lld, \"intermediate_frames\": %lld, \"faces_small\": %lld, \"faces_transient\": %lld, \"faces_found\": %lld", (long long)s->frames,
           (long long)s->intermediate_frames, (long long)s->faces_small, (long long)s->faces_transient, (long long)s->faces);
}

void json_sorting(const ww_cluster_result *c)
{
    static const char *const source[] = {"model", "measured", "given"};
    printf(", \"faces\": %lld, \"low_quality\": %lld, \"people\": %lld, \"unassigned\": %lld, \"duplicate_appearances\": %lld", (long long)c->faces, (long long)c->low_quality,
           (long long)c->people, (long long)c->unassigned, (long long)c->duplicate_appearances);
    printf(", \"method\": \"%s\", \"threshold\": %.6g, \"threshold_source\": \"%s\", \"pairs_same\": %lld, \"pairs_different\": %lld", c->method, c->threshold,
           source[c->threshold_source], (long long)c->pairs_same, (long long)c->pairs_different);
    printf(", \"false_merge\": %.3g, \"false_split\": %.3g", c->false_merge, c->false_split);
}
