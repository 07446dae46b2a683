// SPDX-License-Identifier: MIT
#include "formats/format.h"

#include <string.h>

static const ww_export_format *const formats[] = {
    &ww_format_yolo, &ww_format_imagefolder, &ww_format_chips,    &ww_format_coco, &ww_format_embeddings,
    &ww_format_cvat, &ww_format_labelstudio, &ww_format_timeline, &ww_format_xmp,  &ww_format_article};

const ww_export_format *ww_format_at(size_t index)
{
    return index < sizeof formats / sizeof *formats ? formats[index] : NULL;
}

const ww_export_format *ww_format_named(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strlen(formats[i]->name) == length && strncmp(formats[i]->name, name, length) == 0)
            return formats[i];
    return NULL;
}
