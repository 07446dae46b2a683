// SPDX-License-Identifier: MIT
// Verification against figures worked out by hand and against the definitions, written down without cleverness.
#include "base/random.h"
#include "evaluate/verification.h"
#include "harness.h"

// Two folds of four. Judged by fold 1 (0.3 same, 0.55 different, 0.6 same, 0.65 different: best up to 0.625), fold 0
// accepts 0.2, 0.4 and 0.5: three right of four. Judged by fold 0 (0.2 same, 0.4 different, 0.5 same, 0.9 different:
// best up to 0.7), fold 1 accepts all four: two right.
static const ww_trial by_hand[8] = {
    {0.2, 0.5f, 0, true}, {0.5, 0.5f, 0, true}, {0.4, 0.1f, 0, false},  {0.9, 0.5f, 0, false},
    {0.3, 0.5f, 1, true}, {0.6, 0.5f, 1, true}, {0.55, 0.2f, 1, false}, {0.65, 0.9f, 1, false},
};

TEST(figures_by_hand)
{
    ww_error err;
    ww_verification v;
    CHECK_OK(ww_verify(by_hand, 8, &v, &err));
    CHECK_EQ(v.trials, 8);
    CHECK_EQ(v.same, 4);
    CHECK_EQ(v.missing, 0);
    CHECK_EQ(v.folds, 2);
    CHECK_NEAR(v.accuracy, 5.0 / 8, 1e-12);
    CHECK_NEAR(v.standard_error, 0.125, 1e-12); // deviation of 3/4 and 2/4: 0.125 sqrt 2
    CHECK_NEAR(v.threshold, 0.55, 1e-12);
    CHECK_NEAR(v.roc_area, (4 + 4 + 3 + 2) / 16.0, 1e-12);
    CHECK_NEAR(v.equal_error_rate, 0.25, 1e-12);
    CHECK_NEAR(v.tar_1e2, 0.5, 1e-12);
    CHECK_NEAR(v.tar_1e3, 0.5, 1e-12);
    static const double kept[WW_VERIFICATION_KEPT] = {3.0 / 8, 2.0 / 7, 1.0 / 6, 1.0 / 4};
    for (int i = 0; i < WW_VERIFICATION_KEPT; i++)
        CHECK_NEAR(v.error_kept[i], kept[i], 1e-12);
}

TEST(what_is_not_found_is_wrong_and_poorest)
{
    ww_error err;
    ww_verification v;
    ww_trial t[10];
    memcpy(t, by_hand, sizeof by_hand);
    t[8] = (ww_trial){INFINITY, 1, 0, true};
    t[9] = (ww_trial){NAN, 1, 1, false};
    CHECK_OK(ww_verify(t, 10, &v, &err));
    CHECK_EQ(v.missing, 2);
    CHECK_NEAR(v.accuracy, (3.0 / 5 + 2.0 / 5) / 2, 1e-12);
    CHECK_NEAR(v.threshold, 0.55, 1e-12); // nothing is learned from them
    CHECK_NEAR(v.tar_1e2, 2.0 / 5, 1e-12);
    CHECK_NEAR(v.error_kept[0], 5.0 / 10, 1e-12);
    // of quality 1, and the first to be left out all the same: the later one
    CHECK_NEAR(v.error_kept[1], 4.0 / 9, 1e-12);
    CHECK_NEAR(v.error_kept[2], 3.0 / 8, 1e-12);
}

static ww_trial drawn(ww_random *r, uint32_t folds, double apart)
{
    const bool same = ww_random_below(r, 2);
    return (ww_trial){1 + apart * !same + ww_random_unit(r), (float)ww_random_unit(r), ww_random_below(r, folds), same};
}

TEST(perfect_separation)
{
    enum { COUNT = 2000 };
    static ww_trial t[COUNT];
    ww_error err;
    ww_verification v;
    ww_random r = {3};
    for (int i = 0; i < COUNT; i++)
        t[i] = drawn(&r, 10, 1.5);
    CHECK_OK(ww_verify(t, COUNT, &v, &err));
    CHECK_NEAR(v.accuracy, 1, 0);
    CHECK_NEAR(v.standard_error, 0, 0);
    CHECK_NEAR(v.roc_area, 1, 1e-12);
    CHECK_NEAR(v.equal_error_rate, 0, 0);
    CHECK_NEAR(v.tar_1e3, 1, 0);
    CHECK_NEAR(v.error_kept[0], 0, 0);
}

TEST(labels_that_say_nothing)
{
    enum { COUNT = 20000 };
    static ww_trial t[COUNT];
    ww_error err;
    ww_verification v;
    ww_random r = {4};
    for (int i = 0; i < COUNT; i++)
        t[i] = drawn(&r, 10, 0);
    CHECK_OK(ww_verify(t, COUNT, &v, &err));
    CHECK_NEAR(v.accuracy, 0.5, 0.02);
    CHECK_NEAR(v.roc_area, 0.5, 0.02);
    CHECK_NEAR(v.equal_error_rate, 0.5, 0.02);
    CHECK_NEAR(v.tar_1e2, 0.01, 0.01);
}

// --- definitions -----------------------------------------------------------------------------------------------------

// Share of the fold judged rightly when cut where the others are: below each of their distances, midway to the next
// lower one, and above all.
static double accuracy_of_fold(const ww_trial *t, size_t count, uint32_t fold)
{
    double best = -1, best_refused = 0, cut = 0, right = 0, all = 0;
    for (size_t k = 0; k <= count; k++) {
        const double refused = k < count ? t[k].distance : INFINITY;
        double hits = 0, accepted = -1;
        if (k < count && (t[k].fold == fold || !isfinite(refused)))
            continue;
        for (size_t i = 0; i < count; i++)
            if (t[i].fold != fold && isfinite(t[i].distance)) {
                hits += (t[i].distance < refused) == t[i].same;
                accepted = t[i].distance < refused ? fmax(accepted, t[i].distance) : accepted;
            }
        if (accepted >= 0 && (hits > best || (!(hits < best) && refused > best_refused))) {
            best = hits;
            best_refused = refused;
            cut = (accepted + refused) / 2;
        }
    }
    for (size_t i = 0; i < count; i++) {
        all += t[i].fold == fold;
        right += t[i].fold == fold && isfinite(t[i].distance) && (t[i].distance < cut) == t[i].same;
    }
    return right / all;
}

static double closeness(double distance) { return isfinite(distance) ? -distance : -1e9; }

static void check_curve(const ww_trial *t, size_t count, const ww_verification *v)
{
    double wins = 0, same = 0, different = 0, tar = 0, least = 1, most = 0;
    for (size_t i = 0; i < count; i++) {
        same += t[i].same;
        different += !t[i].same;
        for (size_t j = 0; j < count; j++)
            if (t[i].same && !t[j].same)
                wins += closeness(t[i].distance) > closeness(t[j].distance)   ? 1
                        : closeness(t[i].distance) < closeness(t[j].distance) ? 0
                                                                              : 0.5;
    }
    for (size_t k = 0; k < count; k++) {
        double yes = 0, no = 0;
        for (size_t i = 0; i < count; i++) {
            yes += t[i].same && t[i].distance <= t[k].distance && isfinite(t[k].distance);
            no += !t[i].same && t[i].distance <= t[k].distance && isfinite(t[k].distance);
        }
        tar = no <= 0.01 * different ? fmax(tar, yes / same) : tar;
        least = fmin(least, fmax(no / different, 1 - yes / same));
        most = fmax(most, fmin(no / different, 1 - yes / same));
    }
    CHECK_NEAR(v->roc_area, wins / (same * different), 1e-9);
    CHECK_NEAR(v->tar_1e2, tar, 1e-12);
    CHECK(v->equal_error_rate >= most - 1e-12 && v->equal_error_rate <= fmax(least, most) + 1e-12);
}

TEST(random_trials_against_the_definitions)
{
    enum { COUNT_MAX = 80 };
    ww_random r = {11};
    for (int round = 0; round < 200; round++) {
        ww_trial t[COUNT_MAX];
        ww_error err = {0};
        ww_verification v;
        const uint32_t folds = 2 + ww_random_below(&r, 4);
        const size_t count = 3 * folds + ww_random_below(&r, COUNT_MAX - 15);
        double sum = 0;
        for (size_t i = 0; i < count; i++) {
            t[i] = drawn(&r, folds, 0.4);
            t[i].distance = floor(t[i].distance * 8) / 8; // ties
            t[i].fold = i < folds ? (uint32_t)i : t[i].fold;
            t[i].same = i < 2 ? i == 0 : t[i].same;
            if (i >= 2 && ww_random_below(&r, 12) == 0)
                t[i].distance = INFINITY;
        }
        CHECK_OK(ww_verify(t, count, &v, &err));
        for (uint32_t k = 0; k < folds; k++)
            sum += accuracy_of_fold(t, count, k);
        CHECK_NEAR(v.accuracy, sum / folds, 1e-12);
        check_curve(t, count, &v);
    }
}

TEST(order_does_not_matter)
{
    enum { COUNT = 300 };
    static ww_trial t[COUNT];
    ww_error err;
    ww_verification a, b;
    ww_random r = {12};
    for (int i = 0; i < COUNT; i++)
        t[i] = drawn(&r, 5, 0.5);
    CHECK_OK(ww_verify(t, COUNT, &a, &err));
    for (int i = COUNT - 1; i > 0; i--) {
        const uint32_t k = ww_random_below(&r, (uint32_t)i + 1);
        const ww_trial kept = t[i];
        t[i] = t[k];
        t[k] = kept;
    }
    CHECK_OK(ww_verify(t, COUNT, &b, &err));
    CHECK(memcmp(&a, &b, sizeof a) == 0);
}

static void refused(const ww_trial *t, size_t count, const char *word)
{
    ww_error err = {0};
    ww_verification v;
    CHECK_EQ(ww_verify(t, count, &v, &err), WW_ERR_ARGUMENT);
    CHECK(strstr(err.message, word) != NULL);
}

TEST(what_cannot_be_judged)
{
    ww_trial t[8];
    refused(by_hand, 0, "two folds");
    refused(by_hand, 4, "two folds");
    refused(by_hand, 2, "two folds");
    memcpy(t, by_hand, sizeof t);
    for (int i = 0; i < 8; i++)
        t[i].same = true;
    refused(t, 8, "one person");
    for (int i = 0; i < 8; i++)
        t[i].same = false;
    refused(t, 8, "two people");
    memcpy(t, by_hand, sizeof t);
    t[7].fold = 3;
    refused(t, 8, "fold 3 of the pairs is empty");
    t[7].fold = WW_VERIFICATION_FOLDS_MAX;
    refused(t, 8, "folds");
}

int main(void)
{
    RUN(figures_by_hand);
    RUN(what_is_not_found_is_wrong_and_poorest);
    RUN(perfect_separation);
    RUN(labels_that_say_nothing);
    RUN(random_trials_against_the_definitions);
    RUN(order_does_not_matter);
    RUN(what_cannot_be_judged);
    return FINISH();
}
