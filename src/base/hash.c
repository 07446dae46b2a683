// SPDX-License-Identifier: MIT
#include "base/hash.h"
#include "base/files.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const uint64_t P1 = 0x9E3779B185EBCA87u, P2 = 0xC2B2AE3D27D4EB4Fu, P3 = 0x165667B19E3779F9u,
                      P4 = 0x85EBCA77C2B2AE63u, P5 = 0x27D4EB2F165667C5u;

static uint64_t rotl(uint64_t x, int r) { return (x << r) | (x >> (64 - r)); }

static uint64_t read64le(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

static uint32_t read32le(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap32(v);
#endif
    return v;
}

static uint64_t mix_lane(uint64_t lane, uint64_t input) { return rotl(lane + input * P2, 31) * P1; }

static uint64_t merge_lane(uint64_t acc, uint64_t lane) { return (acc ^ mix_lane(0, lane)) * P1 + P4; }

static void eat_stripe(ww_hash *h, const uint8_t *p)
{
    for (int i = 0; i < 4; i++)
        h->lane[i] = mix_lane(h->lane[i], read64le(p + 8 * i));
}

void ww_hash_init(ww_hash *h, uint64_t seed)
{
    *h = (ww_hash){.lane = {seed + P1 + P2, seed + P2, seed, seed - P1}, .seed = seed};
}

void ww_hash_update(ww_hash *h, const void *data, size_t bytes)
{
    const uint8_t *p = data;
    h->total_bytes += bytes;
    if (h->pending_bytes) {
        size_t take = sizeof h->pending - h->pending_bytes;
        take = take < bytes ? take : bytes;
        memcpy(h->pending + h->pending_bytes, p, take);
        h->pending_bytes += take;
        p += take;
        bytes -= take;
        if (h->pending_bytes < sizeof h->pending)
            return;
        eat_stripe(h, h->pending);
        h->pending_bytes = 0;
    }
    for (; bytes >= 32; p += 32, bytes -= 32)
        eat_stripe(h, p);
    if (bytes)
        memcpy(h->pending, p, bytes);
    h->pending_bytes = bytes;
}

uint64_t ww_hash_digest(const ww_hash *h)
{
    uint64_t acc;
    if (h->total_bytes >= 32) {
        acc = rotl(h->lane[0], 1) + rotl(h->lane[1], 7) + rotl(h->lane[2], 12) + rotl(h->lane[3], 18);
        for (int i = 0; i < 4; i++)
            acc = merge_lane(acc, h->lane[i]);
    } else {
        acc = h->seed + P5;
    }
    acc += h->total_bytes;
    const uint8_t *p = h->pending;
    size_t left = h->pending_bytes;
    for (; left >= 8; p += 8, left -= 8)
        acc = rotl(acc ^ mix_lane(0, read64le(p)), 27) * P1 + P4;
    if (left >= 4) {
        acc = rotl(acc ^ (read32le(p) * P1), 23) * P2 + P3;
        p += 4;
        left -= 4;
    }
    for (; left; p++, left--)
        acc = rotl(acc ^ (*p * P5), 11) * P1;
    acc = (acc ^ (acc >> 33)) * P2;
    acc = (acc ^ (acc >> 29)) * P3;
    return acc ^ (acc >> 32);
}

uint64_t ww_hash_bytes(const void *data, size_t bytes)
{
    ww_hash h;
    ww_hash_init(&h, 0);
    ww_hash_update(&h, data, bytes);
    return ww_hash_digest(&h);
}

uint64_t ww_hash_chain(uint64_t so_far, const void *data, size_t bytes)
{
    const uint64_t pair[] = {so_far, ww_hash_bytes(data, bytes)};
    return ww_hash_bytes(pair, sizeof pair);
}

static ww_status hash_blocks(int fd, const char *path, const ww_cancel *cancel, uint64_t *digest, uint64_t *bytes_out,
                             ww_error *err)
{
    enum { BLOCK_BYTES = 1 << 18 };
    ww_status status = WW_OK;
    uint8_t *block = ww_try_alloc(BLOCK_BYTES);
    if (!block)
        return ww_fail_memory(err, "reading '%s'", path);
    ww_hash h;
    ww_hash_init(&h, 0);
    for (ssize_t n; (n = read(fd, block, BLOCK_BYTES)) != 0;) {
        if (ww_is_cancelled(cancel)) {
            status = ww_fail(err, WW_ERR_CANCELLED, "stopped while reading '%s'", path);
            break;
        }
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            status = ww_fail_errno(err, errno, "cannot read '%s'", path);
            break;
        }
        ww_hash_update(&h, block, (size_t)n);
    }
    free(block);
    if (status != WW_OK)
        return status;
    *digest = ww_hash_digest(&h);
    if (bytes_out)
        *bytes_out = h.total_bytes;
    return WW_OK;
}

ww_status ww_hash_open_file(int fd, const char *path, uint64_t *digest, uint64_t *bytes_out, ww_error *err)
{
    return hash_blocks(fd, path, NULL, digest, bytes_out, err);
}

static ww_status hash_named(const char *path, const ww_cancel *cancel, uint64_t *digest, uint64_t *bytes_out,
                            ww_error *err)
{
    int fd;
    ww_status status = ww_open_regular_file(path, &fd, NULL, err);
    if (status != WW_OK)
        return status;
    status = hash_blocks(fd, path, cancel, digest, bytes_out, err);
    close(fd);
    return status;
}

ww_status ww_hash_file(const char *path, uint64_t *digest, uint64_t *bytes_out, ww_error *err)
{
    return hash_named(path, NULL, digest, bytes_out, err);
}

ww_status ww_hash_file_until(const char *path, const ww_cancel *cancel, uint64_t *digest, ww_error *err)
{
    return hash_named(path, cancel, digest, NULL, err);
}
