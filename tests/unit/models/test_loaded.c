// SPDX-License-Identifier: MIT
// Loading the models of a run: which source of landmarks they get, what their traits refuse, and that a hash tells them
// apart.
#include "base/files.h"
#include "base/memory.h"
#include "dlib_files.h"
#include "face/detector.h"
#include "face/embedder.h"
#include "face/landmarks.h"
#include "harness.h"
#include "models/loaded.h"
#include "models/models.h"
#include "scratch.h"

static ww_status load(const ww_model_options *options, ww_models **models, ww_error *err)
{
    *models = NULL;
    return ww_models_load(options, models, err);
}

TEST(the_models_inside)
{
    ww_error err = {0};
    ww_models *m = NULL;
    CHECK_OK(load(NULL, &m, &err));
    CHECK(m->detector_spec.detector == &ww_luma_kind && m->embedder_spec.embedder == &ww_aligned_embedder_kind);
    CHECK(m->detector && m->embedder && m->detector_spec.landmarks.kind == &ww_landmark_refiner_kind);
    CHECK(m->detector_spec.upsample == 0 && m->embedder_spec.jitter == 0);
    ww_models_unload(m);
}

// Only what is compiled in computes in int8, and the hash that tells models apart is that of the file.
TEST(int8_is_for_the_models_inside)
{
    ww_error err = {0};
    ww_models *plain = NULL, *int8 = NULL, *none = NULL;
    CHECK_OK(load(&(ww_model_options){.precision = WW_PRECISION_FLOAT32}, &plain, &err));
    CHECK_OK(load(&(ww_model_options){.precision = WW_PRECISION_INT8}, &int8, &err));
    CHECK(!plain->int8 && !ww_net_is_int8(plain->detector) && !ww_net_is_int8(plain->embedder));
    CHECK(int8->int8 && ww_net_is_int8(int8->detector) && ww_net_is_int8(int8->embedder));
    CHECK(ww_net_is_int8(int8->detector_spec.landmarks.model));
    CHECK(int8->detector_hash == plain->detector_hash && int8->embedder_hash == plain->embedder_hash);
    ww_models_unload(int8);
    ww_models_unload(plain);
    const char *yunet = shared_file("models/face_detection_yunet_2026may.onnx");
    if (!yunet)
        SKIP("no shared models");
    char *detector = ww_strdup(yunet);
    CHECK_OK(load(&(ww_model_options){.detector = detector, .precision = WW_PRECISION_INT8}, &int8, &err));
    CHECK(int8->int8 && !ww_net_is_int8(int8->detector) && ww_net_is_int8(int8->embedder));
    ww_models_unload(int8);
    const char *embedder = shared_file("models/mobilefacenet_foamliu.onnx");
    CHECK(embedder != NULL);
    CHECK_EQ(load(&(ww_model_options){.detector = detector, .embedder = embedder, .precision = WW_PRECISION_INT8},
                  &none, &err),
             WW_ERR_UNSUPPORTED);
    CHECK(none == NULL && strstr(err.message, "--precision") != NULL);
    free(detector);
}

TEST(traits_refuse_options)
{
    static const struct {
        ww_model_options options;
        const char *says;
    } cases[] = {{{.upsample = 1}, "--upsample"},
                 {{.upsample = 5}, "0 to 4"},
                 {{.upsample = -1}, "0 to 4"},
                 {{.jitter = 2}, "--jitter"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ww_error err = {0};
        ww_models *m;
        CHECK_EQ(load(&cases[i].options, &m, &err), WW_ERR_ARGUMENT);
        CHECK(m == NULL && strstr(err.message, cases[i].says) != NULL);
    }
}

TEST(a_detector_without_a_network)
{
    ww_error err = {0};
    ww_models *plain = NULL, *doubled = NULL;
    if (ww_file_frontal_hog_dat_end - ww_file_frontal_hog_dat == 0)
        SKIP("built without libdlib-dev");
    CHECK_OK(load(&(ww_model_options){.detector = "hog"}, &plain, &err));
    CHECK(!plain->detector && plain->detector_spec.model && plain->detector_spec.detector->upsamples);
    CHECK(!plain->detector_spec.landmarks.kind); // a detector named by hand is taken as it is
    CHECK_OK(load(&(ww_model_options){.detector = "hog", .upsample = 2}, &doubled, &err));
    CHECK(doubled->detector_spec.upsample == 2 && doubled->detector_hash != plain->detector_hash);
    CHECK(doubled->embedder_hash == plain->embedder_hash);
    ww_models_unload(plain);
    ww_models_unload(doubled);
}

// What is a face is told by the refiner wherever the detector inside finds them: also where its own file is named, and
// where landmarks come from a shape predictor, which cannot tell.
TEST(the_detector_inside_is_judged_by_the_refiner)
{
    ww_error err = {0};
    ww_models *inside = NULL, *named = NULL, *placed = NULL;
    ww_buffer shape = {0};
    const char *dir = scratch_folder();
    char *detector = ww_path_join(dir, "any.onnx"), *points = ww_path_join(dir, "five.dat");
    write_shape_file(&shape, 5, 2, 3, 0.01);
    CHECK_OK(ww_write_file(detector, ww_file_detector_onnx, (size_t)(ww_file_detector_onnx_end - ww_file_detector_onnx),
                           &err));
    CHECK_OK(ww_write_file(points, shape.data, shape.bytes, &err));
    CHECK_OK(load(&(ww_model_options){0}, &inside, &err));
    CHECK(inside->detector_spec.landmarks.kind == &ww_landmark_refiner_kind && !inside->detector_spec.judge.kind);
    CHECK_OK(load(&(ww_model_options){.detector = detector}, &named, &err));
    CHECK(named->detector_spec.landmarks.kind == &ww_landmark_refiner_kind && !named->detector_spec.judge.kind);
    CHECK(named->detector_hash == inside->detector_hash);
    CHECK_OK(load(&(ww_model_options){.landmarks = points}, &placed, &err));
    CHECK(placed->detector_spec.landmarks.kind && placed->detector_spec.landmarks.kind != &ww_landmark_refiner_kind);
    CHECK(placed->detector_spec.judge.kind == &ww_landmark_refiner_kind);
    CHECK(placed->detector_hash != inside->detector_hash);
    ww_models_unload(inside);
    ww_models_unload(named);
    ww_models_unload(placed);
    ww_buffer_free(&shape);
    free(detector);
    free(points);
}

TEST(an_embedder_that_needs_landmarks_and_takes_jitter)
{
    static const int jitters[] = {0, 1, 2, 3};
    ww_error err = {0};
    ww_models *m = NULL;
    ww_buffer file = {0};
    char *path = ww_path_join(scratch_folder(), "embedder.dat");
    write_embedder(&file, 32);
    CHECK_OK(ww_write_file(path, file.data, file.bytes, &err));
    uint64_t hash[4];
    for (int i = 0; i < 4; i++) { // the detector inside has landmarks
        CHECK_OK(load(&(ww_model_options){.embedder = path, .jitter = jitters[i]}, &m, &err));
        CHECK(m && m->embedder_spec.embedder->needs_landmarks && m->embedder_spec.jitter == jitters[i]);
        hash[i] = m ? m->embedder_hash : 0;
        ww_models_unload(m);
    }
    CHECK(hash[0] == hash[1] && hash[1] != hash[2] && hash[2] != hash[3]); // other vectors, another hash
    CHECK_EQ(load(&(ww_model_options){.embedder = path, .jitter = 1001}, &m, &err), WW_ERR_ARGUMENT);
    if (ww_file_frontal_hog_dat_end - ww_file_frontal_hog_dat > 0) {
        CHECK_EQ(load(&(ww_model_options){.embedder = path, .detector = "hog"}, &m, &err), WW_ERR_ARGUMENT);
        CHECK(strstr(err.message, "needs landmarks") != NULL);
    }
    CHECK_EQ(load(&(ww_model_options){.detector = path}, &m, &err), WW_ERR_ARGUMENT);
    CHECK(strstr(err.message, "not a detector") != NULL);
    free(path);
    ww_buffer_free(&file);
}

int main(void)
{
    RUN(the_models_inside);
    RUN(int8_is_for_the_models_inside);
    RUN(traits_refuse_options);
    RUN(a_detector_without_a_network);
    RUN(the_detector_inside_is_judged_by_the_refiner);
    RUN(an_embedder_that_needs_landmarks_and_takes_jitter);
    return FINISH();
}
