// SPDX-License-Identifier: MIT
#include "formats/folders/made_keys.h"
#include "formats/folders/writers.h"

static ww_status write_portrait(const ww_catalog *c, size_t face, ww_exporter *out, ww_error *err)
{
    ww_buffer path = {0}, label = {0};
    ww_catalog_face_path(c, face, "jpg", &path);
    ww_status status = ww_exporter_put_stored(out, &path, ww_portrait_key(c, face), ww_store_portrait_jpeg,
                                              c->face.item[face].id, err);
    path.bytes = 0;
    ww_catalog_face_path(c, face, "txt", &path);
    ww_label_portrait(c, face, &label);
    if (status == WW_OK)
        status = ww_exporter_put_text(out, &path, &label, WW_EXPORT_CAREFUL, err);
    ww_buffer_free(&label);
    ww_buffer_free(&path);
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
