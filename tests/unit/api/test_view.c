// SPDX-License-Identifier: MIT
// Everything a binding or a page needs to read, over the demo clip: five people, 57 faces.
#include "demo_library.h"

#include <math.h>

TEST(rows_refer_to_each_other)
{
    CHECK_EQ(ww_view_source_count(view), 1);
    CHECK_EQ(ww_view_person_count(view), 5);
    CHECK(ww_view_get_source(view, 1) == NULL && ww_view_get_face(view, WW_NONE) == NULL
          && ww_view_get_person(view, 5) == NULL);
    const ww_view_source *source = ww_view_get_source(view, 0);
    CHECK_STR(source->path, demo_clip());
    CHECK(source->kind == WW_MEDIA_VIDEO && source->width > 0 && source->duration_us > 25000000 && !source->error);
    CHECK_EQ(source->face_count, ww_view_face_count(view));
    CHECK_EQ(source->frame_count, ww_view_frame_count(view));
    size_t assigned = 0, unassigned, in_frames = 0;
    for (size_t p = 0; p < ww_view_person_count(view); p++) {
        size_t count;
        const size_t *face = ww_view_faces_of_person(view, p, &count);
        const ww_view_person *person = ww_view_get_person(view, p);
        CHECK_EQ(count, person->face_count);
        CHECK_EQ(ww_view_find_person(view, person->number), p);
        assigned += count;
        for (size_t i = 0; i < count; i++)
            CHECK_EQ(ww_view_get_face(view, face[i])->person, p);
    }
    ww_view_faces_of_person(view, WW_NONE, &unassigned);
    CHECK_EQ(assigned + unassigned, ww_view_face_count(view));
    for (size_t f = 0; f < ww_view_frame_count(view); f++) {
        const ww_view_frame *frame = ww_view_get_frame(view, f);
        in_frames += frame->face_count;
        for (size_t i = 0; i < frame->face_count; i++)
            CHECK_EQ(ww_view_get_face(view, frame->first_face + i)->frame, f);
    }
    CHECK_EQ(in_frames, ww_view_face_count(view));
}

TEST(faces_have_box_landmarks_and_a_portrait)
{
    const ww_view_source *source = ww_view_get_source(view, 0);
    for (size_t i = 0; i < ww_view_face_count(view); i++) {
        const ww_view_face *f = ww_view_get_face(view, i);
        CHECK_EQ(ww_view_find_face(view, f->id), i);
        CHECK_EQ(f->number, i + 1);
        CHECK(f->width > 0 && f->height > 0 && f->x + f->width <= source->width + 1
              && f->y + f->height <= source->height + 1);
        for (int k = 0; k < 5; k++) // within the box, with half of it to spare
            CHECK(fabs(f->landmark[k][0] - f->x - f->width / 2) < f->width
                  && fabs(f->landmark[k][1] - f->y - f->height / 2) < f->height);
        CHECK(f->landmark[0][0] < f->landmark[1][0]);
        CHECK(strstr(f->path, "face_") && f->portrait_width > 0);
        ww_error err = {0};
        ww_bytes jpeg;
        CHECK_OK(ww_library_portrait(library, f->id, &jpeg, &err));
        CHECK(jpeg.size > 500 && memcmp(jpeg.data, "\xff\xd8\xff", 3) == 0);
        ww_bytes_free(&jpeg);
    }
    CHECK_EQ(ww_view_find_face(view, -5), WW_NONE);
}

// The demo's cuts, as it was made; frames are looked at every fifth of a second, and a second apart between spans.
TEST(shots_lie_between_the_cuts)
{
    static const int64_t cut_ms[] = {0, 2600, 5600, 8000, 11000, 13400, 16200, 18600, 21600, 24000, 26800, 29400};
    const size_t shots = sizeof cut_ms / sizeof *cut_ms - 1;
    size_t frames = 0;
    CHECK_EQ(ww_view_shot_count(view), shots);
    for (size_t i = 0; i < shots && i < ww_view_shot_count(view); i++) {
        const ww_view_shot *shot = ww_view_get_shot(view, i);
        CHECK_EQ(shot->source, 0);
        CHECK(shot->first_us >= cut_ms[i] * 1000 && shot->first_us < cut_ms[i] * 1000 + 900000);
        CHECK(shot->last_us < cut_ms[i + 1] * 1000 && shot->last_us > cut_ms[i + 1] * 1000 - 1100000);
        CHECK_EQ(shot->first_frame, frames);
        CHECK(shot->frame_count >= 2);
        for (size_t k = 0; k < shot->frame_count; k++) {
            const ww_view_frame *frame = ww_view_get_frame(view, frames + k);
            CHECK_EQ(frame->shot, i);
            CHECK(frame->time_us >= shot->first_us && frame->time_us <= shot->last_us);
        }
        frames += shot->frame_count;
    }
    CHECK_EQ(frames, ww_view_frame_count(view));
    CHECK(ww_view_get_shot(view, shots) == NULL);
}

TEST(tracks_hold_faces_of_one_person)
{
    size_t tracked = 0;
    CHECK(ww_view_track_count(view) >= 5);
    for (size_t t = 0; t < ww_view_track_count(view); t++) {
        size_t count;
        const ww_view_track *track = ww_view_get_track(view, t);
        const size_t *face = ww_view_faces_of_track(view, t, &count);
        CHECK(count == track->face_count && count > 0 && track->first_us <= track->last_us);
        tracked += count;
        for (size_t i = 0; i < count; i++) {
            CHECK_EQ(ww_view_get_face(view, face[i])->track, t);
            CHECK_EQ(ww_view_get_face(view, face[i])->person, ww_view_get_face(view, face[0])->person);
        }
    }
    CHECK(tracked > 30);
}

TEST(embeddings_are_a_matrix)
{
    ww_error err = {0};
    const float *matrix, *again;
    size_t dim;
    CHECK_OK(ww_view_embeddings(view, &matrix, &dim, &err));
    CHECK_EQ(dim, 128);
    for (size_t i = 0; i < ww_view_face_count(view); i++) {
        double squared = 0;
        for (size_t d = 0; d < dim; d++)
            squared += (double)matrix[i * dim + d] * matrix[i * dim + d];
        CHECK_NEAR(squared, 1, 1e-4);
    }
    CHECK_OK(ww_view_embeddings(view, &again, &dim, &err));
    CHECK(again == matrix);
}

static double cosine(const float *a, const float *b, size_t dim)
{
    double dot = 0, aa = 0, bb = 0;
    for (size_t d = 0; d < dim; d++) {
        dot += (double)a[d] * b[d];
        aa += (double)a[d] * a[d];
        bb += (double)b[d] * b[d];
    }
    return dot / sqrt(aa * bb);
}

// A frame given to the finder as pixels holds the faces that the scan found in it.
TEST(the_finder_sees_what_the_scan_saw)
{
    ww_error err = {0};
    ww_finder *finder;
    const ww_found_face *found;
    const float *matrix;
    size_t count, dim;
    const ww_view_face *f = ww_view_get_face(view, 0);
    ww_bytes jpeg;
    CHECK_OK(ww_view_embeddings(view, &matrix, &dim, &err));
    CHECK_OK(ww_library_frame(library, ww_view_get_frame(view, f->frame)->id, &jpeg, &err));
    CHECK_OK(ww_finder_open(models, NULL, &finder, &err));
    CHECK_OK(ww_finder_find_jpeg(finder, jpeg.data, jpeg.size, &found, &count, &err));
    CHECK_EQ(count, ww_view_get_frame(view, f->frame)->face_count);
    double best = 0;
    for (size_t i = 0; i < count; i++) {
        best = fmax(best, cosine(found[i].embedding, matrix, dim));
        CHECK(found[i].quality > 0 && found[i].quality <= 1);
    }
    CHECK(best > 0.95);
    CHECK_EQ(ww_finder_find(finder, jpeg.data, WW_PIXEL_RGB, 100, 100, 299, &found, &count, &err), WW_ERR_ARGUMENT);
    static const unsigned char grey[64 * 64];
    CHECK_OK(ww_finder_find(finder, grey, WW_PIXEL_GREY, 64, 64, 64, &found, &count, &err));
    CHECK_EQ(count, 0);
    ww_finder_close(finder);
    ww_bytes_free(&jpeg);
}

// Embedding an aligned chip again gives nearly the same direction: the landmarks are where the template has them.
TEST(chips_are_aligned)
{
    ww_error err = {0};
    ww_bytes rgb;
    CHECK_OK(ww_library_chip(library, view, 3, 112, 0, &rgb, &err));
    CHECK_EQ(rgb.size, 112 * 112 * 3);
    const unsigned char *p = rgb.data;
    int least = 255, most = 0;
    for (size_t i = 0; i < rgb.size; i++) {
        least = p[i] < least ? p[i] : least;
        most = p[i] > most ? p[i] : most;
    }
    CHECK(most - least > 60); // not blank
    ww_bytes_free(&rgb);
    CHECK_EQ(ww_library_chip(library, view, 3, 5000, 0, &rgb, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_library_chip(library, view, 100000, 112, 0, &rgb, &err), WW_ERR_ARGUMENT);
}

TEST(suggestions_leave_out_what_is_ruled_out)
{
    ww_error err = {0};
    ww_cluster_options strict = WW_CLUSTER_OPTIONS_INIT, usual = WW_CLUSTER_OPTIONS_INIT;
    ww_suggestions *pairs, *persons;
    ww_view *split;
    strict.threshold = 0.55;
    CHECK_OK(ww_library_cluster(library, &strict, NULL, &err));
    CHECK_OK(ww_library_view(library, &split, &err));
    CHECK(ww_view_person_count(split) >= 5);
    CHECK_OK(ww_suggest_pairs(library, split, 100, &pairs, &err));
    double gain = 1e9;
    for (size_t i = 0; i < ww_suggestion_count(pairs); i++) {
        const ww_suggestion *s = ww_get_suggestion(pairs, i);
        CHECK(s->gain <= gain && s->person != s->other && s->distance < 0.55 * 1.3);
        gain = s->gain;
        for (size_t f = 0; f < ww_view_frame_count(split); f++) {
            const ww_view_frame *frame = ww_view_get_frame(split, f);
            int seen = 0;
            for (size_t k = 0; k < frame->face_count; k++) {
                size_t person = ww_view_get_face(split, frame->first_face + k)->person;
                seen |= (person == s->person) | (person == s->other) << 1;
            }
            CHECK(seen != 3); // never two seen together
        }
    }
    CHECK(ww_get_suggestion(pairs, ww_suggestion_count(pairs)) == NULL);
    ww_suggestions_free(pairs);
    CHECK_OK(ww_suggest_persons(library, split, 0, 3, &persons, &err));
    CHECK(ww_suggestion_count(persons) <= 3);
    for (size_t i = 0; i < ww_suggestion_count(persons); i++) {
        CHECK(ww_get_suggestion(persons, i)->person != ww_view_get_face(split, 0)->person);
        CHECK(i == 0 || ww_get_suggestion(persons, i)->distance >= ww_get_suggestion(persons, i - 1)->distance);
    }
    ww_suggestions_free(persons);
    ww_view_close(split);
    usual.threshold = WW_AUTO;
    CHECK_OK(ww_library_cluster(library, &usual, NULL, &err));
}

TEST(decisions_are_rows_too)
{
    ww_error err = {0};
    ww_view *named;
    const char *who[] = {"0"};
    ww_decision ada = WW_DECISION_INIT;
    ada.kind = WW_DECISION_NAME;
    ada.who = who;
    ada.count = 1;
    ada.text = "Ada";
    CHECK_EQ(ww_view_decision_count(view), 0);
    CHECK_OK(ww_library_decide(library, &ada, NULL, &err));
    CHECK_OK(ww_library_cluster(library, NULL, NULL, &err));
    CHECK_OK(ww_library_view(library, &named, &err));
    CHECK_EQ(ww_view_decision_count(named), 1);
    CHECK_STR(ww_view_get_decision(named, 0)->kind_name, "name");
    CHECK_STR(ww_view_get_person(named, ww_view_find_person(named, 0))->title, "Ada");
    CHECK(ww_view_get_person(view, 0)->name == NULL); // a view does not change
    ww_view_close(named);
}

TEST(structs_must_be_set_up)
{
    ww_error err = {0};
    ww_cluster_options zero = {0}, newer = WW_CLUSTER_OPTIONS_INIT;
    ww_scan_result result = {0};
    static struct { // static: its padding is zero
        ww_cluster_options options;
        size_t more;
    } larger;
    larger.options = newer;
    larger.more = 1;
    CHECK_EQ(ww_library_cluster(library, &zero, NULL, &err), WW_ERR_ARGUMENT);
    CHECK(strstr(err.message, "WW_CLUSTER_OPTIONS_INIT") != NULL);
    CHECK_EQ(ww_library_scan(library, models, NULL, 0, NULL, &result, &err), WW_ERR_ARGUMENT);
    larger.options.size = sizeof larger;
    CHECK_EQ(ww_library_cluster(library, &larger.options, NULL, &err), WW_ERR_ARGUMENT);
    larger.more = 0; // a newer program that asks for nothing new
    CHECK_OK(ww_library_cluster(library, &larger.options, NULL, &err));
    newer.min_quality = 1.5;
    CHECK_EQ(ww_library_cluster(library, &newer, NULL, &err), WW_ERR_ARGUMENT);
    CHECK_STR(ww_status_name(WW_ERR_IO), "WW_ERR_IO");
    CHECK_STR(ww_status_name((ww_status)7), "unknown status");
    CHECK_EQ(ww_version_number(), WHOSWHO_VERSION_NUMBER);
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", WHOSWHO_VERSION_MAJOR, WHOSWHO_VERSION_MINOR, WHOSWHO_VERSION_PATCH);
    CHECK_STR(ww_version(), version);
}

int main(void)
{
    open_demo();
    RUN(rows_refer_to_each_other);
    RUN(faces_have_box_landmarks_and_a_portrait);
    RUN(shots_lie_between_the_cuts);
    RUN(tracks_hold_faces_of_one_person);
    RUN(embeddings_are_a_matrix);
    RUN(the_finder_sees_what_the_scan_saw);
    RUN(chips_are_aligned);
    RUN(suggestions_leave_out_what_is_ruled_out);
    RUN(decisions_are_rows_too);
    RUN(structs_must_be_set_up);
    close_demo();
    return FINISH();
}
