// SPDX-License-Identifier: MIT
#include "base/files.h"
#include "base/random.h"
#include "face/second_look.h"
#include "harness.h"
#include "models/models.h"

#include <math.h>

static ww_net *load(const unsigned char *begin, const unsigned char *end, const char *name)
{
    ww_error err;
    ww_net *net = NULL;
    CHECK_OK(ww_net_load(begin, (size_t)(end - begin), name, &net, &err));
    return net;
}

static ww_net *load_landmarks(void) { return load(ww_file_landmarks_onnx, ww_file_landmarks_onnx_end, "landmarks.onnx"); }

static double eye_distance(const ww_detection *d) { return hypot(d->landmark[2] - d->landmark[0], d->landmark[3] - d->landmark[1]); }

static double apart(const ww_detection *a, const ww_detection *b)
{
    double sum = 0;
    for (int q = 0; q < 10; q += 2)
        sum += hypot(a->landmark[q] - b->landmark[q], a->landmark[q + 1] - b->landmark[q + 1]);
    return sum / 5;
}

// The constellation moved as a whole by up to `amount` eye distances each way, and each point by up to half of that.
static ww_detection disturbed(const ww_detection *d, double amount, ww_random *r)
{
    ww_detection out = *d;
    double eyes = eye_distance(d), shift[2];
    for (int k = 0; k < 2; k++)
        shift[k] = (2 * ww_random_unit(r) - 1) * amount * eyes;
    for (int q = 0; q < 10; q++)
        out.landmark[q] += (float)(shift[q % 2] + (ww_random_unit(r) - 0.5) * amount * eyes);
    return out;
}

TEST(landmarks_come_back_from_where_a_rough_detector_puts_them)
{
    static const char photo[] = "photos/groups/bbt1.jpg";
    if (!shared_file(photo))
        SKIP("../shared is not here");
    ww_error err;
    uint8_t *jpeg;
    size_t bytes;
    ww_image image = {0};
    CHECK_OK(ww_read_file(shared_file(photo), 1 << 24, &jpeg, &bytes, &err));
    CHECK_OK(ww_jpeg_decode(jpeg, bytes, photo, 1 << 26, &image, NULL, NULL, NULL, NULL, &err));
    ww_net *net = load(ww_file_detector_onnx, ww_file_detector_onnx_end, "detector.onnx"), *again = load_landmarks();
    ww_model_spec spec;
    CHECK_OK(ww_model_recognise(net, NULL, &spec, &err));
    spec.second_look = again;
    ww_detector *detector;
    ww_second_look *look;
    ww_detections found = {0}, one = {0};
    CHECK_OK(ww_detector_open(net, &spec, NULL, &detector, &err));
    CHECK_OK(ww_second_look_open(again, &look, &err));
    CHECK_OK(ww_detect(detector, &image, &found, &err));
    CHECK(found.count >= 2);
    ww_random r = {5};
    double before = 0, after = 0;
    int n = 0;
    for (size_t i = 0; i < found.count; i++)
        for (int trial = 0; trial < 8 && found.item[i].score >= WW_SECOND_LOOK_SURE_SCORE; trial++) { // the others are no measure
            ww_detection moved = disturbed(&found.item[i], 0.15, &r);
            one.count = 0;
            ww_vector_push(&one, moved);
            CHECK_OK(ww_look_again(look, &image, &one, &err));
            if (one.count == 0)
                continue;
            before += apart(&moved, &found.item[i]) / eye_distance(&found.item[i]);
            after += apart(&one.item[0], &found.item[i]) / eye_distance(&found.item[i]);
            n++;
        }
    CHECK(n >= 2 * 7);
    CHECK(before / n > 0.08);
    CHECK(after < 0.5 * before);
    ww_vector_free(&found);
    ww_vector_free(&one);
    ww_second_look_close(look);
    ww_detector_close(detector);
    ww_net_free(net);
    ww_net_free(again);
    ww_image_free(&image);
    free(jpeg);
}

TEST(what_is_no_face_goes_unless_the_detector_is_sure)
{
    enum { SIDE = 128 };
    ww_error err;
    ww_image ramp = {0};
    CHECK_OK(ww_image_alloc(&ramp, WW_PIXELS_LUMA, SIDE, SIDE, &err));
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            ramp.plane[0].data[y * ramp.plane[0].stride + x] = (uint8_t)(2 * x);
    ww_net *net = load_landmarks();
    ww_second_look *look;
    ww_detections found = {0};
    CHECK_OK(ww_second_look_open(net, &look, &err));
    ww_detection d = {.x = 34, .y = 34, .width = 60, .height = 60, .landmark = {52, 56, 76, 56, 64, 68, 54, 80, 74, 80}};
    static const float score[] = {0.55f, 0.95f, 0.6f};
    for (size_t i = 0; i < 3; i++) {
        d.score = score[i];
        ww_vector_push(&found, d);
    }
    CHECK_OK(ww_look_again(look, &ramp, &found, &err));
    CHECK_EQ(found.count, 1);
    CHECK_NEAR(found.item[0].score, 0.95, 1e-6);
    ww_vector_free(&found);
    ww_second_look_close(look);
    ww_net_free(net);
    ww_image_free(&ramp);
}

TEST(another_network_is_refused)
{
    ww_error err;
    ww_second_look *look;
    ww_net *net = load(ww_file_embedder_onnx, ww_file_embedder_onnx_end, "embedder.onnx");
    CHECK_EQ(ww_second_look_open(net, &look, &err), WW_ERR_UNSUPPORTED);
    ww_net_free(net);
}

int main(void)
{
    RUN(landmarks_come_back_from_where_a_rough_detector_puts_them);
    RUN(what_is_no_face_goes_unless_the_detector_is_sure);
    RUN(another_network_is_refused);
    return FINISH();
}
