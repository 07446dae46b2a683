// SPDX-License-Identifier: MIT
#include "base/memory.h"
#include "library/catalog.h"
#include "library/names.h"

#include <stdlib.h>
#include <string.h>

#define UNNAMED_PREFIX "Face_"

enum { HOUSE_FOLDERS = 3 }; // the rest are files
static const char *const taken_by_the_house[] = {
    "Unsorted",
    "Montage",
    "Frames",
    "faces.csv",
    "index.html",
    "data.yaml",
    "whoswho-faces.csv",
    "whoswho-index.html",
    "whoswho-data.yaml",
    "whoswho.db",
    "whoswho.db-wal",
    "whoswho.db-shm",
    "whoswho.db-journal",
    "whoswho.conf", // the user's, but read as our configuration
};

// A set of names, however they are written: open addressing over the first `count` of `folders`.
typedef struct name_set {
    char **slot; // keys, owned
    size_t slots;
} name_set;

static bool add_name(name_set *set, const char *name)
{
    char *key = ww_name_key(name);
    size_t hash = 5381;
    for (const char *p = key; *p; p++)
        hash = hash * 33 + (unsigned char)*p;
    for (size_t i = hash % set->slots;; i = (i + 1) % set->slots) {
        if (!set->slot[i]) {
            set->slot[i] = key;
            return true;
        }
        if (strcmp(set->slot[i], key) == 0) {
            free(key);
            return false;
        }
    }
}

static char *free_folder(name_set *set, const char *wanted)
{
    char *folder = ww_strdup(wanted);
    for (int n = 2; !add_name(set, folder); n++) {
        free(folder);
        folder = ww_strf("%s (%d)", wanted, n);
    }
    return folder;
}

bool ww_catalog_name_folders(ww_catalog *c)
{
    size_t reserved = sizeof taken_by_the_house / sizeof *taken_by_the_house;
    name_set set = {.slots = 2 * (c->person.count + reserved) + 1};
    set.slot = ww_try_array(set.slots, sizeof *set.slot);
    if (!set.slot)
        return false;
    for (size_t i = 0; i < reserved; i++)
        add_name(&set, taken_by_the_house[i]);
    for (size_t pass = 0; pass < 2; pass++) { // the unnamed first: Face_N is theirs
        for (size_t i = 0; i < c->person.count; i++) {
            ww_catalog_person *person = &c->person.item[i];
            if ((person->name != NULL) != (pass == 1))
                continue;
            char *wanted = person->name ? ww_folder_name(person->name) : NULL;
            if (!wanted)
                wanted = ww_strf(UNNAMED_PREFIX "%d", person->number);
            person->folder = free_folder(&set, wanted);
            free(wanted);
        }
    }
    for (size_t i = 0; i < set.slots; i++)
        free(set.slot[i]);
    free(set.slot);
    return true;
}

bool ww_is_nameless_folder(const char *name)
{
    for (size_t i = 0; i < HOUSE_FOLDERS; i++)
        if (strcmp(name, taken_by_the_house[i]) == 0)
            return true;
    return strncmp(name, UNNAMED_PREFIX, sizeof UNNAMED_PREFIX - 1) == 0;
}
