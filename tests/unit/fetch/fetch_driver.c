// SPDX-License-Identifier: MIT
// usage: fetch_driver URL PATH sha256|git HEX BYTES [CANCEL_AT]: one ww_fetch_file; prints the status and the message.
// With CANCEL_AT it is cancelled once so many bytes are there.
#include "fetch/fetch.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int cancel_at(void *user, int64_t done, int64_t total)
{
    (void)total;
    return done >= *(const int64_t *)user;
}

int main(int argc, char **argv)
{
    if (argc < 6)
        return 2;
    signal(SIGXFSZ, SIG_IGN);
    int64_t limit = argc > 6 ? atoll(argv[6]) : 0;
    ww_fetch wanted = {.url = argv[1],
                       .path = argv[2],
                       .digest = {strcmp(argv[3], "git") == 0 ? WW_DIGEST_GIT_BLOB : WW_DIGEST_SHA256, argv[4]},
                       .bytes = atoll(argv[5]),
                       .progress = argc > 6 ? cancel_at : NULL,
                       .user = &limit};
    ww_error err = {0};
    ww_status status = ww_fetch_file(&wanted, &err);
    printf("%d %s\n", status, err.message);
    return 0;
}
