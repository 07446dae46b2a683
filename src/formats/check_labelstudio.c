// SPDX-License-Identifier: MIT
// What Label Studio refuses, or shows nowhere: tasks.json, about the pictures in images/, with the labels of
// config.xml.
#include "formats/check_annotated.h"
#include "base/json.h"
#include "base/text.h"
#include "formats/import/xml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_NAME "config.xml"
#define JSON_BYTES_MAX ((size_t)1 << 30)
#define PLACE "/data/local-files/?d=images/"

typedef struct region {         // at hand
    double x, y, width, height; // percent
    double original_width, original_height;
    char *label; // owned
} region;

typedef struct studio {
    ww_annotated *a;
    region region;
    char *image; // of the task at hand: name in images/; owned
} studio;

static ww_status on_label(void *user, const char *name, const char **attributes, const ww_xml_place *place,
                          ww_error *err)
{
    (void)place;
    const char *value = strcmp(name, "Label") == 0 ? ww_xml_attribute(attributes, "value") : NULL;
    return value ? ww_annotated_add_label(user, value, err) : WW_OK;
}

static ww_status read_config(ww_annotated *a, ww_error *err)
{
    static const ww_xml_reader reader = {on_label, NULL};
    uint8_t *data = NULL;
    size_t bytes = 0;
    ww_error why = {0};
    ww_status status = WW_OK;
    char *file = ww_strf("%s" CONFIG_NAME, a->c->prefix);
    ww_check_read(a->c, CONFIG_NAME, "the labels", WW_XML_BYTES_MAX, &data, &bytes);
    if (data)
        status = ww_xml_read(data, bytes, file, &reader, a, &why);
    if (status != WW_OK)
        status = ww_check_unreadable(a->c, file, status, &why, err);
    ww_annotated_sort_labels(a);
    free(file);
    free(data);
    return status;
}

static ww_status keep(char **into, const char *text, ww_error *err)
{
    free(*into);
    *into = ww_try_strdup(text);
    return *into ? WW_OK : ww_fail_memory(err, "a task's texts");
}

static void forget_region(studio *s)
{
    free(s->region.label);
    s->region = (region){.x = NAN, .y = NAN, .width = NAN, .height = NAN};
}

static void set_number(region *r, const char *path, double number)
{
    const struct {
        const char *end;
        double *value;
    } member[] = {{".value.x", &r->x},
                  {".value.y", &r->y},
                  {".value.width", &r->width},
                  {".value.height", &r->height},
                  {".original_width", &r->original_width},
                  {".original_height", &r->original_height}};
    for (size_t i = 0; i < sizeof member / sizeof *member; i++)
        if (ww_text_ends_with(path, member[i].end))
            *member[i].value = number;
}

static ww_status end_region(studio *s, size_t line, ww_error *err)
{
    const region *r = &s->region;
    ww_status status = WW_OK;
    if (r->label) { // what has none is no box: a choice, a text
        const ww_box box = {r->x / 100, r->y / 100, r->width / 100, r->height / 100};
        status = ww_annotated_box(s->a, r->label, box, line, err);
    }
    if (r->original_width > 0 && r->original_height > 0) {
        s->a->boxes.width = r->original_width;
        s->a->boxes.height = r->original_height;
    }
    forget_region(s);
    return status;
}

static ww_status end_task(studio *s, size_t line, ww_error *err)
{
    ww_status status = ww_annotated_picture(s->a, s->image ? s->image : "", line, err);
    free(s->image);
    s->image = NULL;
    return status;
}

static ww_status on_value(void *user, const char *path, ww_json_kind kind, double number, const char *text, size_t line,
                          ww_error *err)
{
    studio *s = user;
    if (kind == WW_JSON_NUMBER)
        set_number(&s->region, path, number);
    if (kind == WW_JSON_STRING && ww_text_ends_with(path, ".value.rectanglelabels[]"))
        return keep(&s->region.label, text, err);
    if (kind == WW_JSON_STRING && strcmp(path, "[].data.image") == 0)
        return keep(&s->image, strncmp(text, PLACE, strlen(PLACE)) == 0 ? text + strlen(PLACE) : text, err);
    if (kind == WW_JSON_END && ww_text_ends_with(path, ".result[]"))
        return end_region(s, line, err);
    return kind == WW_JSON_END && strcmp(path, "[]") == 0 ? end_task(s, line, err) : WW_OK;
}

static ww_status read_tasks(ww_annotated *a, const uint8_t *data, size_t bytes, ww_error *err)
{
    studio s = {.a = a};
    (void)bytes;
    forget_region(&s);
    ww_status status = ww_json_read_lines((const char *)data, a->file, on_value, &s, err);
    forget_region(&s);
    free(s.image);
    return status;
}

ww_status ww_check_labelstudio(ww_checker *c, bool *found, ww_error *err)
{
    static const ww_annotated_kind kind = {"tasks.json", JSON_BYTES_MAX, read_config, read_tasks};
    return ww_annotated_check(c, &kind, found, err);
}
