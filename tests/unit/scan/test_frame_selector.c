// SPDX-License-Identifier: MIT
// The frame selector with a detector that finds what the test says: which frame of a sample's time is kept, and what
// goes with it.
#include "base/random.h"
#include "face/detector.h"
#include "face/embedder.h"
#include "harness.h"
#include "scan/frame_selector.h"

enum { WIDTH = 320, HEIGHT = 180, CELL = 10, FACES = 4, SCRIPTS = 16, STEP_US = 200000 };
enum { DETECT_SIZE = 320, COARSE_SIZE = DETECT_SIZE / 2 }; // faces of 48 px and more are large

static ww_error err;

// --- the detector: the first luma sample of a picture says which script it is

static struct script {
    ww_detection face[FACES];
    size_t count;
} script[SCRIPTS];
static int looked[2]; // in full size, at half the size

static ww_status scripted_open(const ww_net *net, const ww_model_spec *spec, const ww_detect_options *options,
                               void **state, ww_error *e)
{
    (void)net, (void)spec, (void)e;
    int *size = malloc(sizeof *size);
    *size = options->size;
    *state = size;
    return WW_OK;
}

// At half the size boxes are some pixels off, and small faces are missed.
static ww_status scripted_find(void *state, const ww_image *image, ww_detections *found, ww_error *e)
{
    const bool coarse = *(int *)state == COARSE_SIZE;
    const struct script *s = &script[image->plane[0].data[0] % SCRIPTS];
    (void)e;
    looked[coarse]++;
    for (size_t i = 0; i < s->count; i++) {
        ww_detection d = s->face[i];
        d.x += coarse ? 4 : 0;
        if (!coarse || d.width >= 40)
            ww_vector_add(found, d);
    }
    return WW_OK;
}

static const ww_detector_kind scripted = {.open = scripted_open, .find = scripted_find, .close = free};
static const ww_model_spec detector_spec = {.detector = &scripted, .min_score = 0.3f},
                           embedder_spec = {.embedder = &ww_aligned_embedder_kind,
                                            .colour = WW_COLOUR_LUMA,
                                            .chip_size = 112,
                                            .embedding_dim = 16};

// A face whose nose is off the middle by `turn` eye distances: 0.55 is a profile.
static ww_detection face_at(float x, float size, float turn)
{
    ww_detection d = {.x = x, .y = 60, .width = size, .height = size, .score = 0.9f};
    for (int i = 0; i < WW_LANDMARK_VALUES; i++)
        d.landmark[i] = ww_template_112[i] * size / 112 + (i % 2 ? d.y : d.x);
    d.landmark[4] += turn * (d.landmark[2] - d.landmark[0]);
    return d;
}

static void set_script(int number, size_t count, const ww_detection *face)
{
    script[number].count = count;
    for (size_t i = 0; i < count; i++)
        script[number].face[i] = face[i];
}

// --- the selector under test

typedef struct fixture {
    ww_span_result seen;
    ww_face_extractor extractor;
    ww_frame_selector selector;
    int64_t time_us;
} fixture;

static void begin(fixture *f)
{
    *f = (fixture){.time_us = 1000000};
    f->extractor =
        (ww_face_extractor){.embedder_spec = &embedder_spec, .frame_max_px = 1280, .is_video = true, .seen = &f->seen};
    f->selector = (ww_frame_selector){.detect_size = DETECT_SIZE, .extractor = &f->extractor};
    const ww_detect_options full = {.size = DETECT_SIZE}, coarse = {.size = COARSE_SIZE};
    CHECK_OK(ww_detector_open(NULL, &detector_spec, &full, &f->selector.detector, &err));
    CHECK_OK(ww_detector_open(NULL, &detector_spec, &coarse, &f->selector.coarse_detector, &err));
    memset(script, 0, sizeof script);
    memset(looked, 0, sizeof looked);
}

static void end(fixture *f)
{
    ww_frame_selector_free(&f->selector);
    ww_detector_close(f->selector.detector);
    ww_detector_close(f->selector.coarse_detector);
    ww_span_result_free(&f->seen);
}

// Blotches that differ from scene to scene, with a grain that makes every chip sharp.
static void draw(ww_image *image, int scene, int number)
{
    ww_random cells = {(uint64_t)scene}, grain = {99};
    int cell[HEIGHT / CELL][WIDTH / CELL];
    for (int y = 0; y < HEIGHT / CELL; y++)
        for (int x = 0; x < WIDTH / CELL; x++)
            cell[y][x] = 40 + (int)ww_random_below(&cells, 150);
    CHECK_OK(ww_image_alloc(image, WW_PIXELS_YUV420, WIDTH, HEIGHT, &err));
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < image->plane[p].height; y++)
            for (int x = 0; x < image->plane[p].width; x++)
                image->plane[p].data[y * image->plane[p].stride + x] =
                    (uint8_t)(p ? 128 : cell[y / CELL][x / CELL] + (int)ww_random_below(&grain, 60));
    image->plane[0].data[0] = (uint8_t)number;
}

// The next frame, 0.2 s after the one before it.
static void show(fixture *f, int64_t sample, bool intermediate, int scene, int number)
{
    ww_frame frame = {.width = WIDTH,
                      .height = HEIGHT,
                      .sample = sample,
                      .intermediate = intermediate,
                      .time_us = f->time_us,
                      .scale = 1};
    draw(&frame.image, scene, number);
    CHECK_OK(ww_frame_selector_add(&f->selector, &frame, &err));
    ww_image_free(&frame.image);
    f->time_us += STEP_US;
}

// The same with a sample of nothing before it, so that it is not the first of its shot.
static void show_empty(fixture *f, int scene) { show(f, 0, false, scene, 0); }

static void check_kept(const fixture *f, size_t index, int64_t sample, int steps)
{
    CHECK(index < f->seen.frames.count);
    if (index >= f->seen.frames.count)
        return;
    CHECK_EQ(f->seen.frames.item[index].row.sample, sample);
    CHECK_EQ(f->seen.frames.item[index].row.time_us, 1000000 + steps * STEP_US);
}

// --- the tests

TEST(the_sample_is_kept_unless_another_frame_is_clearly_better)
{
    fixture f;
    begin(&f);
    set_script(1, 1, (ww_detection[]){face_at(100, 40, 0.33f)});
    set_script(2, 1, (ww_detection[]){face_at(100, 40, 0.2f)}); // better by an eighth
    set_script(3, 1, (ww_detection[]){face_at(100, 40, 0)});    // by a quarter
    show_empty(&f, 1);
    show(&f, 1, false, 1, 1);
    show(&f, 1, true, 1, 2);
    show(&f, 2, false, 1, 1);
    show(&f, 2, true, 1, 3);
    show(&f, 2, true, 1, 2);
    CHECK_OK(ww_frame_selector_end(&f.selector, &err));
    CHECK_EQ(f.seen.frames.count, 2);
    check_kept(&f, 0, 1, 1);
    check_kept(&f, 1, 2, 4);
    CHECK_EQ(f.seen.counts.samples, 3);
    CHECK_EQ(f.seen.counts.intermediate_frames, 3);
    CHECK_EQ(looked[1], 0); // small faces are not looked for at half the size
    end(&f);
}

TEST(more_faces_are_better_than_fewer)
{
    fixture f;
    begin(&f);
    set_script(1, 1, (ww_detection[]){face_at(60, 40, 0)});
    set_script(2, 2, (ww_detection[]){face_at(60, 40, 0.2f), face_at(200, 40, 0.2f)});
    show_empty(&f, 1);
    show(&f, 1, false, 1, 1);
    show(&f, 1, true, 1, 2);
    show(&f, 1, true, 1, 0); // nobody
    CHECK_OK(ww_frame_selector_end(&f.selector, &err));
    CHECK_EQ(f.seen.frames.count, 1);
    check_kept(&f, 0, 1, 2);
    CHECK_EQ(f.seen.faces.count, 2);
    CHECK(f.seen.faces.count == 2 && f.seen.faces.item[0].row.x < f.seen.faces.item[1].row.x);
    end(&f);
}

TEST(the_first_frame_of_a_shot_is_kept_only_for_want_of_others)
{
    fixture f;
    begin(&f);
    set_script(1, 1, (ww_detection[]){face_at(100, 40, 0)});
    set_script(2, 1, (ww_detection[]){face_at(100, 40, 0.33f)});
    show(&f, 0, false, 1, 1);
    show(&f, 0, true, 1, 2); // worse, but not the first
    show(&f, 1, false, 1, 1);
    show(&f, 1, true, 1, 2);
    show(&f, 2, false, 2, 1); // a shot of one frame
    CHECK_OK(ww_frame_selector_end(&f.selector, &err));
    CHECK_EQ(f.seen.frames.count, 3);
    check_kept(&f, 0, 0, 1);
    check_kept(&f, 1, 1, 2);
    check_kept(&f, 2, 2, 4);
    end(&f);
}

TEST(a_cut_ends_the_samples_time_and_all_tracks)
{
    fixture f;
    begin(&f);
    set_script(1, 1, (ww_detection[]){face_at(100, 40, 0.33f)});
    set_script(2, 1, (ww_detection[]){face_at(100, 40, 0)});
    show_empty(&f, 1);
    show(&f, 1, false, 1, 1);
    show(&f, 1, true, 2, 2); // better, but of another shot
    show(&f, 1, true, 2, 2);
    show(&f, 2, false, 2, 1);
    show(&f, 2, true, 2, 1);
    CHECK_OK(ww_frame_selector_end(&f.selector, &err));
    CHECK_EQ(f.seen.frames.count, 2);
    check_kept(&f, 0, 1, 1);
    check_kept(&f, 1, 2, 4); // which is not the first frame of its shot
    CHECK_EQ(f.seen.counts.intermediate_frames, 1);
    CHECK(f.seen.faces.count == 2 && f.seen.faces.item[0].row.track == 1 && f.seen.faces.item[1].row.track == 2);
    CHECK_EQ(f.selector.tracker.record.count, 2);
    CHECK_EQ(f.selector.tracker.record.item[1].frames, 2);
    end(&f);
}

static void check_shot(const fixture *f, size_t index, int first_step, int last_step)
{
    CHECK(index < f->seen.shots.count);
    if (index >= f->seen.shots.count)
        return;
    CHECK_EQ(f->seen.shots.item[index].first_us, 1000000 + first_step * STEP_US);
    CHECK_EQ(f->seen.shots.item[index].last_us, 1000000 + last_step * STEP_US);
}

TEST(shots_are_noted_also_where_nothing_is_wanted)
{
    fixture f;
    begin(&f);
    static const int scene[] = {1, 1, 2, 2, 3};
    for (int i = 0; i < 5; i++)
        show(&f, i / 5, i > 0, scene[i], 0);
    CHECK_EQ(f.seen.shots.count, 3);
    check_shot(&f, 0, 0, 1);
    check_shot(&f, 1, 2, 3);
    check_shot(&f, 2, 4, 4);
    CHECK(!ww_shot_alike(f.seen.beginning, f.seen.ending));
    // the next span of the same result goes on with the shot
    f.selector.shot.any = f.selector.begun = false;
    show(&f, 1, false, 3, 0);
    CHECK_EQ(f.seen.shots.count, 3);
    check_shot(&f, 2, 4, 5);
    f.selector.shot.any = f.selector.begun = false; // or it does not
    show(&f, 2, false, 1, 0);
    CHECK_EQ(f.seen.shots.count, 4);
    check_shot(&f, 3, 6, 6);
    CHECK(ww_shot_alike(f.seen.beginning, f.seen.ending));
    end(&f);
}

TEST(large_faces_are_followed_at_half_the_size_and_kept_at_the_full)
{
    fixture f;
    begin(&f);
    set_script(1, 2, (ww_detection[]){face_at(20, 60, 0.33f), face_at(200, 60, 0.33f)});
    set_script(2, 3, (ww_detection[]){face_at(20, 60, 0), face_at(120, 30, 0), face_at(200, 60, 0)});
    set_script(3, 2, (ww_detection[]){face_at(20, 60, 0.33f), face_at(200, 46, 0.33f)});
    show_empty(&f, 1);
    show(&f, 1, false, 1, 1);
    show(&f, 1, true, 1, 2);
    CHECK_EQ(looked[0], 2);
    CHECK_EQ(looked[1], 1);
    show(&f, 2, false, 1, 3); // a sample is looked at in full; the first one's time is over
    CHECK_EQ(looked[0], 4);
    CHECK_EQ(f.seen.frames.count, 1);
    check_kept(&f, 0, 1, 2);
    show(&f, 2, true, 1, 3); // one of these faces is not large
    CHECK_EQ(looked[0], 5);
    CHECK_EQ(looked[1], 1);
    CHECK_EQ(f.seen.faces.count, 3);
    static const int x[] = {20, 120, 200}, track[] = {1, 0, 2}; // one of them was never followed
    for (size_t i = 0; i < f.seen.faces.count && i < 3; i++) {
        CHECK_NEAR(f.seen.faces.item[i].row.x, x[i], 1e-3); // as the full size has it
        CHECK_EQ(f.seen.faces.item[i].row.track, track[i]);
    }
    end(&f);
}

TEST(small_faces_are_followed_but_not_kept)
{
    fixture f;
    begin(&f);
    f.selector.min_face_px = 41;
    set_script(1, 2, (ww_detection[]){face_at(60, 40, 0), face_at(200, 41, 0)});
    set_script(2, 1, (ww_detection[]){face_at(60, 40, 0)});
    show_empty(&f, 1);
    show(&f, 1, false, 1, 1);
    show(&f, 2, false, 1, 2);
    CHECK_OK(ww_frame_selector_end(&f.selector, &err));
    CHECK_EQ(f.seen.frames.count, 1); // one without any is not
    CHECK_EQ(f.seen.faces.count, 1);
    CHECK_EQ(f.seen.counts.faces_small, 2);
    CHECK_NEAR(f.seen.faces.item[0].row.width, 41, 1e-3);
    CHECK_EQ(f.seen.faces.item[0].row.track, 2);
    end(&f);
}

TEST(a_face_that_is_hard_to_tell_apart_takes_chips_from_other_frames)
{
    fixture f;
    begin(&f);
    ww_detection clear = face_at(20, 46, 0),
                 poor[] = {face_at(80, 46, 0.53f), face_at(140, 46, 0.53f), face_at(200, 46, 0.53f)};
    for (int i = 0; i < 3; i++)
        poor[i].score = 0.05f;
    set_script(1, 4, (ww_detection[]){clear, poor[0], poor[1], poor[2]});
    show_empty(&f, 1);
    show(&f, 1, false, 1, 1);
    for (int i = 0; i < 6; i++)
        show(&f, 1, true, 1, 1);
    CHECK_OK(ww_frame_selector_end(&f.selector, &err));
    CHECK_EQ(f.seen.faces.count, 4);
    check_kept(&f, 0, 1, 1);
    static const size_t expected[] = {0, 4, 4, 0}; // 4 a face, 8 a frame
    for (size_t i = 0; i < f.seen.faces.count && i < 4; i++) {
        const ww_track_chips *chips = &f.seen.faces.item[i].intermediate;
        CHECK_EQ(chips->count, expected[i]);
        for (size_t k = 0; k < chips->count; k++) {
            CHECK(chips->item[k].time_us != f.seen.frames.item[0].row.time_us); // a frame of its own
            CHECK_EQ(chips->item[k].track, f.seen.faces.item[i].row.track);
            for (size_t l = 0; l < k; l++)
                CHECK(chips->item[k].time_us != chips->item[l].time_us);
        }
    }
    CHECK_EQ(f.selector.chips.count, 0); // none is kept for the next sample
    end(&f);
}

int main(void)
{
    RUN(the_sample_is_kept_unless_another_frame_is_clearly_better);
    RUN(more_faces_are_better_than_fewer);
    RUN(the_first_frame_of_a_shot_is_kept_only_for_want_of_others);
    RUN(a_cut_ends_the_samples_time_and_all_tracks);
    RUN(shots_are_noted_also_where_nothing_is_wanted);
    RUN(large_faces_are_followed_at_half_the_size_and_kept_at_the_full);
    RUN(small_faces_are_followed_but_not_kept);
    RUN(a_face_that_is_hard_to_tell_apart_takes_chips_from_other_frames);
    return FINISH();
}
