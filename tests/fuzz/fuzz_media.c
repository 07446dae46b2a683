// SPDX-License-Identifier: MIT
// Any bytes as footage or a photo: opened, and each span decoded, as a scan does.
#include "must.h"
#include "video/source.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SPANS_MAX = 4 };
#define BYTES_MAX ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct watch {
    int64_t time_us;
    int64_t frames;
} watch;

static ww_status on_frame(void *user, const ww_frame *frame, ww_error *err)
{
    watch *w = user;
    (void)err;
    MUST(frame->width > 0 && frame->height > 0 && frame->image.width > 0 && frame->image.height > 0);
    MUST(frame->scale > 0 && frame->scale <= 1);
    MUST(frame->time_us >= w->time_us);
    const ww_plane *luma = &frame->image.plane[0];
    volatile uint8_t sum = 0; // every byte of the picture must be there
    for (int y = 0; y < luma->height; y++)
        for (int x = 0; x < luma->width; x++)
            sum = (uint8_t)(sum + luma->data[y * luma->stride + x]);
    w->time_us = frame->time_us;
    w->frames++;
    return WW_OK;
}

static void read_spans(const ww_source *source)
{
    ww_reader *reader = NULL;
    ww_error err = {0};
    const ww_source_info *info = ww_source_get_info(source);
    MUST(info->span_count >= 1 && info->width > 0 && info->height > 0);
    ww_status status = ww_reader_open(source, &reader, &err);
    MUST(status == WW_OK || *err.message);
    watch w = {.time_us = INT64_MIN};
    for (int i = 0; status == WW_OK && i < info->span_count && i < SPANS_MAX; i++) {
        ww_damage damage = {0};
        status = ww_reader_span(reader, i, on_frame, &w, &damage, &err);
        MUST(status == WW_OK || *err.message);
        MUST(damage.lost >= 0 && damage.concealed >= 0);
    }
    ww_reader_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    ww_source *source = NULL;
    ww_error err = {0};
    ww_source_options options = {.every_us = 1000000, .intermediate_every_us = 200000};
    ww_footage_silence_libav();
    int fd = size <= BYTES_MAX ? memfd_create("fuzz", MFD_CLOEXEC) : -1;
    if (fd < 0 || write(fd, data, size) != (ssize_t)size) {
        if (fd >= 0)
            close(fd);
        return 0;
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ww_status status = ww_source_open(path, &options, NULL, &source, &err);
    MUST(status == WW_OK ? source != NULL : *err.message != 0);
    if (status == WW_OK)
        read_spans(source);
    ww_source_close(source);
    close(fd);
    return 0;
}
