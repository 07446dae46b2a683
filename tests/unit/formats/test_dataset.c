// SPDX-License-Identifier: MIT
// What an export writes. The text formats are compared with files in tests/golden/dataset; --update rewrites those.
#include "dataset_fixture.h"

static bool update;

static void check_golden(const char *name, const char *text, size_t bytes)
{
    ww_error err = {0};
    const char *source = getenv("WW_SOURCE");
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/golden/dataset/%s", source ? source : ".", name);
    if (update)
        CHECK_OK(ww_write_file(path, text, bytes, &err));
    uint8_t *golden = NULL;
    size_t golden_bytes = 0;
    CHECK_OK(ww_read_file(path, 1 << 24, &golden, &golden_bytes, &err));
    bool same = golden && golden_bytes == bytes && memcmp(golden, text, bytes) == 0;
    CHECK(same);
    if (!same) {
        snprintf(path, sizeof path, "%s/%s.actual", scratch_top(), name);
        ww_write_file(path, text, bytes, NULL);
        printf("# %s differs; what was written lies in %s\n", name, path);
    }
    free(golden);
}

static void check_golden_file(const char *file, const char *golden)
{
    ww_error err = {0};
    uint8_t *data = NULL;
    size_t bytes = 0;
    CHECK_OK(ww_read_file(fixture_path(file), 1 << 24, &data, &bytes, &err));
    check_golden(golden, (char *)data, bytes);
    free(data);
}

TEST(the_table_and_the_classes_are_as_documented)
{
    fixture_begin();
    ww_store *s = fixture_library();
    fixture_export(s, fixture_dir);
    check_golden_file("faces.csv", "faces.csv");
    check_golden_file("data.yaml", "data.yaml");
    ww_store_close(s);
    fixture_end();
}

static int add_label(const char *path, const struct stat *s, int type, struct FTW *where)
{
    if (type == FTW_F && strcmp(ww_path_extension(path), "txt") == 0) {
        char *line = ww_strdup(path + strlen(fixture_dir) + 1);
        ww_vector_add(&fixture_found, line);
    }
    return 0;
}

TEST(every_picture_has_its_labels_beside_it)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_library();
    fixture_export(s, fixture_dir);
    nftw(fixture_dir, add_label, 8, FTW_PHYS);
    CHECK_EQ(fixture_found.count, FIXTURE_FACES + FIXTURE_FRAMES);
    qsort(fixture_found.item, fixture_found.count, sizeof *fixture_found.item, fixture_compare);
    ww_buffer all = {0};
    for (size_t i = 0; i < fixture_found.count; i++) {
        char *name = fixture_found.item[i];
        uint8_t *data = NULL;
        size_t bytes = 0;
        CHECK_OK(ww_read_file(fixture_path(name), 1 << 20, &data, &bytes, &err));
        ww_buffer_format(&all, "%s\n%s", name, (const char *)data);
        free(data);
        memcpy(strrchr(name, '.'), ".jpg", 4);
        CHECK(fixture_exists(name));
        free(name);
    }
    ww_vector_free(&fixture_found);
    check_golden("labels.txt", all.data, all.bytes);
    ww_buffer_free(&all);
    ww_store_close(s);
    fixture_end();
}

// The label of a portrait from the formula alone: 80 px in a 1400 px wide frame, 2 portrait pixels a pixel, so 20 * 2 *
// 2 = 80 px of margin.
TEST(portrait_labels_are_wider_than_the_face_by_the_articles_margin)
{
    fixture_begin();
    ww_store *s = fixture_library();
    fixture_export(s, fixture_dir);
    FILE *f = fopen(fixture_path("Face_2/face_2.txt"), "r");
    int class = -1;
    double cx = 0, cy = 0, w = 0, h = 0;
    CHECK(f && fscanf(f, "%d %lf %lf %lf %lf", &class, &cx, &cy, &w, &h) == 5);
    fclose(f);
    CHECK_EQ(class, 2);
    CHECK_NEAR(cx * 400, 120 + 80, 0.01);
    CHECK_NEAR(w * 400, 160 + 2 * 80, 0.01);
    CHECK_NEAR(cy * 520, 150 + 100.5, 0.01);
    CHECK_NEAR(h * 520, 201 + 2 * 80, 0.01);
    ww_store_close(s);
    fixture_end();
}

// index.html without what lies in files of its own (style and script).
static void cut(char *html, const char *from, const char *to)
{
    char *start = strstr(html, from), *end = start ? strstr(start, to) : NULL;
    CHECK(end != NULL);
    if (end)
        memmove(start + strlen(from), end, strlen(end) + 1);
}

TEST(the_page_is_as_documented_and_asks_nothing_of_the_network)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_library();
    fixture_export(s, fixture_dir);
    uint8_t *data = NULL;
    size_t bytes = 0;
    CHECK_OK(ww_read_file(fixture_path("index.html"), 1 << 24, &data, &bytes, &err));
    char *html = (char *)data;
    for (const char *p = html; (p = strstr(p, "://")); p += 3) // the one address is a name, not a place
        CHECK(strncmp(p - 4, "http://www.w3.org/2000/svg", 26) == 0);
    CHECK(!strstr(html, "src=\"//") && !strstr(html, "@import") && !strstr(html, "fetch("));
    CHECK(!strstr(html, "<O'Neil>") && !strstr(html, "<empty>") && !strstr(html, "\xff"));
    cut(html, "<style>", "</style>");
    cut(html, "<script>", "</script>");
    check_golden("index.html", html, strlen(html));
    free(data);
    ww_store_close(s);
    fixture_end();
}

static ww_status check_portrait(void *user, const ww_face_row *row, const float *embedding, ww_error *err)
{
    int number = ++*((int *)user), person = number % 4;
    static const char *const folders[] = {"Face_0", FIXTURE_NAME_FOLDER, "Face_2", "Unsorted"};
    return row->person == (person == 3 ? -1 : person) && folders[person]
               ? WW_OK
               : ww_fail(err, WW_ERR_STORE, "face %d", number);
}

static void check_copied(ww_store *s, bool frame, int64_t id, const char *name)
{
    ww_error err = {0};
    uint8_t *stored = NULL, *written = NULL;
    size_t stored_bytes = 0, written_bytes = 0;
    CHECK_OK((frame ? ww_store_frame_jpeg : ww_store_portrait_jpeg)(s, id, &stored, &stored_bytes, &err));
    CHECK_OK(ww_read_file(fixture_path(name), 1 << 20, &written, &written_bytes, &err));
    CHECK(stored_bytes == written_bytes && memcmp(stored, written, stored_bytes) == 0);
    free(stored);
    free(written);
}

TEST(pictures_are_the_stored_bytes_in_the_right_folders)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_library();
    ww_folders_counts counts = fixture_export(s, fixture_dir);
    int number = 0;
    CHECK_OK(ww_store_faces(s, false, check_portrait, &number, &err));
    check_copied(s, false, 4, "Face_0/face_4.jpg");
    check_copied(s, false, 5, FIXTURE_NAME_FOLDER "/face_5.jpg");
    check_copied(s, false, 19, "Unsorted/face_19.jpg");
    check_copied(s, true, 7, "Frames/frame_7.jpg");
    CHECK_EQ(counts.people, 3);
    CHECK_EQ(counts.portraits, FIXTURE_FACES);
    CHECK_EQ(counts.unassigned, 5);
    CHECK_EQ(counts.frames, FIXTURE_FRAMES);
    CHECK_EQ(counts.files_written, 2 * FIXTURE_FACES + 2 * FIXTURE_FRAMES + 3 + 3);
    CHECK_EQ(counts.files_kept + counts.files_removed + counts.files_left, 0);
    ww_store_close(s);
    fixture_end();
}

static int luma_at_tile(const ww_image *montage, int tile)
{
    int x = tile % 5 * 96 + 48, y = tile / 5 * 120 + 60;
    return montage->plane[0].data[y * montage->plane[0].stride + x];
}

TEST(a_montage_shows_the_first_faces_and_grey_where_there_are_none)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_library();
    fixture_export(s, fixture_dir);
    uint8_t *data = NULL;
    size_t bytes = 0;
    CHECK_OK(ww_read_file(fixture_path("Montage/Face_0.jpg"), 1 << 20, &data, &bytes, &err));
    ww_image montage = {0};
    CHECK_OK(ww_jpeg_decode(data, bytes, "montage", WW_IMAGE_PIXELS_MAX, &montage, NULL, NULL, NULL, NULL, &err));
    CHECK_EQ(montage.width, 480);
    CHECK_EQ(montage.height, 600);
    // Faces 4, 8, 12 of the first film (samples 1, 5, 9; second on their frame), 16 of the second (sample 3)
    static const int marks[] = {2, 6, 10, 3};
    for (int i = 0; i < 4; i++)
        CHECK_NEAR(luma_at_tile(&montage, i), 60 + 9 * marks[i], 3);
    for (int i = 4; i < 25; i++)
        CHECK_NEAR(luma_at_tile(&montage, i), 38, 3);
    ww_image_free(&montage);
    free(data);
    ww_store_close(s);
    fixture_end();
}

// Of many faces that are alike, and two that are not, those two are shown, and the best.
TEST(a_montage_of_many_shows_those_that_differ)
{
    enum { MANY = 60, ODD = 17, OTHER = 42, BEST = 55 };
    fixture_begin();
    ww_error err = {0};
    ww_store *s = NULL;
    int64_t frame_id = 0, face_id[MANY];
    int32_t person[MANY] = {0};
    CHECK_OK(ww_store_open(fixture_path("whoswho.db"), true, &s, &err));
    const int64_t source = fixture_source(s, "film.mp4", 0, NULL);
    for (int i = 0; i < MANY; i++) {
        uint8_t *jpeg = NULL;
        size_t bytes = 0;
        ww_frame_row frame = {
            .source = source, .sample = i, .time_us = i * 1000000, .jpeg_width = 96, .jpeg_height = 120};
        ww_face_row face = {.x = 10,
                            .y = 10,
                            .width = 60,
                            .height = 80,
                            .quality = i == BEST ? 0.9 : 0.5,
                            .embedding_dim = 2,
                            .person = -1,
                            .portrait_box = {10, 10, 60, 80},
                            .portrait_width = 96,
                            .portrait_height = 120};
        const float vector[2] = {i == ODD ? -1.0F : 1.0F, i == OTHER ? 1.0F : 0.0001F * (float)(i % 7)};
        fixture_jpeg(i == ODD ? 1 : i == OTHER ? 18 : i == BEST ? 12 : 6, 96, 120, &jpeg, &bytes);
        CHECK_OK(ww_store_add_frame(s, &frame, jpeg, bytes, &frame_id, &err));
        face.frame = frame_id;
        CHECK_OK(ww_store_add_face(s, &face, vector, jpeg, bytes, &face_id[i], &err));
        free(jpeg);
    }
    CHECK_OK(ww_store_set_people(s, face_id, person, MANY, &err));
    fixture_export(s, fixture_dir);
    uint8_t *data = NULL;
    size_t bytes = 0;
    ww_image montage = {0};
    int odd = 0, other = 0, best = 0;
    CHECK_OK(ww_read_file(fixture_path("Montage/Face_0.jpg"), 1 << 20, &data, &bytes, &err));
    CHECK_OK(ww_jpeg_decode(data, bytes, "montage", WW_IMAGE_PIXELS_MAX, &montage, NULL, NULL, NULL, NULL, &err));
    for (int i = 0; i < 25; i++) {
        const double luma = luma_at_tile(&montage, i);
        odd += fabs(luma - (60 + 9 * 1)) < 3;
        other += fabs(luma - (60 + 9 * 18)) < 3;
        best += fabs(luma - (60 + 9 * 12)) < 3;
        CHECK(luma > 45);
    }
    CHECK_EQ(odd, 1);
    CHECK_EQ(other, 1);
    CHECK_EQ(best, 1);
    ww_image_free(&montage);
    free(data);
    ww_store_close(s);
    fixture_end();
}

TEST(exporting_again_touches_nothing)
{
    fixture_begin();
    ww_store *s = fixture_library();
    ww_folders_counts first = fixture_export(s, fixture_dir);
    char *before = fixture_tree(fixture_dir, true);
    ww_store_close(s);
    s = fixture_open();
    ww_folders_counts second = fixture_export(s, fixture_dir);
    char *after = fixture_tree(fixture_dir, true);
    CHECK_STR(after, before);
    CHECK_EQ(second.files_written, 0);
    CHECK_EQ(second.files_kept, first.files_written);
    CHECK_EQ(second.files_removed, 0);
    free(before);
    free(after);
    ww_store_close(s);
    fixture_end();
}

TEST(new_people_move_the_files)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_library();
    fixture_export(s, fixture_dir);
    fixture_people(s, 1);
    CHECK_OK(ww_store_set_name(s, 1, NULL, &err));
    CHECK_OK(ww_store_set_name(s, 0, "Ada", &err));
    ww_folders_counts counts = fixture_export(s, fixture_dir);
    CHECK(counts.files_removed > 2 * FIXTURE_FACES - 4);
    fixture_check_as_fresh(s, fixture_dir);
    CHECK(!fixture_exists(FIXTURE_NAME_FOLDER) && !fixture_exists("Face_0"));
    CHECK(fixture_exists("Ada/face_3.jpg") && fixture_exists("Face_1") && fixture_exists("Montage/Ada.jpg"));
    fixture_end();
}

static ww_status count_record(void *user, const char *path, uint64_t hash, ww_error *err)
{
    ++*(int *)user;
    return WW_OK;
}

TEST(the_record_has_one_hash_a_file)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_library();
    for (int shift = 0; shift < 3; shift++) {
        fixture_people(s, shift);
        ww_folders_counts counts = fixture_export(s, fixture_dir);
        int records = 0;
        CHECK_OK(ww_store_exported(s, count_record, &records, &err));
        CHECK_EQ(records, counts.files_written + counts.files_kept);
    }
    ww_store_close(s);
    fixture_end();
}

TEST(what_the_user_made_or_changed_stays)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_library();
    CHECK_OK(ww_make_dirs(fixture_path("Face_2"), &err));
    fixture_write("Face_2/face_10.jpg", "mine, before the first export");
    fixture_export(s, fixture_dir);
    fixture_check_text("Face_2/face_10.jpg", "mine, before the first export");
    fixture_write("Face_0/notes.txt", "mine");
    fixture_write("Face_0/face_4.jpg", "touched up");
    fixture_write("Face_0/face_4.txt", "0 0.5 0.5 1 1\n");
    fixture_write("faces.csv", "spoilt");
    CHECK_EQ(symlink("/etc/hostname", fixture_path("Face_0/link.jpg")), 0);
    ww_folders_counts again = fixture_export(s, fixture_dir);
    CHECK_EQ(again.files_left, 4);
    CHECK_EQ(again.files_written, 1); // the table, beside the user's
    fixture_check_text("faces.csv", "spoilt");
    CHECK(fixture_exists("whoswho-faces.csv"));
    fixture_check_text("Face_0/face_4.jpg", "touched up");
    fixture_check_text("Face_0/face_4.txt", "0 0.5 0.5 1 1\n");

    fixture_people(s, 1); // everything moves out of Face_0 or changes
    fixture_export(s, fixture_dir);
    fixture_check_text("Face_0/notes.txt", "mine");
    fixture_check_text("Face_0/face_4.jpg", "touched up");
    fixture_check_text("Face_2/face_10.jpg", "mine, before the first export");
    CHECK(!fixture_exists("Face_0/face_12.jpg"));
    CHECK_EQ(unlink(fixture_path("faces.csv")), 0);
    fixture_export(s, fixture_dir);
    CHECK(fixture_exists("faces.csv") && !fixture_exists("whoswho-faces.csv"));
    ww_store_close(s);
    fixture_end();
}

// Everything that can be written is, and the first that cannot is named.
TEST(what_stands_in_the_way_is_named)
{
    fixture_begin();
    ww_error err = {0};
    ww_folders_counts counts;
    ww_store *s = fixture_library();
    CHECK_OK(ww_make_dirs(fixture_path("elsewhere"), &err));
    CHECK_OK(ww_make_dirs(fixture_path("index.html"), &err));
    CHECK_EQ(symlink("elsewhere", fixture_path("Face_0")), 0);
    const ww_folders_options options = {.dir = fixture_dir};
    CHECK_EQ(ww_folders_write(s, &options, &counts, &err), WW_ERR_IO);
    CHECK(strstr(err.message, "Face_0/face_") && strstr(err.message, "link"));
    CHECK(fixture_exists("Face_2") && fixture_exists("faces.csv"));
    CHECK_EQ(unlink(fixture_path("Face_0")), 0);
    CHECK_EQ(ww_folders_write(s, &options, &counts, &err), WW_ERR_IO);
    CHECK(strstr(err.message, "index.html") != NULL);
    CHECK_EQ(rmdir(fixture_path("elsewhere")), 0); // nothing was written through the link
    CHECK_EQ(rmdir(fixture_path("index.html")), 0);
    CHECK_OK(ww_folders_write(s, &options, &counts, &err));
    fixture_check_as_fresh(s, fixture_dir);
    fixture_end();
}

static ww_status name_record(void *user, const char *path, uint64_t hash, ww_error *err)
{
    *(int *)user += strcmp(path, "Face_0/face_4.jpg") == 0;
    return WW_OK;
}

// A folder stands where a file of an earlier export is to be removed: an error, and the file stays on record until it
// is gone.
TEST(what_cannot_be_removed_stays_on_record)
{
    fixture_begin();
    ww_error err = {0};
    ww_folders_counts counts;
    ww_store *s = fixture_library();
    const ww_folders_options options = {.dir = fixture_dir};
    fixture_export(s, fixture_dir);
    CHECK_EQ(rename(fixture_path("Face_0"), fixture_path("kept")), 0);
    CHECK_EQ(symlink("kept", fixture_path("Face_0")), 0);
    fixture_people(s, 1);
    int records = 0;
    CHECK_EQ(ww_folders_write(s, &options, &counts, &err), WW_ERR_IO);
    CHECK_OK(ww_store_exported(s, name_record, &records, &err));
    CHECK(records > 0 && fixture_exists("kept/face_4.jpg"));
    CHECK_EQ(unlink(fixture_path("Face_0")), 0);
    CHECK_EQ(rename(fixture_path("kept"), fixture_path("Face_0")), 0);
    CHECK_OK(ww_folders_write(s, &options, &counts, &err));
    fixture_check_as_fresh(s, fixture_dir);
    fixture_end();
}

// A library that was tampered with makes nothing outside its folder go.
TEST(a_record_outside_the_folder_is_refused)
{
    fixture_begin();
    ww_error err = {0};
    ww_folders_counts counts;
    ww_store *s = fixture_library();
    const ww_folders_options options = {.dir = fixture_dir};
    static const char *const bad[] = {"../victim", "/etc/passwd", "a/../../b", "", "Face_0/./x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_OK(ww_store_set_exported(s, bad[i], 1, &err));
        CHECK_EQ(ww_folders_write(s, &options, &counts, &err), WW_ERR_STORE);
        CHECK_OK(ww_store_unset_exported(s, bad[i], &err));
    }
    CHECK_OK(ww_folders_write(s, &options, &counts, &err));
    ww_store_close(s);
    fixture_end();
}

TEST(what_the_user_deleted_comes_back)
{
    fixture_begin();
    ww_store *s = fixture_library();
    fixture_export(s, fixture_dir);
    CHECK_EQ(unlink(fixture_path("Face_0/face_4.jpg")), 0);
    CHECK_EQ(unlink(fixture_path("index.html")), 0);
    CHECK_EQ(fixture_export(s, fixture_dir).files_written, 2);
    CHECK(fixture_exists("Face_0/face_4.jpg") && fixture_exists("index.html"));
    ww_store_close(s);
    fixture_end();
}

static int count_lines_with(const char *file, const char *what)
{
    char line[1024];
    int count = 0;
    FILE *f = fopen(fixture_path(file), "r");
    while (f && fgets(line, sizeof line, f))
        count += strstr(line, what) != NULL;
    if (f)
        fclose(f);
    return count;
}

// Ignored people and hidden faces leave no files, no class and no card; their rows in the table say that they belong to
// nobody.
TEST(who_is_ignored_is_not_written)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_library();
    fixture_export(s, fixture_dir);
    CHECK(fixture_exists("Face_2/face_2.jpg") && fixture_exists("Montage/Face_2.jpg")
          && fixture_exists("Unsorted/face_3.jpg"));
    int unassigned = count_lines_with("faces.csv", ",Unsorted/"), second = count_lines_with("faces.csv", ",Face_2/");
    CHECK_OK(ww_store_set_ignored(s, 2, true, &err));
    ww_folders_counts counts;
    const int64_t hidden[] = {3, 5};
    CHECK_OK(ww_folders_write(s, &(ww_folders_options){.dir = fixture_dir, .hidden = hidden, .hidden_count = 2},
                              &counts, &err));
    CHECK_EQ(counts.people, 2);
    CHECK_EQ(counts.portraits, FIXTURE_FACES - second - 2);
    CHECK_EQ(counts.unassigned, unassigned - 1);
    CHECK(!fixture_exists("Face_2") && !fixture_exists("Montage/Face_2.jpg"));
    CHECK(!fixture_exists("Unsorted/face_3.jpg") && !fixture_exists("Unsorted/face_3.txt")
          && fixture_exists("Unsorted/face_7.jpg"));
    CHECK_EQ(count_lines_with("faces.csv", ",-1,,"), unassigned + second + 1);
    CHECK_EQ(count_lines_with("data.yaml", "Face_2"), 0);
    CHECK_EQ(count_lines_with("index.html", "Face_2/"), 0);
    CHECK_OK(ww_store_set_ignored(s, 2, false, &err));
    fixture_export(s, fixture_dir);
    CHECK(fixture_exists("Face_2/face_2.jpg") && fixture_exists("Unsorted/face_3.jpg"));
    ww_store_close(s);
    fixture_end();
}

TEST(an_empty_library_makes_a_page_and_a_table)
{
    fixture_begin();
    ww_store *s = fixture_open();
    ww_folders_counts counts = fixture_export(s, fixture_dir);
    CHECK_EQ(counts.files_written, 3);
    CHECK_EQ(counts.people + counts.portraits + counts.frames, 0);
    fixture_check_text("faces.csv",
                       "face,source,time_s,x,y,width,height,score,quality,person,name,file,frame,frame_file,"
                       "track,shot,x0,y0,x1,y1,x2,y2,x3,y3,x4,y4,source_hash\n");
    CHECK(fixture_exists("index.html") && fixture_exists("data.yaml"));
    ww_store_close(s);
    fixture_end();
}

TEST(a_spoilt_portrait_leaves_its_tile_empty)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_library();
    int64_t id = 0, face = 0;
    ww_frame_row frame = {.source = 2, .sample = 50, .jpeg_width = 1, .jpeg_height = 1};
    CHECK_OK(ww_store_add_frame(s, &frame, "x", 1, &id, &err));
    ww_face_row row = {.frame = id, .person = 0, .portrait_width = 400, .portrait_height = 500};
    CHECK_OK(ww_store_add_face(s, &row, NULL, "no JPEG", 7, &face, &err));
    fixture_export(s, fixture_dir);
    CHECK(fixture_exists("Montage/Face_0.jpg"));
    fixture_check_text("Face_0/face_17.txt", "0 0.000000 0.000000 0.000000 0.000000\n");
    ww_store_close(s);
    fixture_end();
}

int main(int argc, char **argv)
{
    update = argc > 1 && strcmp(argv[1], "--update") == 0;
    RUN(the_table_and_the_classes_are_as_documented);
    RUN(every_picture_has_its_labels_beside_it);
    RUN(portrait_labels_are_wider_than_the_face_by_the_articles_margin);
    RUN(the_page_is_as_documented_and_asks_nothing_of_the_network);
    RUN(pictures_are_the_stored_bytes_in_the_right_folders);
    RUN(a_montage_shows_the_first_faces_and_grey_where_there_are_none);
    RUN(a_montage_of_many_shows_those_that_differ);
    RUN(exporting_again_touches_nothing);
    RUN(new_people_move_the_files);
    RUN(the_record_has_one_hash_a_file);
    RUN(what_the_user_made_or_changed_stays);
    RUN(what_stands_in_the_way_is_named);
    RUN(what_cannot_be_removed_stays_on_record);
    RUN(a_record_outside_the_folder_is_refused);
    RUN(what_the_user_deleted_comes_back);
    RUN(who_is_ignored_is_not_written);
    RUN(an_empty_library_makes_a_page_and_a_table);
    RUN(a_spoilt_portrait_leaves_its_tile_empty);
    return FINISH();
}
