// SPDX-License-Identifier: MIT
// lanczos_run CHANNELS WIDTH HEIGHT TO_WIDTH TO_HEIGHT: scales a raw picture from stdin to stdout, 1 or 3 bytes a
// pixel.
#include "image/image.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    ww_error err;
    ww_image in, out;
    size_t channels = (size_t)atoi(argv[1]);
    if (ww_image_alloc(&in, channels == 3 ? WW_PIXELS_RGB : WW_PIXELS_LUMA, atoi(argv[2]), atoi(argv[3]), &err)
        != WW_OK)
        return 2;
    for (int y = 0; y < in.height; y++)
        if (fread(in.plane[0].data + y * in.plane[0].stride, channels, (size_t)in.width, stdin) != (size_t)in.width)
            return 2;
    if (ww_resize_lanczos(&in, atoi(argv[4]), atoi(argv[5]), &out, &err) != WW_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 2;
    }
    for (int y = 0; y < out.height; y++)
        fwrite(out.plane[0].data + y * out.plane[0].stride, channels, (size_t)out.width, stdout);
    ww_image_free(&in);
    ww_image_free(&out);
    return 0;
}
