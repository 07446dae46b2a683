// SPDX-License-Identifier: MIT
#include "base/files.h"
#include "base/random.h"
#include "face/align.h"
#include "face/detect.h"
#include "face/embed.h"
#include "dlib/hog.h"
#include "dlib/net.h"
#include "face/model.h"
#include "face/quality.h"
#include "harness.h"
#include "models/models.h"
#include "nn_case.h"

static void apply(const ww_affine *map, double x, double y, double *sx, double *sy)
{
    *sx = map->m[0] * x + map->m[1] * y + map->m[2];
    *sy = map->m[3] * x + map->m[4] * y + map->m[5];
}

TEST(alignment_finds_a_similarity_again)
{
    ww_random r = {3};
    for (int trial = 0; trial < 100; trial++) {
        double turn = ww_random_unit(&r) * 6.28, zoom = 0.1 + 5 * ww_random_unit(&r), dx = 500 * ww_random_unit(&r), dy = 500 * ww_random_unit(&r);
        float landmark[10];
        for (int i = 0; i < 5; i++) {
            double x = ww_template_112[2 * i], y = ww_template_112[2 * i + 1];
            landmark[2 * i] = (float)(zoom * (cos(turn) * x - sin(turn) * y) + dx);
            landmark[2 * i + 1] = (float)(zoom * (sin(turn) * x + cos(turn) * y) + dy);
        }
        float margin = trial % 2 ? 8.0f : 0.0f;
        int side = trial % 2 ? 96 : 112;
        ww_affine map = ww_align(landmark, side, margin);
        for (int i = 0; i < 5; i++) {
            double sx, sy;
            apply(&map, ww_template_112[2 * i] - margin + 0.5, ww_template_112[2 * i + 1] - margin + 0.5, &sx, &sy);
            CHECK_NEAR(sx - 0.5, landmark[2 * i], 2e-3);
            CHECK_NEAR(sy - 0.5, landmark[2 * i + 1], 2e-3);
        }
    }
}

TEST(alignment_survives_landmarks_in_one_place)
{
    float landmark[10] = {5, 5, 5, 5, 5, 5, 5, 5, 5, 5};
    ww_affine map = ww_align(landmark, 112, 0);
    for (int i = 0; i < 6; i++)
        CHECK(isfinite(map.m[i]));
}

TEST(suppression_keeps_the_better_of_two_that_overlap)
{
    ww_detections d = {0};
    ww_vector_add(&d, ((ww_detection){.x = 0, .y = 0, .width = 10, .height = 10, .score = 0.6f}));
    ww_vector_add(&d, ((ww_detection){.x = 1, .y = 0, .width = 10, .height = 10, .score = 0.9f}));
    ww_vector_add(&d, ((ww_detection){.x = 9, .y = 9, .width = 10, .height = 10, .score = 0.7f}));
    ww_non_maximum_suppression(&d, 0.4f);
    CHECK_EQ(d.count, 2);
    CHECK_NEAR(d.item[0].score, 0.9, 1e-6);
    CHECK_NEAR(d.item[1].score, 0.7, 1e-6);
    ww_vector_free(&d);
}

// A chip with detail of contrast `amplitude`, its neighbours averaged `smoothings` times.
static void make_chip(ww_image *chip, int amplitude, int smoothings)
{
    ww_error err;
    CHECK_OK(ww_image_alloc(chip, WW_PIXELS_LUMA, 96, 96, &err));
    ww_random r = {9};
    for (int y = 0; y < 96; y++)
        for (int x = 0; x < 96; x++)
            chip->plane[0].data[y * chip->plane[0].stride + x] = (uint8_t)(128 - amplitude / 2 + (int)ww_random_below(&r, (uint32_t)amplitude));
    for (int pass = 0; pass < smoothings; pass++)
        for (int y = 0; y < 96; y++)
            for (int x = 0; x + 2 < 96; x++) {
                uint8_t *row = chip->plane[0].data + y * chip->plane[0].stride + x;
                row[0] = (uint8_t)((row[0] + row[1] + row[2]) / 3);
            }
}

static ww_detection frontal_face(float zoom)
{
    ww_detection d = {.width = 80 * zoom, .height = 100 * zoom, .score = 0.9f};
    for (int i = 0; i < 10; i++)
        d.landmark[i] = ww_template_112[i] * zoom;
    return d;
}

TEST(quality_falls_with_size_blur_pose_and_score)
{
    ww_image sharp = {0}, soft = {0};
    make_chip(&sharp, 120, 0);
    make_chip(&soft, 120, 6);
    ww_detection face = frontal_face(2), small = frontal_face(0.3f), turned = frontal_face(2), doubtful = frontal_face(2);
    turned.landmark[4] += 0.4f * (turned.landmark[2] - turned.landmark[0]);
    doubtful.score = 0.5f;
    ww_quality best = ww_judge_quality(&face, &sharp);
    CHECK(best.overall > 0.8 && best.overall <= 1);
    CHECK_NEAR(best.size, 1, 1e-6);
    CHECK_NEAR(best.pose, 1, 0.05);
    CHECK(ww_judge_quality(&face, &soft).sharpness < best.sharpness);
    CHECK(ww_judge_quality(&small, &sharp).overall < best.overall);
    CHECK(ww_judge_quality(&turned, &sharp).pose < 0.4);
    CHECK(ww_judge_quality(&doubtful, &sharp).overall < best.overall);
    CHECK_NEAR(ww_quality_with_length(0.512f, 1), 0.8, 1e-6);
    CHECK_NEAR(ww_quality_with_length(0.512f, 1.3f), 0.8, 1e-6); // longer than full is full
    CHECK_NEAR(ww_quality_with_length(0.512f, 0.125f), 0.2, 1e-6);
    ww_image_free(&sharp);
    ww_image_free(&soft);
}

struct loaded {
    ww_net *net;
    ww_model_spec spec;
};

static ww_status load(const char *path, struct loaded *m, ww_error *err)
{
    ww_status status = strstr(path, ".dat") ? ww_dlib_net_load_file(path, &m->net, err) : ww_net_load_file(path, &m->net, err);
    return status == WW_OK ? ww_model_recognise(m->net, NULL, &m->spec, err) : status;
}

TEST(known_models_are_recognised)
{
    static const struct { const char *file; ww_model_kind kind; ww_colour colour; int dim; } known[] = {
        {"models/scrfd_500m_bnkps.onnx", WW_MODEL_SCRFD, WW_COLOUR_RGB, 0},
        {"models/face_detection_yunet_2026may.onnx", WW_MODEL_YUNET, WW_COLOUR_BGR, 0},
        {"models/ultraface_rfb_320.onnx", WW_MODEL_ULTRAFACE, WW_COLOUR_RGB, 0},
        {"models/mobilefacenet_foamliu.onnx", WW_MODEL_EMBEDDER, WW_COLOUR_RGB, 128},
        {"models/mmod_human_face_detector.dat", WW_MODEL_MMOD, WW_COLOUR_RGB, 0},
        {"models/face_recognition_densenet_model_v1.dat.bz2", WW_MODEL_EMBEDDER, WW_COLOUR_RGB, 128},
    };
    if (!shared_file(known[0].file))
        SKIP("the shared models are not here");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        ww_error err = {0};
        struct loaded m = {0};
        CHECK_OK(load(shared_file(known[i].file), &m, &err));
        CHECK_EQ(m.spec.kind, known[i].kind);
        CHECK_EQ(m.spec.colour, known[i].colour);
        CHECK_EQ(m.spec.embedding_dim, known[i].dim);
        ww_net_free(m.net);
    }
}

TEST(a_sidecar_overrides_and_its_mistakes_are_named)
{
    ww_error err = {0};
    struct loaded m = {0};
    CHECK_OK(ww_net_load(ww_file_embedder_onnx, (size_t)(ww_file_embedder_onnx_end - ww_file_embedder_onnx), "embedder", &m.net, &err));
    CHECK_OK(ww_model_recognise(m.net, "# ours, but stricter\neps = 0.7\nmean = 1, 2, 3\n", &m.spec, &err));
    CHECK_NEAR(m.spec.eps, 0.7, 1e-6);
    CHECK_NEAR(m.spec.mean[2], 3, 1e-6);
    CHECK_EQ(ww_model_recognise(m.net, "eps = 0.7\nepps = 3\n", &m.spec, &err), WW_ERR_FORMAT);
    CHECK(strstr(err.message, "line 2") != NULL && strstr(err.message, "epps") != NULL);
    ww_net_free(m.net);
}

// An embedder of 96 x 96 luma that says of itself what `key` is.
static ww_net *net_saying(const char *key, const char *value, ww_error *err)
{
    onnx_writer w = {0};
    onnx_input(&w, "luma", (onnx_dims){4, {1, 1, 96, 96}});
    onnx_node(&w, "AveragePool", "luma", "pooled", "kernel_shape=12,12 strides=12,12");
    onnx_node(&w, "Flatten", "pooled", "embedding", "axis=1");
    onnx_shaped_output(&w, "embedding", (onnx_dims){2, {1, 64}});
    onnx_metadata(&w, key, value);
    return case_load(&w, err);
}

TEST(a_model_says_itself_what_it_wants)
{
    ww_error err = {0};
    ww_model_spec spec;
    ww_net *net = net_saying("whoswho.eps", "0.63", &err);
    CHECK_OK(ww_model_recognise(net, NULL, &spec, &err));
    CHECK_NEAR(spec.eps, 0.63, 1e-6);
    CHECK_OK(ww_model_recognise(net, "eps = 0.7\n", &spec, &err)); // the text file has the last word
    CHECK_NEAR(spec.eps, 0.7, 1e-6);
    ww_net_free(net);
    net = net_saying("whoswho.eps", "wide", &err);
    CHECK_EQ(ww_model_recognise(net, NULL, &spec, &err), WW_ERR_FORMAT);
    CHECK(strstr(err.message, "whoswho.eps") != NULL && strstr(err.message, "wide") != NULL);
    ww_net_free(net);
    net = net_saying("eps", "0.63", &err); // somebody else's
    CHECK_OK(ww_model_recognise(net, NULL, &spec, &err));
    CHECK(spec.eps > 0.7);
    ww_net_free(net);
}

// Faces found in the group photos by each detector, against the number of people on them.
TEST(all_detectors_see_the_people_on_group_photos)
{
    static const char *const detectors[] = {NULL, "models/scrfd_500m_bnkps.onnx", "models/face_detection_yunet_2026may.onnx",
                                            "models/mmod_human_face_detector.dat", "hog"};
    static const struct { const char *file; int least, most; } photos[] = {{"photos/groups/bbt2.jpg", 2, 6}, {"photos/groups/bbt4.jpg", 2, 6}};
    if (!shared_file(photos[0].file))
        SKIP("the shared photos are not here");
    for (size_t k = 0; k < sizeof detectors / sizeof *detectors; k++) {
        ww_error err = {0};
        struct loaded m = {0};
        ww_hog_model *hog = NULL;
        if (detectors[k] && strcmp(detectors[k], "hog") == 0) {
            size_t hog_bytes = (size_t)(ww_file_frontal_hog_dat_end - ww_file_frontal_hog_dat);
            if (hog_bytes == 0)
                continue; // built without dlib's headers
            CHECK_OK(ww_hog_model_read(ww_file_frontal_hog_dat, hog_bytes, "hog", &hog, &err));
            ww_model_of_hog(hog, &m.spec);
            m.spec.upsample = 1;
        } else if (detectors[k]) {
            CHECK_OK(load(shared_file(detectors[k]), &m, &err));
        } else {
            CHECK_OK(ww_net_load(ww_file_detector_onnx, (size_t)(ww_file_detector_onnx_end - ww_file_detector_onnx), "detector", &m.net, &err));
            CHECK_OK(ww_model_recognise(m.net, NULL, &m.spec, &err));
        }
        ww_detector *detector = NULL;
        CHECK_OK(ww_detector_open(m.net, &m.spec, NULL, &detector, &err));
        for (size_t i = 0; i < sizeof photos / sizeof *photos && detector; i++) {
            uint8_t *jpeg;
            size_t bytes;
            ww_image image = {0};
            ww_detections found = {0};
            CHECK_OK(ww_read_file(shared_file(photos[i].file), 1 << 24, &jpeg, &bytes, &err));
            CHECK_OK(ww_jpeg_decode(jpeg, bytes, photos[i].file, 1 << 26, &image, NULL, NULL, NULL, NULL, &err));
            CHECK_OK(ww_detect(detector, &image, &found, &err));
            if ((int)found.count < photos[i].least || (int)found.count > photos[i].most)
                printf("# %s on %s: %zu faces\n", m.spec.name, photos[i].file, found.count);
            CHECK((int)found.count >= photos[i].least && (int)found.count <= photos[i].most);
            for (size_t f = 0; f < found.count; f++) {
                const ww_detection *d = &found.item[f];
                CHECK(d->x >= 0 && d->y >= 0 && d->x + d->width <= (float)image.width + 0.01f && d->y + d->height <= (float)image.height + 0.01f);
                CHECK(d->landmark[0] < d->landmark[2]);                                     // the eyes stand in order
                CHECK(d->landmark[1] < d->landmark[7] && d->landmark[3] < d->landmark[9]);  // and above the mouth
            }
            free(jpeg);
            ww_image_free(&image);
            ww_vector_free(&found);
        }
        ww_detector_close(detector);
        ww_net_free(m.net);
        ww_hog_model_free(hog);
    }
}

TEST(a_batch_gives_the_same_vectors_as_one_at_a_time)
{
    ww_error err = {0};
    struct loaded m = {0};
    CHECK_OK(ww_net_load(ww_file_embedder_onnx, (size_t)(ww_file_embedder_onnx_end - ww_file_embedder_onnx), "embedder", &m.net, &err));
    CHECK_OK(ww_model_recognise(m.net, NULL, &m.spec, &err));
    ww_embedder *embedder = NULL;
    CHECK_OK(ww_embedder_open(m.net, &m.spec, &embedder, &err));
    enum { CHIPS = 2 * WW_EMBED_BATCH + 3, DIM = 128 };
    ww_image chip[CHIPS] = {0};
    const ww_image *pointer[CHIPS];
    for (int i = 0; i < CHIPS; i++) {
        make_chip(&chip[i], 20 + 10 * i, i % 5);
        pointer[i] = &chip[i];
    }
    float batch[CHIPS * DIM], one[DIM], batch_length[CHIPS], one_length;
    CHECK_EQ(m.spec.embedding_dim, DIM);
    CHECK_OK(ww_embed(embedder, pointer, CHIPS, batch, batch_length, &err));
    for (int i = 0; i < CHIPS; i++) {
        double length = 0, difference = 0;
        CHECK_OK(ww_embed(embedder, &pointer[i], 1, one, &one_length, &err));
        for (int k = 0; k < DIM; k++) {
            length += (double)one[k] * one[k];
            difference += fabs((double)one[k] - batch[i * DIM + k]);
        }
        CHECK_NEAR(length, 1, 1e-5);
        CHECK(one_length > 0);
        CHECK_NEAR(one_length, batch_length[i], 1e-3);
        CHECK_NEAR(difference, 0, 1e-3);
        ww_image_free(&chip[i]);
    }
    ww_embedder_close(embedder);
    ww_net_free(m.net);
}

int main(void)
{
    RUN(alignment_finds_a_similarity_again);
    RUN(alignment_survives_landmarks_in_one_place);
    RUN(suppression_keeps_the_better_of_two_that_overlap);
    RUN(quality_falls_with_size_blur_pose_and_score);
    RUN(known_models_are_recognised);
    RUN(a_sidecar_overrides_and_its_mistakes_are_named);
    RUN(a_model_says_itself_what_it_wants);
    RUN(all_detectors_see_the_people_on_group_photos);
    RUN(a_batch_gives_the_same_vectors_as_one_at_a_time);
    return FINISH();
}
