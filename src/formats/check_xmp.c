// SPDX-License-Identifier: MIT
// XMP sidecars, in whatever folders: what photo managers cannot read, or show outside the photo.
#include "base/files.h"
#include "formats/check.h"
#include "formats/format.h"
#include "formats/regions.h"

#include <stdlib.h>
#include <string.h>

#define SIDECAR_BYTES_MAX ((size_t)64 << 20)
#define SHARE_TOLERANCE 1e-4
enum { DEPTH_MAX = 64 };

static void check_regions(ww_checker *c, const char *full, const ww_regions *regions)
{
    if (!regions->has_regions)
        ww_check_found(c, "%s: there are no regions in it", full);
    for (size_t i = 0; i < regions->region.count; i++) {
        const ww_region *r = &regions->region.item[i];
        const char *fault = ww_check_box_fault(r->box, SHARE_TOLERANCE);
        c->result->labels++;
        if (fault)
            ww_check_found(c, "%s:%zu: %s", full, r->line, fault);
    }
}

static ww_status check_sidecar(ww_checker *c, const char *path, ww_error *err)
{
    uint8_t *data = NULL;
    size_t bytes = 0;
    ww_error why = {0};
    ww_regions regions = {0};
    char *full = ww_strf("%s%s", c->prefix, path);
    ww_check_read(c, path, "the sidecar", SIDECAR_BYTES_MAX, &data, &bytes);
    ww_status status = data ? ww_regions_read(data, bytes, full, &regions, &why) : WW_OK;
    if (data && status == WW_OK)
        check_regions(c, full, &regions);
    else if (data)
        status = ww_check_unreadable(c, full, status, &why, err);
    ww_regions_free(&regions);
    free(full);
    free(data);
    return status;
}

// dir: "" or "a/b".
static ww_status check_folder(ww_checker *c, const char *dir, int depth, bool *found, ww_error *err)
{
    char **names = NULL;
    size_t count = 0;
    ww_status status = ww_check_list(c, dir, &names, &count, err);
    for (size_t i = 0; status == WW_OK && i < count; i++) {
        bool is_folder = false;
        char *path = ww_strf("%s%s%s", dir, *dir ? "/" : "", names[i]);
        if (depth == 0 && !*c->prefix && ww_format_named(names[i], strlen(names[i])))
            ; // a set of several formats, each of which is looked at by itself
        else if (strcmp(ww_path_extension(names[i]), "xmp") == 0) {
            *found = true;
            status = check_sidecar(c, path, err);
        } else if (depth < DEPTH_MAX) {
            status = ww_check_exists(c, path, WW_ENTRY_FOLDER, &is_folder, err);
            if (status == WW_OK && is_folder)
                status = check_folder(c, path, depth + 1, found, err);
        }
        free(path);
    }
    ww_folder_names_free(names, count);
    return status;
}

// Not where the folder holds another format: every picture's name would be looked at.
ww_status ww_check_xmp(ww_checker *c, bool *found, ww_error *err)
{
    return c->recognised ? WW_OK : check_folder(c, "", 0, found, err);
}
