// SPDX-License-Identifier: MIT
// Digests that tell whether a downloaded file is the one that was meant.
#ifndef WW_FETCH_DIGEST_H
#define WW_FETCH_DIGEST_H
#include "base/error.h"

typedef enum ww_digest_kind {
    WW_DIGEST_SHA256,
    // git's name for a file's content: SHA-1 of "blob SIZE\0" and the content. It binds the size as well.
    WW_DIGEST_GIT_BLOB,
} ww_digest_kind;

#define WW_DIGEST_HEX_MAX 65 // SHA-256 in hexadecimal digits, and a zero

typedef struct ww_digest {
    ww_digest_kind kind;
    const char *hex; // lower case
} ww_digest;

// The digest of a whole file, in lower-case hexadecimal digits.
ww_status ww_digest_file(const char *path, ww_digest_kind kind, char hex[WW_DIGEST_HEX_MAX], ww_error *err);
// WW_ERR_FORMAT, naming `path` and both digests, when the file's is another.
ww_status ww_digest_check(const char *path, const ww_digest *expected, ww_error *err);

#endif
