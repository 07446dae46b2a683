// SPDX-License-Identifier: MIT
// The table of models that can be had by name, and how a name becomes a file.
#include "base/files.h"
#include "harness.h"
#include "models/pinned.h"
#include "scratch.h"

static ww_error err;

TEST(pins_are_well_formed)
{
    size_t count = 0;
    for (const ww_pin *p = ww_pins(); p->shown.name; p++, count++) {
        const ww_pinned_model *m = &p->shown;
        size_t digits = p->digest.kind == WW_DIGEST_SHA256 ? 64 : 40;
        CHECK(strlen(p->digest.hex) == digits && strspn(p->digest.hex, "0123456789abcdef") == digits);
        CHECK(strncmp(m->url, "https://", 8) == 0);
        CHECK_STR(ww_path_base(m->url), m->file);
        CHECK(m->licence && *m->licence && m->origin && *m->origin && m->about && *m->about);
        CHECK(m->bytes >= 0);
        CHECK(ww_pin_find(m->name) == p); // so names are unique
        for (const ww_pin *q = p + 1; q->shown.name; q++)
            CHECK(strcmp(q->digest.hex, p->digest.hex) != 0 && strcmp(q->shown.file, m->file) != 0);
    }
    CHECK(count >= 6);
    CHECK(ww_pin_find("nonsense") == NULL);
}

TEST(paths_stay_paths)
{
    char *path = NULL;
    CHECK_OK(ww_pinned_or_path("models/yunet", WW_PINNED_DETECTOR, &path, &err));
    CHECK_STR(path, "models/yunet");
    free(path);
    CHECK_OK(ww_pinned_or_path("hog", WW_PINNED_DETECTOR, &path, &err));
    CHECK_STR(path, "hog");
    free(path);
}

TEST(names_become_files_that_are_here)
{
    char *path = NULL, *file = NULL;
    setenv("WHOSWHO_DATA", scratch_folder(), 1);
    CHECK_EQ(ww_pinned_or_path("yunet", WW_PINNED_DETECTOR, &path, &err), WW_ERR_NOT_FOUND);
    CHECK(strstr(err.message, "whoswho models get yunet") != NULL);
    CHECK_EQ(ww_pinned_or_path("yunet", WW_PINNED_EMBEDDER, &path, &err), WW_ERR_ARGUMENT);
    CHECK_OK(ww_pin_path(ww_pin_find("yunet"), &file, &err));
    CHECK_OK(ww_write_file(file, "x", 1, &err));
    CHECK_OK(ww_pinned_or_path("yunet", WW_PINNED_DETECTOR, &path, &err));
    CHECK_STR(path, file);
    CHECK_EQ(ww_pin_check("yunet", &err), WW_ERR_FORMAT);
    CHECK_EQ(remove(file), 0);
    CHECK_EQ(ww_pin_check("yunet", &err), WW_ERR_NOT_FOUND);
    CHECK_EQ(ww_pin_check("nonsense", &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_pin_fetch("nonsense", NULL, &err), WW_ERR_ARGUMENT);
    free(path);
    free(file);
}

int main(void)
{
    RUN(pins_are_well_formed);
    RUN(paths_stay_paths);
    RUN(names_become_files_that_are_here);
    return FINISH();
}
