// SPDX-License-Identifier: MIT
// The .bz2 around a .dat file. The only file that knows libbz2.
#include "dlib/stream.h"

#include "base/memory.h"

#include <bzlib.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC "BZh"
#define FIRST_BYTES ((size_t)1 << 20)

typedef struct unpacked {
    char *data;
    size_t bytes, capacity;
} unpacked;

static bool is_packed(const void *bytes, size_t size)
{
    return size > strlen(MAGIC) && memcmp(bytes, MAGIC, strlen(MAGIC)) == 0;
}

// Doubles the room, up to the bound.
static bool grow(unpacked *u)
{
    size_t capacity = u->capacity ? 2 * u->capacity : FIRST_BYTES;
    char *data = ww_alloc_array(capacity, 1, WW_DAT_BYTES_MAX);
    if (!data)
        return false;
    if (u->bytes)
        memcpy(data, u->data, u->bytes);
    free(u->data);
    u->data = data;
    u->capacity = capacity;
    return true;
}

// One bzip2 stream from `in`; *used is what it took.
static ww_status unpack_stream(const char *in, size_t size, const char *name, unpacked *u, size_t *used, ww_error *err)
{
    bz_stream s = {.next_in = (char *)(uintptr_t)in, .avail_in = (unsigned)size};
    if (BZ2_bzDecompressInit(&s, 0, 0) != BZ_OK)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory to unpack it", name);
    ww_status status = WW_OK;
    int done = BZ_OK;
    while (done == BZ_OK && status == WW_OK) {
        if (u->bytes == u->capacity && !grow(u)) {
            status = ww_fail(err, WW_ERR_MEMORY, "%s: unpacks to more than %zu MiB", name, WW_DAT_BYTES_MAX >> 20);
            break;
        }
        s.next_out = u->data + u->bytes;
        s.avail_out = (unsigned)(u->capacity - u->bytes);
        done = BZ2_bzDecompress(&s);
        bool stuck = done == BZ_OK && s.avail_in == 0 && s.avail_out > 0;
        u->bytes = u->capacity - s.avail_out;
        if (done == BZ_MEM_ERROR)
            status = ww_fail_memory(err, "unpacking %s", name);
        else if ((done != BZ_OK && done != BZ_STREAM_END) || stuck)
            status = ww_fail(err, WW_ERR_FORMAT, "%s: the bzip2 data is %s after %zu bytes", name,
                             stuck ? "cut off" : "damaged", u->bytes);
    }
    *used = size - s.avail_in;
    BZ2_bzDecompressEnd(&s);
    return status;
}

bool ww_dat_is(const void *bytes, size_t size)
{
    const uint8_t *b = bytes;
    return size > 3 && (b[0] == 1 || memcmp(b, "BZh", 3) == 0);
}

ww_status ww_dat_unpack(const void *bytes, size_t size, const char *name, const uint8_t **data, size_t *data_size,
                        void **owned, ww_error *err)
{
    *data = bytes;
    *data_size = size;
    *owned = NULL;
    if (!is_packed(bytes, size))
        return WW_OK;
    if (size > WW_DAT_BYTES_MAX)
        return ww_fail(err, WW_ERR_MEMORY, "%s: larger than %zu MiB", name, WW_DAT_BYTES_MAX >> 20);
    unpacked u = {0};
    ww_status status = WW_OK;
    const char *in = bytes;
    for (size_t at = 0, used = 0; at < size && status == WW_OK; at += used) // parallel packers write several streams
        status = unpack_stream(in + at, size - at, name, &u, &used, err);
    if (status != WW_OK) {
        free(u.data);
        return status;
    }
    *data = (const uint8_t *)u.data;
    *data_size = u.bytes;
    *owned = u.data;
    return WW_OK;
}
