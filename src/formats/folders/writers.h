// SPDX-License-Identifier: MIT
// The formats. Each writer puts its files through the exporter and knows nothing of the others. Private to folders/.
#ifndef WW_FORMATS_FOLDERS_WRITERS_H
#define WW_FORMATS_FOLDERS_WRITERS_H
#include "library/catalog.h"
#include "formats/folders/exporter.h"

typedef ww_status ww_writer(const ww_catalog *catalog, ww_exporter *out, ww_error *err);

ww_writer ww_write_portraits; // Face_N/face_1.jpg and face_1.txt; Unsorted/
ww_writer ww_write_montages;  // Montage/Face_N.jpg
ww_writer ww_write_frames;    // Frames/frame_1.jpg and frame_1.txt
ww_writer ww_write_classes;   // data.yaml
ww_writer ww_write_table;     // faces.csv
ww_writer ww_write_report;    // index.html

// --- labels.c
// YOLO annotations, "class cx cy w h" with the box's centre and size as shares (0 .. 1) of the picture they lie beside.
// Classes are the people who have faces, in the order of their numbers; faces of nobody and of ignored people have the
// class after the last one, called "unsorted". data.yaml names Frames alone: there every face has a box of one rule,
// and each face is there once.
//
// In a portrait the box is the detected one with a margin on every side, as in the article that this data set follows:
// 20 px where the source frame is 700 px wide. With s portrait pixels a source pixel, margin = 20 * (source width /
// 700) * s; the box is then clipped to the portrait. Of frames that the scan shrank to fit, or found small enough, it
// is 20 px of those.
#define WW_LABEL_MARGIN_PX 20.0
#define WW_LABEL_MARGIN_AT_WIDTH_PX 700.0

void ww_label_portrait(const ww_catalog *catalog, size_t face, ww_buffer *text);
// One line a face; boxes as detected, clipped to the frame.
void ww_label_frame(const ww_catalog *catalog, size_t frame, ww_buffer *text);

#endif
