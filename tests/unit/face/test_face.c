// SPDX-License-Identifier: MIT
#include "base/files.h"
#include "base/random.h"
#include "image/align.h"
#include "face/detect.h"
#include "face/detector.h"
#include "face/embed.h"
#include "face/embedder.h"
#include "face/model.h"
#include "face/quality.h"
#include "harness.h"
#include "models/models.h"
#include "nn_case.h"
#include "group_photos.h"

static void apply(const ww_affine *map, double x, double y, double *sx, double *sy)
{
    *sx = map->m[0] * x + map->m[1] * y + map->m[2];
    *sy = map->m[3] * x + map->m[4] * y + map->m[5];
}

TEST(alignment_finds_a_similarity_again)
{
    ww_random r = {3};
    for (int trial = 0; trial < 100; trial++) {
        double turn = ww_random_unit(&r) * 6.28, zoom = 0.1 + 5 * ww_random_unit(&r), dx = 500 * ww_random_unit(&r),
               dy = 500 * ww_random_unit(&r);
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
            chip->plane[0].data[y * chip->plane[0].stride + x] =
                (uint8_t)(128 - amplitude / 2 + (int)ww_random_below(&r, (uint32_t)amplitude));
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
    ww_detection face = frontal_face(2), small = frontal_face(0.3f), turned = frontal_face(2),
                 doubtful = frontal_face(2);
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
    ww_status status = ww_net_load_file(path, &m->net, err);
    return status == WW_OK ? ww_model_recognise(m->net, NULL, &m->spec, err) : status;
}

TEST(known_models_are_recognised)
{
    static const struct {
        const char *file;
        const ww_detector_kind *detector;
        const ww_embedder_kind *embedder;
        ww_colour colour;
        int dim;
    } known[] = {
        {"models/scrfd_500m_bnkps.onnx", &ww_scrfd_kind, NULL, WW_COLOUR_RGB, 0},
        {"models/face_detection_yunet_2026may.onnx", &ww_yunet_kind, NULL, WW_COLOUR_BGR, 0},
        {"models/ultraface_rfb_320.onnx", &ww_ultraface_kind, NULL, WW_COLOUR_RGB, 0},
        {"models/mobilefacenet_foamliu.onnx", NULL, &ww_aligned_embedder_kind, WW_COLOUR_RGB, 128},
    };
    if (!shared_file(known[0].file))
        SKIP("the shared models are not here");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        ww_error err = {0};
        struct loaded m = {0};
        CHECK_OK(load(shared_file(known[i].file), &m, &err));
        CHECK(m.spec.detector == known[i].detector && m.spec.embedder == known[i].embedder);
        CHECK_EQ(m.spec.colour, known[i].colour);
        CHECK_EQ(m.spec.embedding_dim, known[i].dim);
        ww_net_free(m.net);
    }
}

TEST(a_sidecar_overrides_and_its_mistakes_are_named)
{
    ww_error err = {0};
    struct loaded m = {0};
    CHECK_OK(ww_net_load(ww_file_embedder_onnx, (size_t)(ww_file_embedder_onnx_end - ww_file_embedder_onnx), "embedder",
                         &m.net, &err));
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

TEST(a_sidecar_names_a_kind)
{
    ww_error err = {0};
    ww_model_spec spec;
    char text[64];
    ww_net *net = net_saying("made", "by hand", &err);
    for (int i = 0; ww_onnx_detectors[i]; i++) {
        snprintf(text, sizeof text, "kind = %s\n", ww_onnx_detectors[i]->word);
        CHECK_OK(ww_model_recognise(net, text, &spec, &err));
        CHECK(spec.detector == ww_onnx_detectors[i] && !spec.embedder && spec.multiple > 0 && spec.scale[0] == 1);
    }
    CHECK_OK(ww_model_recognise(net, "kind = embedder\n", &spec, &err));
    CHECK(spec.embedder == &ww_aligned_embedder_kind && !spec.detector && spec.embedding_dim == 64);
    CHECK_EQ(ww_model_recognise(net, "kind = oracle\n", &spec, &err), WW_ERR_FORMAT);
    ww_net_free(net);
}

// Three views a chip: what the network sees of view v is v + 10 times the calls so far of this chip.
static ww_status counting_view(const ww_model_spec *spec, void *state, const ww_image *chip, int view, float *input,
                               ww_error *err)
{
    int *calls = state;
    *calls = view == 0 ? 0 : *calls + 1;
    for (int i = 0; i < spec->chip_size * spec->chip_size; i++)
        input[i] = (float)(view + 10 * *calls + chip->plane[0].data[0]);
    return WW_OK;
}

static int three(const ww_model_spec *spec) { return 3; }

static bool largest(const ww_model_spec *spec, const float *view, int views, float *out, float *length)
{
    for (int i = 0; i < spec->embedding_dim; i++)
        for (int v = 0; v < views; v++)
            out[i] = v == 0 || view[v * spec->embedding_dim + i] > out[i] ? view[v * spec->embedding_dim + i] : out[i];
    *length = (float)views;
    return out[0] < 100;
}

TEST(an_embedder_is_what_its_row_says)
{
    static const ww_embedder_kind kind = {.jitter_max = 5,
                                          .view_state_bytes = sizeof(int),
                                          .view_count = three,
                                          .make_view = counting_view,
                                          .combine = largest};
    enum { CHIPS = 3, DIM = 64 };
    ww_error err = {0};
    ww_model_spec spec;
    ww_embedder *embedder = NULL;
    ww_net *net = net_saying("made", "by hand", &err);
    CHECK_OK(ww_model_recognise(net, NULL, &spec, &err));
    spec.jitter = 2;
    CHECK_EQ(ww_embedder_open(net, &spec, &embedder, &err), WW_ERR_ARGUMENT); // its own kind takes none
    CHECK(strstr(err.message, "takes no mean") != NULL);
    spec.embedder = &kind;
    spec.jitter = 6;
    CHECK_EQ(ww_embedder_open(net, &spec, &embedder, &err), WW_ERR_ARGUMENT);
    spec.jitter = 5;
    CHECK_OK(ww_embedder_open(net, &spec, &embedder, &err));
    uint8_t level[CHIPS] = {1, 5, 90};
    ww_image chip[CHIPS];
    const ww_image *pointer[CHIPS];
    float vector[CHIPS * DIM], length[CHIPS];
    for (int i = 0; i < CHIPS; i++) {
        chip[i] = (ww_image){.width = 96, .height = 96, .plane = {{.data = &level[i]}}};
        pointer[i] = &chip[i];
    }
    CHECK_OK(ww_embed(embedder, pointer, 2, vector, length, &err));
    CHECK_NEAR(vector[0], 1 + 2 + 20, 1e-4); // the third view of the first chip, of the second
    CHECK_NEAR(vector[DIM], 5 + 2 + 20, 1e-4);
    CHECK(length[0] == 3 && length[1] == 3);
    CHECK_EQ(ww_embed(embedder, pointer, CHIPS, vector, length, &err), WW_ERR_FORMAT); // the kind says: no vector
    ww_embedder_close(embedder);
    ww_net_free(net);
}

TEST(our_detector_sees_the_people_on_group_photos)
{
    ww_error err = {0};
    struct loaded m = {0};
    CHECK_OK(ww_net_load(ww_file_detector_onnx, (size_t)(ww_file_detector_onnx_end - ww_file_detector_onnx), "detector",
                         &m.net, &err));
    CHECK_OK(ww_model_recognise(m.net, NULL, &m.spec, &err));
    check_on_group_photos(m.net, &m.spec);
    ww_net_free(m.net);
}

TEST(detectors_of_others_see_the_people_on_group_photos)
{
    static const char *const detectors[] = {"models/scrfd_500m_bnkps.onnx", "models/face_detection_yunet_2026may.onnx"};
    for (size_t k = 0; k < sizeof detectors / sizeof *detectors; k++) {
        ww_error err = {0};
        struct loaded m = {0};
        if (!shared_file(detectors[k]))
            SKIP("the shared models are not here");
        CHECK_OK(load(shared_file(detectors[k]), &m, &err));
        check_on_group_photos(m.net, &m.spec);
        ww_net_free(m.net);
    }
}

TEST(a_batch_gives_the_same_vectors_as_one_at_a_time)
{
    ww_error err = {0};
    struct loaded m = {0};
    CHECK_OK(ww_net_load(ww_file_embedder_onnx, (size_t)(ww_file_embedder_onnx_end - ww_file_embedder_onnx), "embedder",
                         &m.net, &err));
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
    RUN(a_sidecar_names_a_kind);
    RUN(an_embedder_is_what_its_row_says);
    RUN(our_detector_sees_the_people_on_group_photos);
    RUN(detectors_of_others_see_the_people_on_group_photos);
    RUN(a_batch_gives_the_same_vectors_as_one_at_a_time);
    return FINISH();
}
