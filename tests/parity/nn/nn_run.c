// SPDX-License-Identifier: MIT
// Runs a model on raw numbers, for comparing with other runtimes and for timing:
//   nn_run MODEL N C H W INPUT OUTPUT [reference] [unfused]   reads float32 from INPUT, writes output i to OUTPUT.i
//   nn_run MODEL N C H W --bench RUNS                         prints the least and the median CPU milliseconds of a run
#include "nn/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int complain(const ww_error *err)
{
    fprintf(stderr, "nn_run: %s\n", err->message);
    return 1;
}

static size_t count_of(const ww_shape *s)
{
    size_t n = 1;
    for (int i = 0; i < s->rank; i++)
        n *= (size_t)s->dim[i];
    return n;
}

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int bench(ww_session *s, size_t inputs, int runs)
{
    ww_error err;
    double *ms = calloc((size_t)runs, sizeof *ms);
    for (int r = 0; r < runs; r++) {
        for (size_t i = 0; i < inputs; i++)
            ww_session_input(s)[i] = (float)(i * 2654435761u % 1024) / 1024;
        double start = cpu_ms();
        if (ww_session_run(s, &err) != WW_OK)
            return complain(&err);
        ms[r] = cpu_ms() - start;
    }
    qsort(ms, (size_t)runs, sizeof *ms, by_size);
    printf("%.3f ms least, %.3f ms median of %d runs\n", ms[0], ms[runs / 2], runs);
    free(ms);
    return 0;
}

static int run_files(ww_session *s, const ww_net *net, size_t inputs, const char *input, const char *output)
{
    ww_error err;
    FILE *f = fopen(input, "rb");
    if (!f || fread(ww_session_input(s), sizeof(float), inputs, f) != inputs) {
        fprintf(stderr, "nn_run: %s does not hold %zu numbers\n", input, inputs);
        return 1;
    }
    fclose(f);
    if (ww_session_run(s, &err) != WW_OK)
        return complain(&err);
    for (int i = 0; i < ww_net_output_count(net); i++) {
        char path[4096];
        ww_shape shape;
        const float *data = ww_session_output(s, i, &shape);
        snprintf(path, sizeof path, "%s.%d", output, i);
        f = fopen(path, "wb");
        if (!f || fwrite(data, sizeof(float), count_of(&shape), f) != count_of(&shape) || fclose(f) != 0)
            return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 8) {
        fprintf(stderr,
                "usage: nn_run MODEL N C H W INPUT OUTPUT [reference] [unfused] | MODEL N C H W --bench RUNS\n");
        return 2;
    }
    ww_error err;
    ww_net *net;
    ww_session *session;
    ww_session_options options = {.backend = WW_BACKEND_ONEDNN};
    for (int i = 8; i < argc; i++) {
        options.unfused |= strcmp(argv[i], "unfused") == 0;
        if (strcmp(argv[i], "reference") == 0)
            options.backend = WW_BACKEND_REFERENCE;
    }
    ww_shape input = {4, {atoll(argv[2]), atoll(argv[3]), atoll(argv[4]), atoll(argv[5])}};
    if (ww_net_load_file(argv[1], &net, &err) != WW_OK
        || ww_session_open_with(net, &input, &options, &session, &err) != WW_OK)
        return complain(&err);
    int result = strcmp(argv[6], "--bench") == 0 ? bench(session, count_of(&input), atoi(argv[7]))
                                                 : run_files(session, net, count_of(&input), argv[6], argv[7]);
    ww_session_close(session);
    ww_net_free(net);
    return result;
}
