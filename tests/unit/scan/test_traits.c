// SPDX-License-Identifier: MIT
// What scanning makes of a detector's traits; it does not know which detector it has.
#include "face/detector.h"
#include "harness.h"
#include "scan/span_worker.h"

static const ww_detector_kind plain = {.word = "plain"}, unbounded = {.scores_unbounded = true},
                              slow = {.too_slow_to_track = true};

TEST(a_seed_score_is_measured_where_scores_are_likelihoods)
{
    ww_model_spec spec = {.detector = &plain, .min_score = 0.5f};
    CHECK_NEAR(ww_seed_score(&spec, 0.6f), 0.8, 1e-6);
    CHECK_NEAR(ww_seed_score(&spec, 0), 0.5, 1e-6);
    spec.detector = &unbounded; // there is no 1 to measure by
    CHECK_NEAR(ww_seed_score(&spec, 0.6f), 0.5, 1e-6);
}

TEST(faces_are_followed_where_it_pays)
{
    ww_scan_options options = {.every_us = WW_TRACK_EVERY_MAX_US};
    ww_model_spec spec = {.detector = &plain};
    CHECK(ww_tracks(&options, &spec));
    spec.detector = &unbounded;
    CHECK(ww_tracks(&options, &spec));
    spec.detector = &slow;
    CHECK(!ww_tracks(&options, &spec));
    spec.detector = &plain;
    CHECK(!ww_tracks(&(ww_scan_options){.every_us = WW_TRACK_EVERY_MAX_US + 1}, &spec));
    CHECK(!ww_tracks(&(ww_scan_options){.every_us = 1, .no_track = true}, &spec));
    CHECK(!ww_tracks(&(ww_scan_options){.every_us = 1, .fast = true}, &spec));
    CHECK(!ww_tracks(&(ww_scan_options){.every_us = 1, .shrink_width = 700}, &spec));
}

int main(void)
{
    RUN(a_seed_score_is_measured_where_scores_are_likelihoods);
    RUN(faces_are_followed_where_it_pays);
    return FINISH();
}
