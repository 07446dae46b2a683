// SPDX-License-Identifier: MIT
#include "folder.h"
#include "document.h"
#include "streams.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool is_library(const char *path)
{
    char *store = NULL;
    if (asprintf(&store, "%s/whoswho.db", path) < 0)
        return false;
    const bool there = access(store, F_OK) == 0;
    free(store);
    return there;
}

void folder_unmake(const char *dir)
{
    static const char *const files[] = {"whoswho.db-wal", "whoswho.db-shm", "whoswho.db"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *path = NULL;
        if (asprintf(&path, "%s/%s", dir, files[i]) < 0)
            return;
        unlink(path);
        free(path);
    }
    rmdir(dir);
}

char *folder_make_scratch(void)
{
    const char *where = getenv("TMPDIR");
    char *path = NULL;
    if (asprintf(&path, "%s/whoswho-XXXXXX", where && *where ? where : "/tmp") < 0) {
        complain("no memory left for the path of a folder");
        return NULL;
    }
    if (mkdtemp(path))
        return path;
    complain("cannot make a folder '%s' (TMPDIR names where): %s", printable(path), strerror(errno));
    free(path);
    return NULL;
}
