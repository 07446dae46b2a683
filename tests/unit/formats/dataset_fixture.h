// SPDX-License-Identifier: MIT
// A small library with every oddity the writers must cope with, made of drawn pictures; and trees of files, read and
// compared.
//
//   source 1  a video whose name has spaces, a comma, quotes, markup and a byte that is not UTF-8; 6 frames, 2 faces
//   each source 2  a video with a plain name; 4 frames, 1 face each
//   source 3  a photo with 3 faces
//   source 4  a file that could not be read
// Faces 1 .. 19. People: face number modulo 4 is the person (3: nobody), person 1 has a difficult name.
#ifndef WW_TESTS_DATASET_FIXTURE_H
#define WW_TESTS_DATASET_FIXTURE_H
#include "base/buffer.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/vector.h"
#include "formats/folders/folders.h"
#include "harness.h"
#include "image/image.h"
#include "scratch.h"
#include <ftw.h>
#include <sys/stat.h>

#define FIXTURE_FACES 19
#define FIXTURE_FRAMES 11
#define FIXTURE_NAME "Zo\xc3\xab \"/\" <O'Neil>, & Co"
#define FIXTURE_NAME_FOLDER "Zo\xc3\xab ___ _O'Neil_, & Co"

static const char *fixture_dir;

static inline void fixture_begin(void) { fixture_dir = scratch_folder_in_memory(); }

static inline void fixture_end(void) { scratch_remove(fixture_dir); }

// The path of `name` in the test's folder; good for four calls.
static inline const char *fixture_path(const char *name)
{
    static char path[4][512];
    static int next;
    next = (next + 1) % 4;
    snprintf(path[next], sizeof path[next], "%s/%s", fixture_dir, name);
    return path[next];
}

// A JPEG of one grey that only `mark` decides.
static inline void fixture_jpeg(int mark, int width, int height, uint8_t **jpeg, size_t *bytes)
{
    ww_error err = {0};
    ww_image image = {0};
    CHECK_OK(ww_image_alloc(&image, WW_PIXELS_YUV420, width, height, &err));
    for (int i = 0; i < 3; i++)
        for (int y = 0; y < image.plane[i].height; y++)
            memset(image.plane[i].data + y * image.plane[i].stride, i ? 128 : 60 + mark * 9,
                   (size_t)image.plane[i].width);
    CHECK_OK(ww_jpeg_encode(&image, WW_JPEG_QUALITY, jpeg, bytes, &err));
    ww_image_free(&image);
}

static inline int64_t fixture_source(ww_store *s, const char *path, int kind, const char *error)
{
    ww_error err = {0};
    int64_t id = 0;
    ww_source_row row = {.path = path,
                         .hash = 1,
                         .kind = kind,
                         .width = error ? 0 : 1400,
                         .height = error ? 0 : 800,
                         .duration_us = kind || error ? 0 : 9500000,
                         .scan_key = "k",
                         .span_count = 1,
                         .error = error};
    CHECK_OK(ww_store_add_source(s, &row, &id, &err));
    return id;
}

static inline void fixture_frame(ww_store *s, int64_t source, int sample, int faces)
{
    static const int portrait_width = 400, portrait_height = 520;
    ww_error err = {0};
    int64_t frame_id = 0, face_id = 0;
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    fixture_jpeg(sample, 140, 80, &jpeg, &bytes);
    ww_frame_row frame = {
        .source = source, .sample = sample, .time_us = sample * 1000000 + 33367, .jpeg_width = 140, .jpeg_height = 80};
    CHECK_OK(ww_store_add_frame(s, &frame, jpeg, bytes, &frame_id, &err));
    free(jpeg);
    for (int i = 0; i < faces; i++) {
        fixture_jpeg(sample + i, portrait_width, portrait_height, &jpeg, &bytes);
        // 2 portrait pixels a source pixel; the last face of a frame hangs over its right edge
        ww_face_row face = {.frame = frame_id,
                            .order = i,
                            .x = i == faces - 1 ? 1350.04 : 100 + 200 * i,
                            .y = 50.25,
                            .width = 80,
                            .height = 100.5,
                            .score = 0.98765 - 0.01 * i,
                            .quality = 0.5,
                            .person = -1,
                            .portrait_box = {i == 0 ? 20 : 120, 150, 160, 201},
                            .portrait_width = portrait_width,
                            .portrait_height = portrait_height};
        CHECK_OK(ww_store_add_face(s, &face, NULL, jpeg, bytes, &face_id, &err));
        free(jpeg);
    }
}

// Faces get person (number + shift) % 4, 3 being nobody.
static inline void fixture_people(ww_store *s, int shift)
{
    ww_error err = {0};
    int64_t ids[FIXTURE_FACES];
    int32_t numbers[FIXTURE_FACES];
    for (int i = 0; i < FIXTURE_FACES; i++) {
        ids[i] = i + 1;
        numbers[i] = (i + 1 + shift) % 4 == 3 ? -1 : (i + 1 + shift) % 4;
    }
    CHECK_OK(ww_store_set_people(s, ids, numbers, FIXTURE_FACES, &err));
}

static inline ww_store *fixture_open(void)
{
    ww_error err = {0};
    ww_store *s = NULL;
    CHECK_OK(ww_store_open(fixture_path("whoswho.db"), true, &s, &err));
    if (!s)
        abort();
    return s;
}

static inline ww_store *fixture_library(void)
{
    ww_error err = {0};
    ww_store *s = fixture_open();
    CHECK_OK(ww_store_begin(s, &err));
    int64_t first = fixture_source(s, "/films/a \"b\", <i>&\xff.mp4", 0, NULL),
            second = fixture_source(s, "plain.mp4", 0, NULL);
    int64_t photo = fixture_source(s, "photo.jpg", 1, NULL);
    fixture_source(s, "broken.mp4", 0, "'broken.mp4' is not footage: <empty>");
    static const int samples[] = {0, 1, 2, 5, 6, 9}; // one sample missing is a blink, two are an absence
    for (int i = 0; i < 6; i++)
        fixture_frame(s, first, samples[i], 2);
    for (int i = 0; i < 4; i++)
        fixture_frame(s, second, i, 1);
    fixture_frame(s, photo, 0, 3);
    fixture_people(s, 0);
    CHECK_OK(ww_store_set_name(s, 1, FIXTURE_NAME, &err));
    CHECK_OK(ww_store_commit(s, &err));
    return s;
}

static inline ww_folders_counts fixture_export(ww_store *s, const char *dir)
{
    ww_error err = {0};
    ww_folders_counts counts;
    CHECK_OK(ww_folders_write(s, &(ww_folders_options){.dir = dir}, &counts, &err));
    return counts;
}

// --- trees: one line a file, sorted, without the store: path, hash of the content, with_times also inode and time of
// change
typedef WW_VECTOR(char *) fixture_lines;
static fixture_lines fixture_found;
static bool fixture_with_times;
static size_t fixture_root_bytes;

static inline int fixture_visit(const char *path, const struct stat *s, int type, struct FTW *where)
{
    if (type != FTW_F || strncmp(path + fixture_root_bytes + 1, "whoswho.db", 10) == 0)
        return 0;
    uint64_t hash = 0;
    ww_hash_file(path, &hash, NULL, NULL);
    char *line = fixture_with_times
                     ? ww_strf("%s %016llx %llu %lld.%09ld\n", path + fixture_root_bytes + 1, (unsigned long long)hash,
                               (unsigned long long)s->st_ino, (long long)s->st_mtim.tv_sec, s->st_mtim.tv_nsec)
                     : ww_strf("%s %016llx\n", path + fixture_root_bytes + 1, (unsigned long long)hash);
    ww_vector_add(&fixture_found, line);
    return 0;
}

static inline int fixture_compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

// The caller frees.
static inline char *fixture_tree(const char *dir, bool with_times)
{
    ww_buffer text = {0};
    fixture_with_times = with_times;
    fixture_root_bytes = strlen(dir);
    nftw(dir, fixture_visit, 8, FTW_PHYS);
    if (fixture_found.count)
        qsort(fixture_found.item, fixture_found.count, sizeof *fixture_found.item, fixture_compare);
    ww_buffer_text(&text, "");
    for (size_t i = 0; i < fixture_found.count; i++) {
        ww_buffer_text(&text, fixture_found.item[i]);
        free(fixture_found.item[i]);
    }
    ww_vector_free(&fixture_found);
    return text.data;
}

// The tree that an export into a fresh folder makes.
static inline char *fixture_fresh_tree(ww_store *s)
{
    ww_error err = {0};
    const char *dir = scratch_folder_in_memory();
    // A store remembers one output folder: a copy of the library gets its own. The copy is of the committed state,
    // through SQLite's file.
    ww_store_close(s);
    uint8_t *data = NULL;
    size_t bytes = 0;
    char path[SCRATCH_BYTES + 16];
    CHECK_OK(ww_read_file(fixture_path("whoswho.db"), 1 << 26, &data, &bytes, &err));
    snprintf(path, sizeof path, "%s/whoswho.db", dir);
    CHECK_OK(ww_write_file(path, data, bytes, &err));
    free(data);
    ww_store *copy = NULL;
    CHECK_OK(ww_store_open(path, false, &copy, &err));
    fixture_export(copy, dir);
    ww_store_close(copy);
    char *tree = fixture_tree(dir, false);
    scratch_remove(dir);
    return tree;
}

// What is in `dir` is what a first export of the same library makes; closes the store.
static inline void fixture_check_as_fresh(ww_store *s, const char *dir)
{
    char *tree = fixture_tree(dir, false), *fresh = fixture_fresh_tree(s);
    CHECK_STR(tree, fresh);
    free(tree);
    free(fresh);
}

static inline bool fixture_exists(const char *name) { return ww_path_exists(fixture_path(name)); }

static inline void fixture_write(const char *name, const char *text)
{
    ww_error err = {0};
    CHECK_OK(ww_write_file(fixture_path(name), text, strlen(text), &err));
}

static inline void fixture_check_text(const char *name, const char *expected)
{
    ww_error err = {0};
    uint8_t *data = NULL;
    size_t bytes = 0;
    CHECK_OK(ww_read_file(fixture_path(name), 1 << 20, &data, &bytes, &err));
    CHECK_STR(data ? (const char *)data : "", expected);
    free(data);
}
#endif
