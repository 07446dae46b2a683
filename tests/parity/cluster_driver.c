// SPDX-License-Identifier: MIT
// cluster_driver VECTORS COUNT DIM EPS MIN_SAMPLES [THREADS [KERNELS [RECALL]]]: DBSCAN of raw float32 rows in a file,
// one label a line. Used by cluster_parity.py, bench/cluster_bench.py and bench/cluster_scale.py; --time prints seconds
// of wall and processor time, memory and recall instead of labels.
#include "base/clock.h"
#include "base/files.h"
#include "cluster/cluster.h"
#include "cluster/kernels.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static double processor_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec * 1e-6;
}

// Linux says it of this program alone; getrusage would count the one that started it, too. 0 where it is not said.
static long peak_kilobytes(void)
{
    char line[256];
    long kilobytes = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kilobytes = strtol(line + 6, NULL, 10);
    if (f)
        fclose(f);
    return kilobytes;
}

static const ww_cluster_kernels *kernels_named(const char *name)
{
    const ww_cluster_kernels *tables[8];
    const size_t count = ww_cluster_kernels_usable(tables, 8);
    for (size_t i = 0; i < count; i++)
        if (strcmp(tables[i]->name, name) == 0)
            return tables[i];
    return NULL;
}

int main(int argc, char **argv)
{
    ww_error err;
    const bool timed = argc > 1 && strcmp(argv[1], "--time") == 0;
    argv += timed, argc -= timed;
    if (argc < 6) {
        fprintf(stderr,
                "usage: cluster_driver [--time] VECTORS COUNT DIM EPS MIN_SAMPLES [THREADS [KERNELS [RECALL]]]\n");
        return 2;
    }
    const size_t count = strtoull(argv[2], NULL, 10);
    const int dim = atoi(argv[3]);
    uint8_t *vectors;
    size_t bytes;
    if (ww_read_file(argv[1], SIZE_MAX / 2, &vectors, &bytes, &err) != WW_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    if (dim < 1 || bytes != count * (size_t)dim * sizeof(float)) {
        fprintf(stderr, "%s does not hold %zu x %d float32 values\n", argv[1], count, dim);
        return 2;
    }
    int32_t *labels = calloc(count + 1, sizeof *labels);
    double found = 1;
    const ww_dbscan_options options = {.eps = strtod(argv[4], NULL),
                                       .min_samples = atoi(argv[5]),
                                       .threads = argc > 6 ? atoi(argv[6]) : 1,
                                       .kernels = argc > 7 ? kernels_named(argv[7]) : NULL,
                                       .recall = argc > 8 ? strtod(argv[8], NULL) : 0,
                                       .found = &found};
    const double wall = ww_seconds(), processor = processor_seconds();
    const ww_status status = ww_dbscan((const float *)(const void *)vectors, count, dim, &options, labels, &err);
    if (status != WW_OK)
        fprintf(stderr, "%s\n", err.message);
    else if (timed)
        printf("wall_s %.4f processor_s %.4f peak_kb %ld recall %.5f\n", ww_seconds() - wall,
               processor_seconds() - processor, peak_kilobytes(), found);
    else
        for (size_t i = 0; i < count; i++)
            printf("%d\n", labels[i]);
    free(labels);
    free(vectors);
    return status == WW_OK ? 0 : 1;
}
