// SPDX-License-Identifier: MIT
// What folder_look.c (opening, looking, reading, listing) and folder_write.c share. Private to them.
#ifndef WW_BASE_FOLDER_PARTS_H
#define WW_BASE_FOLDER_PARTS_H
#include "base/folder.h"

#include <sys/types.h>

struct ww_folder {
    char *dir;
    int fd;
    dev_t device;
};

// "cannot WHAT 'DIR/PATH': ..."
ww_status ww_folder_fail(const ww_folder *folder, int errnum, const char *what, const char *path, ww_error *err);
// WW_ERR_STORE: the path does not stay inside.
ww_status ww_folder_check(const ww_folder *folder, const char *path, ww_error *err);
// The folder of the file `path`, which the caller closes, and the file's name in it; -1 with errno.
int ww_folder_open_parent(const ww_folder *folder, const char *path, bool create, const char **name);
// Makes the folder that holds `path` the one in *place; *name is the path's last component. False: it cannot be opened,
// see errno.
bool ww_folder_go_to_parent(const ww_folder *folder, ww_folder_place *place, const char *path, bool create,
                            const char **name);
// What is called `name` in the open folder `at`, which is `path`; at -1: errno says why it is not open.
ww_status ww_folder_look_in(ww_folder *folder, int at, const char *name, const char *path, ww_entry_info *info,
                            ww_error *err);
void ww_close_keeping_errno(int fd); // fd -1: nothing is closed

#endif
