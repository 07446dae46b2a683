// SPDX-License-Identifier: MIT
#include "image/heif.h"

#include "image/tone_map.h"
#include <libheif/heif.h>
#include <string.h>

#define DECODE_THREADS 0 // in the caller's thread

typedef struct heif_file {
    struct heif_context *context;
    struct heif_image_handle *primary;
} heif_file;

static ww_status explain(struct heif_error e, const char *name, ww_error *err)
{
    bool unknown = e.code == heif_error_Unsupported_feature || e.code == heif_error_Unsupported_filetype
                   || e.code == heif_error_Decoder_plugin_error;
    ww_status status = e.code == heif_error_Memory_allocation_error ? WW_ERR_MEMORY
                       : unknown                                    ? WW_ERR_UNSUPPORTED
                                                                    : WW_ERR_FORMAT;
    const char *why = e.message ? e.message : "unknown reason";
    return ww_fail(err, status, "%s: this HEIF picture cannot be read: %.*s", name, (int)strcspn(why, "\n"), why);
}

static void close_file(heif_file *f)
{
    if (f->primary)
        heif_image_handle_release(f->primary);
    if (f->context)
        heif_context_free(f->context);
    *f = (heif_file){0};
}

static ww_status open_file(heif_file *f, const uint8_t *data, size_t bytes, const char *name, ww_error *err)
{
    *f = (heif_file){.context = heif_context_alloc()};
    if (!f->context)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory to open it", name);
    heif_context_set_max_decoding_threads(f->context, DECODE_THREADS);
    struct heif_error e = heif_context_read_from_memory_without_copy(f->context, data, bytes, NULL);
    if (e.code == heif_error_Ok)
        e = heif_context_get_primary_image_handle(f->context, &f->primary);
    if (e.code != heif_error_Ok)
        return explain(e, name, err);
    int width = heif_image_handle_get_width(f->primary), height = heif_image_handle_get_height(f->primary);
    if (width < 1 || height < 1)
        return ww_fail(err, WW_ERR_FORMAT, "%s: this HEIF picture has no size", name);
    if (width > WW_IMAGE_SIDE_MAX || height > WW_IMAGE_SIDE_MAX || (size_t)width * (size_t)height > WW_IMAGE_PIXELS_MAX)
        return ww_fail(err, WW_ERR_UNSUPPORTED,
                       "%s: a HEIF picture of %d x %d pixels is over the bound of %zu million; make it smaller first",
                       name, width, height, WW_IMAGE_PIXELS_MAX / 1000000);
    return WW_OK;
}

ww_status ww_heif_measure(const uint8_t *data, size_t bytes, const char *name, int *width, int *height, ww_error *err)
{
    heif_file f;
    ww_status status = open_file(&f, data, bytes, name, err);
    if (status == WW_OK) {
        *width = heif_image_handle_get_width(f.primary);
        *height = heif_image_handle_get_height(f.primary);
    }
    close_file(&f);
    return status;
}

// The transfer curve and range that the colour box (nclx) names.
static ww_transfer transfer_of(const struct heif_image_handle *handle, ww_range *range)
{
    struct heif_color_profile_nclx *profile = NULL;
    ww_transfer transfer = WW_TRANSFER_SDR;
    *range = WW_RANGE_FULL;
    if (heif_image_handle_get_nclx_color_profile(handle, &profile).code == heif_error_Ok && profile) {
        if (profile->transfer_characteristics == heif_transfer_characteristic_ITU_R_BT_2100_0_PQ)
            transfer = WW_TRANSFER_PQ;
        if (profile->transfer_characteristics == heif_transfer_characteristic_ITU_R_BT_2100_0_HLG)
            transfer = WW_TRANSFER_HLG;
        *range = profile->full_range_flag ? WW_RANGE_FULL : WW_RANGE_LIMITED;
    }
    heif_nclx_color_profile_free(profile);
    return transfer;
}

static ww_status copy_rgb(const struct heif_image *decoded, ww_image *out, ww_error *err)
{
    int stride = 0, width = heif_image_get_primary_width(decoded), height = heif_image_get_primary_height(decoded);
    const uint8_t *pixels = heif_image_get_plane_readonly(decoded, heif_channel_interleaved, &stride);
    if (!pixels)
        return ww_fail(err, WW_ERR_FORMAT, "it has no pixels");
    ww_status status = ww_image_alloc(out, WW_PIXELS_RGB, width, height, err);
    for (int y = 0; y < height && status == WW_OK; y++)
        memcpy(out->plane[0].data + y * out->plane[0].stride, pixels + (ptrdiff_t)y * stride, (size_t)width * 3);
    return status;
}

static ww_status map_deep(const struct heif_image *decoded, ww_transfer transfer, ww_range range, ww_image *out,
                          ww_error *err)
{
    static const enum heif_channel channels[3] = {heif_channel_Y, heif_channel_Cb, heif_channel_Cr};
    ww_deep_image deep = {
        .transfer = transfer, .range = range, .bits = heif_image_get_bits_per_pixel_range(decoded, heif_channel_Y)};
    deep.width = heif_image_get_width(decoded, heif_channel_Y);
    deep.height = heif_image_get_height(decoded, heif_channel_Y);
    deep.chroma_shift_x = heif_image_get_width(decoded, heif_channel_Cb) < deep.width;
    deep.chroma_shift_y = heif_image_get_height(decoded, heif_channel_Cb) < deep.height;
    for (int i = 0; i < 3; i++) {
        int stride = 0;
        deep.plane[i] = (const uint16_t *)(const void *)heif_image_get_plane_readonly(decoded, channels[i], &stride);
        deep.stride[i] = stride / (int)sizeof(uint16_t);
        if (!deep.plane[i])
            return ww_fail(err, WW_ERR_FORMAT, "it has no colour planes");
    }
    return ww_tone_map(&deep, out, err);
}

static ww_status decode(const heif_file *f, const char *name, ww_image *out, ww_error *err)
{
    ww_range range;
    ww_transfer transfer = transfer_of(f->primary, &range);
    bool deep = transfer != WW_TRANSFER_SDR && heif_image_handle_get_luma_bits_per_pixel(f->primary) > 8;
    struct heif_decoding_options *options = heif_decoding_options_alloc();
    if (!options)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory to decode it", name);
    options->convert_hdr_to_8bit = !deep;
    options->strict_decoding = 1;
    struct heif_image *decoded = NULL;
    struct heif_error e = heif_decode_image(f->primary, &decoded, deep ? heif_colorspace_YCbCr : heif_colorspace_RGB,
                                            deep ? heif_chroma_444 : heif_chroma_interleaved_RGB, options);
    heif_decoding_options_free(options);
    if (e.code != heif_error_Ok)
        return explain(e, name, err);
    ww_status status = deep ? map_deep(decoded, transfer, range, out, err) : copy_rgb(decoded, out, err);
    heif_image_release(decoded);
    if (status != WW_OK)
        ww_error_prefix(err, "%s", name);
    return status;
}

ww_status ww_heif_decode(const uint8_t *data, size_t bytes, const char *name, ww_image *out, ww_error *err)
{
    heif_file f;
    *out = (ww_image){0};
    ww_status status = open_file(&f, data, bytes, name, err);
    if (status == WW_OK)
        status = decode(&f, name, out, err);
    close_file(&f);
    return status;
}
