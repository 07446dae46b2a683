// SPDX-License-Identifier: MIT
// What CVAT refuses, or loses: annotations.xml of "CVAT for images 1.1", about the pictures in images/.
#include "base/number.h"
#include "formats/check_annotated.h"
#include "formats/import/xml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct cvat {
    ww_annotated *a;
    bool in_labels, in_attributes; // of the task's description
    char *image;                   // name of the one at hand; owned
    size_t line;
    bool any_image;
} cvat;

// Not finite: there is none, or it is none.
static double number(const char **attributes, const char *name)
{
    double value;
    const char *text = ww_xml_attribute(attributes, name);
    return text && ww_number_read(text, &value) ? value : NAN;
}

static ww_status begin_image(cvat *v, const char **attributes, size_t line, ww_error *err)
{
    const char *name = ww_xml_attribute(attributes, "name");
    const double width = number(attributes, "width"), height = number(attributes, "height");
    if (!v->any_image)
        ww_annotated_sort_labels(v->a);
    v->any_image = true;
    free(v->image);
    v->image = ww_try_strdup(name ? name : "");
    v->line = line;
    v->a->boxes.width = width;
    v->a->boxes.height = height;
    if (!name || !(width >= 1 && height >= 1))
        return ww_fail(err, WW_ERR_FORMAT, "the image has no name, or no size");
    return v->image ? WW_OK : ww_fail_memory(err, "the name of an image");
}

static ww_status begin_box(cvat *v, const char **attributes, size_t line, ww_error *err)
{
    const char *label = ww_xml_attribute(attributes, "label");
    const double left = number(attributes, "xtl"), top = number(attributes, "ytl"), right = number(attributes, "xbr"),
                 bottom = number(attributes, "ybr"), width = v->a->boxes.width, height = v->a->boxes.height;
    const ww_box box = {left / width, top / height, (right - left) / width, (bottom - top) / height};
    return ww_annotated_box(v->a, label ? label : "", box, line, err);
}

static ww_status on_start(void *user, const char *name, const char **attributes, const ww_xml_place *place,
                          ww_error *err)
{
    cvat *v = user;
    if (strcmp(name, "labels") == 0)
        v->in_labels = true;
    if (strcmp(name, "attributes") == 0)
        v->in_attributes = true;
    if (strcmp(name, "image") == 0)
        return begin_image(v, attributes, place->line, err);
    return v->image && strcmp(name, "box") == 0 ? begin_box(v, attributes, place->line, err) : WW_OK;
}

static ww_status on_end(void *user, const char *name, const char *text, const ww_xml_place *place, ww_error *err)
{
    cvat *v = user;
    ww_status status = WW_OK;
    (void)place;
    if (strcmp(name, "attributes") == 0)
        v->in_attributes = false;
    else if (strcmp(name, "labels") == 0)
        v->in_labels = false;
    else if (v->in_labels && !v->in_attributes && strcmp(name, "name") == 0)
        status = ww_annotated_add_label(v->a, text, err);
    else if (strcmp(name, "image") == 0 && v->image) {
        status = ww_annotated_picture(v->a, v->image, v->line, err);
        free(v->image);
        v->image = NULL;
    }
    return status;
}

static ww_status read_annotations(ww_annotated *a, const uint8_t *data, size_t bytes, ww_error *err)
{
    static const ww_xml_reader reader = {on_start, on_end};
    cvat v = {.a = a};
    ww_status status = ww_xml_read(data, bytes, a->file, &reader, &v, err);
    free(v.image);
    return status;
}

ww_status ww_check_cvat(ww_checker *c, bool *found, ww_error *err)
{
    static const ww_annotated_kind kind = {"annotations.xml", WW_XML_BYTES_MAX, NULL, read_annotations};
    return ww_annotated_check(c, &kind, found, err);
}
