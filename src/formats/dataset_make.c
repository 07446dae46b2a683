// SPDX-License-Identifier: MIT
#include "formats/dataset.h"
#include "formats/selection.h"
#include "formats/split.h"
#include "library/names.h"
#include "library/settings.h"
#include "library/shots.h"

#include <stdlib.h>
#include <string.h>

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
    return WW_OK;
}

// Of each class those that stand for it.
static ww_status choose_faces(ww_dataset *set, ww_error *err)
{
    const ww_dataset_options *o = &set->options;
    const ww_selection selection = {o->best, o->per_track, o->apart};
    size_t *face = ww_try_array(set->catalog->face.count, sizeof *face);
    ww_status status = face ? WW_OK : ww_fail_memory(err, "a choice among %zu faces", set->catalog->face.count);
    for (size_t k = 0; status == WW_OK && k < set->classes.count; k++) {
        const ww_catalog_person *p = set->classes.item[k].person;
        size_t kept = p->face_count;
        memcpy(face, p->face, p->face_count * sizeof *face);
        if (ww_selection_any(&selection))
            status = ww_select_faces(set->catalog, &selection, face, p->face_count, &kept, err);
        for (size_t i = 0; status == WW_OK && i < kept; i++)
            set->chosen[face[i]] = 1;
    }
    free(face);
    return status;
}

// A class that no picture shows would be an empty one.
static bool has_unknown(const ww_dataset *set)
{
    const ww_catalog *c = set->catalog;
    for (size_t k = 0; set->options.unlabelled == WW_UNLABELLED_UNKNOWN && k < c->frame.count; k++) {
        const ww_catalog_frame *f = &c->frame.item[k];
        size_t known = 0, unknown = 0;
        for (size_t i = f->first_face; i < f->first_face + f->face_count; i++) {
            known += set->class_of[i] != WW_NO_CLASS;
            unknown += ww_dataset_is_unlabelled(set, i);
        }
        if (known > 0 && unknown > 0 && ww_dataset_frame_use(set, k) == WW_FRAME_USED)
            return true;
    }
    return false;
}

// A class without a face in train cannot be learnt: its faces have none then. Only people whose every frame is a
// near-duplicate of somebody else's on another side are such.
static ww_status leave_out_lost(ww_dataset *set, ww_error *err)
{
    size_t kept = 0;
    for (size_t k = 0; k < set->classes.count; k++) {
        ww_dataset_class *class = &set->classes.item[k];
        const bool lost = class->faces[WW_SIDE_TRAIN] == 0;
        for (size_t i = 0; i < class->person->face_count; i++) {
            const size_t face = class->person->face[i];
            set->class_of[face] = lost ? WW_NO_CLASS : (int32_t)kept;
            set->chosen[face] = set->chosen[face] && !lost;
        }
        for (int side = 0; lost && side < WW_SIDES; side++)
            set->faces[side] -= class->faces[side];
        set->people_lost += lost;
        if (lost)
            free(class->folder);
        else
            set->classes.item[kept++] = *class;
    }
    const bool any = set->classes.count > 0;
    set->classes.count = kept;
    return kept || !any ? WW_OK : ww_fail(err, WW_ERR_NOT_FOUND, "no frame is left for train; lower --near-duplicate");
}

ww_status ww_dataset_make(ww_library *library, const ww_catalog *catalog, const ww_dataset_options *options,
                          ww_dataset *set, ww_error *err)
{
    *set = (ww_dataset){.library = library, .catalog = catalog, .options = *options, .closest_distance = -1};
    ww_status status = resolve(library, &set->options, err);
    if (status != WW_OK)
        return status;
    set->class_of = ww_try_array(catalog->face.count, sizeof *set->class_of);
    set->group = ww_try_array(catalog->frame.count, sizeof *set->group);
    set->side = ww_try_array(catalog->frame.count, sizeof *set->side);
    set->chosen = ww_try_array(catalog->face.count, sizeof *set->chosen);
    set->dropped = ww_try_array(catalog->frame.count, sizeof *set->dropped);
    if (!set->class_of || !set->group || !set->side || !set->chosen || !set->dropped)
        status = ww_fail_memory(err, "the data set's %zu faces", catalog->face.count);
    if (status == WW_OK)
        status = find_classes(set, err);
    if (status == WW_OK)
        status = choose_faces(set, err);
    if (status == WW_OK)
        status = ww_catalog_shots(catalog, &set->shot, err);
    if (status == WW_OK)
        status = ww_dataset_split(set, err);
    if (status == WW_OK)
        status = leave_out_lost(set, err);
    if (status == WW_OK)
        set->has_unknown = has_unknown(set);
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
    free(set->shot);
    free(set->chosen);
    free(set->dropped);
    *set = (ww_dataset){0};
}
