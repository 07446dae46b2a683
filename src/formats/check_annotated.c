// SPDX-License-Identifier: MIT
#include "formats/check_annotated.h"
#include "base/memory.h"
#include "base/search.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define SHARE_TOLERANCE 1e-4 // coordinates are rounded to hundredths of a pixel, or to millionths of the picture

ww_status ww_annotated_add_label(ww_annotated *a, const char *label, ww_error *err)
{
    char *copy = ww_try_strdup(label);
    if (copy && ww_vector_push(&a->label, copy))
        return WW_OK;
    free(copy);
    return ww_fail_memory(err, "a list of %zu labels", a->label.count);
}

void ww_annotated_sort_labels(ww_annotated *a)
{
    if (a->label.count)
        qsort(a->label.item, a->label.count, sizeof *a->label.item, ww_text_order);
}

static bool is_listed(char *const *list, size_t count, const char *text, size_t *at)
{
    WW_LOWER_BOUND(*at, count, strcmp(list[*at], text) < 0);
    return *at < count && strcmp(list[*at], text) == 0;
}

ww_status ww_annotated_box(ww_annotated *a, const char *label, ww_box box, size_t line, ww_error *err)
{
    size_t at;
    const char *fault = ww_check_box_fault(box, SHARE_TOLERANCE);
    a->c->result->labels++;
    if (fault)
        ww_check_found(a->c, "%s:%zu: %s", a->file, line, fault);
    if (!is_listed(a->label.item, a->label.count, label, &at))
        ww_check_found(a->c, "%s:%zu: the label '%s' is none of those listed", a->file, line, label);
    return ww_vector_push(&a->boxes.boxes, box) ? WW_OK : ww_fail_memory(err, "the boxes of a picture");
}

ww_status ww_annotated_picture(ww_annotated *a, const char *name, size_t line, ww_error *err)
{
    size_t at;
    ww_status status = WW_OK;
    if (!is_listed(a->picture, a->pictures, name, &at))
        ww_check_found(a->c, "%s:%zu: there is no picture images/%s", a->file, line, name);
    else if (a->told[at]++ > 0) {
        a->told[at] = 2;
        ww_check_found(a->c, "%s:%zu: it tells of images/%s a second time", a->file, line, name);
    } else {
        char *path = ww_strf("images/%s", name);
        status = ww_check_picture(a->c, path, WW_NO_SIDE, &a->boxes, err);
        free(path);
    }
    a->boxes.boxes.count = 0;
    a->boxes.width = a->boxes.height = 0;
    return status;
}

// --- the whole

static ww_status list_pictures(ww_annotated *a, ww_error *err)
{
    ww_status status = ww_check_list(a->c, "images", &a->picture, &a->pictures, err);
    a->told = ww_try_array(a->pictures, sizeof *a->told);
    return status != WW_OK || a->told ? status : ww_fail_memory(err, "a list of %zu pictures", a->pictures);
}

static void find_untold(ww_annotated *a)
{
    for (size_t i = 0; i < a->pictures; i++)
        if (!a->told[i])
            ww_check_found(a->c, "%simages/%s: %s does not tell of it", a->c->prefix, a->picture[i], a->file);
}

static ww_status read_file(ww_annotated *a, const ww_annotated_kind *kind, ww_error *err)
{
    uint8_t *data = NULL;
    size_t bytes = 0;
    ww_error why = {0};
    ww_check_read(a->c, kind->file, "the file", kind->bytes_max, &data, &bytes);
    if (!data)
        return WW_OK;
    ww_status status = kind->read(a, data, bytes, &why);
    if (status == WW_OK)
        find_untold(a);
    else
        status = ww_check_unreadable(a->c, a->file, status, &why, err);
    free(data);
    return status;
}

static void close_annotated(ww_annotated *a)
{
    for (size_t i = 0; i < a->label.count; i++)
        free(a->label.item[i]);
    ww_vector_free(&a->label);
    ww_vector_free(&a->boxes.boxes);
    ww_folder_names_free(a->picture, a->pictures);
    free(a->told);
}

ww_status ww_annotated_check(ww_checker *c, const ww_annotated_kind *kind, bool *found, ww_error *err)
{
    ww_status status = ww_check_exists(c, kind->file, WW_ENTRY_FILE, found, err);
    if (status != WW_OK || !*found)
        return status;
    char *file = ww_strf("%s%s", c->prefix, kind->file);
    ww_annotated a = {.c = c, .file = file};
    status = list_pictures(&a, err);
    if (status == WW_OK && kind->read_labels)
        status = kind->read_labels(&a, err);
    if (status == WW_OK)
        status = read_file(&a, kind, err);
    close_annotated(&a);
    free(file);
    return status;
}
