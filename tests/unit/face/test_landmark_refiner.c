// SPDX-License-Identifier: MIT
#include "base/random.h"
#include "face/detect.h"
#include "face/landmark_refiner.h"
#include "face/landmarks.h"
#include "face/model.h"
#include "group_photos.h"
#include "harness.h"
#include "models/models.h"

#include <math.h>
#include <string.h>

#define SURE 0.9f // scores from here on tell of faces beyond doubt

static ww_net *load(const unsigned char *begin, const unsigned char *end, const char *name)
{
    ww_error err;
    ww_net *net = NULL;
    CHECK_OK(ww_net_load(begin, (size_t)(end - begin), name, &net, &err));
    return net;
}

static ww_net *load_landmarks(void)
{
    return load(ww_file_landmarks_onnx, ww_file_landmarks_onnx_end, "landmarks.onnx");
}

static double eye_distance(const ww_detection *d)
{
    return hypot(d->landmark[2] - d->landmark[0], d->landmark[3] - d->landmark[1]);
}

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

static void check_landmarks_come_back(const char *path)
{
    ww_error err;
    ww_image image = {0};
    read_picture(path, &image);
    ww_net *net = load(ww_file_detector_onnx, ww_file_detector_onnx_end, "detector.onnx"), *again = load_landmarks();
    ww_model_spec spec;
    CHECK_OK(ww_model_recognise(net, NULL, &spec, &err));
    spec.landmarks = (ww_landmark_source){&ww_landmark_refiner_kind, again};
    ww_detector *detector;
    ww_landmark_refiner *refiner;
    ww_detections found = {0}, one = {0};
    CHECK_OK(ww_detector_open(net, &spec, NULL, &detector, &err));
    CHECK_OK(ww_landmark_refiner_open(again, NULL, &refiner, &err));
    CHECK_OK(ww_detect(detector, &image, &found, &err));
    CHECK(found.count >= 2);
    ww_random r = {5};
    double before = 0, after = 0;
    int n = 0;
    for (size_t i = 0; i < found.count; i++)
        for (int trial = 0; trial < 8 && found.item[i].score >= SURE; trial++) { // the others are no measure
            ww_detection moved = disturbed(&found.item[i], 0.15, &r);
            one.count = 0;
            ww_vector_add(&one, moved);
            CHECK_OK(ww_landmark_refine(refiner, &image, 0.5f, &one, &err));
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
    ww_landmark_refiner_close(refiner);
    ww_detector_close(detector);
    ww_net_free(net);
    ww_net_free(again);
    ww_image_free(&image);
}

TEST(landmarks_come_back_from_where_a_rough_detector_puts_them)
{
    static const char photo[] = "photos/groups/bbt1.jpg";
    check_landmarks_come_back(source_file(DRAWN_GROUP));
    if (shared_file(photo))
        check_landmarks_come_back(shared_file(photo));
}

static double log_odds(double p) { return log(p / (1 - p)); }

static ww_detection at(float score)
{
    return (ww_detection){.x = 34,
                          .y = 34,
                          .width = 60,
                          .height = 60,
                          .score = score,
                          .landmark = {52, 56, 76, 56, 64, 68, 54, 80, 74, 80}};
}

// Three detections of one place, so scored by the detector, each refined by itself.
static void refine_nothing(ww_landmark_refiner *refiner, const ww_image *image, const float score[3], float min_score,
                           ww_detections *found)
{
    ww_error err;
    ww_detections one = {0};
    found->count = 0;
    for (size_t i = 0; i < 3; i++) {
        one.count = 0;
        ww_vector_add(&one, at(score[i]));
        CHECK_OK(ww_landmark_refine(refiner, image, min_score, &one, &err));
        for (size_t k = 0; k < one.count; k++)
            ww_vector_add(found, one.item[k]);
    }
    ww_vector_free(&one);
}

// What is there to see counts as well as what the detector says of it.
TEST(both_witnesses_make_the_score)
{
    enum { SIDE = 128 };
    ww_error err;
    ww_image ramp = {0};
    CHECK_OK(ww_image_alloc(&ramp, WW_PIXELS_LUMA, SIDE, SIDE, &err));
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            ramp.plane[0].data[y * ramp.plane[0].stride + x] = (uint8_t)(2 * x);
    ww_net *net = load_landmarks();
    ww_landmark_refiner *refiner;
    ww_detections found = {0};
    CHECK_OK(ww_landmark_refiner_open(net, NULL, &refiner, &err));
    static const float score[] = {0.55f, 0.999f, 0.6f};
    refine_nothing(refiner, &ramp, score, 0, &found);
    CHECK_EQ(found.count, 3);
    ww_best_first(&found);
    const float given[] = {found.item[0].score, found.item[1].score, found.item[2].score};
    CHECK(given[0] > given[1] && given[1] > given[2]); // 0.999, 0.6, 0.55
    CHECK(given[0] < score[1] && given[1] < score[2] && given[2] < score[0]);
    // The refiner said the same of all three.
    CHECK_NEAR(log_odds(given[1]) - log_odds(given[2]), WW_REFINER_DETECTOR * (log_odds(score[2]) - log_odds(score[0])),
               1e-3);
    refine_nothing(refiner, &ramp, score, (given[0] + given[1]) / 2, &found);
    CHECK_EQ(found.count, 1);
    CHECK_NEAR(found.item[0].score, given[0], 1e-6);
    ww_vector_free(&found);
    ww_landmark_refiner_close(refiner);
    ww_net_free(net);
    ww_image_free(&ramp);
}

TEST(two_boxes_that_end_on_one_face_are_one)
{
    enum { SIDE = 128 };
    ww_error err;
    ww_image grey = {0};
    CHECK_OK(ww_image_alloc(&grey, WW_PIXELS_LUMA, SIDE, SIDE, &err));
    for (int y = 0; y < SIDE; y++)
        memset(grey.plane[0].data + y * grey.plane[0].stride, 128, SIDE);
    ww_net *net = load_landmarks();
    ww_landmark_refiner *refiner;
    ww_detections found = {0};
    CHECK_OK(ww_landmark_refiner_open(net, NULL, &refiner, &err));
    ww_detection other = at(0.9f), far = at(0.8f);
    other.x -= 40; // the box is elsewhere, the landmarks are not
    for (int q = 0; q < 10; q += 2)
        far.landmark[q] += 40; // the eyes are 24 px apart
    ww_vector_add(&found, at(0.7f));
    ww_vector_add(&found, other);
    ww_vector_add(&found, far);
    CHECK_OK(ww_landmark_refine(refiner, &grey, 0, &found, &err));
    CHECK_EQ(found.count, 2);
    CHECK_NEAR(found.item[0].x, other.x, 1e-6);
    ww_vector_free(&found);
    ww_landmark_refiner_close(refiner);
    ww_net_free(net);
    ww_image_free(&grey);
}

TEST(another_network_is_refused)
{
    ww_error err;
    ww_landmark_refiner *refiner;
    ww_net *net = load(ww_file_embedder_onnx, ww_file_embedder_onnx_end, "embedder.onnx");
    CHECK_EQ(ww_landmark_refiner_open(net, NULL, &refiner, &err), WW_ERR_UNSUPPORTED);
    ww_net_free(net);
}

int main(void)
{
    RUN(landmarks_come_back_from_where_a_rough_detector_puts_them);
    RUN(both_witnesses_make_the_score);
    RUN(two_boxes_that_end_on_one_face_are_one);
    RUN(another_network_is_refused);
    return FINISH();
}
