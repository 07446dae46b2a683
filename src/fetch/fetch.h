// SPDX-License-Identifier: MIT
// Downloads a file over https, so that it is there whole and verified, or not there at all.
//
// What arrives goes to PATH.part. Only when all of it is on the disk and its digest is the expected one does the file
// get its name. A download that was cut off leaves PATH.part, and the next one goes on from its end, or from the
// beginning where the server cannot. This room alone reaches for the network.
#ifndef WW_FETCH_FETCH_H
#define WW_FETCH_FETCH_H
#include "base/error.h"
#include "fetch/digest.h"
#include <stdint.h>

#define WW_FETCH_BYTES_MAX (512LL << 20) // of a file whose size is not known beforehand

typedef struct ww_fetch {
    // https; also http to this machine (127.0.0.1, [::1], localhost). Redirects are followed to https only.
    const char *url;
    const char *path; // its folder exists
    ww_digest digest;
    int64_t bytes; // 0: not known; then at most WW_FETCH_BYTES_MAX are taken
    // `total` is 0 while it is not known. Non-zero cancels. May be NULL.
    int (*progress)(void *user, int64_t done, int64_t total);
    void *user;
} ww_fetch;

// Replaces a file that is there already. Errors name the address and say what is left:
//   WW_ERR_ARGUMENT   the address is not one that may be used
//   WW_ERR_NOT_FOUND  the server does not have the file
//   WW_ERR_FORMAT     what came is not the file meant; it was removed
//   WW_ERR_NO_SPACE   the disk (or the file size allowed) is full; the part was removed
//   WW_ERR_IO         no connection, or one that was cut: then PATH.part is kept
//   WW_ERR_CANCELLED  PATH.part is kept
ww_status ww_fetch_file(const ww_fetch *wanted, ww_error *err);

#endif
