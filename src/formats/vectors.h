// SPDX-License-Identifier: MIT
// Vectors made elsewhere, or by the format "embeddings": a NumPy array and a table with a row for each of its rows.
#ifndef WW_FORMATS_VECTORS_H
#define WW_FORMATS_VECTORS_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WW_VECTORS_DIM_MAX = 8192 };

typedef struct ww_vectors {
    float *value; // count x dim
    size_t count;
    int dim;
} ww_vectors;

// Reads an array of two axes, float32 or float64, little-endian, in C order (NumPy's formats 1.0 to 3.0).
// WW_ERR_FORMAT: it is another, cut off, or has values that are not finite.
ww_status ww_vectors_read(const char *path, ww_vectors *vectors, ww_error *err);
void ww_vectors_free(ww_vectors *vectors);

// The same file by parts, for who wants some of its rows only.
typedef struct ww_vectors_file {
    const char *path; // the caller's
    int fd;
    uint64_t bytes, begin; // of the file; of the values
    size_t count;
    int dim, value_bytes;
} ww_vectors_file;

ww_status ww_vectors_open(const char *path, ww_vectors_file *file, ww_error *err);
// Rows first .. first + count - 1, which are there, to `value` (count x dim). WW_ERR_FORMAT as above.
ww_status ww_vectors_read_rows(const ww_vectors_file *file, size_t first, size_t count, float *value, ww_error *err);
void ww_vectors_close(ww_vectors_file *file);

// What a table tells of vectors that clustering can use. Both are arrays of `count` numbers: rows of the same number
// have the same value in the columns; 0: none is given.
typedef struct ww_vector_origins {
    uint32_t *track; // by source and track
    uint32_t *frame; // by source and frame
} ww_vector_origins;

// By the columns source_hash (or source), track and frame, as far as they are there. WW_ERR_FORMAT: the table has not
// `count` rows.
ww_status ww_vector_origins_read(const char *path, size_t count, ww_vector_origins *origins, ww_error *err);
void ww_vector_origins_free(ww_vector_origins *origins);

// Writes a new file: the columns of `meta` (NULL: "row", from 0) and "cluster" after them, label[i] or -1 for row i.
// `safe`: texts of `meta` as ww_text_csv_field has it. WW_ERR_ARGUMENT: there is something of that name.
ww_status ww_vector_labels_write(const char *path, const char *meta, const int32_t *label, size_t count, bool safe,
                                 ww_error *err);

// Whether it may: for those who have much to do before.
ww_status ww_vector_labels_check(const char *path, ww_error *err);

#endif
