// SPDX-License-Identifier: MIT
// TIFF through libtiff, page by page: strips and tiles, every compression libtiff knows, either bit order.
#ifndef WW_IMAGE_TIFF_H
#define WW_IMAGE_TIFF_H
#include "image/image.h"

#define WW_TIFF_PAGES_MAX 10000

// Pages are the full pictures of the file in their order; reduced copies (overviews, thumbnails) and masks are not
// among them. WW_ERR_FORMAT: damaged, or no page at all.
ww_status ww_tiff_pages(const uint8_t *data, size_t bytes, const char *name, int *pages, ww_error *err);
// Size as stored and EXIF orientation 1..8 (0: not marked) of page 0 .. pages-1.
ww_status ww_tiff_measure(const uint8_t *data, size_t bytes, const char *name, int page, int *width, int *height,
                          int *orientation, ww_error *err);
// *out: WW_PIXELS_RGB, as stored (orientation not applied); caller frees. A page that is not all there is
// WW_ERR_FORMAT: never black or in part.
ww_status ww_tiff_decode(const uint8_t *data, size_t bytes, const char *name, int page, ww_image *out, ww_error *err);

#endif
