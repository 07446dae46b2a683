// SPDX-License-Identifier: MIT
// The public face of the pinned models: what there is, getting one, checking one.
#include "base/files.h"
#include "base/memory.h"
#include "fetch/fetch.h"
#include "models/pinned.h"

#include <stdlib.h>
#include <string.h>

// A base address that stands in for the places the models come from: a mirror of one's own, or a server of the tests.
#define MIRROR_VARIABLE "WHOSWHO_MODELS_URL"

static ww_status find(const char *name, const ww_pin **pin, char **path, ww_error *err)
{
    *path = NULL;
    *pin = ww_pin_find(name);
    if (!*pin)
        return ww_fail(err, WW_ERR_ARGUMENT, "there is no model '%s'; 'whoswho models list' names those there are",
                       name);
    return ww_pin_path(*pin, path, err);
}

static char *address_of(const ww_pin *pin)
{
    const char *mirror = getenv(MIRROR_VARIABLE);
    return mirror && *mirror ? ww_path_join(mirror, pin->shown.file) : ww_strdup(pin->shown.url);
}

static ww_pinned_model shown(const ww_pin *pin, const char *path, const char *url)
{
    ww_pinned_model m = pin->shown;
    m.path = path;
    m.url = url;
    m.here = ww_path_exists(path);
    return m;
}

ww_status ww_pins_list(int (*on_model)(void *user, const ww_pinned_model *model), void *user, ww_error *err)
{
    ww_status status = WW_OK;
    int stop = 0;
    for (const ww_pin *p = ww_pins(); p->shown.name && status == WW_OK && !stop; p++) {
        char *path;
        status = ww_pin_path(p, &path, err);
        if (status != WW_OK)
            break;
        char *url = address_of(p);
        ww_pinned_model m = shown(p, path, url);
        stop = on_model(user, &m);
        free(url);
        free(path);
    }
    return status;
}

ww_status ww_pin_check(const char *name, ww_error *err)
{
    const ww_pin *pin;
    char *path;
    ww_status status = find(name, &pin, &path, err);
    if (status == WW_OK && !ww_path_exists(path))
        status = ww_fail(err, WW_ERR_NOT_FOUND, "the model '%s' is not here ('%s')", name, path);
    if (status == WW_OK)
        status = ww_digest_check(path, &pin->digest, err);
    free(path);
    return status;
}

static int tell_progress(void *user, int64_t done, int64_t total)
{
    const ww_callbacks *callbacks = user;
    if (!callbacks || !callbacks->progress)
        return 0;
    ww_progress p = {.stage = WW_STAGE_FETCH, .share = total > 0 ? (double)done / (double)total : 0, .done = done};
    return callbacks->progress(callbacks->user, &p);
}

static ww_status make_folder_of(const char *path, ww_error *err)
{
    char *folder = ww_strndup(path, (size_t)(ww_path_base(path) - path));
    ww_status status = *folder ? ww_make_dirs(folder, err) : WW_OK;
    free(folder);
    return status;
}

ww_status ww_pin_fetch(const char *name, const ww_callbacks *callbacks, ww_error *err)
{
    const ww_pin *pin;
    char *path, *url = NULL;
    ww_status status = find(name, &pin, &path, err);
    if (status != WW_OK || (ww_path_exists(path) && ww_digest_check(path, &pin->digest, NULL) == WW_OK))
        goto done;
    status = make_folder_of(path, err);
    url = address_of(pin);
    ww_fetch wanted = {.url = url,
                       .path = path,
                       .digest = pin->digest,
                       .bytes = pin->shown.bytes,
                       .progress = tell_progress,
                       .user = (void *)callbacks};
    if (status == WW_OK)
        status = ww_fetch_file(&wanted, err);
done:
    free(url);
    free(path);
    return status;
}
