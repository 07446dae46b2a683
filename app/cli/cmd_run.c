// SPDX-License-Identifier: MIT
// whoswho [run] INPUT..., whoswho scan INPUT... and whoswho watch FOLDER...
#include "cluster_options.h"
#include "commands.h"
#include "document.h"
#include "folder.h"
#include "inputs.h"
#include "known.h"
#include "options.h"
#include "streams.h"
#include "ui.h"
#include "summary.h"
#include "watch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SETTLE_MS = 2000 }; // without news, before files that came are looked at

struct settings {
    const char *dir, *known, *preset, *list, *shard, *precision;
    ww_model_options models;
    ww_scan_options scan;
    ww_cluster_options cluster;
    int csv_safe;
    bool null, no_track, near_times, fast, count_frames, original_size, quiet, verbose, json, help;
};

struct outcome {
    const char *dir, *detector, *embedder;
    ww_scan_result scan;
    ww_cluster_result cluster;
    ww_export_result export;
    ww_known_result known;
    bool nothing_read, clustered, asked_known, sharded;
    double wall_s;
};

// The commands of this file: they differ in how far they go.
typedef struct way {
    const char *usage;
    bool scan_only, watches;
} way;

static const way way_run = {
    "usage: whoswho [run] INPUT... [options]\n\n"
    "Finds every face in the INPUTs (videos, photos, folders of either), groups the faces into\n"
    "people, and writes one folder per person. Run again with more INPUTs to add to it.\n\nOptions:",
    false, false};
static const way way_scan = {
    "usage: whoswho scan INPUT... [options]\n\n"
    "Finds the faces in the INPUTs and stores them in DIR/whoswho.db, without grouping them yet.\n\nOptions:",
    true, false};
static const way way_watch = {
    "usage: whoswho watch FOLDER... [options]\n\n"
    "Does what run does, and again whenever files have come into the FOLDERs, until Ctrl-C. In between the\n"
    "library is closed, so that people can be named meanwhile.\n\nOptions:",
    false, true};

static void print_json(const struct outcome *o)
{
    const ww_scan_result *s = &o->scan;
    printf("{\"dir\": ");
    json_print_string(stdout, o->dir);
    printf(", \"detector\": ");
    json_print_string(stdout, o->detector);
    printf(", \"embedder\": ");
    json_print_string(stdout, o->embedder);
    json_scan(s);
    if (o->clustered)
        json_sorting(&o->cluster);
    if (o->asked_known)
        printf(", \"known\": {\"names\": %lld, \"pictures\": %lld, \"of_no_use\": %lld, \"recognised\": %lld}",
               (long long)o->known.names, (long long)o->known.pictures,
               (long long)o->known.unreadable + (long long)o->known.without_face + (long long)o->known.unclear,
               (long long)o->known.recognised);
    printf(", \"seconds\": {\"total\": %.3f, \"scan\": %.3f, \"decode_cpu\": %.3f, \"detect_cpu\": %.3f, "
           "\"embed_cpu\": %.3f, \"encode_cpu\": %.3f",
           o->wall_s, s->wall_s, s->decode_s, s->detect_s, s->embed_s, s->encode_s);
    if (o->clustered)
        printf(", \"cluster\": %.3f, \"export\": %.3f", o->cluster.wall_s, o->export.wall_s);
    printf("}}\n");
}

static void print_summary(const struct outcome *o, bool verbose)
{
    const ww_scan_result *s = &o->scan;
    print_scan(s, verbose);
    if (o->clustered)
        print_sorting(&o->cluster, verbose);
    if (verbose) {
        printf("%.1f s: scan %.1f (CPU time: decode %.1f, detect %.1f, embed %.1f, encode %.1f)", o->wall_s, s->wall_s,
               s->decode_s, s->detect_s, s->embed_s, s->encode_s);
        if (o->clustered)
            printf(", cluster %.1f, export %.1f", o->cluster.wall_s, o->export.wall_s);
        puts("");
    }
    if (o->asked_known)
        printf("%lld known %s, %lld %s of them; %lld %s recognised\n", (long long)o->known.names,
               plural(o->known.names, "person", "people"), (long long)o->known.pictures,
               plural(o->known.pictures, "picture", "pictures"), (long long)o->known.recognised,
               plural(o->known.recognised, "person", "people"));
    if (o->clustered)
        printf("look at %s/index.html\n", o->dir);
    else if (o->sharded)
        printf("next, when all shards are done: whoswho join DIR... -o DIR\n");
    else
        printf("next: whoswho cluster %s\n", o->dir);
}

scanner scan_by = {ww_library_scan, NULL};

// Where many processes scan, each looks for its own devices.
static bool scans_alone(void) { return scan_by.scan == ww_library_scan; }

// Models that cannot be had leave no folder behind, so an output folder that is new is made when they are there.
static ww_status open_both(const struct settings *set, const ww_callbacks *callbacks, ww_library **library,
                           ww_models **models, ww_error *err)
{
    const bool follows = access(set->dir, F_OK) == 0;
    ww_status status = follows ? WW_OK : ww_library_models_open(NULL, &set->models, models, err);
    if (status == WW_OK)
        status = ww_library_open(set->dir, WW_LIBRARY_CREATE, callbacks, library, err);
    if (status == WW_OK && follows)
        status = ww_library_models_open(*library, &set->models, models, err);
    return status;
}

// Whether nothing is asked of the sort: then one that begins with what the last one found gives the same.
static bool sorts_as_before(const struct settings *set)
{
    const ww_cluster_options *o = &set->cluster;
    return !set->known && !o->method && o->eps == WW_KEEP && o->threshold == WW_KEEP && o->min_samples == WW_KEEP
           && o->min_quality == WW_KEEP && o->threads == 0;
}

// From faces to people and their folders.
static ww_status sort_and_write(const struct settings *set, ui *u, ww_library *library, const ww_models *models,
                                struct outcome *o, ww_error *err)
{
    if (sorts_as_before(set))
        return ww_library_resort(library, &o->cluster, &o->export, err);
    ww_status status = ww_library_cluster(library, &set->cluster, &o->cluster, err);
    if (status == WW_OK && set->known)
        status = known_people(u, library, models, set->known, &set->cluster, &o->cluster, &o->known, err);
    return status == WW_OK ? ww_library_export(library, &o->export, err) : status;
}

// Says what came of it, and returns the exit code.
static int tell(const struct settings *set, const struct outcome *o, ui *u)
{
    ui_clear(u);
    if (o->nothing_read) {
        complain("there was nothing to look at");
        return EXIT_FAILED;
    }
    if (set->json)
        print_json(o);
    else if (!set->quiet)
        print_summary(o, u->verbose);
    return o->scan.unreadable || o->scan.damaged_files || o->known.unreadable ? EXIT_SOME_UNREADABLE : EXIT_FINE;
}

static int scan_and_more(const struct settings *set, const char *const *inputs, size_t count, bool scan_only)
{
    if (scan_by.serve)
        return scan_by.serve(&set->models, &set->scan);
    ui u;
    ui_begin(&u, set->quiet, set->json);
    u.verbose |= set->verbose;
    ww_callbacks callbacks = ui_callbacks(&u);
    ww_error err = {0};
    ww_models *models = NULL;
    ww_library *library = NULL;
    struct outcome o = {.dir = set->dir,
                        .sharded = set->scan.shards > 0,
                        .scan = WW_SCAN_RESULT_INIT,
                        .cluster = WW_CLUSTER_RESULT_INIT,
                        .export = WW_EXPORT_RESULT_INIT,
                        .known = WW_KNOWN_RESULT_INIT};
    const double begun_s = ui_now_s();
    const bool made = access(set->dir, F_OK) != 0;
    ww_status status = set->known ? ww_check_known(set->known, &err) : WW_OK;
    if (status == WW_OK && scans_alone())
        status = ww_check_hwaccel(set->scan.hwaccel, &err);
    if (status == WW_OK)
        status = open_both(set, &callbacks, &library, &models, &err);
    if (status == WW_OK)
        status = csv_options_keep(library, set->csv_safe, &err);
    if (status == WW_OK)
        status = scan_by.scan(library, models, inputs, count, &set->scan, &o.scan, &err);
    o.nothing_read = status == WW_OK && o.scan.unreadable > 0 && o.scan.unreadable == o.scan.inputs;
    o.clustered = !scan_only && !o.nothing_read;
    o.asked_known = o.clustered && set->known;
    if (status == WW_OK && o.clustered)
        status = sort_and_write(set, &u, library, models, &o, &err);
    o.wall_s = ui_now_s() - begun_s;
    int code = EXIT_FINE;
    if (status == WW_OK) {
        o.detector = ww_models_detector_name(models);
        o.embedder = ww_models_embedder_name(models);
        code = tell(set, &o, &u);
    } else {
        code = ui_fail(&u, &err);
    }
    ww_library_close(library);
    ww_models_close(models);
    if (made && o.nothing_read)
        folder_unmake(set->dir); // a start that failed leaves nothing behind
    return code;
}

// --preset article as typed: dlib's embedder and landmarks if they are here, else the embedder built in, with its own
// distance in place of the article's 0.5.
static void follow_article(struct settings *set)
{
    if (!set->models.embedder && ww_pinned_model_check("dlib", NULL) == WW_OK) {
        set->models.embedder = "dlib";
        if (!set->models.landmarks && ww_pinned_model_check("dlib5", NULL) == WW_OK)
            set->models.landmarks = "dlib5";
    }
    const bool stand_in = !set->models.embedder;
    if (stand_in && set->cluster.eps == WW_KEEP)
        set->cluster.eps = WW_AUTO;
    if (stand_in && !set->quiet && !set->json)
        fputs("whoswho: note: dlib's embedder is not here, so the one built in stands in for it, with its own "
              "distance; for the article's: whoswho models get dlib dlib5\n",
              stderr);
    const double eps = set->cluster.eps;
    ww_preset_article(&set->models, &set->scan, &set->cluster);
    if (stand_in)
        set->cluster.eps = eps;
}

enum { SHARDS_MAX = 100000 }; // as ww_library_scan has it

// "2/8"
static bool read_shard(const char *text, ww_scan_options *scan)
{
    char *end = NULL, *last = NULL;
    const long number = strtol(text, &end, 10), count = *end == '/' ? strtol(end + 1, &last, 10) : 0;
    const bool fine = last && *last == 0 && last != end + 1 && number >= 1 && number <= count && count <= SHARDS_MAX;
    scan->shard = fine ? (int)number : 0;
    scan->shards = fine ? (int)count : 0;
    return fine;
}

static bool read_precision(const char *text, ww_precision *precision)
{
    static const char *const word[] = {[WW_PRECISION_FLOAT32] = "float32", [WW_PRECISION_INT8] = "int8"};
    for (size_t i = WW_PRECISION_FLOAT32; i < sizeof word / sizeof *word; i++)
        if (strcmp(text, word[i]) == 0) {
            *precision = (ww_precision)i;
            return true;
        }
    return false;
}

// Again and again, as files come; a run that fails is told, and the next one may do better.
static int scan_and_watch(const struct settings *set, const input_list *in)
{
    if (set->json) {
        complain("watch goes on, and --json is one document: use run for it");
        return EXIT_USAGE;
    }
    watch *w = watch_open(in->path, in->count, set->dir);
    const bool watched = w != NULL;
    int code = w ? EXIT_FINE : EXIT_FAILED;
    while (w) {
        code = scan_and_more(set, in->path, in->count, false);
        fflush(stdout);
        if (code == EXIT_INTERRUPTED || !watch_wait(w, SETTLE_MS, ui_interrupted))
            break;
    }
    watch_close(w);
    return code == EXIT_INTERRUPTED ? code : watched ? EXIT_FINE : EXIT_FAILED;
}

static int run(int argc, char **argv, int first, const way *how)
{
    struct settings set = {.dir = DIR_DEFAULT,
                           .models = WW_MODEL_OPTIONS_INIT,
                           .scan = WW_SCAN_OPTIONS_INIT,
                           .cluster = WW_CLUSTER_OPTIONS_INIT,
                           .csv_safe = WW_KEEP};
    const option scanning[] = {
        {"output", 'o', OPTION_TEXT, &set.dir, "DIR", "where the result goes (" DIR_DEFAULT ")"},
        {"files-from", 0, OPTION_TEXT, &set.list, "FILE", "more INPUTs: the lines of FILE; -: of the standard input"},
        {"null", '0', OPTION_FLAG, &set.null, NULL, "the names in that list end with a NUL, as find -print0 writes it"},
        {"every", 0, OPTION_DURATION, &set.scan.every_us, "TIME", "sampling interval (1s)"},
        {"fps", 0, OPTION_FPS, &set.scan.every_us, "N", "the same as samples per second"},
        {"exact-times", 0, OPTION_FLAG_OFF, &set.near_times, NULL, "the frame at each sampling time (the default)"},
        {"near-times", 0, OPTION_FLAG, &set.near_times, NULL, "a frame near it that is cheaper to decode"},
        {"count-frames", 0, OPTION_FLAG, &set.count_frames, NULL,
         "sample by counting, as the article does: every (frame rate + 1)th frame; no tracking"},
        {"threads", 't', OPTION_COUNT, &set.scan.threads, "N", "threads to use (all CPUs)", 1, 1024},
        {"detector", 0, OPTION_TEXT, &set.models.detector, "FILE",
         "ONNX or dlib face detector, or hog, or cnn (the one built in)", .choices = "hog cnn yunet mmod"},
        {"embedder", 0, OPTION_TEXT, &set.models.embedder, "FILE", "ONNX or dlib face embedder (the one built in)",
         .choices = "sface dlib"},
        {"landmarks", 0, OPTION_TEXT, &set.models.landmarks, "FILE",
         "dlib shape predictor of 5 or 68 points (the detector's landmarks)", .choices = "dlib5 dlib68"},
        {"precision", 0, OPTION_TEXT, &set.precision, "WHAT",
         "what the built-in networks compute in, int8 or float32 (as the library; int8)", .choices = "float32 int8"},
        {"upsample", 0, OPTION_COUNT, &set.models.upsample, "N", "dlib detectors: double the picture N times (0)", 0,
         4},
        {"jitter", 0, OPTION_COUNT, &set.models.jitter, "N", "dlib embedders: mean over N slightly moved copies (1)", 0,
         1000},
        {"detect-size", 0, OPTION_COUNT, &set.scan.detect_size, "PX", "long side of the detector's input (640)", 64,
         8192},
        {"min-face", 0, OPTION_NUMBER, &set.scan.min_face_px, "PX",
         "smallest face kept, source pixels (all that are found)", 0, 100000},
        {"min-score", 0, OPTION_NUMBER, &set.scan.min_score, "S", "detector score from 0 to 1 (the detector's own)", 0,
         1},
        {"track", 0, OPTION_FLAG_OFF, &set.no_track, NULL, "track faces between samples (the default)"},
        {"no-track", 0, OPTION_FLAG, &set.no_track, NULL, "do not track faces between samples"},
        {"fast", 0, OPTION_FLAG, &set.fast, NULL, "for a first look: the frames cheapest to decode, no tracking"},
        {"hwaccel", 0, OPTION_TEXT, &set.scan.hwaccel, "NAME",
         "decode videos by hardware where it can: auto, cuda, vaapi, vdpau, or none (the default)",
         .choices = "none auto cuda vaapi vdpau"},
        {"frame-max", 0, OPTION_COUNT, &set.scan.frame_max_px, "PX", "long side of the stored frames (1280)", 64,
         16384},
        {"portrait-width", 0, OPTION_COUNT, &set.scan.portrait_width, "PX",
         "width of the portraits, enlarged where they must be (400)", 16, 4000},
        {"original-size", 0, OPTION_FLAG, &set.original_size, NULL, "portraits as filmed, never enlarged"},
        {"preset", 0, OPTION_TEXT, &set.preset, "NAME",
         "article: the article's pipeline, with dlib's models (see man whoswho)", .choices = "article"},
        {"quiet", 'q', OPTION_FLAG, &set.quiet, NULL, "print errors only"},
        {"verbose", 'v', OPTION_FLAG, &set.verbose, NULL,
         "print more: times, what was estimated from what, notes of the library"},
        {"json", 0, OPTION_FLAG, &set.json, NULL, "print the summary as JSON"},
        {"help", 'h', OPTION_FLAG, &set.help, NULL, "this text"},
    };
    const option sharding[] = {
        {"shard", 0, OPTION_TEXT, &set.shard, "I/N", "only the I-th of N shares of the INPUTs, for whoswho join"}};
    option table[sizeof scanning / sizeof *scanning + CLUSTER_OPTIONS_COUNT + CSV_OPTIONS_COUNT];
    _Static_assert(CLUSTER_OPTIONS_COUNT >= sizeof sharding / sizeof *sharding, "room for either");
    size_t options = 0, count = 0;
    options_add(table, &options, scanning, sizeof scanning / sizeof *scanning);
    if (!how->scan_only) {
        cluster_options_add(table, &options, &set.cluster, &set.known);
        csv_options_add(table, &options, &set.csv_safe);
    } else {
        options_add(table, &options, sharding, sizeof sharding / sizeof *sharding);
    }
    const char **argument = options_arguments(argc);
    if (!argument)
        return EXIT_FAILED;
    int code = EXIT_USAGE;
    input_list in = {0};
    if (!options_parse(table, options, argc, argv, first, argument, &count)) {
        code = EXIT_USAGE;
    } else if (set.help) {
        puts(how->usage);
        options_print_help(table, options);
        code = EXIT_FINE;
    } else if (set.original_size && set.scan.portrait_width) {
        complain("--original-size and --portrait-width contradict each other");
    } else if (set.count_frames && (set.scan.every_us || set.near_times || set.fast)) {
        complain("--count-frames counts, and --every, --fps, --near-times and --fast go by time: take one of them");
    } else if (set.shard && !read_shard(set.shard, &set.scan)) {
        complain("--shard takes I/N, such as 2/8, with I from 1 to N, not '%s'", printable(set.shard));
    } else if (set.precision && !read_precision(set.precision, &set.models.precision)) {
        complain("--precision takes float32 or int8, not '%s'", printable(set.precision));
    } else if (set.preset && strcmp(set.preset, "article") != 0) {
        complain("there is no preset '%s'; there is one: article", set.preset);
    } else if ((code = inputs_read(&in, argument, count, set.list, set.null)) == EXIT_FINE) {
        set.cluster.threads = set.scan.threads;
        set.scan.no_track = set.no_track;
        set.scan.near_times = set.near_times;
        set.scan.fast = set.fast;
        set.scan.count_frames = set.count_frames;
        if (set.original_size)
            set.scan.portrait_width = WW_PORTRAIT_AS_FILMED;
        if (set.preset)
            follow_article(&set);
        code = how->watches ? scan_and_watch(&set, &in) : scan_and_more(&set, in.path, in.count, how->scan_only);
    }
    inputs_free(&in);
    free(argument);
    return code;
}

int cmd_run(int argc, char **argv, int first) { return run(argc, argv, first, &way_run); }
int cmd_scan(int argc, char **argv, int first) { return run(argc, argv, first, &way_scan); }
int cmd_watch(int argc, char **argv, int first) { return run(argc, argv, first, &way_watch); }
