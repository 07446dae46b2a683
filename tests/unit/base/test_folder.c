// SPDX-License-Identifier: MIT
#include "base/folder.h"
#include "harness.h"
#include "scratch.h"

#include <sys/stat.h>
#include <unistd.h>

static const char *dir, *outside;
static char temporary[WW_FOLDER_TEMPORARY_BYTES];

static ww_folder *fresh(void)
{
    ww_folder *f = NULL;
    ww_error err;
    dir = scratch_folder();
    outside = scratch_folder();
    CHECK_OK(ww_folder_open(dir, false, &f, &err));
    CHECK_OK(ww_folder_temporary_name(temporary, &err));
    return f;
}

static void clear(ww_folder *f)
{
    ww_folder_close(f);
    scratch_remove(dir);
    scratch_remove(outside);
}

static const char *at(const char *root, const char *name)
{
    static char path[2][SCRATCH_BYTES + 96];
    static int next;
    char *p = path[next++ % 2];
    snprintf(p, sizeof path[0], "%s/%s", root, name);
    return p;
}

static ww_status write_text(ww_folder *f, const char *path, const char *text, ww_folder_write_mode mode, ww_error *err)
{
    return ww_folder_write(f, path, text, strlen(text), mode, temporary, err);
}

static bool holds(ww_folder *f, const char *path, const char *text)
{
    uint8_t *data = NULL;
    size_t bytes = 0;
    bool same = ww_folder_read(f, path, 2000, &data, &bytes, NULL) == WW_OK && bytes == strlen(text)
                && memcmp(data, text, bytes) == 0;
    free(data);
    return same;
}

TEST(only_paths_inside_are_paths)
{
    static const char *const good[] = {"a", "a/b", "..a", "a..", "a/...", "Face_0/face 1.jpg"};
    static const char *const bad[] = {"", "/a", "..", ".", "a/..", "../a", "a/../b", "a/./b", "a//b", "a/", "./a"};
    char longer[5000];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CHECK(ww_path_is_inside(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!ww_path_is_inside(bad[i]));
    CHECK(!ww_path_is_inside(longer));
}

TEST(files_are_written_read_and_removed)
{
    ww_error err;
    ww_entry_info info;
    ww_folder *f = fresh();
    CHECK_OK(ww_folder_look(f, "a/b/c.txt", &info, &err));
    CHECK_EQ(info.kind, WW_ENTRY_ABSENT);
    CHECK_OK(write_text(f, "a/b/c.txt", "one", WW_FOLDER_NEW, &err));
    CHECK(holds(f, "a/b/c.txt", "one"));
    CHECK_EQ(write_text(f, "a/b/c.txt", "two", WW_FOLDER_NEW, &err), WW_ERR_IO);
    CHECK(strstr(err.message, "a/b/c.txt") != NULL);
    CHECK(holds(f, "a/b/c.txt", "one"));
    CHECK_OK(write_text(f, "a/b/c.txt", "two", WW_FOLDER_REPLACE, &err));
    CHECK(holds(f, "a/b/c.txt", "two"));
    CHECK_OK(ww_folder_look(f, "a/b/c.txt", &info, &err));
    CHECK(info.kind == WW_ENTRY_FILE && info.bytes == 3);
    char **names;
    size_t count;
    CHECK_OK(ww_folder_list(f, "a/b", &names, &count, &err));
    CHECK_EQ(count, 1); // and no temporary file
    ww_folder_names_free(names, count);
    bool removed;
    CHECK_OK(ww_folder_remove_if_empty(f, "a/b", &removed, &err));
    CHECK(!removed);
    CHECK_OK(ww_folder_remove(f, "a/b/c.txt", &err));
    CHECK_OK(ww_folder_remove(f, "a/b/c.txt", &err)); // nothing there: fine
    CHECK_OK(ww_folder_remove_if_empty(f, "a/b", &removed, &err));
    CHECK(removed);
    clear(f);
}

static ino_t number_of(const char *path)
{
    struct stat s;
    CHECK_EQ(stat(at(dir, path), &s), 0);
    return s.st_ino;
}

TEST(a_small_file_of_the_same_size_is_overwritten_unless_it_has_other_names)
{
    ww_error err;
    ww_folder *f = fresh();
    char large[2][1025] = {"", ""};
    memset(large[0], 'a', sizeof large[0] - 1);
    memset(large[1], 'b', sizeof large[1] - 1);
    CHECK_OK(write_text(f, "label.txt", "12 0.5\n", WW_FOLDER_NEW, &err));
    const ino_t before = number_of("label.txt");
    CHECK_OK(write_text(f, "label.txt", "11 0.5\n", WW_FOLDER_REPLACE, &err));
    CHECK(holds(f, "label.txt", "11 0.5\n") && number_of("label.txt") == before);
    CHECK_EQ(link(at(dir, "label.txt"), at(dir, "backup.txt")), 0);
    CHECK_OK(write_text(f, "label.txt", "10 0.5\n", WW_FOLDER_REPLACE, &err));
    CHECK(holds(f, "label.txt", "10 0.5\n") && holds(f, "backup.txt", "11 0.5\n"));
    CHECK_OK(write_text(f, "label.txt", "9 0.5\n", WW_FOLDER_REPLACE, &err));
    CHECK(holds(f, "label.txt", "9 0.5\n"));
    CHECK_OK(write_text(f, "large", large[0], WW_FOLDER_NEW, &err)); // could be seen half written
    const ino_t old = number_of("large");
    CHECK_OK(write_text(f, "large", large[1], WW_FOLDER_REPLACE, &err));
    CHECK(holds(f, "large", large[1]) && number_of("large") != old);
    clear(f);
}

TEST(no_link_is_followed)
{
    ww_error err;
    ww_entry_info info;
    ww_folder *f = fresh();
    uint8_t *data;
    size_t bytes;
    uint64_t hash;
    FILE *secret = fopen(at(outside, "mine.txt"), "w");
    fputs("mine", secret);
    fclose(secret);
    CHECK_EQ(symlink(outside, at(dir, "Face_0")), 0);
    CHECK_EQ(symlink(at(outside, "mine.txt"), at(dir, "link.txt")), 0);
    CHECK_EQ(write_text(f, "Face_0/new.txt", "x", WW_FOLDER_NEW, &err), WW_ERR_IO);
    CHECK(strstr(err.message, "Face_0") && strstr(err.message, "link"));
    CHECK_EQ(write_text(f, "Face_0/mine.txt", "x", WW_FOLDER_REPLACE, &err), WW_ERR_IO);
    CHECK_EQ(write_text(f, "link.txt", "x", WW_FOLDER_REPLACE, &err), WW_ERR_IO);
    CHECK_EQ(ww_folder_remove(f, "Face_0/mine.txt", &err), WW_ERR_IO);
    CHECK_EQ(ww_folder_remove(f, "link.txt", &err), WW_ERR_IO);
    CHECK_EQ(ww_folder_look(f, "Face_0/mine.txt", &info, &err), WW_ERR_IO);
    CHECK_EQ(ww_folder_read(f, "link.txt", 100, &data, &bytes, &err), WW_ERR_IO);
    CHECK_EQ(ww_folder_hash(f, "Face_0/mine.txt", &hash, &err), WW_ERR_IO);
    CHECK_EQ(ww_folder_read(f, "../x", 100, &data, &bytes, &err), WW_ERR_STORE);
    CHECK_EQ(access(at(outside, "mine.txt"), F_OK), 0);
    CHECK_EQ(access(at(outside, "new.txt"), F_OK), -1);
    clear(f);
}

TEST(many_paths_are_looked_at_from_one_place)
{
    ww_folder *f = fresh();
    ww_error err;
    ww_folder_place place = {0};
    static const char *const paths[] = {"x", "a/1", "a/2", "a/b/1", "a/b/2", "ab/1", "a/1", "none/1", "a/none", "x"};
    for (int i = 0; i < 7; i++)
        CHECK_OK(write_text(f, paths[i], paths[i], WW_FOLDER_REPLACE, &err));
    for (int i = 0; i < 10; i++) {
        ww_entry_info one, other;
        CHECK_OK(ww_folder_look(f, paths[i], &one, &err));
        CHECK_OK(ww_folder_look_from(f, &place, paths[i], &other, &err));
        CHECK_EQ(one.kind, other.kind);
        CHECK_EQ(one.bytes, other.bytes);
        CHECK(ww_entry_changed_ns(&one) == ww_entry_changed_ns(&other));
        CHECK_EQ(one.kind, i == 7 || i == 8 ? WW_ENTRY_ABSENT : WW_ENTRY_FILE);
    }
    CHECK_EQ(symlink(outside, at(dir, "link")), 0);
    ww_entry_info info;
    CHECK_EQ(ww_folder_look_from(f, &place, "link/1", &info, &err), WW_ERR_IO);
    CHECK_EQ(ww_folder_look_from(f, &place, "a/../x", &info, &err), WW_ERR_STORE);
    ww_folder_place_close(&place);
    clear(f);
}

TEST(a_fifo_neither_hangs_nor_goes)
{
    ww_error err;
    uint8_t *data;
    size_t bytes;
    ww_folder *f = fresh();
    CHECK_EQ(mkfifo(at(dir, "fifo"), 0600), 0);
    CHECK_EQ(mkfifo(at(dir, temporary), 0600), 0);
    CHECK_EQ(ww_folder_read(f, "fifo", 100, &data, &bytes, &err), WW_ERR_IO);
    CHECK_EQ(write_text(f, "fifo", "x", WW_FOLDER_REPLACE, &err), WW_ERR_IO);
    CHECK(strstr(err.message, "stands in its place") != NULL);
    CHECK_EQ(write_text(f, "file", "x", WW_FOLDER_NEW, &err), WW_ERR_IO); // its temporary name is taken
    CHECK_EQ(ww_folder_remove(f, "fifo", &err), WW_ERR_IO);
    clear(f);
}

TEST(what_cannot_be_looked_at_is_not_absent)
{
    ww_error err;
    ww_entry_info info;
    ww_folder *f = fresh();
    CHECK_OK(write_text(f, "file", "x", WW_FOLDER_NEW, &err));
    CHECK_EQ(ww_folder_look(f, "file/below", &info, &err), WW_ERR_IO); // a file where a folder should be
    if (geteuid() == 0) {
        clear(f);
        SKIP("permissions do not bind root");
    }
    CHECK_OK(write_text(f, "Face_0/a.jpg", "x", WW_FOLDER_NEW, &err));
    CHECK_EQ(chmod(at(dir, "Face_0"), 0600), 0);
    CHECK_EQ(ww_folder_look(f, "Face_0/a.jpg", &info, &err), WW_ERR_IO);
    CHECK_EQ(ww_folder_remove(f, "Face_0/a.jpg", &err), WW_ERR_IO);
    CHECK_EQ(chmod(at(dir, "Face_0"), 0700), 0);
    clear(f);
}

TEST(temporary_names_differ_and_are_known)
{
    char a[WW_FOLDER_TEMPORARY_BYTES], b[WW_FOLDER_TEMPORARY_BYTES];
    ww_error err;
    CHECK_OK(ww_folder_temporary_name(a, &err));
    CHECK_OK(ww_folder_temporary_name(b, &err));
    CHECK(strcmp(a, b) != 0 && ww_folder_is_temporary_name(a) && ww_folder_is_temporary_name(b));
    CHECK(!ww_folder_is_temporary_name("x") && !ww_folder_is_temporary_name(".whoswho-0123.tmp"));
    CHECK(!ww_folder_is_temporary_name(".whoswho-0123456789abcdef.tmp/x")
          && !ww_folder_is_temporary_name("../.whoswho-0123456789abcdef.tmp"));
}

int main(void)
{
    RUN(only_paths_inside_are_paths);
    RUN(files_are_written_read_and_removed);
    RUN(a_small_file_of_the_same_size_is_overwritten_unless_it_has_other_names);
    RUN(no_link_is_followed);
    RUN(many_paths_are_looked_at_from_one_place);
    RUN(a_fifo_neither_hangs_nor_goes);
    RUN(what_cannot_be_looked_at_is_not_absent);
    RUN(temporary_names_differ_and_are_known);
    return FINISH();
}
