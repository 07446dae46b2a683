// SPDX-License-Identifier: MIT
// whoswho-mpi cluster: DBSCAN of vectors that are too many for one memory, with the table of
// whoswho cluster --embeddings X.npy --method dbscan.
#include "cmd_cluster.h"
#include "document.h"
#include "mpi/mpi_vectors.h"
#include "options.h"
#include "streams.h"
#include "ui.h"

#include <stdlib.h>
#include <string.h>

enum { SAMPLES_MAX = 129 }; // WW_PARTS_SAMPLES_MAX

typedef struct settings {
    ww_mpi_vectors vectors;
    double threshold;
    const char *method, *meta;
    bool quiet, json, help;
} settings;

static bool are_fine(const settings *s, size_t folders)
{
    const ww_mpi_vectors *v = &s->vectors;
    if (!v->npy || !v->out || folders > 0)
        complain("--embeddings X.npy and -O OUT.csv belong together, without a folder; see whoswho-mpi cluster --help");
    else if (s->method && strcmp(s->method, "dbscan") != 0)
        complain("this is DBSCAN of vectors, not '%s'", s->method);
    else if (s->meta)
        complain("links between vectors (--meta) are heeded by --method hac, map-equation and chinese-whispers, not by "
                 "dbscan on several machines");
    else
        return true;
    return false;
}

static int cluster(settings *s)
{
    ui u;
    ww_error err = {0};
    ww_mpi_vectors *v = &s->vectors;
    ui_begin(&u, s->quiet, s->json);
    ui_end_when_interrupted();
    v->eps = v->eps > 0 ? v->eps : s->threshold;
    if (ww_mpi_cluster_vectors(v, &err) != WW_OK)
        return ui_fail(&u, &err);
    if (s->json)
        printf("{\"faces\": %lld, \"people\": %lld, \"unassigned\": %lld, \"recall\": 1, \"seconds\": %.3f}\n",
               v->faces, v->people, v->unassigned, v->wall_s);
    else if (!s->quiet)
        printf("%lld faces, %lld people, %lld unassigned (%.2f s)\nlook at %s\n", v->faces, v->people, v->unassigned,
               v->wall_s, v->out);
    return EXIT_FINE;
}

// The value of an option of the command line, as "--name value" or "--name=value"; "" where it has none; NULL: absent.
static const char *find_option(int argc, char **argv, const char *name)
{
    const size_t length = strlen(name);
    for (int i = 2; i < argc && argv[i] && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], name) == 0)
            return i + 1 < argc ? argv[i + 1] : "";
        if (strncmp(argv[i], name, length) == 0 && argv[i][length] == '=')
            return argv[i] + length + 1;
    }
    return NULL;
}

bool mpi_cluster_is_dbscan(int argc, char **argv)
{
    const char *method = find_option(argc, argv, "--method");
    if (find_option(argc, argv, "--help") || find_option(argc, argv, "-h"))
        return true;
    return find_option(argc, argv, "--embeddings") && (!method || strcmp(method, "dbscan") == 0);
}

bool mpi_cluster_is_quiet(int argc, char **argv)
{
    return find_option(argc, argv, "--quiet") || find_option(argc, argv, "-q") || find_option(argc, argv, "--json");
}

int mpi_cluster(int argc, char **argv)
{
    settings s = {0};
    ww_mpi_vectors *v = &s.vectors;
    const option table[] = {
        {"embeddings", 0, OPTION_TEXT, &v->npy, "X.npy", "vectors, float32 or float64, a row each"},
        {"out", 'O', OPTION_TEXT, &v->out, "OUT.csv", "the new table: row, cluster"},
        {"eps", 0, OPTION_NUMBER, &v->eps, "D",
         "distance within which two vectors are neighbours (1.0 for unit length)", 1e-6, 100},
        {"threshold", 0, OPTION_NUMBER, &s.threshold, "D", "the same", 1e-6, 100},
        {"min-samples", 0, OPTION_COUNT, &v->min_samples, "N", "neighbours, itself included, of a core point (5)", 1,
         SAMPLES_MAX},
        {"method", 0, OPTION_TEXT, &s.method, "NAME", "dbscan; with another, the options are whoswho cluster's",
         .choices = "dbscan hac map-equation chinese-whispers"},
        {"meta", 0, OPTION_TEXT, &s.meta, "X.csv", "refused: links are for the other methods"},
        {"threads", 't', OPTION_COUNT, &v->threads, "N", "of each rank (its machine's CPUs, shared)", 1, 1024},
        {"quiet", 'q', OPTION_FLAG, &s.quiet, NULL, "print errors only"},
        {"json", 0, OPTION_FLAG, &s.json, NULL, "print the result as JSON"},
        {"help", 'h', OPTION_FLAG, &s.help, NULL, "this text"},
    };
    const size_t options = sizeof table / sizeof *table;
    size_t folders = 0;
    const char **rest = options_arguments(argc);
    if (!rest)
        return EXIT_FAILED;
    int code = EXIT_USAGE;
    if (!options_parse(table, options, argc, argv, 2, rest, &folders)) {
        code = EXIT_USAGE;
    } else if (s.help) {
        puts("usage: mpirun -n RANKS whoswho-mpi cluster [DIR] [options]\n"
             "       mpirun -n RANKS whoswho-mpi cluster --embeddings X.npy -O OUT.csv [options]\n\n"
             "The first groups the faces of a library, as whoswho cluster does and with its options (whoswho cluster "
             "--help):\nrank 0 has the library, and all ranks look for faces that are near each other. So is the "
             "second with\n--method hac, map-equation or chinese-whispers.\n\n"
             "Without a method it is DBSCAN, exactly as whoswho cluster --embeddings X.npy --method dbscan does it on "
             "one\nmachine. Each rank reads its own share of the file, which all must see; rank 0 writes the "
             "table.\n\nOptions:");
        options_print_help(table, options);
        code = EXIT_FINE;
    } else if (are_fine(&s, folders)) {
        code = cluster(&s);
    }
    free(rest);
    return code;
}
