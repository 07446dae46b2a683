// SPDX-License-Identifier: MIT
#include "formats/dataset.h"
#include "base/ascii.h"
#include "base/files.h"

#include <inttypes.h>
#include <stdlib.h>

const char *const ww_side_name[WW_SIDES] = {"train", "val", "test"};

enum { STEM_BYTES_MAX = 40 }; // of the footage's name in that of a picture
// A face that is to be pixelated may hide this share of the box of one that is labelled; above, the frame is left out.
#define COVERED_SHARE_MAX 0.25

int32_t ww_dataset_label(const ww_dataset *set, size_t face)
{
    if (set->catalog->face.item[face].absent)
        return WW_NO_CLASS;
    return set->class_of[face] == WW_NO_CLASS && set->has_unknown ? (int32_t)set->classes.count : set->class_of[face];
}

bool ww_dataset_is_unlabelled(const ww_dataset *set, size_t face)
{
    return !set->catalog->face.item[face].absent && ww_dataset_label(set, face) == WW_NO_CLASS;
}

size_t ww_dataset_label_count(const ww_dataset *set) { return set->classes.count + set->has_unknown; }

const char *ww_dataset_label_title(const ww_dataset *set, size_t label)
{
    return label < set->classes.count ? ww_catalog_title(set->classes.item[label].person) : "unknown";
}

static bool hides(const ww_catalog_face *cover, const ww_catalog_face *face)
{
    return ww_box_overlap(ww_catalog_face_box(cover), ww_catalog_face_box(face))
           > COVERED_SHARE_MAX * face->width * face->height;
}

// Whether a face without a class hides one with a class, once it is pixelated.
static bool would_hide(const ww_dataset *set, const ww_catalog_frame *f, size_t cover)
{
    for (size_t i = f->first_face; i < f->first_face + f->face_count; i++)
        if (set->class_of[i] != WW_NO_CLASS && hides(&set->catalog->face.item[cover], &set->catalog->face.item[i]))
            return true;
    return false;
}

bool ww_dataset_face_used(const ww_dataset *set, size_t face)
{
    return set->chosen[face] && !set->dropped[set->catalog->face.item[face].frame];
}

ww_frame_use ww_dataset_frame_use(const ww_dataset *set, size_t frame)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    bool labelled = false, in_the_way = false;
    for (size_t i = f->first_face; i < f->first_face + f->face_count; i++) {
        labelled = labelled || set->chosen[i];
        if (ww_dataset_is_unlabelled(set, i))
            in_the_way = in_the_way || set->options.unlabelled == WW_UNLABELLED_LEAVE_OUT || would_hide(set, f, i);
    }
    return !labelled             ? WW_FRAME_UNUSED
           : set->dropped[frame] ? WW_FRAME_DROPPED
           : in_the_way          ? WW_FRAME_LEFT_OUT
                                 : WW_FRAME_USED;
}

bool ww_dataset_side_used(const ww_dataset *set, int side) { return set->faces[side] > 0; }

size_t ww_dataset_side_frames(const ww_dataset *set, int side)
{
    size_t count = 0;
    for (size_t i = 0; i < set->catalog->frame.count; i++)
        count += set->side[i] == side && ww_dataset_frame_use(set, i) == WW_FRAME_USED;
    return count;
}

bool ww_dataset_class_has_folder(const ww_dataset *set, size_t label)
{
    const size_t *faces = set->classes.item[label].faces;
    return faces[WW_SIDE_TRAIN] > 0 && (faces[WW_SIDE_VAL] > 0 || !ww_dataset_side_used(set, WW_SIDE_VAL));
}

bool ww_dataset_side_has_folders(const ww_dataset *set, int side)
{
    bool all = ww_dataset_side_used(set, side);
    for (size_t i = 0; all && i < set->classes.count; i++)
        all = !ww_dataset_class_has_folder(set, i) || set->classes.item[i].faces[side] > 0;
    return all;
}

// --- names

static void make_harmless(char *stem)
{
    for (size_t i = 0; stem[i]; i++) {
        const char c = stem[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ww_ascii_is_digit(c) || c == '-';
        stem[i] = plain ? c : '_';
    }
}

char *ww_dataset_source_name(const ww_dataset *set, size_t index)
{
    const ww_catalog_source *source = &set->catalog->source.item[index];
    char *stem = ww_path_stem(source->path);
    make_harmless(stem);
    // The whole hash: of a hundred thousand photos of one name two begin with the same 32 bits more often than not.
    char *name = ww_strf("%.*s_%016" PRIx64, STEM_BYTES_MAX, stem, source->hash);
    free(stem);
    return name;
}

char *ww_dataset_frame_name(const ww_dataset *set, size_t frame)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    char *source = ww_dataset_source_name(set, (size_t)f->source),
         *name = ww_strf("%s_%012" PRId64, source, f->time_us);
    free(source);
    return name;
}

char *ww_dataset_face_name(const ww_dataset *set, size_t face)
{
    const size_t index = set->catalog->face.item[face].frame;
    char *frame = ww_dataset_frame_name(set, index),
         *name = ww_strf("%s_%zu", frame, face - set->catalog->frame.item[index].first_face);
    free(frame);
    return name;
}
