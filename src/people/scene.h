// SPDX-License-Identifier: MIT
// Scenes: stretches of footage in which people keep their clothes.
//
// A recording comes back to the same camera again and again while a scene lasts (A, B, A, B), and hardly ever after it.
// So frames whose views are alike are linked, if little time lies between, and what lies between two linked frames is
// of their scene (Yeung and Yeo's scene transition graph, 1996: scenes are what no link bridges). A montage, where
// nothing comes back, falls into its shots.
//
// Footage that was cut into its shots, a file each, is put together again as one recording: short files of one folder,
// of one size, whose names differ in their numbers alone.
#ifndef WW_PEOPLE_SCENE_H
#define WW_PEOPLE_SCENE_H
#include "cluster/cluster.h"
#include "library/catalog.h"

typedef struct ww_scene_source { // footage
    int source;                  // index in the catalog
    const char *path;            // borrowed
    int width, height;
    int64_t duration_us;
} ww_scene_source;

// Sorts sources so that the parts of one recording follow each other in the order of their numbers. recording[i]: of
// source i after that, 0, 1, ...
void ww_scene_order(ww_scene_source *source, size_t count, uint32_t *recording);

typedef struct ww_scene_frame { // in order of recording and time
    uint32_t recording;
    int64_t time_us;     // in the recording
    const uint8_t *view; // WW_VIEW_BYTES
} ww_scene_frame;

// scene[i]: of frame i, 0, 1, ... in their order.
void ww_scene_split(const ww_scene_frame *frame, size_t count, uint32_t *scene);

// scene: of each face, WW_NO_SCENE where nothing is known: photos, and footage scanned before views were kept.
// recording: of each face, WW_RECORDING_PHOTOS for those on photos.
ww_status ww_scenes_find(const ww_catalog *faces, uint32_t *scene, uint32_t *recording, ww_error *err);

#endif
