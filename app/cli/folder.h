// SPDX-License-Identifier: MIT
// Folders of libraries.
#ifndef WW_CLI_FOLDER_H
#define WW_CLI_FOLDER_H
#include <stdbool.h>

// Whether `path` is a folder of this program.
bool is_library(const char *path);
// Removes a library that holds nothing but its store, and its folder; anything else in it stays, and the folder then.
void folder_unmake(const char *dir);
// Makes a folder for a library that is needed for a moment; the caller's (free), NULL after a message.
char *folder_make_scratch(void);

#endif
