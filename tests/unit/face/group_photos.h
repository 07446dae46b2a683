// SPDX-License-Identifier: MIT
// Faces found in group photos of ../shared by a detector, against the number of people on them.
#ifndef WW_TESTS_GROUP_PHOTOS_H
#define WW_TESTS_GROUP_PHOTOS_H
#include "base/files.h"
#include "face/detect.h"
#include "harness.h"

static const struct {
    const char *file;
    int least, most;
} group_photos[] = {{"photos/groups/bbt2.jpg", 2, 6}, {"photos/groups/bbt4.jpg", 2, 6}};

static inline bool group_photos_are_here(void) { return shared_file(group_photos[0].file) != NULL; }

static inline void check_on_group_photos(const ww_net *net, const ww_model_spec *spec)
{
    ww_error err = {0};
    ww_detector *detector = NULL;
    CHECK_OK(ww_detector_open(net, spec, NULL, &detector, &err));
    for (size_t i = 0; i < sizeof group_photos / sizeof *group_photos && detector; i++) {
        uint8_t *jpeg;
        size_t bytes;
        ww_image image = {0};
        ww_detections found = {0};
        CHECK_OK(ww_read_file(shared_file(group_photos[i].file), 1 << 24, &jpeg, &bytes, &err));
        CHECK_OK(ww_jpeg_decode(jpeg, bytes, group_photos[i].file, 1 << 26, &image, NULL, NULL, NULL, NULL, &err));
        CHECK_OK(ww_detect(detector, &image, &found, &err));
        if ((int)found.count < group_photos[i].least || (int)found.count > group_photos[i].most)
            printf("# %s on %s: %zu faces\n", spec->name, group_photos[i].file, found.count);
        CHECK((int)found.count >= group_photos[i].least && (int)found.count <= group_photos[i].most);
        for (size_t f = 0; f < found.count; f++) {
            const ww_detection *d = &found.item[f];
            CHECK(d->x >= 0 && d->y >= 0 && d->x + d->width <= (float)image.width + 0.01f
                  && d->y + d->height <= (float)image.height + 0.01f);
            CHECK(d->landmark[0] < d->landmark[2]);                                    // the eyes stand in order
            CHECK(d->landmark[1] < d->landmark[7] && d->landmark[3] < d->landmark[9]); // and above the mouth
        }
        free(jpeg);
        ww_image_free(&image);
        ww_vector_free(&found);
    }
    ww_detector_close(detector);
}

#endif
