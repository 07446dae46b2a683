// SPDX-License-Identifier: MIT
#include "evaluate/effort.h"
#include "evaluate/ground_truth_match.h"
#include "harness.h"

#define NOBODY WW_MATCH_FALSE
#define UNKNOWN WW_MATCH_UNKNOWN

static void check(const int32_t *who, const int32_t *folder, size_t count, int64_t merges, int64_t wrong, int64_t junk)
{
    ww_error err = {0};
    ww_effort e;
    CHECK_OK(ww_effort_count(who, folder, count, &e, &err));
    CHECK_EQ(e.merges, merges);
    CHECK_EQ(e.wrong, wrong);
    CHECK_EQ(e.junk, junk);
}

TEST(what_is_right_costs_nothing)
{
    check((const int32_t[]){0, 0, 1, 1, UNKNOWN, 0}, (const int32_t[]){4, 4, 2, 2, 2, -1}, 6, 0, 0, 0);
    check(NULL, NULL, 0, 0, 0, 0);
}

TEST(merges_wrong_faces_and_junk_are_counted)
{
    // Folders 1, 2 and 3 are of person 0, folder 5 of person 1 with one of person 0 and one of nobody.
    check((const int32_t[]){0, 0, 0, 0, 1, 1, 1, 0, NOBODY}, (const int32_t[]){1, 2, 3, 3, 5, 5, 5, 5, 5}, 9, 2, 2, 0);
    // Folder 7 is nobody's; of folder 8 it is not known, and folder 9 is a stranger's whom the truth leaves out.
    check((const int32_t[]){NOBODY, NOBODY, NOBODY, UNKNOWN, UNKNOWN}, (const int32_t[]){7, 7, 8, 8, 9}, 5, 0, 0, 1);
    // Half and half: the first has it.
    check((const int32_t[]){1, 0}, (const int32_t[]){3, 3}, 2, 0, 1, 0);
}

int main(void)
{
    RUN(what_is_right_costs_nothing);
    RUN(merges_wrong_faces_and_junk_are_counted);
    return FINISH();
}
