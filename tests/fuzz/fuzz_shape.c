// SPDX-License-Identifier: MIT
// Any bytes as a shape predictor of dlib's: refused with a message that names the byte, or read, and then it looks at a
// small picture.
#include "dlib/shape_predictor.h"
#include "must.h"

#include <string.h>

enum { SIDE = 40 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ww_shape_predictor *predictor;
    ww_error err = {0};
    ww_image image;
    float point[2 * WW_SHAPE_POINTS_MAX];
    if (ww_shape_predictor_read(data, size, "fuzz", &predictor, &err) != WW_OK) {
        MUST(strncmp(err.message, "fuzz: ", 6) == 0);
        return 0;
    }
    MUST(ww_shape_predictor_points(predictor) > 0 && ww_shape_predictor_points(predictor) <= WW_SHAPE_POINTS_MAX);
    if (ww_image_alloc(&image, WW_PIXELS_RGB, SIDE, SIDE, &err) == WW_OK) {
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < 3 * SIDE; x++)
                image.plane[0].data[y * image.plane[0].stride + x] = (uint8_t)(5 * x + 3 * y);
        ww_status status = ww_shape_predict(predictor, &image, (ww_shape_box){-4, 3, 35, 44}, point, &err);
        MUST(status == WW_OK);
        ww_image_free(&image);
    }
    ww_shape_predictor_free(predictor);
    return 0;
}
