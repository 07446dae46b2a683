// SPDX-License-Identifier: MIT
#include "formats/vectors.h"
#include "base/csv.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PREFIX_BYTES = 8, // the magic, and the version
    SHORT_HEADER = 2, // bytes that tell the header's length: of version 1
    LONG_HEADER = 4,  // of later ones
    HEADER_MAX = 4096,
    ROWS_AT_A_TIME = 1024,
};

#define COUNT_MAX 50000000 // vectors; as many as a library has faces (WW_CATALOG_ROWS_MAX)

// --- NumPy

static ww_status is_none(const char *path, ww_error *err)
{
    return ww_fail(err, WW_ERR_FORMAT,
                   "'%s' is no NumPy array of two axes with float32 or float64 values in C order: numpy.save(path, "
                   "numpy.ascontiguousarray(vectors, dtype=\"float32\"))",
                   path);
}

// What stands behind 'key': in the header, which is the text of a Python dictionary.
static const char *value_of(const char *header, const char *key)
{
    const char *at = strstr(header, key);
    return at ? at + strlen(key) + strspn(at + strlen(key), " ") : NULL;
}

static bool parse_header(ww_vectors_file *n, const char *header)
{
    char *end;
    const char *descr = value_of(header, "'descr':"), *order = value_of(header, "'fortran_order':"),
               *shape = value_of(header, "'shape':");
    if (!descr || !order || !shape || strncmp(order, "False", 5) != 0 || *shape != '(')
        return false;
    n->value_bytes = strncmp(descr, "'<f4'", 5) == 0 ? 4 : strncmp(descr, "'<f8'", 5) == 0 ? 8 : 0;
    const unsigned long long count = strtoull(shape + 1, &end, 10);
    if (n->value_bytes == 0 || *end != ',' || count > COUNT_MAX)
        return false;
    const char *second = end + 1 + strspn(end + 1, " ");
    const unsigned long dim = strtoul(second, &end, 10);
    n->count = (size_t)count;
    n->dim = dim <= WW_VECTORS_DIM_MAX ? (int)dim : 0;
    return end != second && n->dim > 0 && end[strspn(end, ", ")] == ')';
}

static ww_status read_at(const ww_vectors_file *f, uint64_t at, void *to, size_t bytes, ww_error *err)
{
    for (size_t done = 0; done < bytes;) {
        const ssize_t got = pread(f->fd, (char *)to + done, bytes - done, (off_t)(at + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return ww_fail(err, WW_ERR_IO, "cannot read '%s': %s", f->path,
                           got < 0 ? strerror(errno) : "it ends early");
        done += (size_t)got;
    }
    return WW_OK;
}

static ww_status read_header(ww_vectors_file *f, ww_error *err)
{
    uint8_t d[PREFIX_BYTES + LONG_HEADER] = {0};
    if (f->bytes < sizeof d)
        return is_none(f->path, err);
    ww_status status = read_at(f, 0, d, sizeof d, err);
    if (status != WW_OK)
        return status;
    if (memcmp(d, "\x93NUMPY", 6) != 0 || d[6] < 1 || d[6] > 3)
        return is_none(f->path, err);
    size_t header = (size_t)d[8] | (size_t)d[9] << 8, begin = PREFIX_BYTES + SHORT_HEADER;
    if (d[6] > 1) {
        header |= (size_t)d[10] << 16 | (size_t)d[11] << 24;
        begin = PREFIX_BYTES + LONG_HEADER;
    }
    if (header > HEADER_MAX || header > f->bytes - begin)
        return is_none(f->path, err);
    char text[HEADER_MAX + 1];
    status = read_at(f, begin, text, header, err);
    text[header] = 0;
    f->begin = begin + header;
    return status == WW_OK && !parse_header(f, text) ? is_none(f->path, err) : status;
}

ww_status ww_vectors_open(const char *path, ww_vectors_file *f, ww_error *err)
{
    *f = (ww_vectors_file){.path = path, .fd = -1};
    ww_status status = ww_open_regular_file(path, &f->fd, &f->bytes, err);
    if (status == WW_OK)
        status = read_header(f, err);
    if (status == WW_OK && f->bytes - f->begin < (uint64_t)f->count * (size_t)f->dim * (size_t)f->value_bytes)
        status = ww_fail(err, WW_ERR_FORMAT, "'%s' breaks off: it is to hold %zu vectors of %d values", path, f->count,
                         f->dim);
    if (status != WW_OK)
        ww_vectors_close(f);
    return status;
}

void ww_vectors_close(ww_vectors_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}

static float read_value(const uint8_t *d, int bytes)
{
    uint64_t bits = 0;
    for (int i = 0; i < bytes; i++)
        bits |= (uint64_t)d[i] << (8 * i);
    if (bytes == 8) {
        double wide;
        memcpy(&wide, &bits, sizeof wide);
        return (float)wide;
    }
    const uint32_t low = (uint32_t)bits;
    float value;
    memcpy(&value, &low, sizeof value);
    return value;
}

ww_status ww_vectors_read_rows(const ww_vectors_file *f, size_t first, size_t count, float *value, ww_error *err)
{
    const size_t dim = (size_t)f->dim, row_bytes = dim * (size_t)f->value_bytes;
    uint8_t *rows = ww_try_array(ROWS_AT_A_TIME, row_bytes);
    ww_status status = rows ? WW_OK : ww_fail_memory(err, "vectors of %d values", f->dim);
    for (size_t done = 0; status == WW_OK && done < count; done += ROWS_AT_A_TIME) {
        const size_t n = count - done < ROWS_AT_A_TIME ? count - done : ROWS_AT_A_TIME;
        status = read_at(f, f->begin + (first + done) * row_bytes, rows, n * row_bytes, err);
        for (size_t i = 0; status == WW_OK && i < n * dim; i++) {
            const float x = value[done * dim + i] = read_value(rows + i * (size_t)f->value_bytes, f->value_bytes);
            if (!isfinite(x))
                status = ww_fail(err, WW_ERR_FORMAT, "'%s': row %zu has a value that is not finite", f->path,
                                 first + done + i / dim);
        }
    }
    free(rows);
    return status;
}

ww_status ww_vectors_read(const char *path, ww_vectors *v, ww_error *err)
{
    ww_vectors_file file;
    *v = (ww_vectors){0};
    ww_status status = ww_vectors_open(path, &file, err);
    if (status != WW_OK)
        return status;
    *v = (ww_vectors){ww_try_array(file.count * (size_t)file.dim, sizeof *v->value), file.count, file.dim};
    status = v->value ? ww_vectors_read_rows(&file, 0, file.count, v->value, err)
                      : ww_fail_memory(err, "%zu vectors of %d values", file.count, file.dim);
    ww_vectors_close(&file);
    if (status != WW_OK)
        ww_vectors_free(v);
    return status;
}

void ww_vectors_free(ww_vectors *vectors)
{
    free(vectors->value);
    *vectors = (ww_vectors){0};
}

// --- the table

static ww_status wrong_rows(const char *path, size_t count, ww_error *err)
{
    return ww_fail(err, WW_ERR_FORMAT, "'%s' does not have a row for each of the %zu vectors", path, count);
}

static uint64_t hash_text(uint64_t so_far, const char *text) { return ww_hash_chain(so_far, text, strlen(text)); }

typedef struct numbered {
    uint64_t value;
    size_t row;
} numbered;

static int by_value(const void *a, const void *b)
{
    const numbered *l = a, *r = b;
    if (l->value != r->value)
        return l->value < r->value ? -1 : 1;
    return (l->row > r->row) - (l->row < r->row);
}

// Numbers from 1 for equal values; 0 stays 0. Sorts the list.
static uint32_t *number_values(numbered *list, size_t count)
{
    uint32_t *number = ww_try_array(count, sizeof *number), next = 0;
    if (count)
        qsort(list, count, sizeof *list, by_value);
    for (size_t i = 0; number && i < count; i++) {
        next += list[i].value != 0 && (i == 0 || list[i].value != list[i - 1].value);
        number[list[i].row] = list[i].value ? next : 0;
    }
    return number;
}

static uint64_t value_in(const ww_csv *t, int source, int column)
{
    const char *text = column >= 0 ? t->field[column] : "";
    if (!*text || strcmp(text, "0") == 0) // what is not tracked has track 0; frames are numbered from 1
        return 0;
    return hash_text(source >= 0 ? hash_text(1, t->field[source]) : 1, text) | 1;
}

static ww_status read_origins(ww_csv *t, size_t count, ww_vector_origins *o, ww_error *err)
{
    const int source = ww_csv_column_of(t, "source_hash", "source"), track = ww_csv_column(t, "track"),
              frame = ww_csv_column(t, "frame");
    numbered *tracks = ww_try_array(count, sizeof *tracks), *frames = ww_try_array(count, sizeof *frames);
    ww_status status = tracks && frames ? WW_OK : ww_fail_memory(err, "a table of %zu rows", count);
    bool more = true;
    size_t row = 0;
    while (status == WW_OK) {
        status = ww_csv_next(t, &more, err);
        if (status != WW_OK || !more)
            break;
        if (row == count)
            status = wrong_rows(t->path, count, err);
        else {
            tracks[row] = (numbered){value_in(t, source, track), row};
            frames[row] = (numbered){value_in(t, source, frame), row};
            row++;
        }
    }
    if (status == WW_OK && row != count)
        status = wrong_rows(t->path, count, err);
    if (status == WW_OK) {
        o->track = number_values(tracks, count);
        o->frame = number_values(frames, count);
        if (!o->track || !o->frame)
            status = ww_fail_memory(err, "a table of %zu rows", count);
    }
    free(tracks);
    free(frames);
    return status;
}

ww_status ww_vector_origins_read(const char *path, size_t count, ww_vector_origins *origins, ww_error *err)
{
    ww_csv table;
    *origins = (ww_vector_origins){0};
    ww_status status = ww_csv_open(&table, path, err);
    if (status == WW_OK)
        status = read_origins(&table, count, origins, err);
    ww_csv_close(&table);
    if (status != WW_OK)
        ww_vector_origins_free(origins);
    return status;
}

void ww_vector_origins_free(ww_vector_origins *o)
{
    free(o->track);
    free(o->frame);
    *o = (ww_vector_origins){0};
}

// --- labels

// With `safe`, a number stays one, whatever its sign.
static void add_fields(char *const *field, size_t count, bool safe, ww_buffer *text)
{
    for (size_t i = 0; i < count; i++) {
        double number;
        ww_text_csv_field(text, field[i], safe && *field[i] != '\'' && !ww_number_read(field[i], &number));
        ww_buffer_text(text, ",");
    }
}

static ww_status add_table(ww_csv *t, const int32_t *label, size_t count, bool safe, ww_buffer *text, ww_error *err)
{
    bool more = true;
    ww_status status = WW_OK;
    add_fields(t->name, t->columns, safe, text);
    ww_buffer_text(text, "cluster\n");
    for (size_t row = 0; status == WW_OK && row < count && more; row++) {
        status = ww_csv_next(t, &more, err);
        if (status == WW_OK && more) {
            add_fields(t->field, t->columns, safe, text);
            ww_buffer_format(text, "%" PRId32 "\n", label[row]);
        }
    }
    return status;
}

ww_status ww_vector_labels_check(const char *path, ww_error *err)
{
    return ww_path_exists(path)
               ? ww_fail(err, WW_ERR_ARGUMENT, "'%s' is there already; name another file, or move it away", path)
               : WW_OK;
}

ww_status ww_vector_labels_write(const char *path, const char *meta, const int32_t *label, size_t count, bool safe,
                                 ww_error *err)
{
    ww_buffer text = {0};
    ww_csv table = {0};
    ww_status status = ww_vector_labels_check(path, err);
    if (status != WW_OK)
        return status;
    if (meta) {
        status = ww_csv_open(&table, meta, err);
        if (status == WW_OK)
            status = add_table(&table, label, count, safe, &text, err);
        ww_csv_close(&table);
    } else {
        ww_buffer_text(&text, "row,cluster\n");
        for (size_t i = 0; i < count; i++)
            ww_buffer_format(&text, "%zu,%" PRId32 "\n", i, label[i]);
    }
    if (status == WW_OK)
        status = ww_buffer_write(&text, path, err);
    ww_buffer_free(&text);
    return status;
}
