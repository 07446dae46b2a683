// SPDX-License-Identifier: MIT
#include "formats/folders/made_keys.h"
#include "formats/folders/writers.h"

static ww_status write_frame(const ww_catalog *c, size_t frame, ww_exporter *out, ww_error *err)
{
    ww_buffer path = {0}, label = {0};
    ww_catalog_frame_path(frame, "jpg", &path);
    ww_status status =
        ww_exporter_put_stored(out, &path, ww_frame_key(c, frame), ww_store_frame_jpeg, c->frame.item[frame].id, err);
    path.bytes = 0;
    ww_catalog_frame_path(frame, "txt", &path);
    ww_label_frame(c, frame, &label);
    if (status == WW_OK)
        status = ww_exporter_put_text(out, &path, &label, WW_EXPORT_CAREFUL, err);
    ww_buffer_free(&label);
    ww_buffer_free(&path);
    return status;
}

ww_status ww_write_frames(const ww_catalog *c, ww_exporter *out, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < c->frame.count; i++)
        status = write_frame(c, i, out, err);
    return status;
}
