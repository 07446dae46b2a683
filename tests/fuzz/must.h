// SPDX-License-Identifier: MIT
// What a fuzz target demands of the code it feeds. Unlike assert() it stays in builds with NDEBUG, as the ordinary
// replay is one.
#ifndef WW_TESTS_FUZZ_MUST_H
#define WW_TESTS_FUZZ_MUST_H
#include <stdio.h>
#include <stdlib.h>

#define MUST(condition)                                                                                                \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: MUST(%s)\n", __FILE__, __LINE__, #condition);                                      \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)
#endif
