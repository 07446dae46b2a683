// SPDX-License-Identifier: MIT
#include "formats/dataset.h"
#include "formats/split.h"
#include "library/names.h"
#include "library/settings.h"

#include <stdlib.h>

enum { TRAIN_DEFAULT = 80, VAL_DEFAULT = 10, TEST_DEFAULT = 10, CHIP_SIZE_DEFAULT = 112 };

static ww_status resolve(ww_library *library, ww_dataset_options *o, ww_error *err)
{
    double eps = 0;
    ww_status status = ww_setting_number(library, WW_SETTING_EPS, WW_EPS_FALLBACK, &eps, err);
    if (status != WW_OK)
        return status;
    if (!(o->near_duplicate >= 0))
        o->near_duplicate = WW_NEAR_DUPLICATE_EPS_SHARE * eps;
    if (o->train == 0 && o->val == 0 && o->test == 0) {
        o->train = TRAIN_DEFAULT;
        o->val = VAL_DEFAULT;
        o->test = TEST_DEFAULT;
    }
    if (o->chip_size == 0)
        o->chip_size = CHIP_SIZE_DEFAULT;
    return WW_OK;
}

// --- classes

static bool is_taken(const ww_dataset *set, const char *folder)
{
    for (size_t i = 0; i < set->classes.count; i++)
        if (ww_name_same(set->classes.item[i].folder, folder))
            return true;
    return false;
}

// The catalog's name of the folder is fit for file systems; '[' and ']' are left, which mean something to glob().
static char *class_folder(const ww_dataset *set, const ww_catalog_person *person)
{
    char *base = ww_strdup(person->folder);
    for (char *c = base; *c; c++)
        *c = *c == '[' ? '(' : *c == ']' ? ')' : *c;
    char *folder = ww_strdup(base);
    for (int n = 2; is_taken(set, folder); n++) {
        free(folder);
        folder = ww_strf("%s (%d)", base, n);
    }
    free(base);
    return folder;
}

static ww_status find_classes(ww_dataset *set, ww_error *err)
{
    const ww_catalog *c = set->catalog;
    for (size_t i = 0; i < c->face.count; i++)
        set->class_of[i] = WW_NO_CLASS;
    for (size_t i = 0; i < c->person.count; i++) {
        const ww_catalog_person *p = &c->person.item[i];
        if (p->face_count == 0 || p->ignored || (set->options.named_only && !p->name))
            continue;
        ww_dataset_class class = {.person = p, .folder = class_folder(set, p)};
        if (!ww_vector_push(&set->classes, class)) {
            free(class.folder);
            return ww_fail_memory(err, "%zu classes", set->classes.count);
        }
        for (size_t k = 0; k < p->face_count; k++)
            set->class_of[p->face[k]] = (int32_t)set->classes.count - 1;
    }
    if (set->classes.count == 0)
        return ww_fail(err, WW_ERR_NOT_FOUND,
                       set->options.named_only
                           ? "nobody has a name yet, so there is no class to write: whoswho name NUMBER NAME"
                           : "there are no people in this library, so there is no class to write");
    return WW_OK;
}

// A class that no picture shows would be an empty one.
static bool has_unknown(const ww_dataset *set)
{
    const ww_catalog *c = set->catalog;
    for (size_t k = 0; set->options.unlabelled == WW_UNLABELLED_UNKNOWN && k < c->frame.count; k++) {
        const ww_catalog_frame *f = &c->frame.item[k];
        size_t known = 0;
        for (size_t i = f->first_face; i < f->first_face + f->face_count; i++)
            known += set->class_of[i] != WW_NO_CLASS;
        if (known > 0 && known < f->face_count)
            return true;
    }
    return false;
}

ww_status ww_dataset_make(ww_library *library, const ww_catalog *catalog, const ww_dataset_options *options,
                          ww_dataset *set, ww_error *err)
{
    *set = (ww_dataset){.catalog = catalog, .options = *options, .closest_distance = -1};
    ww_status status = resolve(library, &set->options, err);
    if (status != WW_OK)
        return status;
    set->class_of = ww_try_array(catalog->face.count, sizeof *set->class_of);
    set->group = ww_try_array(catalog->frame.count, sizeof *set->group);
    set->side = ww_try_array(catalog->frame.count, sizeof *set->side);
    if (!set->class_of || !set->group || !set->side)
        status = ww_fail_memory(err, "the data set's %zu faces", catalog->face.count);
    if (status == WW_OK)
        status = find_classes(set, err);
    if (status == WW_OK)
        set->has_unknown = has_unknown(set);
    if (status == WW_OK)
        status = ww_dataset_split(set, err);
    if (status != WW_OK)
        ww_dataset_free(set);
    return status;
}

void ww_dataset_free(ww_dataset *set)
{
    for (size_t i = 0; i < set->classes.count; i++)
        free(set->classes.item[i].folder);
    ww_vector_free(&set->classes);
    free(set->class_of);
    free(set->group);
    free(set->side);
    *set = (ww_dataset){0};
}
