// SPDX-License-Identifier: MIT
// Numbers as text, always as the C locale has them ("0.5"), whatever locale the host program chose with setlocale().
// This is the one place of the library that reads a decimal fraction or asks printf for one; ww_strf, ww_buffer_format,
// ww_fail and ww_logf format through it. tools/check_sources.py refuses strtod, scanf and printf("%f") elsewhere.
//
// Safe in any thread; the locale of the process is not changed.
#ifndef WW_BASE_NUMBER_H
#define WW_BASE_NUMBER_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

// strtod() of the C locale: the number `text` begins with (0 when none), and where it ends (`end` may be NULL).
double ww_number_parse(const char *text, char **end);

// Whether the whole of `text` is one finite number; only then *value is set.
bool ww_number_read(const char *text, double *value);

// The same for what a store holds: a decimal comma counts as a point. Versions up to 0.1.0 wrote one under a locale
// that has it.
bool ww_number_read_stored(const char *text, double *value);

// snprintf() and vsnprintf() of the C locale.
int ww_format(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int ww_vformat(char *out, size_t size, const char *format, va_list args) __attribute__((format(printf, 3, 0)));

#endif
