// SPDX-License-Identifier: MIT
#include "scan/source_list.h"
#include "base/ascii.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/id_set.h"
#include "base/memory.h"
#include "scan/known_file.h"
#include "scan/own_files.h"
#include "video/photo.h"
#include "video/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct walk {
    ww_source_list *list;
    const ww_library *open; // or NULL
    const ww_log *log;
    int64_t *unreadable;
    ww_id_set searched;      // folders, by device and number
    WW_VECTOR(char *) links; // to folders, not followed yet; owned
    ww_error *err;
} walk;

typedef struct place { // a folder that is being searched
    const char *path, *file;
    const ww_own_files *own; // of the folder above that holds a library; NULL: there is none
} place;

// What systems and NAS boxes keep beside the user's files: thumbnails, and what was thrown away.
static bool folder_is_left_out(const char *name)
{
    static const char *const names[] = {"@eaDir",    "#recycle",     "@Recycle", "@Recently-Snapshot",
                                        "#snapshot", "$RECYCLE.BIN", "RECYCLER", "System Volume Information",
                                        "lost+found"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (ww_ascii_same(name, names[i]))
            return true;
    return false;
}

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

static void cannot_look(walk *w, const char *what, const char *path, int errnum)
{
    ww_logf(w->log, WW_LOG_ERROR, "cannot look at the %s (%s): '%s'", what, strerror(errnum), path);
    ++*w->unreadable;
}

static int by_bytes(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

static int not_hidden(const struct dirent *entry) { return entry->d_name[0] != '.'; }

// Whether a file found in a folder is footage, and not of our own making. What was scanned before need not be read for
// that.
static bool is_wanted(const place *here, const ww_source_file *input)
{
    return (input->known || ww_content_of(input->path, NULL) != WW_CONTENT_OTHER)
           && !(here->own && ww_own_files_has(here->own, input->path));
}

// A regular file; `here` is where it was found, NULL: it was named. Takes over `file`.
static ww_status add_file(walk *w, const place *here, const char *path, char *file)
{
    ww_source_file input = {.path = ww_try_strdup(path), .file = file};
    ww_status status = input.path ? ww_known_file_look(w->open ? w->open->store : NULL, &input, w->err)
                                  : ww_fail_memory(w->err, "the list of files");
    const bool wanted = status == WW_OK && (!here || is_wanted(here, &input));
    if (wanted && !input.known)
        input.photo = begins_like_a_photo(path);
    if (wanted && ww_vector_push(w->list, input))
        return WW_OK;
    free(input.path);
    free(file);
    return wanted ? ww_fail_memory(w->err, "the list of files") : status;
}

static ww_status search_folder(walk *w, const place *here, const struct stat *s);

// A link: to a folder, which is followed later, to a file, or to nowhere.
static ww_status add_linked(walk *w, const place *here, const char *path, char *file)
{
    struct stat s;
    const int errnum = stat(path, &s) == 0 ? 0 : errno;
    if (errnum == 0 && S_ISDIR(s.st_mode)) {
        char *link = ww_try_strdup(path);
        if (link && ww_vector_push(&w->links, link))
            return WW_OK;
        free(link);
        return ww_fail_memory(w->err, "the list of folders");
    }
    if (errnum == 0 && S_ISREG(s.st_mode))
        return add_file(w, here, path, ww_strdup(file));
    if (errnum)
        cannot_look(w, "target of the link", path, errnum);
    return WW_OK;
}

static ww_status add_entry(walk *w, const place *here, const char *name)
{
    struct stat s;
    ww_status status = WW_OK;
    char *path = ww_path_join(here->path, name), *file = ww_path_join(here->file, name);
    if (lstat(path, &s) != 0) {
        if (errno != ENOENT) // it may be gone by now
            cannot_look(w, "file", path, errno);
    } else if (S_ISLNK(s.st_mode)) {
        status = add_linked(w, here, path, file);
    } else if (S_ISDIR(s.st_mode)) {
        const place below = {path, file, here->own};
        if (!folder_is_left_out(name))
            status = search_folder(w, &below, &s);
    } else if (S_ISREG(s.st_mode)) {
        status = add_file(w, here, path, file);
        file = NULL;
    }
    free(path);
    free(file);
    return status;
}

static ww_status search_entries(walk *w, const place *here)
{
    struct dirent **entry = NULL;
    ww_status status = WW_OK;
    const int n = scandir(here->path, &entry, not_hidden, by_bytes);
    if (n < 0)
        cannot_look(w, "folder", here->path, errno);
    for (int i = 0; i < n; i++) {
        if (status == WW_OK)
            status = add_entry(w, here, entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
    return status;
}

static uint64_t folder_id(const struct stat *s)
{
    const uint64_t id[] = {s->st_dev, s->st_ino};
    return ww_hash_bytes(id, sizeof id);
}

static ww_status search_folder(walk *w, const place *here, const struct stat *s)
{
    bool first = false;
    ww_own_files own = {0};
    ww_error why = {0};
    if (!ww_id_set_put(&w->searched, folder_id(s), &first))
        return ww_fail_memory(w->err, "the list of folders");
    if (!first)
        return WW_OK;
    if (!ww_own_files_here(here->path))
        return search_entries(w, here);
    ww_status status = ww_own_files_load(&own, here->path, w->open, &why);
    if (status == WW_OK) {
        status = search_entries(w, &(place){here->path, here->file, &own});
    } else if (status == WW_ERR_MEMORY) {
        ww_fail(w->err, status, "%s", why.message);
    } else { // its portraits are not taken for photos
        ww_logf(w->log, WW_LOG_ERROR, "the folder '%s' is left out, for it cannot be told what whoswho wrote there: %s",
                here->path, why.message);
        ++*w->unreadable;
        status = WW_OK;
    }
    ww_own_files_free(&own);
    return status;
}

static ww_status search_named(walk *w, const char *path)
{
    struct stat s;
    char *file = realpath(path, NULL);
    ww_status status = WW_OK;
    if (!file || stat(path, &s) != 0)
        cannot_look(w, "folder", path, errno);
    else
        status = search_folder(w, &(place){path, file, NULL}, &s);
    free(file);
    return status;
}

// The links found below a named folder, and those found below these.
static ww_status follow_links(walk *w)
{
    ww_status status = WW_OK;
    for (size_t i = 0; i < w->links.count && status == WW_OK; i++)
        status = search_named(w, w->links.item[i]);
    return status;
}

ww_status ww_source_list_collect(const char *const *named, size_t count, const ww_library *open, const ww_log *log,
                                 ww_source_list *inputs, int64_t *unreadable, ww_error *err)
{
    walk w = {.list = inputs, .open = open, .log = log, .unreadable = unreadable, .err = err};
    ww_status status = WW_OK;
    for (size_t i = 0; i < count && status == WW_OK; i++) {
        if (!ww_path_is_dir(named[i])) {
            status = add_file(&w, NULL, named[i], ww_path_absolute(named[i]));
            continue;
        }
        const size_t files = inputs->count, folders = w.searched.count;
        const int64_t before = *unreadable;
        status = search_named(&w, named[i]);
        if (status == WW_OK && inputs->count == files && *unreadable == before && w.searched.count > folders
            && w.links.count == 0)
            ww_logf(log, WW_LOG_WARNING, "the folder '%s' holds no photos or videos", named[i]);
    }
    if (status == WW_OK)
        status = follow_links(&w);
    for (size_t i = 0; i < w.links.count; i++)
        free(w.links.item[i]);
    ww_vector_free(&w.links);
    ww_id_set_free(&w.searched);
    return status;
}

void ww_source_list_free(ww_source_list *inputs)
{
    for (size_t i = 0; i < inputs->count; i++) {
        free(inputs->item[i].path);
        free(inputs->item[i].file);
    }
    ww_vector_free(inputs);
}
