// SPDX-License-Identifier: MIT
#include "image/tiff.h"

#include "base/memory.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

#define ALLOCATION_BYTES_MAX ((tmsize_t)512 << 20)
#define REASON_BYTES 1024 // what libtiff asks for

// A file in memory, as libtiff reads it, and the first thing it complained about.
typedef struct memory_file {
    const uint8_t *data;
    toff_t bytes, at;
    char complaint[256];
} memory_file;

static tmsize_t read_bytes(thandle_t handle, void *to, tmsize_t wanted)
{
    memory_file *m = handle;
    toff_t left = m->at < m->bytes ? m->bytes - m->at : 0;
    tmsize_t n = (toff_t)wanted < left ? wanted : (tmsize_t)left;
    memcpy(to, m->data + m->at, (size_t)n);
    m->at += (toff_t)n;
    return n;
}

static tmsize_t write_nothing(thandle_t handle, void *from, tmsize_t wanted)
{
    (void)handle, (void)from, (void)wanted;
    return 0;
}

static toff_t seek_to(thandle_t handle, toff_t offset, int whence)
{
    memory_file *m = handle;
    toff_t target = whence == SEEK_CUR ? m->at + offset : whence == SEEK_END ? m->bytes + offset : offset;
    return m->at = target < m->bytes ? target : m->bytes;
}

static int close_nothing(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t size_of(thandle_t handle) { return ((memory_file *)handle)->bytes; }

static int map_nothing(thandle_t handle, void **base, toff_t *bytes)
{
    (void)handle, (void)base, (void)bytes;
    return 0;
}

static void unmap_nothing(thandle_t handle, void *base, toff_t bytes) { (void)handle, (void)base, (void)bytes; }

static int on_error(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments)
{
    memory_file *m = user;
    (void)tiff, (void)module;
    if (!m->complaint[0])
        vsnprintf(m->complaint, sizeof m->complaint, format, arguments);
    return 1; // said; libtiff prints nothing
}

static int on_warning(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments)
{
    (void)tiff, (void)user, (void)module, (void)format, (void)arguments;
    return 1;
}

static ww_status complain(const memory_file *m, const char *name, ww_error *err)
{
    return ww_fail(err, WW_ERR_FORMAT, "%s: this TIFF is damaged, or of a kind that cannot be read%s%s", name,
                   m->complaint[0] ? ": " : "", m->complaint);
}

static ww_status open_tiff(memory_file *m, const uint8_t *data, size_t bytes, const char *name, TIFF **tiff,
                           ww_error *err)
{
    *m = (memory_file){.data = data, .bytes = bytes};
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory to open it", name);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, ALLOCATION_BYTES_MAX);
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, m);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, m);
    *tiff = TIFFClientOpenExt(name, "rm", m, read_bytes, write_nothing, seek_to, close_nothing, size_of, map_nothing,
                              unmap_nothing, options);
    TIFFOpenOptionsFree(options);
    return *tiff ? WW_OK : complain(m, name, err);
}

static bool is_page(TIFF *tiff)
{
    uint32_t kind = 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SUBFILETYPE, &kind);
    return !(kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK));
}

// Moves on to page number `wanted`. False: there are not so many; *pages (may be NULL) says how many there are then.
static bool go_to_page(TIFF *tiff, int wanted, int *pages)
{
    int page = -1, directories = 0;
    do {
        if (is_page(tiff) || directories == 0)
            page++;
        if (page == wanted)
            return true;
    } while (++directories < WW_TIFF_PAGES_MAX && TIFFReadDirectory(tiff));
    if (pages)
        *pages = page + 1;
    return false;
}

ww_status ww_tiff_pages(const uint8_t *data, size_t bytes, const char *name, int *pages, ww_error *err)
{
    memory_file m;
    TIFF *tiff = NULL;
    ww_status status = open_tiff(&m, data, bytes, name, &tiff, err);
    if (status != WW_OK)
        return status;
    go_to_page(tiff, WW_TIFF_PAGES_MAX, pages);
    if (m.complaint[0]) // the chain of pages breaks off
        status = complain(&m, name, err);
    TIFFClose(tiff);
    return status;
}

static ww_status open_page(memory_file *m, const uint8_t *data, size_t bytes, const char *name, int page, TIFF **tiff,
                           ww_error *err)
{
    ww_status status = open_tiff(m, data, bytes, name, tiff, err);
    if (status != WW_OK || go_to_page(*tiff, page, NULL))
        return status;
    TIFFClose(*tiff);
    *tiff = NULL;
    return m->complaint[0] ? complain(m, name, err)
                           : ww_fail(err, WW_ERR_FORMAT, "%s: it has no page %d", name, page + 1);
}

static ww_status measure(TIFF *tiff, const memory_file *m, const char *name, int *width, int *height, ww_error *err)
{
    uint32_t w = 0, h = 0;
    if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &w) || !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &h) || w == 0 || h == 0)
        return complain(m, name, err);
    if (w > WW_IMAGE_SIDE_MAX || h > WW_IMAGE_SIDE_MAX || (size_t)w * h > WW_IMAGE_PIXELS_MAX)
        return ww_fail(err, WW_ERR_UNSUPPORTED,
                       "%s: a TIFF of %u x %u pixels is over the bound of %zu million; make it smaller first", name, w,
                       h, WW_IMAGE_PIXELS_MAX / 1000000);
    *width = (int)w;
    *height = (int)h;
    return WW_OK;
}

ww_status ww_tiff_measure(const uint8_t *data, size_t bytes, const char *name, int page, int *width, int *height,
                          int *orientation, ww_error *err)
{
    memory_file m;
    TIFF *tiff = NULL;
    ww_status status = open_page(&m, data, bytes, name, page, &tiff, err);
    if (status != WW_OK)
        return status;
    uint16_t turn = 0;
    status = measure(tiff, &m, name, width, height, err);
    *orientation = TIFFGetField(tiff, TIFFTAG_ORIENTATION, &turn) && turn >= 1 && turn <= 8 ? turn : 0;
    TIFFClose(tiff);
    return status;
}

// libtiff's ABGR words, one a pixel, to R, G, B.
static void store_rows(const uint32_t *raster, ww_image *out)
{
    for (int y = 0; y < out->height; y++) {
        const uint32_t *from = raster + (size_t)y * (size_t)out->width;
        uint8_t *to = out->plane[0].data + y * out->plane[0].stride;
        for (int x = 0; x < out->width; x++) {
            to[3 * x] = (uint8_t)TIFFGetR(from[x]);
            to[3 * x + 1] = (uint8_t)TIFFGetG(from[x]);
            to[3 * x + 2] = (uint8_t)TIFFGetB(from[x]);
        }
    }
}

static bool read_raster(TIFF *tiff, memory_file *m, uint32_t *raster, int width, int height)
{
    char why[REASON_BYTES] = "";
    TIFFRGBAImage image;
    bool read = false;
    if (TIFFRGBAImageOK(tiff, why) && TIFFRGBAImageBegin(&image, tiff, 1, why)) {
        image.req_orientation = image.orientation; // rows as they are stored
        read = TIFFRGBAImageGet(&image, raster, (uint32_t)width, (uint32_t)height) != 0;
        TIFFRGBAImageEnd(&image);
    }
    if (!m->complaint[0])
        snprintf(m->complaint, sizeof m->complaint, "%s", why);
    return read && !m->complaint[0];
}

static ww_status decode(TIFF *tiff, memory_file *m, const char *name, ww_image *out, ww_error *err)
{
    int width = 0, height = 0;
    ww_status status = measure(tiff, m, name, &width, &height, err);
    if (status != WW_OK)
        return status;
    uint32_t *raster = ww_alloc_array((size_t)width * (size_t)height, sizeof *raster, SIZE_MAX);
    if (!raster)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory to decode it", name);
    status = read_raster(tiff, m, raster, width, height) ? ww_image_alloc(out, WW_PIXELS_RGB, width, height, err)
                                                         : complain(m, name, err);
    if (status == WW_OK)
        store_rows(raster, out);
    free(raster);
    return status;
}

ww_status ww_tiff_decode(const uint8_t *data, size_t bytes, const char *name, int page, ww_image *out, ww_error *err)
{
    memory_file m;
    TIFF *tiff = NULL;
    *out = (ww_image){0};
    ww_status status = open_page(&m, data, bytes, name, page, &tiff, err);
    if (status != WW_OK)
        return status;
    status = decode(tiff, &m, name, out, err);
    TIFFClose(tiff);
    return status;
}
