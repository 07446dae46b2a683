// SPDX-License-Identifier: MIT
// Content hash: XXH64 (Yann Collet), which reads at memory speed; the format is specified at
// https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md. It tells files apart, it does not authenticate them.
#ifndef WW_BASE_HASH_H
#define WW_BASE_HASH_H
#include "base/cancel.h"
#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

typedef struct ww_hash {
    uint64_t lane[4];
    uint64_t total_bytes;
    uint8_t pending[32];
    size_t pending_bytes;
    uint64_t seed;
} ww_hash;

void ww_hash_init(ww_hash *h, uint64_t seed);
void ww_hash_update(ww_hash *h, const void *data, size_t bytes);
uint64_t ww_hash_digest(const ww_hash *h); // may be called at any time; does not change *h

// XXH64 of a buffer, seed 0.
uint64_t ww_hash_bytes(const void *data, size_t bytes);
// The hash of `so_far` (0 at first) and the hash of a buffer: of one thing after the other.
uint64_t ww_hash_chain(uint64_t so_far, const void *data, size_t bytes);
// XXH64 of a whole file, seed 0, read in blocks. `bytes_out` (may be NULL) gets its size. WW_ERR_IO/NOT_FOUND name the
// file. Only regular files.
ww_status ww_hash_file(const char *path, uint64_t *digest, uint64_t *bytes_out, ww_error *err);
// The same for files that may be huge: WW_ERR_CANCELLED when `cancel` (may be NULL) asks for it.
ww_status ww_hash_file_until(const char *path, const ww_cancel *cancel, uint64_t *digest, ww_error *err);
// The same of an open file, from its position on; `path` is for messages.
ww_status ww_hash_open_file(int fd, const char *path, uint64_t *digest, uint64_t *bytes_out, ww_error *err);

#endif
