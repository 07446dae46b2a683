// SPDX-License-Identifier: MIT
// The tables of kinds: that the rows are whole and tell one another apart, and that detect.h and embed.h go by the
// table alone, with kinds that are made up here.
#include "image/align.h"
#include "face/detect.h"
#include "face/detector.h"
#include "face/embed.h"
#include "face/embedder.h"
#include "face/landmarks.h"
#include "harness.h"

static const ww_image picture = {.width = 40, .height = 30};

// --- rows ----------------------------------------------------------------------------------------

// Outlines of the kinds in their order of ww_onnx_detectors.
static ww_model_outline outline_of(int kind)
{
    static const char *const names[][12] = {
        {"score_8", "score_16", "score_32", "box_8", "box_16", "box_32", "lmk_8", "lmk_16", "lmk_32"},
        {"cls_8", "cls_16", "cls_32", "obj_8", "obj_16", "obj_32", "bbox_8", "bbox_16", "bbox_32", "kps_8", "kps_16",
         "kps_32"},
        {"443", "468", "493", "446", "471", "496", "449", "474", "499"},
        {"scores", "boxes"},
    };
    static const int64_t last[][12] = {{1, 1, 1, 4, 4, 4, 10, 10, 10},
                                       {1, 1, 1, 1, 1, 1, 4, 4, 4, 10, 10, 10},
                                       {1, 1, 1, 4, 4, 4, 10, 10, 10},
                                       {2, 4}};
    ww_model_outline o = {.input = {4, {1, kind == 0 ? 1 : 3, 240, 320}}};
    for (; o.outputs < 12 && names[kind][o.outputs]; o.outputs++) {
        o.output_name[o.outputs] = names[kind][o.outputs];
        o.output[o.outputs] = (ww_shape){3, {1, 100, last[kind][o.outputs]}};
    }
    return o;
}

TEST(every_row_is_whole)
{
    int rows = 0;
    for (const ww_detector_kind *const *k = ww_onnx_detectors; *k; k++, rows++) {
        CHECK((*k)->word && (*k)->matches && (*k)->decode && (*k)->open && (*k)->find && (*k)->close);
        const ww_model_spec *w = &(*k)->wants;
        CHECK(w->name[0] && w->multiple > 0 && w->min_score > 0 && w->min_score < 1 && w->nms_iou > 0
              && w->nms_iou < 1);
        CHECK(w->scale[0] > 0 && w->scale[1] > 0 && w->scale[2] > 0 && !w->detector && !w->embedder);
        for (const ww_detector_kind *const *other = ww_onnx_detectors; other < k; other++)
            CHECK(strcmp((*k)->word, (*other)->word) != 0);
    }
    CHECK_EQ(rows, 4);
}

TEST(a_graph_is_of_the_first_kind_that_it_matches)
{
    for (int i = 0; ww_onnx_detectors[i]; i++) {
        ww_model_outline o = outline_of(i);
        int first = 0;
        while (ww_onnx_detectors[first] && !ww_onnx_detectors[first]->matches(&o))
            first++;
        CHECK_EQ(first, i);
        o.outputs--;
        CHECK(!ww_onnx_detectors[i]->matches(&o)); // an output is missing
    }
}

static ww_model_outline embedder_outline(int channels, int side, int dim, const char *output)
{
    return (ww_model_outline){
        .input = {4, {1, channels, side, side}}, .outputs = 1, .output = {{2, {1, dim}}}, .output_name = {output}};
}

TEST(what_an_embedder_wants_is_a_row_of_data)
{
    static const struct {
        int channels, side, dim;
        const char *output, *name;
        ww_colour colour;
        float mean, eps;
    } rows[] = {
        {1, 96, 128, "embedding", "whoswho luma embedder", WW_COLOUR_LUMA, 0, 0.92f},
        {3, 112, 128, "output0", "MobileFaceNet (foamliu)", WW_COLOUR_RGB, 0.485f * 255, 0.93f},
        {3, 112, 128, "fc1", "SFace", WW_COLOUR_RGB, 0, 1.128f},
        {3, 112, 512, "fc1", "ArcFace-like embedder", WW_COLOUR_RGB, 127.5f, 1.0f},
    };
    ww_model_spec spec;
    bool known;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ww_model_outline o = embedder_outline(rows[i].channels, rows[i].side, rows[i].dim, rows[i].output);
        CHECK(ww_embedder_matches(&o, &spec, &known) && known);
        CHECK_STR(spec.name, rows[i].name);
        CHECK(spec.embedder == &ww_aligned_embedder_kind && !spec.detector && spec.colour == rows[i].colour);
        CHECK(spec.chip_size == rows[i].side && spec.embedding_dim == rows[i].dim);
        CHECK(spec.mean[0] == rows[i].mean && spec.eps == rows[i].eps && spec.scale[2] > 0);
    }
    ww_model_outline o = embedder_outline(1, 112, 256, "y"); // an embedder, but none that is known
    CHECK(ww_embedder_matches(&o, &spec, &known) && !known);
    CHECK(spec.embedder == &ww_aligned_embedder_kind && spec.chip_size == 112 && spec.embedding_dim == 256
          && spec.scale[0] == 1);
    o = embedder_outline(3, 112, 8, "y"); // too few values to tell faces apart
    CHECK(!ww_embedder_matches(&o, &spec, &known));
    o = embedder_outline(3, 112, 128, "y");
    o.input.dim[3] = 96;
    CHECK(!ww_embedder_matches(&o, &spec, &known));
}

TEST(landmarks_are_guessed_as_shares_of_the_box)
{
    static const float mean[10] = {0.25f, 0.5f, 0.75f, 0.5f, 0.5f, 0.625f, 0.375f, 0.75f, 0.625f, 0.75f};
    ww_detections found = {0};
    ww_vector_add(&found, ((ww_detection){.x = 8, .y = 16, .width = 40, .height = 64}));
    ww_guess_landmarks(mean, &found);
    const float *l = found.item[0].landmark;
    CHECK(l[0] == 18 && l[1] == 48 && l[2] == 38 && l[4] == 28 && l[5] == 56 && l[9] == 64);
    ww_vector_free(&found);
}

// --- a detector made up --------------------------------------------------------------------------

static struct {
    ww_detect_options options;
    int opened, closed, landmarks_opened, landmarks_closed;
    float landmarks_min_score;
} seen;
static int state_of_detector, state_of_landmarks;

static ww_status open_made_up(const ww_net *net, const ww_model_spec *spec, const ww_detect_options *options,
                              void **state, ww_error *err)
{
    seen.opened++;
    seen.options = *options;
    *state = &state_of_detector;
    return WW_OK;
}

// A face that reaches beyond the picture on the left, and one that is all outside.
static ww_status find_made_up(void *state, const ww_image *image, ww_detections *found, ww_error *err)
{
    CHECK(state == &state_of_detector);
    ww_vector_add(found, ((ww_detection){.x = -5, .y = 2, .width = 15, .height = 20, .score = 3, .landmark = {1}}));
    ww_vector_add(found, ((ww_detection){.x = 41, .y = 2, .width = 15, .height = 20, .score = 2}));
    return WW_OK;
}

static void close_made_up(void *state) { seen.closed += state == &state_of_detector; }

static ww_status open_landmarks(const void *model, const ww_cancel *cancel, void **state, ww_error *err)
{
    CHECK(model == &picture);
    seen.landmarks_opened++;
    *state = &state_of_landmarks;
    return WW_OK;
}

static ww_status find_landmarks(void *state, const ww_image *image, float min_score, ww_detections *found,
                                ww_error *err)
{
    CHECK(state == &state_of_landmarks && found->count == 2 && found->item[0].x == -5); // not yet cut to the picture
    seen.landmarks_min_score = min_score;
    found->item[0].landmark[0] = 7;
    return WW_OK;
}

static void close_landmarks(void *state) { seen.landmarks_closed += state == &state_of_landmarks; }

static ww_status open_fails(const void *model, const ww_cancel *cancel, void **state, ww_error *err)
{
    return ww_fail(err, WW_ERR_UNSUPPORTED, "no");
}

static const ww_detector_kind made_up = {.open = open_made_up, .find = find_made_up, .close = close_made_up};
static const ww_landmark_kind made_up_landmarks = {
    .open = open_landmarks, .find = find_landmarks, .close = close_landmarks};

TEST(a_detector_is_what_its_row_says)
{
    ww_error err = {0};
    ww_model_spec spec = {.detector = &made_up, .name = "made up", .min_score = 0.25f};
    ww_detector *detector = NULL;
    ww_detections found = {0};
    memset(&seen, 0, sizeof seen);
    CHECK_OK(ww_detector_open(NULL, &spec, NULL, &detector, &err));
    CHECK(seen.opened == 1 && seen.options.size == WW_DETECT_SIZE_DEFAULT && seen.options.min_score == 0.25f);
    CHECK_OK(ww_detect(detector, &picture, &found, &err));
    CHECK_EQ(found.count, 1); // the other lies outside
    CHECK(found.item[0].x == 0 && found.item[0].width == 10 && found.item[0].landmark[0] == 1);
    ww_detector_close(detector);
    CHECK(seen.closed == 1 && seen.landmarks_opened == 0);

    spec.landmarks = (ww_landmark_source){&made_up_landmarks, &picture};
    CHECK_OK(ww_detector_open(NULL, &spec, &(ww_detect_options){.size = 99999, .min_score = 0.5f}, &detector, &err));
    CHECK(seen.options.size == WW_DETECT_SIZE_MAX && seen.options.min_score == 0.5f);
    CHECK_OK(ww_detect(detector, &picture, &found, &err));
    CHECK(found.count == 1 && found.item[0].landmark[0] == 7 && seen.landmarks_min_score == 0.5f);
    ww_detector_close(detector);
    CHECK(seen.closed == 2 && seen.landmarks_opened == 1 && seen.landmarks_closed == 1);
    ww_vector_free(&found);
}

TEST(a_detector_is_not_asked_for_what_its_kind_does_not_do)
{
    ww_error err = {0};
    ww_detector *detector = NULL;
    ww_detector_kind doubling = made_up, unbounded = made_up;
    ww_landmark_kind scoring = made_up_landmarks, failing = made_up_landmarks;
    doubling.upsamples = true;
    unbounded.scores_unbounded = true;
    scoring.rescores = true;
    failing.open = open_fails;
    ww_model_spec spec = {.detector = &made_up, .name = "made up", .upsample = 1};
    CHECK_EQ(ww_detector_open(NULL, &spec, NULL, &detector, &err), WW_ERR_ARGUMENT);
    CHECK(strstr(err.message, "made up") != NULL);
    spec.detector = &doubling;
    CHECK_OK(ww_detector_open(NULL, &spec, NULL, &detector, &err));
    ww_detector_close(detector);
    spec.upsample = WW_DETECT_UPSAMPLE_MAX + 1;
    CHECK_EQ(ww_detector_open(NULL, &spec, NULL, &detector, &err), WW_ERR_ARGUMENT);
    spec = (ww_model_spec){.detector = &unbounded, .name = "loud", .landmarks = {&scoring, &picture}};
    CHECK_EQ(ww_detector_open(NULL, &spec, NULL, &detector, &err), WW_ERR_ARGUMENT);
    spec.detector = NULL;
    CHECK_EQ(ww_detector_open(NULL, &spec, NULL, &detector, &err), WW_ERR_ARGUMENT);
    memset(&seen, 0, sizeof seen);
    spec = (ww_model_spec){.detector = &made_up, .landmarks = {&failing, &picture}};
    CHECK_EQ(ww_detector_open(NULL, &spec, NULL, &detector, &err), WW_ERR_UNSUPPORTED);
    CHECK(seen.opened == 1 && seen.closed == 1 && seen.landmarks_closed == 0); // what was open is closed again
}

// --- an embedder made up -------------------------------------------------------------------------

static ww_status cut_nothing(const ww_model_spec *spec, const ww_image *image, const float landmark[10], ww_image *out,
                             ww_error *err)
{
    return ww_fail(err, WW_ERR_UNSUPPORTED, "%d", spec->chip_size + (int)landmark[9]);
}

TEST(a_chip_is_cut_as_the_kind_does)
{
    static const ww_embedder_kind kind = {.cut_chip = cut_nothing};
    ww_error err = {0};
    ww_image chip = {0};
    ww_model_spec spec = {.embedder = &kind, .chip_size = 80};
    CHECK_EQ(ww_embedder_chip(&spec, &picture, (float[10]){[9] = 7}, &chip, &err), WW_ERR_UNSUPPORTED);
    CHECK_STR(err.message, "87");
}

// A picture in which every pixel is another.
static ww_image slope(void)
{
    ww_error err = {0};
    ww_image image = {0};
    CHECK_OK(ww_image_alloc(&image, WW_PIXELS_LUMA, 200, 200, &err));
    for (int y = 0; y < 200; y++)
        for (int x = 0; x < 200; x++)
            image.plane[0].data[y * image.plane[0].stride + x] = (uint8_t)((x + 7 * y) % 251);
    return image;
}

TEST(aligned_chips_lie_where_the_template_says)
{
    ww_error err = {0};
    ww_image image = slope(), chip = {0}, want = {0};
    float landmark[WW_LANDMARK_VALUES];
    for (int q = 0; q < WW_LANDMARK_VALUES; q++)
        landmark[q] = 30 + 1.2f * ww_template_112[q];
    for (int margin = 0; margin <= 8; margin += 8) {
        ww_model_spec spec = {.embedder = &ww_aligned_embedder_kind, .chip_size = 96, .chip_margin = (float)margin};
        ww_affine map = ww_align(landmark, 96, (float)margin);
        CHECK_OK(ww_embedder_chip(&spec, &image, landmark, &chip, &err));
        CHECK_OK(ww_warp_luma(&image, &map, 96, 96, &want, &err));
        CHECK_NEAR(map.m[0], margin == 0 ? 1.2 * 112 / 96 : 1.2, 1e-3); // picture pixels for one of the chip
        for (int y = 0; y < 96; y++)
            CHECK(
                memcmp(chip.plane[0].data + y * chip.plane[0].stride, want.plane[0].data + y * want.plane[0].stride, 96)
                == 0);
        ww_image_free(&chip);
        ww_image_free(&want);
    }
    ww_image_free(&image);
}

TEST(a_chip_is_seen_as_it_is_and_mirrored)
{
    uint8_t sample[6] = {10, 20, 30, 40, 50, 60}; // two pixels of a row, RGB
    ww_image chip = {.pixels = WW_PIXELS_RGB, .width = 2, .height = 1, .plane = {{.data = sample, .stride = 0}}};
    ww_model_spec spec = {.chip_size = 2, .colour = WW_COLOUR_BGR, .mean = {1, 2, 3}, .scale = {2, 2, 2}};
    float input[12];
    CHECK_EQ(ww_aligned_embedder_kind.view_count(&spec), 2);
    ww_aligned_embedder_kind.make_view(&spec, NULL, &chip, 0, input, NULL);
    CHECK(input[0] == (30 - 1) * 2 && input[1] == (60 - 1) * 2 && input[4] == (20 - 2) * 2 && input[8] == (10 - 3) * 2);
    ww_aligned_embedder_kind.make_view(&spec, NULL, &chip, 1, input, NULL);
    CHECK(input[0] == (60 - 1) * 2 && input[1] == (30 - 1) * 2 && input[8] == (40 - 3) * 2);
}

TEST(two_views_make_one_direction)
{
    ww_model_spec spec = {.embedding_dim = 2};
    float out[2], length;
    CHECK(ww_aligned_embedder_kind.combine(&spec, (float[]){3, 0, 0, 4}, 2, out, &length));
    CHECK_NEAR(out[0], sqrt(0.5), 1e-6); // the longer one has no more say
    CHECK_NEAR(out[1], sqrt(0.5), 1e-6);
    CHECK_NEAR(length, 3.5, 1e-6);
    CHECK(ww_aligned_embedder_kind.combine(&spec, (float[]){3, 0, 8, 6}, 2, out, &length));
    CHECK_NEAR(hypot(out[0], out[1]), 1, 1e-6);
    CHECK_NEAR(out[1] / out[0], 0.6 / 1.8, 1e-6);
    CHECK(!ww_aligned_embedder_kind.combine(&spec, (float[]){0, 0, 1, 0}, 2, out, &length));
    CHECK(!ww_aligned_embedder_kind.combine(&spec, (float[]){1, 0, -1, 0}, 2, out, &length));
}

int main(void)
{
    RUN(every_row_is_whole);
    RUN(a_graph_is_of_the_first_kind_that_it_matches);
    RUN(what_an_embedder_wants_is_a_row_of_data);
    RUN(landmarks_are_guessed_as_shares_of_the_box);
    RUN(a_detector_is_what_its_row_says);
    RUN(a_detector_is_not_asked_for_what_its_kind_does_not_do);
    RUN(a_chip_is_cut_as_the_kind_does);
    RUN(aligned_chips_lie_where_the_template_says);
    RUN(a_chip_is_seen_as_it_is_and_mirrored);
    RUN(two_views_make_one_direction);
    return FINISH();
}
