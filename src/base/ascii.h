// SPDX-License-Identifier: MIT
// Characters as ASCII has them, whatever the locale: in Turkish ones tolower('I') is not 'i', so that "AVI" is no
// "avi". Bytes above 127 are left alone.
#ifndef WW_BASE_ASCII_H
#define WW_BASE_ASCII_H
#include <stdbool.h>

static inline bool ww_ascii_is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static inline bool ww_ascii_is_control(char c) { return (unsigned char)c < 0x20 || c == 0x7f; }

static inline bool ww_ascii_is_digit(char c) { return c >= '0' && c <= '9'; }

static inline char ww_ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

// Whether two strings differ at most in the case of ASCII letters.
static inline bool ww_ascii_same(const char *a, const char *b)
{
    while (*a && ww_ascii_lower(*a) == ww_ascii_lower(*b))
        a++, b++;
    return *a == *b;
}

#endif
