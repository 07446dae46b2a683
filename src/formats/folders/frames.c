// SPDX-License-Identifier: MIT
#include "formats/folders/writers.h"

#include <stdlib.h>

static ww_status write_frame(const ww_catalog *c, size_t frame, ww_exporter *out, ww_error *err)
{
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    ww_buffer path = {0}, label = {0};
    ww_catalog_frame_path(frame, "jpg", &path);
    ww_status status = ww_store_frame_jpeg(c->store, c->frame.item[frame].id, &jpeg, &bytes, err);
    if (status == WW_OK)
        status = ww_exporter_put_at(out, &path, jpeg, bytes, WW_EXPORT_CAREFUL, err);
    path.bytes = 0;
    ww_catalog_frame_path(frame, "txt", &path);
    ww_label_frame(c, frame, &label);
    if (status == WW_OK)
        status = ww_exporter_put_text(out, &path, &label, WW_EXPORT_CAREFUL, err);
    ww_buffer_free(&label);
    ww_buffer_free(&path);
    free(jpeg);
    return status;
}

ww_status ww_write_frames(const ww_catalog *c, ww_exporter *out, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < c->frame.count; i++)
        status = write_frame(c, i, out, err);
    return status;
}
