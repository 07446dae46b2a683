// SPDX-License-Identifier: MIT
// Reading what dlib's serialize() wrote (its .dat files), from bytes in memory.
//
// The format has no tags and no lengths of parts: what comes next follows from the C++ type that was saved. Numbers are
// written so that any platform reads them:
//   integer  a control byte (sign in bit 7, byte count 1..8 in the low four bits), then that many bytes, least
//   significant first
//   real     mantissa and exponent, two integers: mantissa * 2^exponent; exponents 32000, 32001, 32002 are inf, -inf,
//   nan.
//            dlib before 2013 wrote decimal text and a space instead, which is read as well
//   bool     '1' or '0'
//   string, vector, array: the count, then the items
//   matrix   rows and columns (both negated by newer versions), then the items row by row
//
// A reader is sticky: after the first thing that is wrong every read gives 0, and the status and message stay. So a
// caller reads a whole structure in plain order, takes every count through ww_dat_count or ww_dat_int_in (which bound
// it), and asks once at the end.
#ifndef WW_DLIB_STREAM_H
#define WW_DLIB_STREAM_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WW_DAT_BYTES_MAX ((size_t)512 << 20) // of one file, unpacked

typedef struct ww_dat {
    const uint8_t *bytes;
    size_t size, at;
    const char *name;
    ww_status status; // of everything read so far
    ww_error *err;
} ww_dat;

// `bytes`, `name` (for messages) and `err` (may be NULL) must outlive the reader.
void ww_dat_open(ww_dat *d, const void *bytes, size_t size, const char *name, ww_error *err);
static inline bool ww_dat_ok(const ww_dat *d) { return d->status == WW_OK; }
static inline size_t ww_dat_left(const ww_dat *d) { return d->size - d->at; }

// The first failure is kept: "NAME: byte AT: MESSAGE". Returns the reader's status.
ww_status ww_dat_fail(ww_dat *d, ww_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
// WW_ERR_FORMAT if bytes are left over.
ww_status ww_dat_end(ww_dat *d);

// An integer of any width; beyond 63 bits it is a failure.
int64_t ww_dat_int(ww_dat *d);
// The same, in low .. high; `what` is for the message ("rows").
int64_t ww_dat_int_in(ww_dat *d, const char *what, int64_t low, int64_t high);
// A count of items, at most `max`, of which each takes at least `item_bytes` of what is left of the file.
size_t ww_dat_count(ww_dat *d, const char *what, size_t max, size_t item_bytes);
uint8_t ww_dat_byte(ww_dat *d);
bool ww_dat_bool(ww_dat *d);
// A float or double.
double ww_dat_real(ww_dat *d);
// The same; infinite and not a number are failures.
double ww_dat_finite(ww_dat *d, const char *what);

// A string into `text` (of `size` bytes, always terminated); longer ones, and those that hold a zero byte, are
// failures.
void ww_dat_text(ww_dat *d, char *text, size_t size);
// If a string that starts with `prefix` comes next, whole or as the start of a longer one: true. Reads nothing.
bool ww_dat_peek_text(const ww_dat *d, const char *prefix);

// Raw IEEE floats, 4 bytes each, little endian, as dlib writes tensors.
void ww_dat_floats_le(ww_dat *d, float *out, size_t count);
// The sizes of a matrix whose items follow; rows <= rows_max, columns <= columns_max, and an item takes at least two
// bytes.
void ww_dat_matrix_size(ww_dat *d, size_t rows_max, size_t columns_max, size_t *rows, size_t *columns);
// A matrix of floats or doubles, row by row, the caller's (free); NULL where it fails (the reader says why). An empty
// one gives a valid pointer.
float *ww_dat_matrix(ww_dat *d, size_t rows_max, size_t columns_max, size_t *rows, size_t *columns);

// Whether a file is one of dlib's: it begins with the count of bytes of an integer, 1, or is the .bz2 of something. (An
// ONNX file begins with a field's number and kind, 8 or more.)
bool ww_dat_is(const void *bytes, size_t size);
// The bytes of a .dat file, or of the .bz2 of one, as bytes to read: *data lies in `bytes` (and *owned is NULL) where
// it is not compressed, else in *owned, which is the caller's (free). More than WW_DAT_BYTES_MAX: WW_ERR_MEMORY.
ww_status ww_dat_unpack(const void *bytes, size_t size, const char *name, const uint8_t **data, size_t *data_size,
                        void **owned, ww_error *err);

#endif
