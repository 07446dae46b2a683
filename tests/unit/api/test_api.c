// SPDX-License-Identifier: MIT
#include "whoswho/whoswho.h"

#include "harness.h"
#include "scratch.h"

// Good until the next call of source_file().
static const char *demo(void) { return source_file("tests/data/demo.mp4"); }

struct watcher {
    double share[3]; // by stage
    int calls;
    int64_t cancel_at;      // frames; 0: never, and once only
    int went_back, between; // between: shares of the scan that are neither 0 nor 1
};

static int watch(void *user, const ww_progress *p)
{
    struct watcher *w = user;
    w->went_back += p->share < w->share[p->stage];
    w->between += p->stage == WW_STAGE_SCAN && p->share > 0.01 && p->share < 0.99;
    w->share[p->stage] = p->share;
    w->calls++;
    if (p->stage != WW_STAGE_SCAN || w->cancel_at == 0 || p->done < w->cancel_at)
        return 0;
    w->cancel_at = 0;
    return 1;
}

TEST(the_simple_way_works)
{
    ww_error err = {0};
    ww_models *models = NULL;
    ww_library *library = NULL;
    struct watcher watcher = {0};
    ww_callbacks callbacks = {.user = &watcher, .progress = watch};
    const char *inputs[] = {demo()};
    const char *dir = scratch_folder();
    ww_scan_result scanned = WW_SCAN_RESULT_INIT;
    ww_cluster_result clustered = WW_CLUSTER_RESULT_INIT;
    ww_export_result exported = WW_EXPORT_RESULT_INIT;
    CHECK_OK(ww_models_open(NULL, &models, &err));
    CHECK_OK(ww_library_open(dir, WW_LIBRARY_CREATE, &callbacks, &library, &err));
    CHECK_OK(ww_library_scan(library, models, inputs, 1, NULL, &scanned, &err));
    CHECK_OK(ww_library_cluster(library, NULL, &clustered, &err));
    CHECK_OK(ww_library_export(library, &exported, &err));
    CHECK_EQ(scanned.scanned, 1);
    CHECK(scanned.frames >= 29 && scanned.faces >= 50);
    CHECK_EQ(clustered.people, 5);
    CHECK_EQ(exported.portraits, scanned.faces);
    CHECK_EQ(watcher.went_back, 0);
    CHECK(watcher.between >= 3); // the clip has four spans
    for (int stage = 0; stage < 3; stage++)
        CHECK_NEAR(watcher.share[stage], 1, 1e-9);
    ww_library_close(library);
    ww_models_close(models);
}

TEST(a_cancelled_scan_goes_on_where_it_was)
{
    ww_error err = {0};
    ww_models *models = NULL;
    ww_library *library = NULL;
    struct watcher watcher = {.cancel_at = 1};
    ww_callbacks callbacks = {.user = &watcher, .progress = watch};
    const char *inputs[] = {demo()};
    const char *dir = scratch_folder();
    ww_scan_result first = WW_SCAN_RESULT_INIT, second = WW_SCAN_RESULT_INIT, third = WW_SCAN_RESULT_INIT;
    ww_scan_options options = WW_SCAN_OPTIONS_INIT;
    options.threads = 1;
    CHECK_OK(ww_models_open(NULL, &models, &err));
    CHECK_OK(ww_library_open(dir, WW_LIBRARY_CREATE, &callbacks, &library, &err));
    CHECK_EQ(ww_library_scan(library, models, inputs, 1, &options, &first, &err), WW_ERR_CANCELLED);
    CHECK_OK(ww_library_scan(library, models, inputs, 1, &options, &second, &err));
    CHECK_OK(ww_library_scan(library, models, inputs, 1, &options, &third, &err));
    CHECK(first.frames > 0 && second.frames > 0);
    CHECK_EQ(first.frames + second.frames, 30); // none looked at twice, none forgotten
    CHECK_EQ(third.frames, 0);
    CHECK_EQ(third.already, 1);
    ww_library_close(library);
    ww_models_close(models);
}

TEST(frames_are_shrunk_for_the_article_and_boxes_stay_those_of_the_source)
{
    ww_error err = {0};
    ww_models *models = NULL;
    ww_library *library = NULL;
    const char *inputs[] = {demo()};
    const char *dir = scratch_folder();
    char line[1024];
    ww_scan_result scanned = WW_SCAN_RESULT_INIT;
    ww_model_options wanted = {.size = sizeof wanted, .detector = "a.onnx"};
    ww_scan_options scan = WW_SCAN_OPTIONS_INIT;
    ww_cluster_options cluster = WW_CLUSTER_OPTIONS_INIT;
    cluster.eps = 0.4;
    ww_preset_article(&wanted, &scan, &cluster);
    CHECK_STR(wanted.detector, "a.onnx"); // what was set stays
    CHECK(cluster.eps == 0.4 && cluster.min_samples == 5 && strcmp(cluster.method, "plain-dbscan") == 0
          && wanted.upsample == 1);
    CHECK(scan.shrink_width == 700 && scan.shrink_height == 500 && scan.no_track && !scan.near_times);
    CHECK_OK(ww_models_open(NULL, &models, &err));
    CHECK_OK(ww_library_open(dir, WW_LIBRARY_CREATE, NULL, &library, &err));
    scan.shrink_width = 320; // smaller than the clip, so that something is seen of it
    CHECK_OK(ww_library_scan(library, models, inputs, 1, &scan, &scanned, &err));
    CHECK_OK(ww_library_cluster(library, NULL, NULL, &err));
    CHECK_OK(ww_library_export(library, NULL, &err));
    CHECK_EQ(scanned.intermediate_frames, 0);
    snprintf(line, sizeof line, "%s/faces.csv", dir);
    FILE *f = fopen(line, "r");
    CHECK(f != NULL);
    double right = 0;
    while (f && fgets(line, sizeof line, f)) {
        double x = 0, y, width = 0;
        if (sscanf(line, "%*d,%*[^,],%*f,%lf,%lf,%lf", &x, &y, &width) == 3 && x + width > right)
            right = x + width;
    }
    if (f)
        fclose(f);
    CHECK(right > 321);
    ww_library_close(library);
    ww_models_close(models);
}

static int keep_last(void *user, const ww_log_entry *entry)
{
    *(ww_log_entry *)user = *entry;
    return 0;
}

static int keep_second(void *user, const ww_person *person)
{
    char *name = user;
    snprintf(name, 64, "%s", person->name ? person->name : person->folder);
    return person->number == 1; // ends the walk
}

static void count_reasons(void *user, const ww_why *why)
{
    *(size_t *)user = why->nears == 5 && why->near[0].distance <= why->near[4].distance ? why->rules : 0;
}

static int count_lines(void *user, const char *line)
{
    *(int *)user += line[0] != 0;
    return 0;
}

static int stop(void *user, const char *line) { return 1; }

TEST(decisions_are_taken_seen_and_taken_back)
{
    ww_error err = {0};
    ww_models *models = NULL;
    ww_library *library = NULL;
    const char *inputs[] = {demo()}, *second[] = {"1"}, *nobody[] = {"Nemo"};
    const char *dir = scratch_folder();
    char name[64] = "", path[SCRATCH_BYTES + 16];
    ww_decision_result result = WW_DECISION_RESULT_INIT;
    ww_export_result exported = WW_EXPORT_RESULT_INIT;
    ww_split_proposal proposal = WW_SPLIT_PROPOSAL_INIT;
    ww_sync_result synced = WW_SYNC_RESULT_INIT;
    ww_log_entry last = {0};
    size_t reasons = 0;
    int lines = 0;
    ww_decision ada = {.size = sizeof ada, .kind = WW_DECISION_NAME, .who = second, .count = 1, .text = "  Ada "},
                undo = {.size = sizeof undo, .kind = WW_DECISION_UNDO};
    ww_decision unknown = {.size = sizeof unknown, .kind = WW_DECISION_IGNORE, .who = nobody, .count = 1};
    CHECK_OK(ww_models_open(NULL, &models, &err));
    CHECK_OK(ww_library_open(dir, WW_LIBRARY_CREATE, NULL, &library, &err));
    CHECK_EQ(ww_library_decide(library, &undo, NULL, &err), WW_ERR_NOT_FOUND);
    CHECK_OK(ww_library_scan(library, models, inputs, 1, NULL, NULL, &err));
    CHECK_OK(ww_library_resort(library, NULL, NULL, &err));
    CHECK_OK(ww_library_decide(library, &ada, &result, &err));
    CHECK_EQ(result.entry, 1);
    CHECK(strncmp(result.words, "Face_1 is Ada (", 15) == 0);
    CHECK_OK(ww_library_resort(library, NULL, &exported, &err));
    CHECK(exported.files_written > 0 && exported.files_removed > 0);
    CHECK_OK(ww_library_people(library, keep_second, name, &err));
    CHECK_STR(name, "Ada");
    CHECK_EQ(ww_library_decide(library, &unknown, NULL, &err), WW_ERR_NOT_FOUND);
    CHECK(strstr(err.message, "Nemo") && strstr(err.message, "Ada"));
    CHECK_OK(ww_library_split(library, "Ada", 0, &proposal, NULL, &err));
    CHECK(proposal.side[0].faces >= proposal.side[1].faces && proposal.side[1].portrait[0][0]);
    CHECK_OK(ww_library_why(library, "1", count_reasons, &reasons, &err));
    CHECK(reasons > 0);
    snprintf(path, sizeof path, "rm -r %s/Ada", dir);
    CHECK_EQ(system(path), 0);
    CHECK_EQ(ww_library_export(library, &exported, &err), WW_ERR_CHANGED);
    CHECK_EQ(ww_library_sync(library, 0, stop, NULL, NULL, &err), WW_ERR_CANCELLED);
    CHECK_OK(ww_library_sync(library, 1, count_lines, &lines, &synced, &err));
    CHECK_EQ(lines, 1);
    CHECK_EQ(ww_library_export(library, &exported, &err), WW_ERR_CHANGED); // it was a dry run
    CHECK_OK(ww_library_restore(library, &exported, &err));
    CHECK_OK(ww_library_decide(library, &undo, &result, &err));
    CHECK_OK(ww_library_log(library, keep_last, &last, &err));
    CHECK_EQ(last.number, 2);
    CHECK_EQ(last.kind, WW_DECISION_UNDO);
    CHECK_OK(ww_library_resort(library, NULL, NULL, &err));
    CHECK_OK(ww_library_people(library, keep_second, name, &err));
    CHECK_STR(name, "Face_1");
    ww_library_close(library);
    ww_models_close(models);
}

TEST(two_libraries_are_open_at_once_and_one_folder_only_once)
{
    ww_error err = {0};
    ww_library *a = NULL, *b = NULL, *again = NULL;
    const char *dir_a = scratch_folder(), *dir_b = scratch_folder();
    CHECK_OK(ww_library_open(dir_a, WW_LIBRARY_CREATE, NULL, &a, &err));
    CHECK_OK(ww_library_open(dir_b, WW_LIBRARY_CREATE, NULL, &b, &err));
    CHECK_EQ(ww_library_open(dir_a, WW_LIBRARY_CREATE, NULL, &again, &err), WW_ERR_STORE);
    CHECK(again == NULL && strstr(err.message, "another whoswho") != NULL);
    ww_library_close(a);
    ww_library_close(b);
}

TEST(wrong_models_are_refused_with_a_reason)
{
    ww_error err = {0};
    ww_models *models = NULL;
    ww_model_options missing = {.size = sizeof missing, .detector = "/no/such/model.onnx"},
                     not_a_model = {.size = sizeof not_a_model, .embedder = demo()};
    CHECK_EQ(ww_models_open(&missing, &models, &err), WW_ERR_NOT_FOUND);
    CHECK(strstr(err.message, "/no/such/model.onnx") != NULL);
    CHECK_EQ(ww_models_open(&not_a_model, &models, &err), WW_ERR_FORMAT);
    CHECK(strstr(err.message, "demo.mp4") != NULL);
}

int main(void)
{
    RUN(the_simple_way_works);
    RUN(a_cancelled_scan_goes_on_where_it_was);
    RUN(frames_are_shrunk_for_the_article_and_boxes_stay_those_of_the_source);
    RUN(decisions_are_taken_seen_and_taken_back);
    RUN(two_libraries_are_open_at_once_and_one_folder_only_once);
    RUN(wrong_models_are_refused_with_a_reason);
    return FINISH();
}
