// SPDX-License-Identifier: MIT
#include "formats/folders/writers.h"

#include <stdlib.h>

static ww_status write_portrait(const ww_catalog *c, size_t face, ww_exporter *out, ww_error *err)
{
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    ww_buffer path = {0}, label = {0};
    ww_catalog_face_path(c, face, "jpg", &path);
    ww_status status = ww_store_portrait_jpeg(c->store, c->face.item[face].id, &jpeg, &bytes, err);
    if (status == WW_OK)
        status = ww_exporter_put_at(out, &path, jpeg, bytes, WW_EXPORT_CAREFUL, err);
    path.bytes = 0;
    ww_catalog_face_path(c, face, "txt", &path);
    ww_label_portrait(c, face, &label);
    if (status == WW_OK)
        status = ww_exporter_put_text(out, &path, &label, WW_EXPORT_CAREFUL, err);
    ww_buffer_free(&label);
    ww_buffer_free(&path);
    free(jpeg);
    return status;
}

// Person by person, so that a folder fills in one go.
ww_status ww_write_portraits(const ww_catalog *c, ww_exporter *out, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < c->face.count - c->ignored.face_count; i++)
        status = write_portrait(c, c->by_person[i], out, err);
    return status;
}
