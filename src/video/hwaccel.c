// SPDX-License-Identifier: MIT
#include "video/hwaccel.h"
#include "base/memory.h"
#include "video/device.h"

#include <libavutil/hwcontext.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { TYPES_MAX = 32 }; // libavutil 57 (FFmpeg 5) knows eleven
// libvdpau prints to standard error where it finds no driver; and its devices have a newer interface as well.
#define LAST_TRIED AV_HWDEVICE_TYPE_VDPAU

typedef struct device_type {
    enum AVHWDeviceType type;
    AVBufferRef *context; // NULL: not tried yet, or (code != 0) it cannot be opened
    int code;             // of av_hwdevice_ctx_create
} device_type;

struct ww_hwaccel {
    pthread_mutex_t mutex; // of the table's contexts
    device_type type[TYPES_MAX];
    int count;
    char *node; // NULL: whichever the driver takes first
};

// --- what libavcodec can do ------------------------------------------------------------------------------------------

static const AVCodecHWConfig *config_of(const AVCodec *codec, enum AVHWDeviceType type)
{
    const AVCodecHWConfig *config;
    for (int i = 0; (config = avcodec_get_hw_config(codec, i)) != NULL; i++)
        if (config->methods & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX && config->device_type == type)
            return config;
    return NULL;
}

// One of libavcodec's own decoders, which give frames and times as they do without a device; decoders that hand the
// whole stream to a driver (h264_cuvid, h264_qsv) do not. `format` AV_CODEC_ID_NONE: of any format. NULL: none.
static const AVCodec *decoder_for(enum AVCodecID format, enum AVHWDeviceType type)
{
    void *place = NULL;
    const AVCodec *codec;
    while ((codec = av_codec_iterate(&place)) != NULL)
        if (av_codec_is_decoder(codec) && (format == AV_CODEC_ID_NONE || codec->id == format)
            && !(codec->capabilities & (AV_CODEC_CAP_HARDWARE | AV_CODEC_CAP_HYBRID)) && config_of(codec, type))
            return codec;
    return NULL;
}

// All types that a decoder here can use, none of them opened.
static ww_hwaccel *table_of_types(void)
{
    ww_hwaccel *h = ww_alloc(sizeof *h);
    pthread_mutex_init(&h->mutex, NULL);
    for (int last = 0; last < 2; last++) {
        enum AVHWDeviceType type = AV_HWDEVICE_TYPE_NONE;
        while ((type = av_hwdevice_iterate_types(type)) != AV_HWDEVICE_TYPE_NONE && h->count < TYPES_MAX)
            if ((type == LAST_TRIED) == last && decoder_for(AV_CODEC_ID_NONE, type))
                h->type[h->count++].type = type;
    }
    return h;
}

// --- devices ---------------------------------------------------------------------------------------------------------

static bool open_device(const ww_hwaccel *h, device_type *d)
{
    if (!d->context && d->code == 0)
        d->code = av_hwdevice_ctx_create(&d->context, d->type, h->node, NULL, 0);
    return d->context != NULL;
}

// "cuda, vaapi, vdpau": all, or those that can be opened here; "" for none. The caller's to free.
static char *types_in_words(ww_hwaccel *h, bool that_open)
{
    char *words = ww_strdup("");
    for (int i = 0; i < h->count; i++) {
        if (that_open && !open_device(h, &h->type[i]))
            continue;
        char *longer = ww_strf("%s%s%s", words, *words ? ", " : "", av_hwdevice_get_type_name(h->type[i].type));
        free(words);
        words = longer;
    }
    return words;
}

static ww_status refuse(const char *name, const char *why, ww_error *err)
{
    ww_hwaccel *others = table_of_types();
    char *known = types_in_words(others, false), *here = types_in_words(others, true);
    ww_status status =
        ww_fail(err, WW_ERR_ARGUMENT,
                "hardware decoding: '%s' %s; of what libavcodec can decode with (%s) this can be opened here: %s", name,
                why, *known ? known : "nothing", *here ? here : "none; use auto or none");
    free(known);
    free(here);
    ww_hwaccel_close(others);
    return status;
}

bool ww_hwaccel_is_wanted(const char *name) { return name && strcmp(name, "none") != 0; }

// Leaves the named type alone in the table, and opens its device.
static ww_status take_named(ww_hwaccel *h, const char *name, ww_error *err)
{
    const char *colon = strchr(name, ':');
    char *word = colon ? ww_strndup(name, (size_t)(colon - name)) : ww_strdup(name);
    const enum AVHWDeviceType type = av_hwdevice_find_type_by_name(word);
    bool known = false;
    for (int i = 0; i < h->count; i++)
        if (h->type[i].type == type) {
            h->type[0] = h->type[i];
            known = true;
        }
    free(word);
    if (!known)
        return refuse(name, "is no kind of device that it can decode with", err);
    h->count = 1;
    h->node = colon && colon[1] ? ww_strdup(colon + 1) : NULL;
    if (open_device(h, &h->type[0]))
        return WW_OK;
    char *why = ww_strf("cannot be opened (%s)", av_err2str(h->type[0].code));
    ww_status status = refuse(name, why, err);
    free(why);
    return status;
}

ww_status ww_hwaccel_open(const char *name, ww_hwaccel **hwaccel, ww_error *err)
{
    *hwaccel = NULL;
    if (!ww_hwaccel_is_wanted(name))
        return WW_OK;
    ww_hwaccel *h = table_of_types();
    ww_status status = strcmp(name, "auto") == 0 ? WW_OK : take_named(h, name, err);
    if (status == WW_OK)
        *hwaccel = h;
    else
        ww_hwaccel_close(h);
    return status;
}

void ww_hwaccel_close(ww_hwaccel *h)
{
    if (!h)
        return;
    for (int i = 0; i < h->count; i++)
        av_buffer_unref(&h->type[i].context);
    pthread_mutex_destroy(&h->mutex);
    free(h->node);
    free(h);
}

ww_device ww_hwaccel_choose(ww_hwaccel *h, enum AVCodecID format, char **why)
{
    ww_device found = {0};
    const char *name = avcodec_get_name(format);
    bool any = false;
    *why = NULL;
    pthread_mutex_lock(&h->mutex);
    for (int i = 0; i < h->count && !found.name; i++) {
        device_type *d = &h->type[i];
        const AVCodec *codec = decoder_for(format, d->type);
        any = any || codec;
        if (codec && open_device(h, d))
            found = (ww_device){.name = av_hwdevice_get_type_name(d->type),
                                .context = d->context,
                                .codec = codec,
                                .format = config_of(codec, d->type)->pix_fmt};
    }
    if (!found.name) {
        char *types = types_in_words(h, false);
        *why = any ? ww_strf("no device for %s could be opened (%s)", name, types)
                   : ww_strf("%s is not decoded by %s", name, *types ? types : "any device");
        free(types);
    }
    pthread_mutex_unlock(&h->mutex);
    return found;
}
