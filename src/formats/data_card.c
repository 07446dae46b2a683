// SPDX-License-Identifier: MIT
#include "formats/data_card.h"
#include "base/text.h"
#include "formats/pictures.h"

#include <inttypes.h>
#include <stdlib.h>

#define INTRODUCTION                                                                                                   \
    "# Faces of people\n\nMade by whoswho from footage and photos. Faces were found, grouped and "                     \
    "labelled by a program: look before you rely on it.\n"
#define TO_FILL_IN                                                                                                     \
    "- Licence: (to fill in)\n- Consent of the people shown: (to fill in)\n- Source of the "                           \
    "footage: (to fill in)\n- Intended use: (to fill in)\n"

static const char *const unlabelled_words[] = {
    [WW_UNLABELLED_BLUR] = "pixelated",
    [WW_UNLABELLED_UNKNOWN] = "labelled \"unknown\"",
    [WW_UNLABELLED_LEAVE_OUT] = "not shown: their frames are left out",
};

// A name inside a table of Markdown.
static void add_cell(ww_buffer *text, const char *name)
{
    for (; *name; name++)
        ww_buffer_format(text,
                         *name == '|' || *name == '\\' || *name == '<' || *name == '`' || *name == '*' || *name == '_'
                             ? "\\%c"
                             : "%c",
                         *name);
}

static void add_people(const ww_dataset *set, ww_buffer *text)
{
    ww_buffer_text(text,
                   "## People\n\n| person | train | val | test | groups | has a folder |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < set->classes.count; i++) {
        const ww_dataset_class *c = &set->classes.item[i];
        ww_buffer_text(text, "| ");
        add_cell(text, ww_dataset_label_title(set, i));
        ww_buffer_format(text, " | %zu | %zu | %zu | %zu | %s |\n", c->faces[WW_SIDE_TRAIN], c->faces[WW_SIDE_VAL],
                         c->faces[WW_SIDE_TEST], c->groups, ww_dataset_class_has_folder(set, i) ? "yes" : "no");
    }
    ww_buffer_format(text, "| all faces | %zu | %zu | %zu | %zu | |\n| frames with boxes | %zu | %zu | %zu | | |\n\n",
                     set->faces[0], set->faces[1], set->faces[2], set->groups, ww_dataset_side_frames(set, 0),
                     ww_dataset_side_frames(set, 1), ww_dataset_side_frames(set, 2));
    ww_buffer_text(text, "Formats with one folder per person hold the people who are in train and in val, and a test "
                         "only if all of them are in it: a folder\n"
                         "missing on one side would shift the class numbers of all that come after it.\n\n");
    if (!ww_dataset_side_used(set, WW_SIDE_VAL))
        ww_buffer_text(text, "**There is no val.** Everything that shows a person here hangs together by tracks, shots "
                             "or near-duplicates, or no val was asked for. So\nthat a training runs, YOLO's data.yaml "
                             "names train as its val: the figures it prints say nothing about new footage.\n\n");
}

static void add_face(const ww_dataset *set, size_t face, ww_buffer *text)
{
    char *stem = ww_dataset_face_name(set, face);
    ww_buffer_format(text, "`%s` (%s)", stem, ww_side_name[set->side[set->catalog->face.item[face].frame]]);
    free(stem);
}

static void add_split(const ww_dataset *set, ww_buffer *text)
{
    const ww_dataset_options *o = &set->options;
    ww_buffer_format(text,
                     "## Split\n\n%d/%d/%d asked for, seed %" PRIu64
                     ". Frames that share a track or a shot form a group; a group lies on one side. Of two frames on "
                     "two sides that\nshow one person at an embedding distance below ",
                     o->train, o->val, o->test, o->seed);
    ww_text_fixed(text, o->near_duplicate, 3);
    ww_buffer_format(text, ", the later one is left out: %zu frames.\n\n", set->frames_dropped);
    if (set->closest_distance < 0) {
        ww_buffer_text(text, "No person is on two sides.\n\n");
        return;
    }
    ww_buffer_text(text, "The closest pair of one person on two sides: ");
    add_face(set, set->closest[0], text);
    ww_buffer_text(text, " and ");
    add_face(set, set->closest[1], text);
    ww_buffer_text(text, ", distance ");
    ww_text_fixed(text, set->closest_distance, 3);
    ww_buffer_text(text, ".\n\n");
}

static void add_faces_without_class(const ww_dataset *set, ww_buffer *text)
{
    size_t covered = 0, left_out = 0;
    for (size_t i = 0; i < set->catalog->frame.count; i++) {
        const ww_frame_use use = ww_dataset_frame_use(set, i);
        covered += use == WW_FRAME_USED ? ww_frame_covered(set, i) : 0;
        left_out += use == WW_FRAME_LEFT_OUT;
    }
    ww_buffer_format(text,
                     "## Faces without a class\n\nIn frames with boxes, faces that belong to nobody in the table are "
                     "%s. %zu faces were pixelated, %zu frames "
                     "left out.\nFaces that the scan passed over (smaller than --min-face, seen for a moment only, not "
                     "found) are not known and\nstay as they are.\n\n",
                     unlabelled_words[set->options.unlabelled], covered, left_out);
}

ww_status ww_put_data_card(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    ww_buffer text = {0};
    ww_buffer_text(&text, INTRODUCTION "\n" TO_FILL_IN "\n");
    add_people(set, &text);
    add_split(set, &text);
    add_faces_without_class(set, &text);
    if (set->people_lost > 0)
        ww_buffer_format(
            &text, "%zu people are left out: each of their frames is a near-duplicate of one on another side.\n\n",
            set->people_lost);
    ww_buffer_text(
        &text, "report.html shows sizes, poses, light and quality. `whoswho check` on this folder reads it back.\n");
    ww_status status = ww_dataset_out_put_text(out, "README.md", &text, err);
    ww_buffer_free(&text);
    return status == WW_OK ? ww_put_data_report(set, out, err) : status;
}

ww_status ww_put_short_card(ww_dataset_out *out, ww_error *err)
{
    ww_buffer text = {0};
    ww_buffer_text(&text, INTRODUCTION
                   "Every face that was found is shown. What "
                   "is corrected here comes back by `whoswho import`, from the formats that it reads.\n\n" TO_FILL_IN);
    ww_status status = ww_dataset_out_put_text(out, "README.md", &text, err);
    ww_buffer_free(&text);
    return status;
}
