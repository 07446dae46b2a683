// SPDX-License-Identifier: MIT
// Faces found in group photos by a detector, against the number of people on them: a drawn one of the project's, and
// photos of ../shared where they are at hand.
#ifndef WW_TESTS_GROUP_PHOTOS_H
#define WW_TESTS_GROUP_PHOTOS_H
#include "base/files.h"
#include "face/detect.h"
#include "harness.h"

#define DRAWN_GROUP "tests/data/group.jpg"
enum { DRAWN_GROUP_PEOPLE = 5 };

static inline void read_picture(const char *path, ww_image *image)
{
    ww_error err = {0};
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    CHECK_OK(ww_read_file(path, 1 << 24, &jpeg, &bytes, &err));
    CHECK_OK(ww_jpeg_decode(jpeg, bytes, path, 1 << 26, image, NULL, NULL, NULL, NULL, &err));
    free(jpeg);
}

static inline void check_on_photo(ww_detector *detector, const char *name, const char *path, int least, int most)
{
    ww_error err = {0};
    ww_image image = {0};
    ww_detections found = {0};
    read_picture(path, &image);
    CHECK_OK(ww_detect(detector, &image, &found, &err));
    if ((int)found.count < least || (int)found.count > most)
        printf("# %s on %s: %zu faces\n", name, path, found.count);
    CHECK((int)found.count >= least && (int)found.count <= most);
    for (size_t f = 0; f < found.count; f++) {
        const ww_detection *d = &found.item[f];
        CHECK(d->x >= 0 && d->y >= 0 && d->x + d->width <= (float)image.width + 0.01f
              && d->y + d->height <= (float)image.height + 0.01f);
        CHECK(d->landmark[0] < d->landmark[2]);                                    // the eyes stand in order
        CHECK(d->landmark[1] < d->landmark[7] && d->landmark[3] < d->landmark[9]); // and above the mouth
    }
    ww_image_free(&image);
    ww_vector_free(&found);
}

static inline void check_on_group_photos(const ww_net *net, const ww_model_spec *spec)
{
    static const char *const photos[] = {"photos/groups/bbt2.jpg", "photos/groups/bbt4.jpg"};
    ww_error err = {0};
    ww_detector *detector = NULL;
    CHECK_OK(ww_detector_open(net, spec, NULL, &detector, &err));
    if (!detector)
        return;
    check_on_photo(detector, spec->name, source_file(DRAWN_GROUP), DRAWN_GROUP_PEOPLE, DRAWN_GROUP_PEOPLE);
    for (size_t i = 0; i < sizeof photos / sizeof *photos; i++)
        if (shared_file(photos[i]))
            check_on_photo(detector, spec->name, shared_file(photos[i]), 2, 6);
    ww_detector_close(detector);
}

#endif
