// SPDX-License-Identifier: MIT
// Any bytes as a gradient detector of dlib's: refused with a message that names the byte, or read, and then it looks at
// a small picture.
#include "dlib/hog.h"
#include "must.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 70, HEIGHT = 66 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ww_hog_model *model;
    ww_error err = {0};
    ww_image image;
    if (ww_hog_model_read(data, size, "fuzz", &model, &err) != WW_OK) {
        MUST(strncmp(err.message, "fuzz: ", 6) == 0);
        return 0;
    }
    if (ww_image_alloc(&image, WW_PIXELS_LUMA, WIDTH, HEIGHT, &err) == WW_OK) {
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++)
                image.plane[0].data[y * image.plane[0].stride + x] = (uint8_t)(x * x + 3 * y * y);
        ww_hog *hog = ww_hog_open(model);
        ww_hog_boxes found = {0};
        ww_status status = ww_hog_detect(hog, &image, 0, 0, &found, &err);
        MUST(status == WW_OK || found.count == 0);
        ww_vector_free(&found);
        ww_hog_close(hog);
        ww_image_free(&image);
    }
    ww_hog_model_free(model);
    return 0;
}
