// SPDX-License-Identifier: MIT
// Errors: a status code plus one sentence a person can act on, made where the trouble happened and handed up unchanged.
//
// Every fallible function returns a ww_status (0 or negative, see whoswho.h) and takes a `ww_error *err` as its last
// argument. `err` may be NULL. A function that returns WW_OK leaves *err untouched.
#ifndef WW_BASE_ERROR_H
#define WW_BASE_ERROR_H
#include "whoswho/whoswho.h"

// Fills *err (if not NULL) and returns `status`, so that `return ww_fail(err, WW_ERR_IO, "...")` is the idiom.
ww_status ww_fail(ww_error *err, ww_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

// As ww_fail, for a failed system call: appends strerror(errnum); ENOSPC and EDQUOT become WW_ERR_NO_SPACE, ENOENT
// WW_ERR_NOT_FOUND, ENOMEM WW_ERR_MEMORY, all others WW_ERR_IO.
ww_status ww_fail_errno(ww_error *err, int errnum, const char *format, ...) __attribute__((format(printf, 3, 4)));

// WW_ERR_MEMORY: "no memory left for WHAT", and what to do.
ww_status ww_fail_memory(ww_error *err, const char *what, ...) __attribute__((format(printf, 2, 3)));

// Puts "PREFIX: " before the message already in *err (truncating at the end if need be); returns err's status.
ww_status ww_error_prefix(ww_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#if defined(__clang_analyzer__) && !defined(WW_BASE_ERROR_C)
// The analyzer looks at one file at a time and cannot know that these return the failure they are given.
#define ww_fail(err, status, ...) (ww_fail(err, status, __VA_ARGS__), (status))
#define ww_fail_memory(err, ...) (ww_fail_memory(err, __VA_ARGS__), WW_ERR_MEMORY)
#endif

#endif
