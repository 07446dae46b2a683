// SPDX-License-Identifier: MIT
#include "scan/source_list.h"
#include "base/files.h"
#include "base/memory.h"
#include "library/library.h"
#include "video/photo.h"
#include "video/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool begins_like_a_photo(const char *path)
{
    uint8_t head[WW_PHOTO_HEAD_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, head, sizeof head);
    close(fd);
    return n > 0 && ww_photo_recognise(head, (size_t)n);
}

static ww_status add_file(ww_source_list *inputs, const char *path, ww_error *err)
{
    struct stat s;
    ww_source_file input = {.path = ww_try_strdup(path), .photo = begins_like_a_photo(path)};
    if (stat(path, &s) == 0)
        input.bytes = s.st_size;
    if (input.path && ww_vector_push(inputs, input))
        return WW_OK;
    free(input.path);
    return ww_fail_memory(err, "the list of files");
}

static int by_bytes(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

static int not_hidden(const struct dirent *entry) { return entry->d_name[0] != '.'; }

static ww_status add_folder(ww_source_list *inputs, const char *dir, int depth, const ww_log *log, int64_t *unreadable,
                            ww_error *err)
{
    char *store = ww_path_join(dir, WW_STORE_FILE);
    bool ours = ww_path_exists(store);
    free(store);
    if (ours)
        return WW_OK;
    struct dirent **entry = NULL;
    int n = scandir(dir, &entry, not_hidden, by_bytes);
    if (n < 0) {
        ww_logf(log, WW_LOG_ERROR, "cannot read the folder '%s': %s", dir, strerror(errno));
        ++*unreadable;
        return WW_OK;
    }
    ww_status status = WW_OK;
    for (int i = 0; i < n; i++) {
        char *path = ww_path_join(dir, entry[i]->d_name);
        struct stat s;
        if (status != WW_OK) {
            // only what is left is freed
        } else if (lstat(path, &s) == 0 && S_ISDIR(s.st_mode)) {
            if (depth < WW_FOLDER_DEPTH_MAX)
                status = add_folder(inputs, path, depth + 1, log, unreadable, err);
        } else if ((stat(path, &s) != 0 || S_ISREG(s.st_mode)) && ww_content_of(path, NULL) != WW_CONTENT_OTHER) {
            status = add_file(inputs, path, err); // a broken link too: better reported than silently missed
        }
        free(path);
        free(entry[i]);
    }
    free(entry);
    return status;
}

ww_status ww_source_list_collect(const char *const *named, size_t count, const ww_log *log, ww_source_list *inputs,
                                 int64_t *unreadable, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; i < count && status == WW_OK; i++) {
        if (!ww_path_is_dir(named[i])) {
            status = add_file(inputs, named[i], err);
            continue;
        }
        size_t before = inputs->count;
        int64_t unreadable_before = *unreadable;
        status = add_folder(inputs, named[i], 0, log, unreadable, err);
        if (status == WW_OK && inputs->count == before && *unreadable == unreadable_before)
            ww_logf(log, WW_LOG_WARNING, "the folder '%s' holds no photos or videos", named[i]);
    }
    return status;
}

void ww_source_list_free(ww_source_list *inputs)
{
    for (size_t i = 0; i < inputs->count; i++)
        free(inputs->item[i].path);
    ww_vector_free(inputs);
}
