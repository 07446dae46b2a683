// SPDX-License-Identifier: MIT
// whoswho eval as a library: a folder of made-up photos against truths and pairs.
#include "base/buffer.h"
#include "base/files.h"
#include "base/memory.h"
#include "harness.h"
#include "evaluate/predictions.h"
#include "people.h"
#include "scratch.h"

enum { PEOPLE = 12, PHOTOS = 6 };

static const char *dir;
static ww_error err;

static void add_face(ww_store *store, int64_t frame, int order, double x, double size, double quality,
                     const float *vector)
{
    ww_face_row row = {.frame = frame,
                       .order = order,
                       .x = x - size / 2,
                       .y = 100 - size / 2,
                       .width = size,
                       .height = size,
                       .score = 0.9,
                       .quality = quality,
                       .person = -1,
                       .embedding_dim = PEOPLE_DIM,
                       .portrait_width = 1,
                       .portrait_height = 1};
    int64_t id;
    CHECK_OK(ww_store_add_face(store, &row, vector, "p", 1, &id, &err));
}

// A photo of 200 x 200: `who` in the middle (-1: nobody there), and sometimes a larger passer-by at the side.
static void add_photo(ww_store *store, ww_random *r, const char *path, int who, bool passer_by, double scatter)
{
    static uint64_t hash;
    ww_source_row source = {
        .path = path, .hash = ++hash, .scan_key = "k", .kind = 1, .span_count = 1, .width = 200, .height = 200};
    int64_t id = 0, frame = 0;
    float vector[PEOPLE_DIM];
    CHECK_OK(ww_store_add_source(store, &source, &id, &err));
    if (who < 0 && !passer_by)
        return;
    CHECK_OK(ww_store_add_frame(store, &(ww_frame_row){.source = id}, "j", 1, &frame, &err));
    if (passer_by) {
        people_face(r, 1000 + (int)id, scatter, vector);
        add_face(store, frame, 0, 30, 60, 0.5, vector);
    }
    if (who >= 0) {
        people_face(r, who, scatter, vector);
        add_face(store, frame, 1, 105, 40, 0.4 + 0.05 * (double)(id % 10), vector);
    }
}

static void make_library(double scatter)
{
    ww_library *library;
    ww_random r = {5};
    dir = scratch_folder_in_memory();
    CHECK_OK(ww_library_open(dir, WW_LIBRARY_CREATE, NULL, &library, &err));
    CHECK_OK(ww_store_begin(library->store, &err));
    for (int p = 0; p < PEOPLE; p++)
        for (int k = 1; k <= PHOTOS; k++) {
            char *path = ww_strf("photos/P%d/P%d_%04d.jpg", p, p, k);
            add_photo(library->store, &r, path, p == 3 && k == 2 ? -1 : p, (p + k) % 5 == 0, scatter);
            free(path);
        }
    CHECK_OK(ww_store_commit(library->store, &err));
    ww_library_close(library);
}

static void remove_library(void) { scratch_remove(dir); }

static void sort_library(double threshold)
{
    ww_library *library;
    CHECK_OK(ww_library_open(dir, WW_LIBRARY_EXISTING, NULL, &library, &err));
    ww_cluster_options options = WW_CLUSTER_OPTIONS_INIT;
    options.method = "hac"; // the test is about the telling, not about who is whose
    options.threshold = threshold;
    options.threads = 1;
    CHECK_OK(ww_library_cluster(library, &options, NULL, &err));
    ww_library_close(library);
}

// A file in the library's folder; the path is good until the next one.
static const char *write_text(const char *name, const char *text)
{
    static char *path;
    free(path);
    path = ww_path_join(dir, name);
    CHECK_OK(ww_write_file(path, text, strlen(text), &err));
    return path;
}

// Two folds: neighbours in the list of a person's photos, and the same photo of the next person.
static const char *write_pairs(void)
{
    char text[16384] = "2\t15\n";
    for (int fold = 0; fold < 2; fold++) {
        for (int i = 0; i < 15; i++)
            sprintf(text + strlen(text), "P%d\t%d\t%d\n", fold * 6 + i % 6, 1 + i / 6, 2 + i / 6);
        for (int i = 0; i < 15; i++)
            sprintf(text + strlen(text), "P%d\t%d\tP%d\t%d\n", fold * 6 + i % 6, 1 + i / 6, fold * 6 + (i + 1) % 6,
                    2 + i / 6);
    }
    return write_text("pairs.txt", text);
}

TEST(pairs_through_the_library)
{
    ww_eval_pairs_result r = WW_EVAL_PAIRS_RESULT_INIT;
    make_library(0.6);
    CHECK_OK(ww_eval_pairs(dir, write_pairs(), WW_EVAL_MIDDLE, NULL, &r, &err));
    CHECK_EQ(r.pairs, 60);
    CHECK_EQ(r.same, 30);
    CHECK_EQ(r.folds, 2);
    CHECK_EQ(r.missing, 4); // of P3's photo 2: with its 1 and 3, with P2's 1 and P4's 3
    CHECK_NEAR(r.accuracy, 1 - 4.0 / 60, 1e-12);
    CHECK_NEAR(r.error_kept[1], 0, 0);
    CHECK(r.threshold > 0.7 && r.threshold < 1.4);
    CHECK_EQ(r.kept_percent[2], 80);
    CHECK_OK(ww_eval_pairs(dir, write_pairs(), WW_EVAL_LARGEST, NULL, &r, &err)); // passers-by are larger
    CHECK(r.accuracy < 0.9);
    const char *table =
        write_text("pairs.csv", "file1,file2,same\nP1_0001.jpg,P1/P1_0002.jpg,1\nP1_0001.jpg,P2_0001.jpg,0\n"
                                "P4_0001.jpg,P4_0002.jpg,1\nP5_0001.jpg,P6_0001.jpg,0\n");
    CHECK_OK(ww_eval_pairs(dir, table, WW_EVAL_MIDDLE, NULL, &r, &err));
    CHECK_NEAR(r.accuracy, 1, 0);
    CHECK_NEAR(r.roc_area, 1, 1e-12);
    remove_library();
}

static void pairs_refused(const char *text, ww_status expected, const char *message)
{
    ww_eval_pairs_result r = WW_EVAL_PAIRS_RESULT_INIT;
    ww_error e = {0};
    CHECK_EQ(ww_eval_pairs(dir, write_text("pairs.txt", text), WW_EVAL_MIDDLE, NULL, &r, &e), expected);
    CHECK(strstr(e.message, message) != NULL);
}

TEST(pairs_that_the_library_does_not_know)
{
    ww_eval_pairs_result r = WW_EVAL_PAIRS_RESULT_INIT;
    ww_error e = {0};
    make_library(0.6);
    pairs_refused("2 1\nP1 1 2\nP1 1 Q7 1\nP1 1 2\nP1 1 P2 1\n", WW_ERR_NOT_FOUND,
                  "pairs.txt:3: no picture of 'Q7' (Q7_0001.jpg and the like)");
    pairs_refused("2 1\nP1 1 99\nP1 1 P2 1\nP1 1 2\nP1 1 P2 1\n", WW_ERR_NOT_FOUND,
                  "pairs.txt:2: 'P1' has no picture 99 (P1_0099.jpg)");
    pairs_refused("file1,file2,same\nP1_0001.jpg,P9/P1_0001.jpg,1\n", WW_ERR_NOT_FOUND,
                  "pairs.txt:2: 'P9/P1_0001.jpg' was not scanned");
    pairs_refused("file1,file2,same\nP1_0001.jpg,P1_0002.jpg,1\n", WW_ERR_ARGUMENT,
                  "pairs.txt: the pairs need two folds");
    CHECK_EQ(ww_eval_pairs(dir, "/nowhere/pairs.txt", WW_EVAL_MIDDLE, NULL, &r, &e), WW_ERR_NOT_FOUND);
    const char *table = write_text("faces.csv", "source,x,y,w,h,person\na,1,1,1,1,1\n");
    char *pairs = ww_path_join(dir, "pairs.txt");
    CHECK_EQ(ww_eval_pairs(table, pairs, WW_EVAL_MIDDLE, NULL, &r, &e), WW_ERR_ARGUMENT);
    CHECK(strstr(e.message, "give the folder") != NULL);
    free(pairs);
    CHECK_EQ(ww_eval_pairs("/nowhere", write_text("pairs.txt", "2 1\na 1 2\na 1 b 1\na 1 2\na 1 b 1\n"), WW_EVAL_MIDDLE,
                           NULL, &r, &e),
             WW_ERR_NOT_FOUND);
    remove_library();
}

struct told {
    int mixed, split, thresholds;
    int64_t last_folders;
    double best;
};

static int on_group(void *user, const ww_eval_group *g)
{
    struct told *t = user;
    CHECK(t->split == 0 || g->split); // folders first
    *(g->split ? &t->split : &t->mixed) += 1;
    CHECK(g->shown <= WW_EVAL_PARTS && g->shown <= g->parts && *g->who);
    int64_t faces = g->unassigned;
    for (int64_t i = 0; i < g->shown; i++) {
        CHECK(i == 0 || g->part[i].faces <= g->part[i - 1].faces);
        CHECK(*g->part[i].who);
        faces += g->part[i].faces;
    }
    CHECK(g->shown < g->parts ? faces < g->faces : faces == g->faces);
    return 0;
}

static int on_threshold(void *user, double threshold, const ww_eval_scores *s)
{
    struct told *t = user;
    CHECK_EQ(s->faces, PEOPLE * PHOTOS - 1);
    t->best = s->pair_f1 > t->best ? s->pair_f1 : t->best;
    t->last_folders = s->folders;
    t->thresholds++;
    return 0;
}

TEST(people_from_the_paths)
{
    static const double thresholds[] = {0.4, 1.1, 1.6};
    struct told told = {0};
    ww_eval_options o = {.size = sizeof o,
                         .sorting = WW_CLUSTER_OPTIONS_INIT,
                         .on_group = on_group,
                         .on_threshold = on_threshold,
                         .threshold = thresholds,
                         .thresholds = 3,
                         .user = &told};
    ww_eval_result r = WW_EVAL_RESULT_INIT, names = WW_EVAL_RESULT_INIT;
    o.sorting.threads = 1;
    o.sorting.method = "hac";
    make_library(0.6);
    sort_library(1.1);
    CHECK_OK(ww_eval_people(dir, "folders", &o, NULL, &r, &err));
    CHECK_EQ(r.faces, PEOPLE * PHOTOS - 1 + 14);
    CHECK_EQ(r.matched, PEOPLE * PHOTOS - 1);
    CHECK_EQ(r.unknown, 14);
    CHECK_EQ(r.false_faces, 0);
    CHECK_EQ(r.true_faces, PEOPLE * PHOTOS);
    CHECK_EQ(r.missed, 1);
    CHECK_EQ(r.people, PEOPLE);
    CHECK_EQ(r.scores.folders, PEOPLE);
    CHECK_EQ(r.scores.whole, PEOPLE);
    CHECK_NEAR(r.scores.pair_f1, 1, 1e-12);
    CHECK_NEAR(r.scores.purity, 1, 1e-12);
    CHECK_EQ(told.mixed + told.split, 0);
    CHECK_EQ(told.thresholds, 3);
    CHECK_NEAR(told.best, 1, 1e-12);
    CHECK(told.last_folders < PEOPLE); // at 1.6 all are one, but for those seen at once
    CHECK_OK(ww_eval_people(dir, "names", NULL, NULL, &names, &err));
    CHECK(memcmp(&r, &names, sizeof r) == 0);
    sort_library(1.6);
    CHECK_OK(ww_eval_people(dir, "folders", &o, NULL, &r, &err));
    CHECK(told.mixed > 0);
    CHECK_EQ(r.mixed, told.mixed);
    CHECK_EQ(r.scores.whole, 0);
    CHECK_NEAR(r.scores.pair_recall, 1, 1e-12);
    sort_library(0.4); // nobody is like anybody: all unsorted
    CHECK_OK(ww_eval_people(dir, "folders", &o, NULL, &r, &err));
    CHECK_EQ(r.scores.unassigned, r.scores.faces);
    CHECK_EQ(r.split, PEOPLE);
    remove_library();
}

static const char *write_faces(void)
{
    ww_predictions a;
    ww_buffer text = {0};
    CHECK_OK(ww_predictions_open(&a, dir, NULL, &err));
    ww_buffer_text(&text, "source,x,y,width,height,person\n");
    for (size_t i = 0; i < a.face_count; i++)
        ww_buffer_format(&text, "%s,%.3f,%.3f,%.3f,%.3f,%d\n", a.source[a.face[i].source].path, a.face[i].x,
                         a.face[i].y, a.face[i].width, a.face[i].height, a.face[i].person);
    ww_predictions_free(&a);
    const char *path = write_text("faces.csv", text.data);
    ww_buffer_free(&text);
    return path;
}

// What a table of the same faces says must be what the library says.
TEST(a_table_says_the_same)
{
    ww_eval_result r = WW_EVAL_RESULT_INIT, again = WW_EVAL_RESULT_INIT;
    const ww_eval_options largest = {
        .size = sizeof largest, .sorting = WW_CLUSTER_OPTIONS_INIT, .face = WW_EVAL_LARGEST};
    make_library(0.9);
    sort_library(1.25);
    CHECK_OK(ww_eval_people(dir, "folders", &largest, NULL, &r, &err));
    CHECK(r.scores.pair_f1 < 1 && r.scores.pair_f1 > 0.1);
    CHECK_OK(ww_eval_people(write_faces(), "folders", &largest, NULL, &again, &err));
    CHECK_EQ(again.missed, 0); // a table knows no photo without faces
    again.missed = r.missed;
    again.true_faces = r.true_faces;
    CHECK_EQ(again.merges, r.merges);
    CHECK_EQ(again.wrong, r.wrong);
    CHECK_EQ(again.junk, r.junk);
    CHECK_NEAR(again.effort, r.effort, 1e-9);
    CHECK(memcmp(&r, &again, sizeof r) == 0);
    remove_library();
}

TEST(a_truth_that_knows_some)
{
    ww_eval_result again = WW_EVAL_RESULT_INIT;
    make_library(0.6);
    sort_library(1.1);
    char *truth = ww_strdup(write_text("truth.csv", "file,person\nP1_0001.jpg,one\nP1_0002.jpg,one\nP4_0001.jpg,four\n"
                                                    "P9/P9_0009.jpg,nine\n"));
    CHECK_OK(ww_eval_people(dir, truth, NULL, NULL, &again, &err));
    CHECK_EQ(again.matched, 3);
    CHECK_EQ(again.absent, 1);
    CHECK_EQ(again.missed, 1);
    CHECK_EQ(again.people, 3);
    CHECK_EQ(again.scores.people, 2);
    CHECK_EQ(again.scores.whole, 1);
    free(truth);
    ww_error e = {0};
    CHECK_EQ(ww_eval_people(dir, "/nowhere/truth.csv", NULL, NULL, &again, &e), WW_ERR_NOT_FOUND);
    const double none = -1;
    CHECK_EQ(ww_eval_people(dir, "folders",
                            &(ww_eval_options){.size = sizeof(ww_eval_options),
                                               .sorting = WW_CLUSTER_OPTIONS_INIT,
                                               .threshold = &none,
                                               .thresholds = 1},
                            NULL, &again, &e),
             WW_ERR_ARGUMENT);
    remove_library();
}

int main(void)
{
    RUN(pairs_through_the_library);
    RUN(pairs_that_the_library_does_not_know);
    RUN(people_from_the_paths);
    RUN(a_table_says_the_same);
    RUN(a_truth_that_knows_some);
    return FINISH();
}
