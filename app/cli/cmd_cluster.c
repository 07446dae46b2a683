// SPDX-License-Identifier: MIT
// whoswho cluster DIR and whoswho export DIR: the later stages alone, on a folder that was scanned before.
#include "commands.h"
#include "options.h"
#include "ui.h"

#include <stdlib.h>

struct settings {
    ww_cluster_options cluster;
    bool quiet, json, help;
};

static int on_folder(const struct settings *set, const char *dir, bool cluster)
{
    ui u;
    ui_begin(&u, set->quiet, set->json);
    ww_callbacks callbacks = ui_callbacks(&u);
    ww_error err = {0};
    ww_library *library = NULL;
    ww_cluster_result clustered = {0};
    ww_export_result exported = {0};
    ww_status status = ww_library_open(dir, WW_LIBRARY_EXISTING, &callbacks, &library, &err);
    if (status == WW_OK)
        status = cluster ? ww_library_cluster(library, &set->cluster, &clustered, &err) : ww_library_export(library, &exported, &err);
    ww_library_close(library);
    if (status != WW_OK)
        return ui_fail(&u, &err);
    ui_clear(&u);
    if (set->json && cluster)
        printf("{\"faces\": %lld, \"people\": %lld, \"unsorted\": %lld, \"eps\": %.6g, \"seconds\": %.3f}\n", (long long)clustered.faces,
               (long long)clustered.people, (long long)clustered.unsorted, clustered.eps, clustered.wall_s);
    else if (set->json)
        printf("{\"people\": %lld, \"portraits\": %lld, \"unsorted\": %lld, \"frames\": %lld, \"written\": %lld, \"kept\": %lld, \"removed\": %lld, "
               "\"seconds\": %.3f}\n",
               (long long)exported.people, (long long)exported.portraits, (long long)exported.unsorted, (long long)exported.frames,
               (long long)exported.files_written, (long long)exported.files_kept, (long long)exported.files_removed, exported.wall_s);
    else if (!set->quiet && cluster)
        printf("%lld faces: %lld people, %lld unsorted (eps %.3g, %.2f s)\nnext: whoswho export %s\n", (long long)clustered.faces,
               (long long)clustered.people, (long long)clustered.unsorted, clustered.eps, clustered.wall_s, dir);
    else if (!set->quiet)
        printf("%lld people, %lld portraits, %lld unsorted; %lld files written, %lld as they were, %lld removed (%.2f s)\nlook at %s/index.html\n",
               (long long)exported.people, (long long)exported.portraits, (long long)exported.unsorted, (long long)exported.files_written,
               (long long)exported.files_kept, (long long)exported.files_removed, exported.wall_s, dir);
    return EXIT_FINE;
}

static int run(int argc, char **argv, int first, bool cluster)
{
    struct settings set = {0};
    const option table[] = {
        {"quiet", 'q', OPTION_FLAG, &set.quiet, NULL, "print errors only"},
        {"json", 0, OPTION_FLAG, &set.json, NULL, "print the result as JSON"},
        {"help", 'h', OPTION_FLAG, &set.help, NULL, "this text"},
        {"eps", 0, OPTION_NUMBER, &set.cluster.eps, "D", "distance within which two faces are neighbours (the embedder's own)"},
        {"min-samples", 0, OPTION_COUNT, &set.cluster.min_samples, "N", "neighbours that found a person (5)"},
        {"method", 0, OPTION_TEXT, &set.cluster.method, "NAME", "dbscan (the default), chinese-whispers, hac or map-equation"},
        {"min-quality", 0, OPTION_NUMBER, &set.cluster.min_quality, "Q", "faces below (0 to 1) join people but found none (0; 0.35 for photos)"},
        {"threads", 't', OPTION_COUNT, &set.cluster.threads, "N", "threads to use (all CPUs)"},
    };
    size_t options = cluster ? sizeof table / sizeof *table : 3, count = 0;
    const char **dirs = calloc((size_t)argc + 1, sizeof *dirs);
    if (!dirs)
        return EXIT_FAILED;
    int code = EXIT_USAGE;
    if (!options_parse(table, options, argc, argv, first, dirs, &count)) {
        code = EXIT_USAGE;
    } else if (set.help) {
        puts(cluster ? "usage: whoswho cluster DIR [options]\n\nSorts the faces in DIR/whoswho.db into people again, without the footage.\n\nOptions:"
                     : "usage: whoswho export DIR [options]\n\nWrites the folders, labels, montages, table and page of DIR/whoswho.db.\n\nOptions:");
        options_print_help(table, options);
        code = EXIT_FINE;
    } else if (count != 1) {
        fprintf(stderr, "whoswho: name one folder that was scanned before; see whoswho %s --help\n", cluster ? "cluster" : "export");
    } else {
        code = on_folder(&set, dirs[0], cluster);
    }
    free(dirs);
    return code;
}

int cmd_cluster(int argc, char **argv, int first) { return run(argc, argv, first, true); }
int cmd_export(int argc, char **argv, int first) { return run(argc, argv, first, false); }
