// SPDX-License-Identifier: MIT
// What the formats for annotation tools have in common. They show frames as they are, with a box for every face: whose
// it is, or "unknown" where it is nobody's in the set.
//
// Each box carries a mark, which tools keep as they keep any attribute: "x y width height label", the box as the
// detector had it in pixels of the source frame, and the label as exported. By it an import knows the face again, and
// what was changed about it, whatever became of the library meanwhile.
#ifndef WW_FORMATS_ANNOTATION_H
#define WW_FORMATS_ANNOTATION_H
#include "formats/dataset.h"
#include "formats/dataset_out.h"

#define WW_ANNOTATION_MARK "exported" // name of the attribute
#define WW_MARK_TOLERANCE_PX 0.02     // marks have two decimals

// "unknown", or another word where a person has that name.
const char *ww_annotation_unknown(const ww_catalog *catalog);
// The labels there are: those of the classes, and that of nobody last.
size_t ww_annotation_label_count(const ww_dataset *set);
const char *ww_annotation_label_title(const ww_dataset *set, size_t label);
const char *ww_annotation_label(const ww_dataset *set, size_t face);
// The face's box in pixels of the stored picture; false: it has no area within the frame, and is not shown.
bool ww_annotation_box(const ww_dataset *set, size_t face, ww_box *box);
// The same of any box in pixels of the source frame.
bool ww_annotation_place(const ww_catalog *catalog, size_t frame, ww_box source, ww_box *box);
// A mark; the caller's (free). `found`: the box as the detector had it.
char *ww_annotation_mark(ww_box found, const char *label);
// Reads a mark; *label points into it. False: it is none.
bool ww_annotation_read_mark(const char *mark, ww_box *found, const char **label);

// Puts the pictures of all frames as images/NAME.jpg, and lets `add` write each frame, whose picture is called `stem`,
// into `text`.
ww_status ww_put_annotated_frames(const ww_dataset *set,
                                  void (*add)(const ww_dataset *set, size_t frame, const char *stem, ww_buffer *text),
                                  ww_buffer *text, ww_dataset_out *out, ww_error *err);

#endif
