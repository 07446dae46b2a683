// SPDX-License-Identifier: MIT
#include "base/number.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_CHARS_MAX = 63 }; // of a stored number; %.17g writes at most 24

static locale_t c_locale;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale)
        abort(); // glibc's is static; elsewhere it is a small fixed allocation
}

static locale_t the_c_locale(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_c_locale);
    return c_locale;
}

double ww_number_parse(const char *text, char **end) { return strtod_l(text, end, the_c_locale()); }

bool ww_number_read(const char *text, double *value)
{
    char *end;
    double number = ww_number_parse(text, &end);
    if (end == text || *end || !isfinite(number))
        return false;
    *value = number;
    return true;
}

bool ww_number_read_stored(const char *text, double *value)
{
    char copy[NUMBER_CHARS_MAX + 1];
    size_t length = strlen(text);
    if (length > NUMBER_CHARS_MAX)
        return false;
    memcpy(copy, text, length + 1);
    char *comma = strchr(copy, ',');
    if (comma && !strchr(copy, '.'))
        *comma = '.';
    return ww_number_read(copy, value);
}

// uselocale() speaks of the calling thread alone, and is put back before anybody else's code runs.
int ww_vformat(char *out, size_t size, const char *format, va_list args)
{
    locale_t before = uselocale(the_c_locale());
    int length = vsnprintf(out, size, format, args);
    uselocale(before);
    return length;
}

int ww_format(char *out, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = ww_vformat(out, size, format, args);
    va_end(args);
    return length;
}
