// SPDX-License-Identifier: MIT
// The whole test framework. A test file defines tests and one table; its output is TAP, which meson reads:
//
//   TEST(adds_up) { CHECK(1 + 1 == 2); CHECK_NEAR(0.1 + 0.2, 0.3, 1e-12); }
//   int main(void) { RUN(adds_up); return FINISH(); }
//
// A failed CHECK says where and goes on; SKIP("why") ends the test as skipped.
#ifndef WW_TESTS_HARNESS_H
#define WW_TESTS_HARNESS_H
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int harness_number, harness_failed_tests, harness_failures;
static const char *harness_skip;

#define TEST(name) static void test_##name(void)

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            harness_failures++;                                                                                        \
            printf("# %s:%d: CHECK(%s)\n", __FILE__, __LINE__, #condition);                                            \
        }                                                                                                              \
    } while (0)

#define CHECK_EQ(a, b)                                                                                                 \
    do {                                                                                                               \
        long long harness_a = (long long)(a), harness_b = (long long)(b);                                              \
        if (harness_a != harness_b) {                                                                                  \
            harness_failures++;                                                                                        \
            printf("# %s:%d: %s is %lld, %s is %lld\n", __FILE__, __LINE__, #a, harness_a, #b, harness_b);             \
        }                                                                                                              \
    } while (0)

#define CHECK_NEAR(a, b, tolerance)                                                                                    \
    do {                                                                                                               \
        double harness_a = (a), harness_b = (b);                                                                       \
        if (!(fabs(harness_a - harness_b) <= (tolerance))) {                                                           \
            harness_failures++;                                                                                        \
            printf("# %s:%d: %s is %.9g, %s is %.9g\n", __FILE__, __LINE__, #a, harness_a, #b, harness_b);             \
        }                                                                                                              \
    } while (0)

#define CHECK_STR(a, b)                                                                                                \
    do {                                                                                                               \
        const char *harness_a = (a), *harness_b = (b);                                                                 \
        if (strcmp(harness_a, harness_b) != 0) {                                                                       \
            harness_failures++;                                                                                        \
            printf("# %s:%d: %s is \"%s\", expected \"%s\"\n", __FILE__, __LINE__, #a, harness_a, harness_b);          \
        }                                                                                                              \
    } while (0)

// For a ww_status call with a ww_error named `err` in scope: prints the message when it failed.
#define CHECK_OK(call)                                                                                                 \
    do {                                                                                                               \
        ww_status harness_status = (call);                                                                             \
        if (harness_status != WW_OK) {                                                                                 \
            harness_failures++;                                                                                        \
            printf("# %s:%d: %s: status %d: %s\n", __FILE__, __LINE__, #call, harness_status, err.message);            \
        }                                                                                                              \
    } while (0)

#define SKIP(why)                                                                                                      \
    do {                                                                                                               \
        harness_skip = (why);                                                                                          \
        return;                                                                                                        \
    } while (0)

static inline void harness_run(const char *name, void (*test)(void))
{
    harness_failures = 0;
    harness_skip = NULL;
    test();
    harness_number++;
    harness_failed_tests += harness_failures != 0;
    if (harness_skip && !harness_failures)
        printf("ok %d - %s # SKIP %s\n", harness_number, name, harness_skip);
    else
        printf("%sok %d - %s\n", harness_failures ? "not " : "", harness_number, name);
    fflush(stdout);
}

#define RUN(name) harness_run(#name, test_##name)

static inline int harness_finish(void)
{
    printf("1..%d\n", harness_number);
    return harness_failed_tests != 0;
}
#define FINISH() harness_finish()

// The path if there is a file, else NULL; good until the next call.
static inline const char *harness_file(const char *dir, const char *name)
{
    static char path[4096];
    if (!dir || !*dir)
        return NULL;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    fclose(f);
    return path;
}

// Path of a file in the shared folder of real models, footage and photos (environment WW_SHARED, set by meson), or NULL
// when it is not there; the caller then SKIPs. The result is good until the next call.
static inline const char *shared_file(const char *name) { return harness_file(getenv("WW_SHARED"), name); }

// Path of a file of the project (environment WW_SOURCE, else the folder at hand); a test of it fails where it is not
// there. The result is good until the next call, of shared_file() too.
static inline const char *source_file(const char *name)
{
    const char *dir = getenv("WW_SOURCE");
    const char *path = harness_file(dir && *dir ? dir : ".", name);
    return path ? path : name;
}
#endif
