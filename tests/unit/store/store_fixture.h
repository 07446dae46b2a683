// SPDX-License-Identifier: MIT
// A folder of its own for each test, and rows that are easy to tell apart.
#ifndef WW_TESTS_STORE_FIXTURE_H
#define WW_TESTS_STORE_FIXTURE_H
#include "base/files.h"
#include "base/memory.h"
#include "harness.h"
#include "scratch.h"
#include "store/store.h"

#define FIXTURE_DIM 8

static const char *fixture_dir;
static char fixture_path[SCRATCH_BYTES + 64];

static inline void fixture_begin(void)
{
    fixture_dir = scratch_folder_in_memory();
    snprintf(fixture_path, sizeof fixture_path, "%s/whoswho.db", fixture_dir);
}

static inline void fixture_end(void) { scratch_remove(fixture_dir); }

static inline ww_store *fixture_open(void)
{
    ww_error err = {0};
    ww_store *s = NULL;
    CHECK_OK(ww_store_open(fixture_path, true, &s, &err));
    if (!s)
        abort();
    return s;
}

static inline ww_source_row fixture_source(const char *path, uint64_t hash)
{
    return (ww_source_row){.path = path,
                           .hash = hash,
                           .bytes = 12345,
                           .kind = 0,
                           .width = 1920,
                           .height = 1080,
                           .duration_us = 120000000,
                           .scan_key = "detector+embedder",
                           .span_count = 4};
}

static inline ww_frame_row fixture_frame(int64_t source, int64_t sample)
{
    return (ww_frame_row){.source = source,
                          .span = (int)(sample / 10),
                          .sample = sample,
                          .time_us = sample * 1000000 + 33367,
                          .jpeg_width = 1280,
                          .jpeg_height = 720};
}

static inline ww_face_row fixture_face(int64_t frame, int order)
{
    ww_face_row face = {.frame = frame,
                        .order = order,
                        .x = 10.25 + 100 * order,
                        .y = 20.5,
                        .width = 60.125,
                        .height = 80,
                        .score = 0.875,
                        .quality = 0.1,
                        .embedding_dim = FIXTURE_DIM,
                        .person = -1,
                        .track = frame * 10 + order,
                        .portrait_box = {100, 120, 200, 210.5},
                        .portrait_width = 400,
                        .portrait_height = 500};
    for (int i = 0; i < 10; i++)
        face.landmark[i] = (float)(frame * 100 + order * 10 + i);
    return face;
}

// Adds a face whose embedding is `mark`, mark + 1, ... and whose portrait is `bytes` times the byte `mark`.
static inline ww_status fixture_add_face(ww_store *s, int64_t frame, int order, int mark, size_t bytes, int64_t *id,
                                         ww_error *err)
{
    float embedding[FIXTURE_DIM];
    for (int i = 0; i < FIXTURE_DIM; i++)
        embedding[i] = (float)(mark + i);
    char *portrait = ww_alloc(bytes);
    memset(portrait, mark, bytes);
    ww_face_row face = fixture_face(frame, order);
    ww_status status = ww_store_add_face(s, &face, embedding, portrait, bytes, id, err);
    free(portrait);
    return status;
}

// `sources` sources of `frames` frames of two faces, in one transaction that is committed.
static inline void fixture_fill(ww_store *s, int sources, int frames)
{
    ww_error err = {0};
    CHECK_OK(ww_store_begin(s, &err));
    for (int i = 0; i < sources; i++) {
        char name[32];
        snprintf(name, sizeof name, "clip %d.mp4", i);
        ww_source_row source = fixture_source(name, (uint64_t)i + 1);
        int64_t source_id = 0, frame_id = 0, face_id = 0;
        CHECK_OK(ww_store_add_source(s, &source, &source_id, &err));
        for (int sample = 0; sample < frames; sample++) {
            ww_frame_row frame = fixture_frame(source_id, sample);
            CHECK_OK(ww_store_add_frame(s, &frame, "frame", 5, &frame_id, &err));
            for (int order = 0; order < 2; order++)
                CHECK_OK(fixture_add_face(s, frame_id, order, sample * 2 + order, 300, &face_id, &err));
        }
    }
    CHECK_OK(ww_store_commit(s, &err));
}

static inline ww_status fixture_count_face(void *user, const ww_face_row *row, const float *embedding, ww_error *err)
{
    ++*(int *)user;
    return WW_OK;
}

static inline ww_status fixture_ignore_source(void *user, const ww_source_row *row, ww_error *err) { return WW_OK; }
static inline ww_status fixture_ignore_frame(void *user, const ww_frame_row *row, ww_error *err) { return WW_OK; }

static inline int fixture_faces(ww_store *s)
{
    ww_error err = {0};
    int count = 0;
    CHECK_OK(ww_store_faces(s, false, fixture_count_face, &count, &err));
    return count;
}
#endif
