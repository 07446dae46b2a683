// SPDX-License-Identifier: MIT
#include "clips.h"

#include "base/files.h"
#include "base/memory.h"
#include "scratch.h"

static const char *folder;

static bool shell(char *command)
{
    bool done = system(command) == 0;
    free(command);
    return done;
}

bool clips_begin(void)
{
    folder = scratch_folder();
    return shell(ww_strdup("ffmpeg -version >/dev/null 2>&1"));
}

const char *clip_path(const char *name)
{
    static char paths[4][SCRATCH_BYTES + 64];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

bool clip_make(const char *name, const char *arguments)
{
    return shell(ww_strf("cd '%s' && ffmpeg -nostdin -v error -y %s '%s' >log.txt 2>&1", folder, arguments, name));
}

bool clip_truncate(const char *from, const char *to, double share)
{
    uint8_t *data = NULL;
    size_t bytes = 0;
    bool done = ww_read_file(clip_path(from), SIZE_MAX / 2, &data, &bytes, NULL) == WW_OK
                && ww_write_file(clip_path(to), data, (size_t)((double)bytes * share), NULL) == WW_OK;
    free(data);
    return done;
}

bool clip_join(const char *first, const char *second, const char *to)
{
    return shell(ww_strf("cd '%s' && cat '%s' '%s' >'%s'", folder, first, second, to));
}

bool clip_turn(const char *from, const char *to, int degrees)
{
    // Track header box (ISO/IEC 14496-12, 8.3.2), version 0: the matrix lies 40 bytes behind the type; a, b, u, c, d,
    // ... in 16.16.
    static const int8_t entries[3][4] = {{0, 1, -1, 0}, {-1, 0, 0, -1}, {0, -1, 1, 0}}; // a, b, c, d
    uint8_t *data = NULL;
    size_t bytes = 0;
    if (ww_read_file(clip_path(from), SIZE_MAX / 2, &data, &bytes, NULL) != WW_OK)
        return false;
    uint8_t *box = memmem(data, bytes, "tkhd", 4);
    for (int i = 0; box && i < 4; i++) {
        int entry = entries[degrees / 90 - 1][i];
        uint8_t *at = box + 4 + 40 + 4 * (i < 2 ? i : i + 1);
        at[0] = entry < 0 ? 0xff : 0;
        at[1] = entry < 0 ? 0xff : (uint8_t)entry;
        at[2] = at[3] = 0;
    }
    bool done = box && ww_write_file(clip_path(to), data, bytes, NULL) == WW_OK;
    free(data);
    return done;
}
