// SPDX-License-Identifier: MIT
// Folders for what a test writes: each new and empty, and gone when the program ends.
#ifndef WW_TESTS_SCRATCH_H
#define WW_TESTS_SCRATCH_H
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SCRATCH_BYTES = 256,     // of the longest path of a folder, with its end
    SCRATCH_FOLDERS_MAX = 8, // at a time
};

static char *scratch_folders[SCRATCH_FOLDERS_MAX]; // NULL where there is none
static pid_t scratch_owner;

static inline int scratch_remove_one(const char *path, const struct stat *s, int type, struct FTW *where)
{
    return remove(path);
}

// Removes a folder of scratch_folder() with all that is in it, before the program ends.
static inline void scratch_remove(const char *folder)
{
    const int descriptors_max = 8;
    for (int i = 0; i < SCRATCH_FOLDERS_MAX; i++)
        if (folder && folder == scratch_folders[i]) {
            nftw(folder, scratch_remove_one, descriptors_max, FTW_DEPTH | FTW_PHYS);
            free(scratch_folders[i]);
            scratch_folders[i] = NULL;
        }
}

static inline void scratch_remove_all(void)
{
    for (int i = 0; i < SCRATCH_FOLDERS_MAX && getpid() == scratch_owner; i++) // not where a forked child ends
        scratch_remove(scratch_folders[i]);
}

// Where temporary files belong: $TMPDIR, else /tmp.
static inline const char *scratch_top(void)
{
    const char *top = getenv("TMPDIR");
    return top && *top ? top : "/tmp";
}

static inline const char *scratch_folder_in(const char *top)
{
    char *path = malloc(SCRATCH_BYTES);
    int place = 0;
    while (place < SCRATCH_FOLDERS_MAX && scratch_folders[place])
        place++;
    if (!path || place == SCRATCH_FOLDERS_MAX
        || snprintf(path, SCRATCH_BYTES, "%s/whoswho-test-XXXXXX", top) >= SCRATCH_BYTES || !mkdtemp(path)) {
        fprintf(stderr, "no folder can be made in '%s', beside %d\n", top, place);
        abort();
    }
    scratch_folders[place] = path;
    if (!scratch_owner) {
        scratch_owner = getpid();
        atexit(scratch_remove_all);
    }
    return path;
}

// The path is good until the folder is removed, at the latest when the program ends. Aborts where none can be made.
static inline const char *scratch_folder(void) { return scratch_folder_in(scratch_top()); }

// The same, in memory where TMPDIR says nothing else and there is some to be had (as much as a container gets, 64 MB):
// for tests that sync a lot, and mean the order of things, not the disk.
static inline const char *scratch_folder_in_memory(void)
{
    const bool memory = strcmp(scratch_top(), "/tmp") == 0 && access("/dev/shm", W_OK) == 0;
    return scratch_folder_in(memory ? "/dev/shm" : scratch_top());
}
#endif
