// SPDX-License-Identifier: MIT
// Folders of libraries.
#ifndef WW_CLI_FOLDER_H
#define WW_CLI_FOLDER_H
#include <stdbool.h>

#define DIR_DEFAULT "ClusteredFaces" // of a library, when none is named

// Whether `path` is a folder of this program: one with a store in it.
bool is_library(const char *path);
// Removes a library that holds nothing but its store, and its folder; anything else in it stays, and the folder then.
void folder_unmake(const char *dir);
// Makes a new folder, for the user alone, in $TMPDIR (else /tmp), for a library that is needed for a moment: its path,
// the caller's (free), and the folder the caller's to remove (folder_unmake); NULL after a message.
char *folder_make_scratch(void);

#endif
