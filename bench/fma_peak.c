// SPDX-License-Identifier: MIT
// What one core can do: prints the user time of 1e9 float operations done as fused multiply-adds on whole registers,
// the least of some tries. Compile with -march=native.
#include <stdio.h>
#include <sys/resource.h>

enum { SUMS = 12, TURNS = 4000000, TRIES = 20 };
#ifdef __AVX512F__
enum { LANES = 16 };
#elif defined(__AVX__)
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif
typedef float vector __attribute__((vector_size(4 * LANES)));

static double user_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_utime.tv_sec + 1e-6 * (double)u.ru_utime.tv_usec;
}

int main(void)
{
    vector sum[SUMS], a, b;
    double least = 1e9;
    for (int i = 0; i < LANES; i++) {
        a[i] = 0.5F;
        b[i] = 0.25F;
    }
    for (int i = 0; i < SUMS; i++)
        sum[i] = a;
    for (int k = 0; k < TRIES; k++) {
        double start = user_seconds();
        for (int t = 0; t < TURNS; t++) {
#pragma GCC unroll 12
            for (int i = 0; i < SUMS; i++)
                sum[i] = sum[i] * a + b;
            __asm__ volatile("" : "+v"(a)); // or the compiler would find the limit by itself
        }
        double taken = (user_seconds() - start) * 1e9 / ((double)TURNS * SUMS * LANES * 2);
        least = taken < least ? taken : least;
    }
    float total = 0;
    for (int i = 0; i < SUMS; i++)
        total += sum[i][0];
    printf("time %.6f\n", total > 0 ? least : -1);
    return 0;
}
