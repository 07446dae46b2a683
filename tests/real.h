// SPDX-License-Identifier: MIT
// For files that put functions in front of a library's: REAL(name) is the library's own, the next one of that name in
// the order of loading.
#ifndef WW_TESTS_REAL_H
#define WW_TESTS_REAL_H
#include <dlfcn.h>

// POSIX has dlsym give functions, ISO C has no such conversion.
#define REAL(name)                                                                                                     \
    __extension__({                                                                                                    \
        __typeof__(&name) real;                                                                                        \
        *(void **)&real = dlsym(RTLD_NEXT, #name);                                                                     \
        real;                                                                                                          \
    })

#endif
