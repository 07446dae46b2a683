// SPDX-License-Identifier: MIT
#include "base/ascii.h"
#include "base/memory.h"
#include "library/catalog.h"

#include <stdlib.h>
#include <string.h>

#define FOLDER_BYTES_MAX 120 // leaves room for " (N)" and ".jpg" below the 255 bytes that file systems allow

static const char *const taken_by_the_house[] = {
    "Unsorted", "Montage", "Frames", "faces.csv", "index.html", "data.yaml", "whoswho.db", "whoswho.db-wal", "whoswho.db-shm",
};

// The cut falls between characters: never before a UTF-8 continuation byte.
static size_t length_within(const char *name, size_t max_bytes)
{
    size_t length = strlen(name);
    if (length <= max_bytes)
        return length;
    length = max_bytes;
    while (length > 0 && ((unsigned char)name[length] & 0xc0) == 0x80)
        length--;
    return length;
}

char *ww_folder_name(const char *name)
{
    name += strspn(name, " ");
    char *folder = ww_strndup(name, length_within(name, FOLDER_BYTES_MAX));
    size_t length = strlen(folder);
    while (length > 0 && folder[length - 1] == ' ')
        folder[--length] = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)folder[i];
        if (c < 0x20 || c == 0x7f || c == '/' || c == '\\')
            folder[i] = '_';
    }
    for (size_t i = 0; folder[i] == '.'; i++) // would hide the folder
        folder[i] = '_';
    for (size_t i = length; i > 0 && folder[i - 1] == '.'; i--) // Windows drops them
        folder[i - 1] = '_';
    if (length > 0)
        return folder;
    free(folder);
    return NULL;
}

// A set of names without regard to case: open addressing over the first `count` of `folders`.
typedef struct name_set {
    const char **slot;
    size_t slots;
} name_set;

static bool add_name(name_set *set, const char *name)
{
    size_t hash = 5381;
    for (const char *p = name; *p; p++)
        hash = hash * 33 + (unsigned char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
    for (size_t i = hash % set->slots;; i = (i + 1) % set->slots) {
        if (!set->slot[i]) {
            set->slot[i] = name;
            return true;
        }
        if (ww_ascii_same(set->slot[i], name))
            return false;
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
                wanted = ww_strf("Face_%d", person->number);
            person->folder = free_folder(&set, wanted);
            free(wanted);
        }
    }
    free(set.slot);
    return true;
}
