// SPDX-License-Identifier: MIT
// whoswho-mpi: whoswho scan, with the work done by all ranks of an MPI job. Rank 0 is the command as it is elsewhere;
// the others read the same command line and serve it. Alone it is whoswho scan. And whoswho cluster of vectors, which
// all ranks do alike (cmd_cluster.c).
#include "cmd_cluster.h"
#include "commands.h"
#include "document.h"
#include "mpi/mpi_ring.h"
#include "mpi/mpi_search.h"
#include "mpi/mpi_transport.h"
#include "streams.h"
#include "ui.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int rank, ranks;
static bool served;
static ww_mpi_hub *hub;
static int kept_stderr = -1;

// When another rank ends, mpirun ends this one, and nobody will answer any more.
static bool end_if_interrupted(void)
{
    if (!ui_interrupted())
        return false;
    static const char said[] = "\nwhoswho-mpi: stopped, because another rank ended or the job was cancelled; what was "
                               "scanned so far is kept, the same command goes on from here\n";
    if (write(STDERR_FILENO, said, sizeof said - 1) < 0)
        _exit(EXIT_FAILED);
    _exit(EXIT_INTERRUPTED); // the store is whole at any time
}

static void end_clustering_if_interrupted(void)
{
    if (!ui_interrupted())
        return;
    fputs("\nwhoswho-mpi: stopped, because another rank ended or the job was cancelled; nothing was written\n", stderr);
    _exit(EXIT_INTERRUPTED);
}

static ww_status scan(ww_library *library, const ww_models *models, const char *const *inputs, size_t count,
                      const ww_scan_options *options, ww_scan_result *result, ww_error *err)
{
    ww_transport transport = WW_TRANSPORT_INIT;
    ww_status status = ww_mpi_hub_begin(ww_models_precision(models), end_if_interrupted, &hub, err);
    if (status != WW_OK)
        return status;
    ww_mpi_hub_transport(hub, &transport);
    return ww_library_scan_over(library, models, inputs, count, options, &transport, result, err);
}

// What is wrong with the command line is told by rank 0 alone.
static void hush(void)
{
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    kept_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (nowhere >= 0) {
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        close(nowhere);
    }
}

static int serve(const ww_model_options *models, const ww_scan_options *options)
{
    ww_error err = {0};
    if (kept_stderr >= 0)
        dup2(kept_stderr, STDERR_FILENO);
    served = true;
    return ww_mpi_serve(models, options, &err) == WW_OK ? EXIT_FINE : EXIT_FAILED;
}

static void tell_traffic(const ww_mpi_traffic *t)
{
    const char *asked = getenv("WHOSWHO_LOG");
    if (asked && (strcmp(asked, "info") == 0 || strcmp(asked, "debug") == 0))
        fprintf(stderr, "whoswho-mpi: %lld requests, %lld bytes to the workers and %lld from them\n",
                (long long)t->requests, (long long)t->request_bytes, (long long)t->reply_bytes);
}

static int help(void)
{
    puts(
        "usage: mpirun -n RANKS whoswho-mpi scan INPUT... [options]\n\n"
        "whoswho scan on many machines: rank 0 has the library in DIR, the other ranks find the faces. All of them\n"
        "must see the INPUTs under the same paths. The result is that of whoswho scan, and so are the options\n"
        "(whoswho-mpi scan --help); --threads counts for each rank. With one rank it is whoswho scan.\n\n"
        "       mpirun -n RANKS whoswho-mpi cluster [DIR] [options]\n"
        "       mpirun -n RANKS whoswho-mpi cluster --embeddings X.npy -O OUT.csv [options]\n\n"
        "whoswho cluster by all ranks: of the faces in DIR/whoswho.db, or of vectors; see whoswho-mpi cluster --help.");
    return EXIT_FINE;
}

static bool clusters(int argc, char **argv) { return argc >= 2 && strcmp(argv[1], "cluster") == 0; }

// whoswho cluster, with the search for near faces done by all ranks.
static int cluster_by_all(int argc, char **argv)
{
    ww_error err = {0};
    const ww_search search = ww_mpi_search_begin();
    ww_search_by(&search, &err);
    ww_mpi_while_waiting(end_clustering_if_interrupted);
    const int code = cmd_cluster(argc, argv, 2);
    ww_search_by(NULL, &err);
    if (ww_mpi_search_end() == 0 && code == EXIT_FINE && !mpi_cluster_is_quiet(argc, argv))
        fputs("whoswho-mpi: note: rank 0 did this alone: there are few faces, or the method is none that is shared "
              "(hac, map-equation and chinese-whispers are, and dbscan of vectors)\n",
              stderr);
    return code;
}

static int cluster(int argc, char **argv)
{
    if (mpi_cluster_is_dbscan(argc, argv))
        return mpi_cluster(argc, argv);
    if (rank == 0)
        return cluster_by_all(argc, argv);
    ww_mpi_search_serve();
    return EXIT_FINE;
}

static int run(int argc, char **argv)
{
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
        return help();
    if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
        printf("whoswho-mpi %s\n", ww_version());
        return EXIT_FINE;
    }
    if (argc >= 2 && strcmp(argv[1], "scan") == 0)
        return cmd_scan(argc, argv, 2);
    if (clusters(argc, argv))
        return cluster(argc, argv);
    complain("whoswho-mpi has two commands, scan and cluster; the others are whoswho's; see whoswho-mpi --help");
    return EXIT_USAGE;
}

static void end_without_memory(size_t bytes)
{
    document_no_memory(bytes);
    _exit(EXIT_FAILED); // and with this rank, the job
}

int main(int argc, char **argv)
{
    ww_error err = {0};
    ww_mpi_traffic traffic = {0};
    ww_on_out_of_memory(end_without_memory);
    ww_silence_libav();
    streams_begin();
    if (ww_mpi_begin(&argc, &argv, &rank, &ranks, &err) != WW_OK) {
        complain("%s", err.message);
        return EXIT_FAILED;
    }
    if (ranks > 1)
        scan_by = rank == 0 ? (scanner){scan, NULL} : (scanner){NULL, serve};
    if (rank == 0)
        document_begin_if_asked(argc, argv);
    else
        hush();
    int code = run(argc, argv);
    if (rank == 0) {
        if (!clusters(argc, argv))
            ww_mpi_hub_end(hub, &traffic);
        if (hub)
            tell_traffic(&traffic);
        code = streams_end(document_end(code));
    } else if (clusters(argc, argv)) {
        code = EXIT_FINE; // rank 0 tells
    } else {
        if (!served)
            ww_mpi_decline("its command line is wrong");
        code = EXIT_FINE; // rank 0 tells
    }
    ww_mpi_end();
    return code;
}
