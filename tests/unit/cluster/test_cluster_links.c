// SPDX-License-Identifier: MIT
#include "base/random.h"
#include "cluster/links.h"
#include "harness.h"

TEST(groups_follow_chains_of_must_links)
{
    ww_error err;
    ww_links links;
    const float x[6] = {5, 1, 4, 2, 3, 0};
    const ww_pair must[] = {{0, 2}, {2, 5}, {1, 1}}, cannot[] = {{5, 3}, {3, 0}, {4, 1}};
    const ww_constraints known = {must, 3, cannot, 3};
    CHECK_OK(ww_links_build(&links, x, 6, 1, &known, &err));
    CHECK_EQ(links.groups, 4);
    CHECK(links.group[0] == links.group[2] && links.group[2] == links.group[5]);
    CHECK(links.group[1] != links.group[0] && links.group[3] != links.group[4]);
    size_t members = 0;
    for (uint32_t g = 0; g < links.groups; g++)
        for (uint32_t m = links.member_start[g]; m < links.member_start[g + 1]; m++, members++)
            CHECK_EQ(links.group[links.member[m]], g);
    CHECK_EQ(members, 6);
    // the two links between the same groups are one, seen from both sides
    CHECK_EQ(links.cannot.start[links.groups], 4);
    uint32_t alone[4] = {0, 1, 2, 3}; // each group its own cluster
    CHECK(ww_cannot_join(&links.cannot, links.group[2], alone, links.group[3]));
    CHECK(ww_cannot_join(&links.cannot, links.group[3], alone, links.group[5]));
    CHECK(!ww_cannot_join(&links.cannot, links.group[2], alone, links.group[4]));
    ww_links_free(&links);
}

// Seen at once parts two until a decision does, in whatever order they are named.
TEST(being_seen_at_once_is_told_from_what_cannot_be)
{
    ww_error err;
    ww_links links;
    const float x[4] = {5, 1, 4, 2};
    const ww_pair cannot[] = {{1, 0}}, at_once[] = {{0, 1}, {2, 3}, {3, 2}}, outside[] = {{0, 4}};
    CHECK_OK(ww_links_build(
        &links, x, 4, 1, &(ww_constraints){.cannot = cannot, .cannot_count = 1, .at_once = at_once, .at_once_count = 3},
        &err));
    CHECK_EQ(links.cannot.start[4], 4);
    for (uint32_t v = 0; v < 4; v++) {
        const size_t entry = links.cannot.start[links.group[v]];
        CHECK_EQ(links.cannot.start[links.group[v] + 1] - entry, 1);
        CHECK_EQ(links.cannot.to[entry], links.group[v ^ 1]);
        CHECK_EQ(links.cannot.at_once[entry], v >= 2);
    }
    ww_links_free(&links);
    CHECK_EQ(ww_links_build(&links, x, 4, 1, &(ww_constraints){.at_once = outside, .at_once_count = 1}, &err),
             WW_ERR_ARGUMENT);
}

TEST(contradictions_and_bad_indices_are_named)
{
    ww_error err;
    ww_links links;
    const float x[4] = {1, 2, 3, 4};
    const ww_pair must[] = {{0, 1}, {1, 2}}, cannot[] = {{0, 2}}, outside[] = {{3, 4}}, itself[] = {{3, 3}};
    CHECK_EQ(ww_links_build(&links, x, 4, 1, &(ww_constraints){must, 2, cannot, 1}, &err), WW_ERR_ARGUMENT);
    CHECK(strstr(err.message, "0 and 2") != NULL);
    CHECK_EQ(ww_links_build(&links, x, 4, 1, &(ww_constraints){outside, 1, NULL, 0}, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_links_build(&links, x, 4, 1, &(ww_constraints){NULL, 0, outside, 1}, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_links_build(&links, x, 4, 1, &(ww_constraints){NULL, 0, itself, 1}, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_links_build(&links, x, 4, 0, &(ww_constraints){0}, &err), WW_ERR_ARGUMENT);
}

// The order of contents: the same vectors and links, shuffled, give the same groups in the same order.
TEST(order_does_not_depend_on_the_input)
{
    enum { COUNT = 200, DIM = 3, LINKS = 60 };
    ww_error err;
    ww_random r = {31};
    float x[COUNT][DIM], shuffled[COUNT][DIM];
    uint32_t to[COUNT];
    ww_pair must[LINKS], moved[LINKS];
    ww_links a, b;
    for (int i = 0; i < COUNT; i++) {
        to[i] = (uint32_t)i;
        for (int d = 0; d < DIM; d++)
            x[i][d] = (float)ww_random_normal(&r);
    }
    for (uint32_t i = COUNT; i > 1; i--) {
        const uint32_t j = ww_random_below(&r, i), held = to[j];
        to[j] = to[i - 1], to[i - 1] = held;
    }
    for (int i = 0; i < COUNT; i++)
        memcpy(shuffled[to[i]], x[i], sizeof x[i]);
    for (int i = 0; i < LINKS; i++) {
        must[i] = (ww_pair){ww_random_below(&r, COUNT), ww_random_below(&r, COUNT)};
        moved[i] = (ww_pair){to[must[i].b], to[must[i].a]};
    }
    CHECK_OK(ww_links_build(&a, &x[0][0], COUNT, DIM, &(ww_constraints){must, LINKS, NULL, 0}, &err));
    CHECK_OK(ww_links_build(&b, &shuffled[0][0], COUNT, DIM, &(ww_constraints){moved, LINKS, NULL, 0}, &err));
    CHECK_EQ(a.groups, b.groups);
    for (int i = 0; i < COUNT; i++) {
        CHECK_EQ(a.group[i], b.group[to[i]]);
        CHECK_EQ(a.rank[i], b.rank[to[i]]);
    }
    ww_links_free(&a);
    ww_links_free(&b);
}

int main(void)
{
    RUN(groups_follow_chains_of_must_links);
    RUN(being_seen_at_once_is_told_from_what_cannot_be);
    RUN(contradictions_and_bad_indices_are_named);
    RUN(order_does_not_depend_on_the_input);
    return FINISH();
}
