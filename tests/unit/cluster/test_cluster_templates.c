// SPDX-License-Identifier: MIT
// Templates: what poor vectors have in common brings them together, how clear they are decides how alike they must be,
// and what is around them counts within a scene and nowhere else.
#include "base/random.h"
#include "cluster/calibration.h"
#include "cluster/cluster.h"
#include "cluster/photo_evidence.h"
#include "cluster/template.h"
#include "harness.h"
#include <stdlib.h>

enum { DIM = 128, BINS = 16, MANY = 24 };

static void normal_unit(ww_random *r, float *x)
{
    double squared = 0;
    for (int d = 0; d < DIM; d++) {
        x[d] = (float)ww_random_normal(r);
        squared += (double)x[d] * x[d];
    }
    for (int d = 0; d < DIM; d++)
        x[d] = (float)(x[d] / sqrt(squared));
}

// A unit vector whose cosine with `centre` is `cosine`.
static void near_to(ww_random *r, const float *centre, double cosine, float *x)
{
    normal_unit(r, x);
    double along = 0, squared = 0;
    for (int d = 0; d < DIM; d++)
        along += (double)x[d] * centre[d];
    for (int d = 0; d < DIM; d++) {
        x[d] -= (float)(along * centre[d]);
        squared += (double)x[d] * x[d];
    }
    for (int d = 0; d < DIM; d++)
        x[d] = (float)(cosine * centre[d] + sqrt((1 - cosine * cosine) / squared) * x[d]);
}

static void run(const float *x, size_t count, double threshold, const ww_context *context, ww_constraints known,
                int32_t *label)
{
    ww_error err = {0};
    const ww_method_options options = {.threshold = threshold, .min_size = 1, .context = context, .constraints = known};
    CHECK_OK(ww_method_run(ww_method_named("templates"), x, count, DIM, &options, label, &err));
}

TEST(evidence_grows_with_likeness_and_with_clarity)
{
    const ww_clarity sharp = {0.6, 64, 3}, poor = {0.25, 24, 3};
    for (double c = -1; c < 0.99; c += 0.05) {
        CHECK(ww_calibrated_evidence(c + 0.05, &sharp, &sharp) >= ww_calibrated_evidence(c, &sharp, &sharp));
        CHECK(ww_calibrated_evidence(c + 0.05, &poor, &poor) >= ww_calibrated_evidence(c, &poor, &poor));
        CHECK_EQ(ww_calibrated_evidence(c, &poor, &sharp) == ww_calibrated_evidence(c, &sharp, &poor), 1);
    }
    // Half alike: sharp faces are one person, of poor ones it says little, either way.
    CHECK(ww_calibrated_evidence(0.5, &sharp, &sharp) > 6 && ww_calibrated_evidence(0.5, &poor, &poor) < 4);
    CHECK(ww_calibrated_evidence(0, &sharp, &sharp) < -4 && ww_calibrated_evidence(0, &poor, &poor) > -2);
    CHECK_EQ(ww_calibrated_evidence(-1, &sharp, &sharp) >= -6, 1);
    for (double nats = 1; nats < 9; nats++)
        CHECK_NEAR(ww_calibrated_evidence(ww_calibrated_cosine(nats), &ww_clarity_ordinary, &ww_clarity_ordinary), nats,
                   1e-9);
}

TEST(two_ordinary_vectors_are_joined_up_to_the_threshold)
{
    ww_random r = {5};
    float x[2 * DIM];
    int32_t label[2];
    normal_unit(&r, x);
    for (double threshold = 0.8; threshold < 1.2; threshold += 0.1) {
        near_to(&r, x, 1 - 0.98 * threshold * threshold / 2, x + DIM); // a little nearer than that
        run(x, 2, threshold, NULL, (ww_constraints){0}, label);
        CHECK_EQ(label[0], label[1]);
        near_to(&r, x, 1 - 1.02 * threshold * threshold / 2, x + DIM);
        run(x, 2, threshold, NULL, (ww_constraints){0}, label);
        CHECK(label[0] != label[1]);
    }
}

TEST(what_many_have_in_common_brings_in_who_is_far_from_each)
{
    ww_random r = {6};
    float centre[DIM], *x = malloc((MANY + 1) * DIM * sizeof *x);
    int32_t label[MANY + 1];
    normal_unit(&r, centre);
    for (int i = 0; i < MANY; i++)
        near_to(&r, centre, 0.78, x + i * DIM); // 0.6 alike, each to each
    near_to(&r, centre, 0.55, x + MANY * DIM);  // 0.43 to each of them, as strangers are
    run(x, MANY + 1, 1.0, NULL, (ww_constraints){0}, label);
    for (int i = 1; i <= MANY; i++)
        CHECK_EQ(label[i], label[0]);
    const ww_pair apart = {3, MANY};
    run(x, MANY + 1, 1.0, NULL, (ww_constraints){.cannot = &apart, .cannot_count = 1}, label);
    CHECK(label[3] != label[MANY]);
    free(x);
}

TEST(a_clear_vector_outweighs_poor_ones_in_its_group)
{
    ww_random r = {7};
    float x[4 * DIM], weight[4] = {0.36f, 0.01f, 0.01f, 0.36f};
    int32_t label[4];
    const ww_pair track[] = {{0, 1}, {1, 2}};
    const ww_constraints known = {.must = track, .must_count = 2};
    normal_unit(&r, x);
    normal_unit(&r, x + DIM);
    normal_unit(&r, x + 2 * DIM);
    near_to(&r, x, 0.6, x + 3 * DIM);
    run(x, 4, 1.0, NULL, known, label);
    CHECK(label[3] != label[0]);
    run(x, 4, 1.0, &(ww_context){.weight = weight}, known, label);
    CHECK(label[3] == label[0] && label[1] == label[0] && label[2] == label[0]);
}

// Two vectors `cosine` alike, in the same colours or in others, in one scene or two.
static bool joined(double cosine, bool same_colours, bool one_scene)
{
    ww_random r = {8};
    float x[2 * DIM];
    uint8_t red[BINS] = {255}, blue[BINS] = {0, 255};
    const uint8_t *roots[2] = {red, same_colours ? red : blue};
    const uint32_t scene[2] = {4, one_scene ? 4 : 5};
    const ww_context context = {.scene = scene, .kind = {{roots, 12, 0.4}}, .kind_count = 1, .bins = BINS};
    int32_t label[2];
    normal_unit(&r, x);
    near_to(&r, x, cosine, x + DIM);
    run(x, 2, 1.0, &context, (ww_constraints){0}, label);
    return label[0] == label[1];
}

TEST(colours_count_within_a_scene_alone)
{
    CHECK(joined(0.55, true, true) && !joined(0.55, false, true)); // 0.5 is enough where nothing is around
    CHECK(joined(0.4, true, true) && !joined(0.4, false, true));
    CHECK(joined(0.55, true, false) && joined(0.55, false, false));
    CHECK(!joined(0.4, true, false) && !joined(0.4, false, false));
    CHECK(!joined(0, true, true)); // clothes do not make the man
}

TEST(leftovers_go_where_most_speaks_for_them)
{
    ww_random r = {9};
    ww_error err = {0};
    float centre[2][DIM], x[7 * DIM];
    int32_t label[7] = {0, 0, 1, 1, -1, -1, -1};
    const bool may[7] = {false, false, false, false, true, true, false};
    const ww_pair apart = {1, 5};
    normal_unit(&r, centre[0]);
    normal_unit(&r, centre[1]);
    for (int i = 0; i < 7; i++)
        near_to(&r, centre[i == 2 || i == 3], i < 4 ? 0.9 : 0.62, x + i * DIM);
    ww_join_templates_options options = {
        .threshold = 1.0, .leeway = 1, .may_join = may, .constraints = {.cannot = &apart, .cannot_count = 1}};
    CHECK_OK(ww_join_templates(x, 7, DIM, &options, label, &err));
    CHECK_EQ(label[4], 0);
    CHECK_EQ(label[5], -1); // cannot be with him, and is not like the other
    CHECK_EQ(label[6], -1); // may not
    CHECK(label[0] == 0 && label[1] == 0 && label[2] == 1 && label[3] == 1);
}

TEST(leeway_is_given_within_a_recording)
{
    ww_random r = {10};
    ww_error err = {0};
    float centre[DIM], x[3 * DIM];
    normal_unit(&r, centre);
    for (int i = 0; i < 3; i++)
        near_to(&r, centre, i < 2 ? 0.95 : 0.47, x + i * DIM); // 0.5 to the template would be enough
    for (uint32_t i = 0; i < 4; i++) {                         // whatever the number of the recording
        const uint32_t first = i < 2 ? 0 : 7, recording = i % 2;
        const uint32_t recordings[3] = {first, first, first + recording};
        int32_t label[3] = {0, 0, -1};
        const ww_context context = {.recording = recordings};
        CHECK_OK(ww_join_templates(
            x, 3, DIM, &(ww_join_templates_options){.threshold = 1.0, .leeway = 2, .context = &context}, label, &err));
        CHECK_EQ(label[2], recording == 0 ? 0 : -1);
        label[2] = -1;
        CHECK_OK(ww_join_templates(x, 3, DIM, &(ww_join_templates_options){.threshold = 1.0, .context = &context},
                                   label, &err));
        CHECK_EQ(label[2], -1);
    }
}

TEST(across_recordings_more_is_asked_for)
{
    ww_random r = {11};
    float x[3 * DIM];
    int32_t label[3];
    normal_unit(&r, x);
    for (uint32_t i = 0; i < 4; i++) {
        const uint32_t first = i < 2 ? 0 : 7, recording = i % 2;
        const uint32_t recordings[3] = {first, first + recording, first + recording};
        const ww_context context = {.recording = recordings};
        near_to(&r, x, 0.505, x + DIM); // 0.5 is enough within one
        near_to(&r, x, 0.7, x + 2 * DIM);
        run(x, 2, 1.0, &context, (ww_constraints){0}, label);
        CHECK_EQ(label[1] == label[0], recording == 0);
        memcpy(x + DIM, x + 2 * DIM, DIM * sizeof *x);
        run(x, 2, 1.0, &context, (ww_constraints){0}, label);
        CHECK_EQ(label[1], label[0]);
    }
}

enum { RECORDINGS = 6 };

// Two groups of `each` recordings, all of `quality`, which are `likeness` to each other's middle. -> whether they
// became one person.
static bool one_person_across(uint32_t each, float quality, double likeness, double spread)
{
    ww_random r = {21};
    float centre[2 * DIM], x[2 * RECORDINGS * DIM], qualities[2 * RECORDINGS];
    uint32_t recording[2 * RECORDINGS];
    int32_t label[2 * RECORDINGS];
    normal_unit(&r, centre);
    near_to(&r, centre, likeness, centre + DIM);
    for (uint32_t i = 0; i < 2 * each; i++) {
        near_to(&r, centre + (i < each ? 0 : DIM), spread, x + i * DIM);
        qualities[i] = quality;
        recording[i] = i;
    }
    run(x, 2 * each, 1.1, &(ww_context){.quality = qualities, .recording = recording}, (ww_constraints){0}, label);
    for (uint32_t i = 1; i < each; i++)
        CHECK(label[i] == label[0]);
    return label[each] == label[0];
}

TEST(two_who_look_alike_stay_two_in_many_recordings)
{
    CHECK(one_person_across(1, 0.7f, 0.5, 1));
    CHECK(!one_person_across(RECORDINGS, 0.7f, 0.5, 0.95));
    CHECK(one_person_across(RECORDINGS, 0.7f, 0.8, 0.95));
}

TEST(poor_looks_in_several_recordings_say_together_what_none_says)
{
    CHECK(!one_person_across(1, 0.3f, 0.5, 1));
    CHECK(one_person_across(3, 0.3f, 0.65, 0.8));
}

// --- photos ----------------------------------------------------------------------------------------------------------

static ww_photo_group photos(int count, double quality, double likeness)
{
    const double precision = count * ww_photo_precision(quality), weight = ww_photo_weight(quality);
    // of so many unit vectors, each to each so much alike
    return (ww_photo_group){weight * sqrt(count + count * (count - 1) * likeness), precision};
}

TEST(photos_say_more_the_clearer_and_the_more_there_are)
{
    const ww_photo_group clear = photos(1, 0.8, 0), poor = photos(1, 0.3, 0), many = photos(20, 0.8, 0.6);
    for (double c = -1; c < 0.99; c += 0.05) {
        CHECK(ww_photo_evidence(&clear, &many, c + 0.05) > ww_photo_evidence(&clear, &many, c));
        CHECK_NEAR(ww_photo_evidence(&clear, &many, c), ww_photo_evidence(&many, &clear, c), 1e-9);
    }
    // as much alike as two clear photos of one person are; of poor ones it says less, either way
    CHECK(ww_photo_evidence(&clear, &clear, 0.64) > 10 && ww_photo_evidence(&clear, &clear, 0.05) < -10);
    CHECK(ww_photo_evidence(&poor, &poor, 0.05) > -3);
    // twenty photos of one and twenty of the other are more alike if they are of one person, or they are not
    CHECK(ww_photo_evidence(&many, &many, 0.8) > ww_photo_evidence(&clear, &clear, 0.64));
    CHECK(ww_photo_evidence(&many, &many, 0.45) < 0 && ww_photo_evidence(&clear, &clear, 0.45) > 0);
}

// Where it is negative a bound is enough, and nowhere is it less than the evidence.
TEST(evidence_of_photos_is_bounded_where_it_is_negative)
{
    const ww_photo_group group[] = {photos(1, 0.8, 0), photos(1, 0.2, 0), photos(20, 0.8, 0.6), photos(300, 0.5, 0.4)};
    int bounded = 0;
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 4; k++)
            for (double c = -0.9; c < 0.95; c += 0.05) {
                const ww_photo_side x = ww_photo_side_of(&group[i]), y = ww_photo_side_of(&group[k]);
                const double exact = ww_photo_evidence(&group[i], &group[k], c),
                             bound = ww_photo_evidence_of(&x, &y, c);
                CHECK(bound < 0 ? bound >= exact - 1e-9 : bound == exact);
                bounded += bound < 0;
            }
    CHECK(bounded > 100);
}

enum { EACH = 20, PHOTOS = 2 * EACH };

// Two people of EACH photos, which are `likeness` to each other's middle. -> whether they became one.
static bool one_person(double likeness, ww_constraints known, int32_t label[PHOTOS])
{
    ww_random r = {12};
    float centre[2 * DIM], x[PHOTOS * DIM], quality[PHOTOS];
    uint32_t recording[PHOTOS];
    normal_unit(&r, centre);
    near_to(&r, centre, likeness, centre + DIM);
    for (int i = 0; i < PHOTOS; i++) {
        near_to(&r, centre + (i < EACH ? 0 : DIM), 0.85, x + i * DIM);
        quality[i] = 0.7f;
        recording[i] = WW_RECORDING_PHOTOS;
    }
    run(x, PHOTOS, 1.05, &(ww_context){.quality = quality, .recording = recording}, known, label);
    for (int i = 1; i < EACH; i++)
        CHECK(label[i] == label[0] || known.at_once_count);
    return label[EACH] == label[0];
}

TEST(many_photos_of_two_who_look_alike_stay_apart)
{
    int32_t label[PHOTOS];
    CHECK(one_person(0.9, (ww_constraints){0}, label));
    CHECK(!one_person(0.45, (ww_constraints){0}, label));
}

// A collage shows a person twice, and a wrong face may be among anybody's: it keeps no two folders apart.
TEST(one_photo_with_both_does_not_part_two_groups_but_none_is_there_twice)
{
    int32_t label[PHOTOS];
    const ww_pair once[] = {{3, 25}};
    CHECK(one_person(0.7, (ww_constraints){.at_once = once, .at_once_count = 1}, label));
    CHECK(label[3] != label[25] && (label[3] == label[0] || label[25] == label[0]));
    CHECK(!one_person(0.7, (ww_constraints){.cannot = once, .cannot_count = 1}, label));
}

TEST(people_who_are_together_again_and_again_are_two)
{
    int32_t label[PHOTOS];
    ww_pair often[EACH];
    for (uint32_t i = 0; i < EACH; i++)
        often[i] = (ww_pair){i, EACH + i};
    CHECK(one_person(0.7, (ww_constraints){0}, label));
    CHECK(!one_person(0.7, (ww_constraints){.at_once = often, .at_once_count = EACH}, label));
}

int main(void)
{
    RUN(evidence_grows_with_likeness_and_with_clarity);
    RUN(two_ordinary_vectors_are_joined_up_to_the_threshold);
    RUN(what_many_have_in_common_brings_in_who_is_far_from_each);
    RUN(a_clear_vector_outweighs_poor_ones_in_its_group);
    RUN(colours_count_within_a_scene_alone);
    RUN(leftovers_go_where_most_speaks_for_them);
    RUN(leeway_is_given_within_a_recording);
    RUN(across_recordings_more_is_asked_for);
    RUN(two_who_look_alike_stay_two_in_many_recordings);
    RUN(poor_looks_in_several_recordings_say_together_what_none_says);
    RUN(photos_say_more_the_clearer_and_the_more_there_are);
    RUN(many_photos_of_two_who_look_alike_stay_apart);
    RUN(one_photo_with_both_does_not_part_two_groups_but_none_is_there_twice);
    RUN(people_who_are_together_again_and_again_are_two);
    RUN(evidence_of_photos_is_bounded_where_it_is_negative);
    return FINISH();
}
