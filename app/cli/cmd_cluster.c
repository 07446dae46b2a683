// SPDX-License-Identifier: MIT
// whoswho cluster DIR and whoswho export DIR: the later stages alone, on a folder that was scanned before.
#include "cluster_options.h"
#include "commands.h"
#include "dataset.h"
#include "document.h"
#include "folder.h"
#include "known.h"
#include "options.h"
#include "ui.h"
#include "summary.h"

#include <stdlib.h>

#define RECALL_APPROXIMATE 0.999

struct settings {
    ww_cluster_options cluster;
    ww_model_options models; // for the pictures of known people
    const char *dir, *known;
    bool restore;
    dataset_settings dataset;
    const char *embeddings, *meta, *labels; // vectors made elsewhere, and where their clusters go
    bool approximate;
    bool quiet, verbose, json, help;
};

static ww_status name_known(ui *u, ww_library *library, const struct settings *set, ww_cluster_result *clustered,
                            int64_t *unreadable, ww_error *err)
{
    ww_models *models = NULL;
    ww_known_result known = WW_KNOWN_RESULT_INIT;
    ww_status status = ww_library_models_open(library, &set->models, &models, err);
    if (status == WW_OK)
        status = known_people(u, library, models, set->known, &set->cluster, clustered, &known, err);
    *unreadable = known.unreadable;
    ww_models_close(models);
    return status;
}

static int on_folder(const struct settings *set, const char *dir, bool cluster)
{
    ui u;
    ui_begin(&u, set->quiet, set->json);
    u.verbose |= set->verbose;
    ww_callbacks callbacks = ui_callbacks(&u);
    ww_error err = {0};
    ww_library *library = NULL;
    ww_cluster_result clustered = WW_CLUSTER_RESULT_INIT;
    ww_export_result exported = WW_EXPORT_RESULT_INIT;
    int64_t unreadable = 0;
    ww_status status = ww_library_open(dir, WW_LIBRARY_EXISTING, &callbacks, &library, &err);
    if (status == WW_OK)
        status = csv_options_keep(library, set->dataset.csv_safe, &err);
    if (status == WW_OK)
        status = cluster        ? ww_library_cluster(library, &set->cluster, &clustered, &err)
                 : set->restore ? ww_library_restore(library, &exported, &err)
                                : ww_library_export(library, &exported, &err);
    if (status == WW_OK && cluster && set->known)
        status = name_known(&u, library, set, &clustered, &unreadable, &err);
    ww_library_close(library);
    if (status != WW_OK)
        return ui_fail(&u, &err);
    ui_clear(&u);
    if (set->json && cluster) {
        printf("{\"seconds\": %.3f", clustered.wall_s);
        json_sorting(&clustered);
        puts("}");
    } else if (set->json)
        printf("{\"people\": %lld, \"portraits\": %lld, \"unassigned\": %lld, \"frames\": %lld, \"written\": %lld, "
               "\"kept\": %lld, \"removed\": %lld, "
               "\"seconds\": %.3f}\n",
               (long long)exported.people, (long long)exported.portraits, (long long)exported.unassigned,
               (long long)exported.frames, (long long)exported.files_written, (long long)exported.files_kept,
               (long long)exported.files_removed, exported.wall_s);
    else if (!set->quiet && cluster) {
        print_sorting(&clustered, u.verbose);
        printf("next: whoswho export %s\n", dir);
    } else if (!set->quiet)
        printf("%lld people, %lld portraits, %lld unassigned; %lld files written, %lld as they were, %lld removed "
               "(%.2f s)\nlook at %s/index.html\n",
               (long long)exported.people, (long long)exported.portraits, (long long)exported.unassigned,
               (long long)exported.files_written, (long long)exported.files_kept, (long long)exported.files_removed,
               exported.wall_s, dir);
    return unreadable ? EXIT_SOME_UNREADABLE : EXIT_FINE;
}

static int on_vectors(const struct settings *set)
{
    ui u;
    ui_begin(&u, set->quiet, set->json);
    ui_end_when_interrupted();
    ww_error err = {0};
    ww_cluster_result r = WW_CLUSTER_RESULT_INIT;
    ww_cluster_options options = set->cluster;
    options.csv_safe = set->dataset.csv_safe > 0;
    if (ww_cluster_vector_files(set->embeddings, set->meta, set->labels, &options, &r, &err) != WW_OK)
        return ui_fail(&u, &err);
    if (set->json)
        printf("{\"faces\": %lld, \"people\": %lld, \"unassigned\": %lld, \"recall\": %.5f, \"seconds\": %.3f}\n",
               (long long)r.faces, (long long)r.people, (long long)r.unassigned, set->approximate ? r.recall : 1,
               r.wall_s);
    else if (!set->quiet) {
        printf("%lld faces, %lld people, %lld unassigned (%.2f s)\n", (long long)r.faces, (long long)r.people,
               (long long)r.unassigned, r.wall_s);
        if (set->approximate)
            printf("approximate: %.3f%% of the pairs within eps were found, of a sample\n", 100 * r.recall);
        printf("look at %s\n", set->labels);
    }
    return EXIT_FINE;
}

static int run(int argc, char **argv, int first, bool cluster)
{
    struct settings set = {.dir = DIR_DEFAULT,
                           .cluster = WW_CLUSTER_OPTIONS_INIT,
                           .models = WW_MODEL_OPTIONS_INIT,
                           .dataset = {.options = WW_DATASET_OPTIONS_INIT, .csv_safe = WW_KEEP}};
    ww_dataset_options *to = &set.dataset.options;
    const option exporting[] = {
        {"restore", 0, OPTION_FLAG, &set.restore, NULL,
         "write everything back, whatever was done to the folders by hand"},
        {"to", 0, OPTION_TEXT, &to->formats, "FORMAT,..",
         "write a data set elsewhere, as its consumer reads it; see below", .choices = dataset_format_choices()},
        {"out", 'O', OPTION_TEXT, &to->out, "OUT", "where it goes; several formats get a folder each"},
        {"split", 0, OPTION_TEXT, &set.dataset.split, "PARTS", "train/val/test, without leaks (80/10/10)"},
        {"seed", 0, OPTION_COUNT, &set.dataset.seed, "N", "another seed, another split (0)"},
        {"near-duplicate", 0, OPTION_NUMBER, &to->near_duplicate, "D",
         "distance below which faces of a person stay on one side (0.3 of the embedder's eps)", 0, 100},
        {"unlabelled", 0, OPTION_TEXT, &set.dataset.unlabelled, "HOW",
         "faces of no class in a frame: blur (the default), unknown, or leave-out",
         .choices = "blur unknown leave-out"},
        {"named", 0, OPTION_FLAG, &set.dataset.named, NULL, "only people with a name"},
        {"best", 0, OPTION_COUNT, &to->best, "N", "at most N faces of a person: good ones that differ", 1, 1000000},
        {"apart", 0, OPTION_NUMBER, &to->apart, "D", "of a person no two faces nearer than D; the better one stays", 0,
         100},
        {"per-track", 0, OPTION_COUNT, &to->per_track, "N", "at most N faces of one track", 1, 1000000},
        {"box", 0, OPTION_TEXT, &set.dataset.box, "RULE", "boxes as detected (tight, the default) or widened",
         .choices = "tight widened"},
        {"crop", 0, OPTION_TEXT, &set.dataset.crop, "WHAT", "pictures of faces: head (the default), tight or portrait",
         .choices = "head tight portrait"},
        {"original-size", 0, OPTION_FLAG, &set.dataset.original_size, NULL, "as filmed, never enlarged (the default)"},
        {"portrait-width", 0, OPTION_COUNT, &to->picture_width, "PX", "all so wide, enlarged where they must be", 1,
         8192},
        {"format", 0, OPTION_TEXT, &set.dataset.picture, "KIND", "of them: jpeg, png (the default for chips) or webp",
         .choices = "jpeg png webp"},
        {"quality", 0, OPTION_COUNT, &to->quality, "Q", "of JPEG and WebP (95)", 1, 100},
        {"chip-size", 0, OPTION_COUNT, &to->chip_size, "PX", "side of aligned chips (112)", 16, 1024},
        {"margin", 0, OPTION_NUMBER, &to->margin, "SHARE", "around aligned chips, of their side (0)", 0, 2},
    };
    const option shared[] = {
        {"output", 'o', OPTION_TEXT, &set.dir, "DIR", "the library's folder (" DIR_DEFAULT ")"},
        {"quiet", 'q', OPTION_FLAG, &set.quiet, NULL, "print errors only"},
        {"verbose", 'v', OPTION_FLAG, &set.verbose, NULL,
         "print more: what was estimated from what, notes of the library"},
        {"json", 0, OPTION_FLAG, &set.json, NULL, "print the result as JSON"},
        {"help", 'h', OPTION_FLAG, &set.help, NULL, "this text"},
    };
    const option clustering[] = {
        {"embeddings", 0, OPTION_TEXT, &set.embeddings, "X.npy", "cluster these vectors, not a folder's faces"},
        {"meta", 0, OPTION_TEXT, &set.meta, "X.csv", "a row each; source, track and frame are used"},
        {"out", 'O', OPTION_TEXT, &set.labels, "OUT.csv", "the new table with a column cluster"},
        {"approximate", 0, OPTION_FLAG, &set.approximate, NULL,
         "of vectors: DBSCAN that may miss one in a thousand of the pairs within eps, for millions"},
        {"threads", 't', OPTION_COUNT, &set.cluster.threads, "N", "threads to use (all CPUs)", 1, 1024},
        {"detector", 0, OPTION_TEXT, &set.models.detector, "FILE", "for these pictures: as the library was made with"},
        {"embedder", 0, OPTION_TEXT, &set.models.embedder, "FILE", "likewise"},
        {"landmarks", 0, OPTION_TEXT, &set.models.landmarks, "FILE", "likewise"},
        {"upsample", 0, OPTION_COUNT, &set.models.upsample, "N", "likewise", 0, 4},
        {"jitter", 0, OPTION_COUNT, &set.models.jitter, "N", "likewise", 0, 1000},
    };
    option own[sizeof exporting / sizeof *exporting + sizeof shared / sizeof *shared
               + sizeof clustering / sizeof *clustering + CLUSTER_OPTIONS_COUNT + CSV_OPTIONS_COUNT];
    size_t options = 0, count = 0;
    if (!cluster)
        options_add(own, &options, exporting, sizeof exporting / sizeof *exporting);
    csv_options_add(own, &options, &set.dataset.csv_safe);
    options_add(own, &options, shared, sizeof shared / sizeof *shared);
    if (cluster) {
        cluster_options_add(own, &options, &set.cluster, &set.known);
        options_add(own, &options, clustering, sizeof clustering / sizeof *clustering);
    }
    const char **dirs = options_arguments(argc);
    if (!dirs)
        return EXIT_FAILED;
    int code = EXIT_USAGE;
    if (!options_parse(own, options, argc, argv, first, dirs, &count)) {
        code = EXIT_USAGE;
    } else if (set.help) {
        puts(cluster
                 ? "usage: whoswho cluster [DIR] [options]\n\nGroups the faces in DIR/whoswho.db into people again, "
                   "without the footage.\n\nOptions:"
                 : "usage: whoswho export [DIR] [options]\n\nWrites the folders, labels, montages, table and page of "
                   "DIR/whoswho.db; with --to, a data set\n"
                   "for training into another folder.\n\nOptions:");
        options_print_help(own, options);
        if (!cluster)
            dataset_print_formats();
        code = EXIT_FINE;
    } else if (set.embeddings || set.meta || set.labels || set.approximate) {
        set.cluster.recall = set.approximate ? RECALL_APPROXIMATE : 0;
        if (!set.embeddings || !set.labels || count != 0 || set.known)
            complain("--embeddings X.npy and -O OUT.csv belong together, without a folder; see whoswho cluster --help");
        else
            code = on_vectors(&set);
    } else if (count > 1) {
        complain("name one folder that was scanned before; see whoswho %s --help", cluster ? "cluster" : "export");
    } else if (!to->formats != !to->out || (!to->formats && dataset_settings_given(&set.dataset))) {
        complain("--to FORMAT and -O OUT belong together; see whoswho export --help");
    } else if (to->formats) {
        if (dataset_settings_read(&set.dataset))
            code = dataset_export(count ? dirs[0] : set.dir, &set.dataset, set.quiet, set.verbose, set.json);
    } else {
        code = on_folder(&set, count ? dirs[0] : set.dir, cluster);
    }
    free(dirs);
    return code;
}

int cmd_cluster(int argc, char **argv, int first) { return run(argc, argv, first, true); }
int cmd_export(int argc, char **argv, int first) { return run(argc, argv, first, false); }
