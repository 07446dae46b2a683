// SPDX-License-Identifier: MIT
#include "base/ascii.h"
#include "base/box.h"
#include "base/buffer.h"
#include "base/distance.h"
#include "base/error.h"
#include "base/files.h"
#include "base/forest.h"
#include "base/hash.h"
#include "base/id_set.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/random.h"
#include "base/search.h"
#include "base/vector.h"
#include "harness.h"
#include "scratch.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// Vectors from the XXH64 specification's reference implementation, seed 0.
TEST(hash_gives_the_published_values)
{
    CHECK(ww_hash_bytes("", 0) == 0xEF46DB3751D8E999u);
    CHECK(ww_hash_bytes("a", 1) == 0xD24EC4F1A98C6E5Bu);
    CHECK(ww_hash_bytes("abc", 3) == 0x44BC2CF5AD770999u);
    const uint64_t pair[] = {0x44BC2CF5AD770999u, 0xD24EC4F1A98C6E5Bu};
    CHECK(ww_hash_chain(0x44BC2CF5AD770999u, "a", 1) == ww_hash_bytes(pair, sizeof pair));
}

TEST(hash_does_not_depend_on_the_cuts)
{
    uint8_t data[1000];
    ww_random r = {1};
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)ww_random_u64(&r);
    for (size_t total = 0; total < sizeof data; total += 37) {
        uint64_t whole = ww_hash_bytes(data, total);
        ww_hash h;
        ww_hash_init(&h, 0);
        for (size_t at = 0; at < total;) {
            size_t n = 1 + ww_random_below(&r, 70);
            n = n < total - at ? n : total - at;
            ww_hash_update(&h, data + at, n);
            at += n;
        }
        CHECK(ww_hash_digest(&h) == whole);
    }
}

TEST(sized_allocation_keeps_its_bounds)
{
    CHECK(ww_alloc_array(SIZE_MAX / 2, 4, SIZE_MAX) == NULL);
    CHECK(ww_alloc_array(1001, 1, 1000) == NULL);
    void *p = ww_alloc_array(1000, 1, 1000), *none = ww_alloc_array(0, 8, 1000);
    CHECK(p != NULL && (uintptr_t)p % WW_ALIGNMENT == 0);
    CHECK(none != NULL);
    free(p);
    free(none);
}

TEST(errors_carry_the_reason_and_its_place)
{
    ww_error err;
    CHECK_EQ(ww_fail_errno(&err, ENOSPC, "cannot write '%s'", "x"), WW_ERR_NO_SPACE);
    CHECK_STR(err.message, "cannot write 'x': No space left on device");
    CHECK_EQ(ww_error_prefix(&err, "frame %d", 7), WW_ERR_NO_SPACE);
    CHECK_STR(err.message, "frame 7: cannot write 'x': No space left on device");
    CHECK_EQ(ww_fail(NULL, WW_ERR_IO, "nobody listens"), WW_ERR_IO);
}

TEST(files_are_written_whole_and_left_alone_when_right)
{
    ww_error err = {0};
    char *deep = ww_path_join(scratch_folder(), "a b/ü'\"/c"), *path = ww_path_join(deep, "file");
    CHECK_OK(ww_make_dirs(deep, &err));
    CHECK_OK(ww_make_dirs(deep, &err));
    CHECK_OK(ww_write_file(path, "hello", 5, &err));
    uint8_t *data = NULL;
    size_t bytes = 0;
    CHECK_OK(ww_read_file(path, 100, &data, &bytes, &err));
    CHECK_EQ(bytes, 5);
    CHECK_STR((char *)data, "hello");
    free(data);
    CHECK_EQ(ww_read_file(path, 4, &data, &bytes, &err), WW_ERR_MEMORY);
    struct stat before, after;
    CHECK(stat(path, &before) == 0);
    CHECK_OK(ww_write_file(path, "hello", 5, &err));
    CHECK(stat(path, &after) == 0 && before.st_ino == after.st_ino);
    CHECK_OK(ww_write_file(path, "world", 5, &err));
    CHECK(stat(path, &after) == 0 && before.st_ino != after.st_ino);
    char *beside = ww_strf("%s.tmp", path); // whatever its name is like, it is the user's
    CHECK(mkfifo(beside, 0600) == 0);
    CHECK_OK(ww_write_file(path, "again", 5, &err));
    CHECK(stat(beside, &after) == 0 && S_ISFIFO(after.st_mode));
    free(beside);
    CHECK_EQ(ww_make_dirs(path, &err), WW_ERR_IO); // a file stands there
    CHECK_EQ(ww_read_file("/no/such/file", 10, &data, &bytes, &err), WW_ERR_NOT_FOUND);
    free(path);
    free(deep);
}

TEST(paths_come_apart_and_together)
{
    char *joined = ww_path_join("a/", "b.jpg"), *alone = ww_path_join("", "b");
    CHECK_STR(joined, "a/b.jpg");
    CHECK_STR(alone, "b");
    CHECK_STR(ww_path_base(joined), "b.jpg");
    CHECK_STR(ww_path_extension(joined), "jpg");
    CHECK_STR(ww_path_extension("a.b/c"), "");
    CHECK_STR(ww_path_extension(".hidden"), "");
    const char *const stems[][2] = {{"a/b.c.jpg", "b.c"}, {"a.b/c", "c"}, {".hidden", ".hidden"}, {"a/", ""}, {"", ""}};
    for (size_t i = 0; i < sizeof stems / sizeof *stems; i++) {
        char *stem = ww_path_stem(stems[i][0]);
        CHECK_STR(stem, stems[i][1]);
        free(stem);
    }
    free(joined);
    free(alone);
}

TEST(buffers_and_vectors_grow)
{
    ww_buffer b = {0};
    WW_VECTOR(int) v = {0};
    for (int i = 0; i < 1000; i++) {
        ww_buffer_format(&b, "%d,", i);
        CHECK(ww_vector_push(&v, i * i));
    }
    CHECK_EQ(b.bytes, 10 * 2 + 90 * 3 + 900 * 4);
    CHECK(strncmp(b.data + b.bytes - 8, "998,999,", 8) == 0);
    CHECK_EQ(v.count, 1000);
    CHECK_EQ(v.item[999], 999 * 999);
    ww_buffer_free(&b);
    ww_vector_free(&v);
}

TEST(what_cannot_grow_says_so)
{
    ww_error err = {0};
    int one = 1;
    WW_VECTOR(int) v = {&one, SIZE_MAX / 2, SIZE_MAX / 2};
    CHECK(!ww_vector_push(&v, 2));
    CHECK(v.item == &one && v.count == SIZE_MAX / 2);

    ww_buffer b = {0};
    ww_buffer_text(&b, "abc");
    CHECK_OK(ww_buffer_status(&b, "a list", &err));
    ww_buffer_add(&b, "", SIZE_MAX - 16);
    ww_buffer_text(&b, "def"); // would be a list with a hole
    CHECK_EQ(ww_buffer_status(&b, "a list", &err), WW_ERR_MEMORY);
    CHECK(strstr(err.message, "no memory left for a list") != NULL);
    CHECK_EQ(ww_buffer_write(&b, "/nowhere/at/all", &err), WW_ERR_MEMORY);
    CHECK(b.data == NULL && b.bytes == 0);

    CHECK(ww_try_array(SIZE_MAX / 2, 4) == NULL);
    CHECK(ww_try_widen(NULL, 0, SIZE_MAX / 2, 4) == NULL);
    int *numbers = ww_try_array(2, sizeof *numbers), *none = ww_try_array(0, 4);
    numbers[1] = 7;
    numbers = ww_try_widen(numbers, 2, 100, sizeof *numbers);
    CHECK(numbers && numbers[1] == 7 && numbers[2] == 0 && numbers[99] == 0);
    CHECK(none != NULL);
    free(numbers);
    free(none);
}

static void end_by_code(size_t bytes) { _exit(bytes == SIZE_MAX / 2 ? 7 : 8); }

static int how_it_ended(void (*handler)(size_t bytes))
{
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        ww_memory_set_handler(handler);
        ww_alloc(SIZE_MAX / 2);
        _exit(0);
    }
    waitpid(child, &status, 0);
    return status;
}

TEST(the_program_decides_how_it_ends_without_memory)
{
    int handled = how_it_ended(end_by_code), not_handled = how_it_ended(NULL);
    CHECK(WIFEXITED(handled) && WEXITSTATUS(handled) == 7);
    CHECK(WIFSIGNALED(not_handled) && WTERMSIG(not_handled) == SIGABRT);
}

TEST(numbers_are_those_of_the_C_locale)
{
    static const char *const formats[] = {"%.17g", "%.6g", "%.4f", "%g", "%.3f %d %s"};
    ww_random r = {7};
    for (int i = 0; i < 2000; i++) {
        double value = ww_random_normal(&r) * pow(10, (double)ww_random_below(&r, 40) - 20), back = 0;
        for (size_t k = 0; k < sizeof formats / sizeof *formats; k++) {
            char ours[128], theirs[128];
            CHECK_EQ(ww_format(ours, sizeof ours, formats[k], value, i, "x"),
                     snprintf(theirs, sizeof theirs, formats[k], value, i, "x"));
            CHECK_STR(ours, theirs);
        }
        char text[64];
        ww_format(text, sizeof text, "%.17g", value);
        CHECK(ww_number_read(text, &back) && back == value);
    }
}

TEST(what_is_no_number_is_refused)
{
    static const char *const bad[] = {"", "x", "1,5", "1.5x", "1 ", "inf", "nan", "1e999"};
    double value = 42;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!ww_number_read(bad[i], &value));
    CHECK_EQ(value, 42);
    char *end;
    CHECK_NEAR(ww_number_parse("0.5,0.25", &end), 0.5, 0);
    CHECK_STR(end, ",0.25");
    CHECK(ww_number_read_stored("0,69999999999999996", &value) && value == 0.7);
    CHECK(ww_number_read_stored("0.5", &value) && value == 0.5);
    CHECK(!ww_number_read_stored("1,000.5", &value) && !ww_number_read_stored("0,5,5", &value));
}

TEST(letters_are_those_of_ascii)
{
    CHECK(ww_ascii_same("AVI", "avi") && ww_ascii_same("", "") && !ww_ascii_same("avi", "avi2")
          && !ww_ascii_same("avi2", "avi"));
    CHECK(!ww_ascii_same("\xc4", "\xe4") && !ww_ascii_same("@", "`") && !ww_ascii_same("[", "{"));
    CHECK(ww_ascii_is_space('\v') && !ww_ascii_is_space('\xa0') && !ww_ascii_is_space('a'));
    CHECK(ww_ascii_is_control('\x1f') && ww_ascii_is_control('\x7f') && !ww_ascii_is_control('\x80')
          && !ww_ascii_is_control(' '));
}

TEST(random_numbers_are_spread_evenly)
{
    ww_random r = {42};
    int bin[10] = {0};
    double sum = 0, squares = 0;
    for (int i = 0; i < 100000; i++) {
        bin[ww_random_below(&r, 10)]++;
        double n = ww_random_normal(&r);
        sum += n;
        squares += n * n;
    }
    for (int i = 0; i < 10; i++)
        CHECK_NEAR(bin[i], 10000, 400);
    CHECK_NEAR(sum / 1e5, 0, 0.02);
    CHECK_NEAR(squares / 1e5, 1, 0.02);
}

TEST(a_search_finds_the_first_place_that_is_not_below)
{
    static const int value[] = {1, 3, 3, 7};
    static const struct {
        int wanted;
        size_t at;
    } cases[] = {{0, 0}, {1, 0}, {2, 1}, {3, 1}, {4, 3}, {7, 3}, {8, 4}};
    size_t at;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        WW_LOWER_BOUND(at, sizeof value / sizeof *value, value[at] < cases[i].wanted);
        CHECK_EQ(at, cases[i].at);
    }
    WW_LOWER_BOUND(at, 0, value[at] < 1);
    CHECK_EQ(at, 0);
}

TEST(boxes_overlap_by_what_they_share)
{
    const ww_box a = {0, 0, 10, 10};
    CHECK_NEAR(ww_box_overlap(a, (ww_box){5, -5, 10, 10}), 25, 1e-12);
    CHECK(ww_box_overlap(a, (ww_box){10, 0, 10, 10}) == 0);
    CHECK_NEAR(ww_box_iou(a, a), 1, 1e-12);
    CHECK_NEAR(ww_box_iou(a, (ww_box){5, 0, 10, 10}), 50.0 / 150, 1e-12);
    CHECK_NEAR(ww_box_iou((ww_box){2, 2, 5, 4}, a), 0.2, 1e-12);
    CHECK(ww_box_iou(a, (ww_box){10, 0, 10, 10}) == 0 && ww_box_iou(a, (ww_box){0, -20, 10, 10}) == 0);
    CHECK(ww_box_iou((ww_box){3, 3, 0, 0}, (ww_box){3, 3, 0, 0}) == 0);
}

TEST(distances_of_vectors_and_means_are_one_measure)
{
    static const float a[] = {1, 2, -3}, b[] = {0, 4, 1};
    static const double mean_a[] = {1, 2, -3}, mean_b[] = {0, 4, 1};
    CHECK_NEAR(ww_distance_squared(a, b, 3), 21, 1e-12);
    CHECK_NEAR(ww_distance_squared_to_mean(a, mean_b, 3), 21, 1e-12);
    CHECK_NEAR(ww_distance_squared_of_means(mean_a, mean_b, 3), 21, 1e-12);
}

// The bounded distance is the plain one below the bound, and infinite from it on, however the values are spread.
TEST(a_distance_is_given_up_at_its_bound_and_no_earlier)
{
    enum { DIM_MAX = 200 };
    static const int dims[] = {1, 31, 32, 33, 128, DIM_MAX};
    float a[DIM_MAX], b[DIM_MAX];
    for (int round = 0; round < 200; round++) {
        const int dim = dims[round % 6];
        for (int i = 0; i < dim; i++) {
            a[i] = (float)((i * 37 + round * 11) % 101) / 101.0F;
            b[i] = i < dim - round % dim ? a[i] + 0.01F * (float)(round % 7) : (float)((i * 53 + round) % 97) / 97.0F;
        }
        const double exact = ww_distance_squared(a, b, dim);
        CHECK(ww_distance_squared_below(a, b, dim, exact * 1.0000001 + 1e-30) == exact);
        CHECK(isinf(ww_distance_squared_below(a, b, dim, exact)));
        CHECK(isinf(ww_distance_squared_below(a, b, dim, exact / 4)));
        CHECK(ww_distance_squared_below(a, b, dim, INFINITY) == exact);
    }
}

TEST(the_root_of_a_set_is_its_smallest_member)
{
    ww_forest forest[6];
    ww_forest_init(forest, 6);
    ww_forest_join(forest, 5, 3);
    ww_forest_join(forest, 4, 5);
    ww_forest_join(forest, 1, 2);
    CHECK(ww_forest_root(forest, 4) == 3 && ww_forest_root_compress(forest, 5) == 3 && ww_forest_root(forest, 2) == 1);
    CHECK(ww_forest_root(forest, 0) == 0);
    ww_forest_join(forest, 4, 2);
    CHECK(ww_forest_root(forest, 5) == 1);
}

TEST(a_set_of_ids_holds_what_was_put_in)
{
    ww_id_set set = {0};
    bool added = false;
    for (uint64_t i = 0; i < 2000; i++)
        CHECK(ww_id_set_put(&set, i << (i % 50), NULL));
    for (uint64_t i = 0; i < 2000; i++)
        CHECK(ww_id_set_has(&set, i << (i % 50)));
    CHECK(!ww_id_set_has(&set, UINT64_MAX));
    CHECK(ww_id_set_put(&set, UINT64_MAX, &added) && added);
    CHECK(ww_id_set_put(&set, UINT64_MAX, &added) && !added);
    CHECK(ww_id_set_put(&set, 0, &added) && !added);
    ww_id_set_free(&set);
    CHECK(!ww_id_set_has(&set, 0));
}

int main(void)
{
    RUN(hash_gives_the_published_values);
    RUN(hash_does_not_depend_on_the_cuts);
    RUN(sized_allocation_keeps_its_bounds);
    RUN(errors_carry_the_reason_and_its_place);
    RUN(files_are_written_whole_and_left_alone_when_right);
    RUN(paths_come_apart_and_together);
    RUN(buffers_and_vectors_grow);
    RUN(what_cannot_grow_says_so);
    RUN(the_program_decides_how_it_ends_without_memory);
    RUN(numbers_are_those_of_the_C_locale);
    RUN(what_is_no_number_is_refused);
    RUN(letters_are_those_of_ascii);
    RUN(a_set_of_ids_holds_what_was_put_in);
    RUN(random_numbers_are_spread_evenly);
    RUN(a_search_finds_the_first_place_that_is_not_below);
    RUN(boxes_overlap_by_what_they_share);
    RUN(distances_of_vectors_and_means_are_one_measure);
    RUN(a_distance_is_given_up_at_its_bound_and_no_earlier);
    RUN(the_root_of_a_set_is_its_smallest_member);
    return FINISH();
}
