// SPDX-License-Identifier: MIT
// What is around faces: recordings put together again, scenes, the store's rows as the cluster room wants them, and who
// is a person.
#include "base/files.h"
#include "harness.h"
#include "library/view.h"
#include "people.h"
#include "people/context.h"
#include "people/scene.h"
#include "people/sort.h"
#include "people/threshold.h"
#include "scratch.h"

#define SECOND_US 1000000

static bool has_order(ww_scene_source *source, size_t count, const char *paths, const char *recordings)
{
    uint32_t recording[16];
    char found[256] = "", numbers[64] = "";
    ww_scene_order(source, count, recording);
    for (size_t i = 0; i < count; i++) {
        sprintf(found + strlen(found), "%s ", source[i].path);
        sprintf(numbers + strlen(numbers), "%u ", (unsigned)recording[i]);
    }
    if (strcmp(found, paths) != 0 || strcmp(numbers, recordings) != 0)
        printf("# %s: %s\n", found, numbers);
    return strcmp(found, paths) == 0 && strcmp(numbers, recordings) == 0;
}

#define PART(path, seconds)                                                                                            \
    {                                                                                                                  \
        0, path, 640, 360, (int64_t)(seconds)*SECOND_US                                                                \
    }

TEST(short_files_whose_names_differ_in_numbers_are_parts_of_one_recording)
{
    ww_scene_source parts[] = {PART("d/out10.mp4", 4), PART("d/out2.mp4", 4), PART("d/out1.mp4", 4)};
    CHECK(has_order(parts, 3, "d/out1.mp4 d/out2.mp4 d/out10.mp4 ", "0 0 0 "));
    ww_scene_source scenes[] = {PART("A-Scene-002.mp4", 4), PART("A-Scene-001.mp4", 4), PART("B-Scene-001.mp4", 4)};
    CHECK(has_order(scenes, 3, "A-Scene-001.mp4 A-Scene-002.mp4 B-Scene-001.mp4 ", "0 0 1 "));
    ww_scene_source elsewhere[] = {PART("d/1.mp4", 4), PART("e/2.mp4", 4)};
    CHECK(has_order(elsewhere, 2, "d/1.mp4 e/2.mp4 ", "0 1 "));
    ww_scene_source episodes[] = {PART("s1.mp4", 1300), PART("s2.mp4", 1300), PART("s3.mp4", 60)};
    CHECK(has_order(episodes, 3, "s1.mp4 s2.mp4 s3.mp4 ", "0 1 2 "));
    ww_scene_source sizes[] = {PART("1.mp4", 4), {1, "2.mp4", 1280, 720, 4 * SECOND_US}};
    CHECK(has_order(sizes, 2, "1.mp4 2.mp4 ", "0 1 "));
}

static void make_view(int camera, uint8_t view[WW_VIEW_BYTES])
{
    ww_random r = {(uint64_t)camera + 100};
    for (int i = 0; i < WW_VIEW_BYTES; i++)
        view[i] = (uint8_t)ww_random_below(&r, 256);
}

// Cameras as letters, a frame each `step` seconds; a dash begins another recording.
static void check_scenes(const char *cameras, int step, const char *expected)
{
    static uint8_t views[64][WW_VIEW_BYTES];
    ww_scene_frame frame[64] = {0};
    uint32_t scene[64], recording = 0;
    char found[65] = "";
    size_t count = 0;
    int64_t time_us = 0;
    for (const char *c = cameras; *c; c++) {
        if (*c == '-') {
            recording++;
            time_us = 0;
            continue;
        }
        make_view(*c, views[count]);
        frame[count] = (ww_scene_frame){recording, time_us, views[count]};
        time_us += step * SECOND_US;
        count++;
    }
    ww_scene_split(frame, count, scene);
    for (size_t i = 0; i < count; i++)
        found[i] = (char)('0' + scene[i]);
    CHECK_STR(found, expected);
}

TEST(a_scene_is_what_no_return_to_a_camera_bridges)
{
    check_scenes("ABAB", 2, "0000");
    check_scenes("ABC", 2, "012"); // a montage: nothing comes back
    check_scenes("AABACDCD", 2, "00001111");
    check_scenes("ABCA", 10, "0000");           // after half a minute: one scene
    check_scenes("ABCDEFGHA", 10, "012345678"); // after more than a minute: none
    check_scenes("AB-AB", 2, "0123");           // another recording
    check_scenes("", 2, "");
}

TEST(a_view_is_alike_to_itself_in_another_light_and_to_no_other)
{
    ww_error err = {0};
    ww_image bright = {0}, dark = {0}, other = {0}, rgb = {0};
    uint8_t a[WW_VIEW_BYTES], b[WW_VIEW_BYTES], c[WW_VIEW_BYTES];
    CHECK_OK(ww_image_alloc(&bright, WW_PIXELS_YUV420, 320, 180, &err));
    CHECK_OK(ww_image_alloc(&dark, WW_PIXELS_YUV420, 320, 180, &err));
    CHECK_OK(ww_image_alloc(&other, WW_PIXELS_YUV420, 320, 180, &err));
    CHECK_OK(ww_image_alloc(&rgb, WW_PIXELS_RGB, 320, 180, &err));
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < bright.plane[p].height; y++)
            for (int x = 0; x < bright.plane[p].width; x++) {
                const int across = 255 * x / bright.plane[p].width, down = 255 * y / bright.plane[p].height;
                bright.plane[p].data[y * bright.plane[p].stride + x] = (uint8_t)across;
                dark.plane[p].data[y * dark.plane[p].stride + x] = (uint8_t)(across / 2);
                other.plane[p].data[y * other.plane[p].stride + x] = (uint8_t)down;
            }
    CHECK(ww_view_make(&bright, a) && ww_view_make(&dark, b) && ww_view_make(&other, c) && !ww_view_make(&rgb, c + 0));
    CHECK(a[0] < 16 && a[WW_VIEW_COLUMNS - 1] > 240);
    CHECK(ww_view_likeness(a, a) > 0.999 && ww_view_likeness(a, b) > 0.99);
    CHECK(fabs(ww_view_likeness(a, c)) < 0.1);
    memset(b, 7, sizeof b);
    CHECK_EQ(ww_view_likeness(a, b) == 0, 1); // nothing to correlate
    ww_image_free(&bright);
    ww_image_free(&dark);
    ww_image_free(&other);
    ww_image_free(&rgb);
}

TEST(the_context_of_a_library_is_gathered)
{
    char *path = ww_path_join(scratch_folder_in_memory(), "whoswho.db");
    ww_error err = {0};
    ww_store *store = NULL;
    ww_catalog catalog = {0};
    ww_face_context context = {0};
    CHECK_OK(ww_store_open(path, true, &store, &err));
    const ww_source_row source = {.path = "film.mp4",
                                  .hash = 1,
                                  .width = 640,
                                  .height = 360,
                                  .duration_us = 9000000,
                                  .scan_key = "k",
                                  .span_count = 1};
    int64_t source_id, frame_id, face_id[3];
    const float own[2] = {1, 0}, between[2] = {0, 1};
    uint8_t view[WW_VIEW_BYTES], torso[8] = {255}, odd[5] = {255};
    make_view(1, view);
    CHECK_OK(ww_store_add_source(store, &source, &source_id, &err));
    for (int i = 0; i < 3; i++) {
        const ww_frame_row frame = {.source = source_id, .sample = i, .time_us = i * SECOND_US};
        CHECK_OK(ww_store_add_frame(store, &frame, "x", 1, &frame_id, &err));
        const ww_face_row face = {
            .frame = frame_id, .width = 30, .height = 40, .quality = 0.5, .embedding_dim = 2, .person = -1};
        CHECK_OK(ww_store_add_face(store, &face, own, "x", 1, &face_id[i], &err));
        if (i < 2)
            CHECK_OK(ww_store_add_view(store, frame_id, view, sizeof view, &err));
    }
    CHECK_OK(ww_store_add_context(store,
                                  &(ww_context_row){.face = face_id[0],
                                                    .torso = torso,
                                                    .torso_bytes = 8,
                                                    .weight = 0.25,
                                                    .intermediate = between,
                                                    .embedding_dim = 2},
                                  &err));
    CHECK_OK(ww_store_add_context(store, &(ww_context_row){.face = face_id[1], .torso = odd, .torso_bytes = 5}, &err));
    CHECK_OK(ww_catalog_load(store, NULL, 0, &catalog, &err));
    CHECK_OK(ww_catalog_add_vectors(&catalog, &err));
    CHECK_OK(ww_face_context_gather(&catalog, &context, &err));
    CHECK_NEAR(context.vector[0], sqrt(0.5), 1e-6); // of equal weight, and brought to length 1
    CHECK_NEAR(context.vector[1], sqrt(0.5), 1e-6);
    CHECK_NEAR(context.weight[0], 0.5, 1e-6);
    CHECK(context.frames[0] > context.frames[1] && context.frames[1] == 1);
    CHECK_NEAR(context.vector[2], 1, 0);
    CHECK_NEAR(context.size_px[0], sqrt(1200), 1e-4);
    CHECK(context.torso[0] && memcmp(context.torso[0], torso, 8) == 0 && !context.hair[0]);
    CHECK(!context.torso[1] && !context.torso[2]); // histograms of another length mean something else
    CHECK(context.scene[0] == context.scene[1] && context.scene[0] != WW_NO_SCENE && context.scene[2] == WW_NO_SCENE);
    CHECK(context.recording[0] == context.recording[2] && context.recording[0] != WW_RECORDING_PHOTOS);
    ww_face_context_free(&context);
    ww_catalog_free(&catalog);
    ww_store_close(store);
    free(path);
}

// Three people: the first with poor faces alone, the second with one clear one, the third a single clear face.
TEST(a_person_has_two_faces_and_one_that_is_clear)
{
    enum { FACES = 7 };
    ww_random r = {3};
    ww_error err = {0};
    ww_catalog g = {0};
    ww_decided decided = {0};
    ww_evidence evidence;
    ww_face_grade grade[FACES];
    int32_t label[FACES];
    static const int who[FACES] = {0, 0, 0, 1, 1, 1, 2};
    static const double quality[FACES] = {0.3, 0.3, 0.3, 0.3, 0.6, 0.3, 0.6};
    float weight[FACES];
    uint32_t scene[FACES];
    const uint8_t *none[FACES] = {0};
    for (int i = 0; i < FACES; i++) {
        people_add(&g, &r, who[i], 0.3, (uint32_t)i, who[i] + 1);
        g.face.item[i].quality = quality[i];
        weight[i] = (float)(quality[i] * quality[i]);
        scene[i] = WW_NO_SCENE;
        grade[i] = WW_FACE_SEED;
    }
    const float ones[FACES] = {1, 1, 1, 1, 1, 1, 1};
    ww_face_context context = {.vector = g.vector};
    context.context = (ww_context){.quality = weight,
                                   .size_px = ones,
                                   .frames = ones,
                                   .weight = weight,
                                   .scene = scene,
                                   .kind = {{none, 1, 0.5}, {none, 1, 0.5}},
                                   .kind_count = 2,
                                   .bins = 8};
    const ww_method *method = ww_method_named("templates");
    ww_sort_options options = {.method = method,
                               .threshold = 1,
                               .context = &context,
                               .min_size = 2,
                               .min_quality = 0.35,
                               .grade = grade,
                               .threads = 1};
    CHECK_OK(ww_evidence_find(&g, &decided, &(ww_evidence_options){1.1, grade}, &evidence, &err));
    CHECK_OK(ww_sort_faces(&g, &decided, &evidence, &options, label, &err));
    for (int i = 0; i < FACES; i++)
        CHECK_EQ(label[i], who[i] == 1 ? 0 : WW_NOBODY);
    options.min_quality = 0;
    options.min_size = 1;
    CHECK_OK(ww_sort_faces(&g, &decided, &evidence, &options, label, &err));
    for (int i = 0; i < FACES; i++)
        CHECK_EQ(label[i], who[i]);
    ww_evidence_free(&evidence);
    ww_catalog_free(&g);
}

TEST(the_threshold_of_many_is_smaller_within_bounds)
{
    const double model = 1.1;
    CHECK_NEAR(ww_threshold_of_model(model, 10), model, 1e-9);
    CHECK_NEAR(ww_threshold_of_model(model, WW_THRESHOLD_GROUPS), model, 1e-9);
    CHECK(ww_threshold_of_model(model, 1000) < model - 0.05);
    CHECK(ww_threshold_of_model(model, 2000) < ww_threshold_of_model(model, 1000));
    CHECK_NEAR(ww_threshold_of_model(model, 100000000), 0.85 * model, 1e-9);
}

int main(void)
{
    RUN(short_files_whose_names_differ_in_numbers_are_parts_of_one_recording);
    RUN(a_scene_is_what_no_return_to_a_camera_bridges);
    RUN(a_view_is_alike_to_itself_in_another_light_and_to_no_other);
    RUN(the_context_of_a_library_is_gathered);
    RUN(a_person_has_two_faces_and_one_that_is_clear);
    RUN(the_threshold_of_many_is_smaller_within_bounds);
    return FINISH();
}
