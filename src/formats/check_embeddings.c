// SPDX-License-Identifier: MIT
// faces.npy and faces.csv: an array of finite vectors, and a table with one row for each of them.
#include "base/files.h"
#include "base/memory.h"
#include "formats/check.h"
#include "formats/vectors.h"

#include <stdlib.h>

static char *path_of(const ww_checker *c, const char *name)
{
    char *inside = ww_strf("%s%s", c->prefix, name), *path = ww_path_join(ww_folder_path(c->folder), inside);
    free(inside);
    return path;
}

static ww_status tell(ww_checker *c, const char *name, ww_status status, const ww_error *why, ww_error *err)
{
    char *full = ww_strf("%s%s", c->prefix, name);
    status = status == WW_OK ? WW_OK : ww_check_unreadable(c, full, status, why, err);
    free(full);
    return status;
}

static ww_status check_table(ww_checker *c, size_t rows, ww_error *err)
{
    ww_error why = {0};
    ww_vector_origins origins = {0};
    char *path = path_of(c, "faces.csv");
    ww_status status = ww_vector_origins_read(path, rows, &origins, &why);
    ww_vector_origins_free(&origins);
    free(path);
    return tell(c, "faces.csv", status, &why, err);
}

ww_status ww_check_embeddings(ww_checker *c, bool *found, ww_error *err)
{
    bool table;
    ww_error why = {0};
    ww_vectors vectors = {0};
    ww_status status = ww_check_exists(c, "faces.npy", WW_ENTRY_FILE, found, err);
    if (status == WW_OK)
        status = ww_check_exists(c, "faces.csv", WW_ENTRY_FILE, &table, err);
    if (status != WW_OK || !*found)
        return status;
    char *path = path_of(c, "faces.npy");
    const ww_status read = ww_vectors_read(path, &vectors, &why);
    free(path);
    status = tell(c, "faces.npy", read, &why, err);
    if (status == WW_OK && !table)
        ww_check_found(c, "%sfaces.csv: it is not there; faces.npy alone does not say whose its rows are", c->prefix);
    if (status == WW_OK && table && read == WW_OK) {
        c->result->labels += (int64_t)vectors.count;
        status = check_table(c, vectors.count, err);
    }
    ww_vectors_free(&vectors);
    return status;
}
