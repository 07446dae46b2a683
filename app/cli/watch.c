// SPDX-License-Identifier: MIT
#include "watch.h"
#include "document.h"
#include "streams.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TICK_MS = 200, EVENT_BYTES = 16384, DEPTH_MAX = 64 };
static const uint32_t events = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR;

typedef struct folder {
    int id;
    char *path;
} folder;

struct watch {
    int fd;
    const char *except;
    folder *item;
    size_t count, room;
};

void watch_close(watch *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->count; i++)
        free(w->item[i].path);
    free(w->item);
    if (w->fd >= 0)
        close(w->fd);
    free(w);
}

static bool keep(watch *w, int id, const char *path)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->item[i].id == id)
            return true;
    if (w->count == w->room) {
        const size_t room = 2 * w->room + 16;
        folder *larger = realloc(w->item, room * sizeof *larger);
        if (!larger)
            return false;
        w->item = larger;
        w->room = room;
    }
    char *copy = strdup(path);
    if (copy)
        w->item[w->count++] = (folder){id, copy};
    return copy != NULL;
}

// It is looked for anew each time: the program makes its output folder after the watch has begun.
static bool is_except(const watch *w, const struct stat *s)
{
    struct stat except;
    return stat(w->except, &except) == 0 && s->st_dev == except.st_dev && s->st_ino == except.st_ino;
}

static bool add(watch *w, const char *path, int depth);

static bool add_within(watch *w, const char *path, int depth)
{
    DIR *dir = opendir(path);
    bool good = true;
    for (struct dirent *e; dir && good && (e = readdir(dir));) {
        char *inner = NULL;
        if (e->d_name[0] == '.' || (e->d_type != DT_DIR && e->d_type != DT_UNKNOWN))
            continue;
        good = asprintf(&inner, "%s/%s", path, e->d_name) >= 0 && add(w, inner, depth + 1);
        free(inner);
    }
    if (dir)
        closedir(dir);
    return good;
}

// A folder and those within; anything else, or what went away meanwhile, is passed over.
static bool add(watch *w, const char *path, int depth)
{
    struct stat s;
    if (depth > DEPTH_MAX || lstat(path, &s) != 0 || !S_ISDIR(s.st_mode) || is_except(w, &s))
        return true;
    const int id = inotify_add_watch(w->fd, path, events);
    if (id < 0 && errno == ENOENT)
        return true;
    if (id < 0 || !keep(w, id, path)) {
        complain("the folder '%s' cannot be watched: %s%s", printable(path), strerror(errno),
                 errno == ENOSPC ? " (sysctl fs.inotify.max_user_watches says how many folders can be)" : "");
        return false;
    }
    return add_within(w, path, depth);
}

watch *watch_open(const char *const *path, size_t count, const char *except)
{
    watch *w = calloc(1, sizeof *w);
    if (!w) {
        complain("no memory left to watch folders");
        return NULL;
    }
    w->except = except;
    w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    bool good = w->fd >= 0;
    if (!good)
        complain("folders cannot be watched: %s", strerror(errno));
    for (size_t i = 0; i < count && good; i++)
        good = add(w, path[i], 0);
    if (good && w->count == 0) {
        complain("there is no folder to watch: name one");
        good = false;
    }
    if (good)
        return w;
    watch_close(w);
    return NULL;
}

static const char *path_of(const watch *w, int id)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->item[i].id == id)
            return w->item[i].path;
    return NULL;
}

// Whether the event tells of a file to look at; folders made are watched from now on, and may hold files already.
static bool take_event(watch *w, const struct inotify_event *e)
{
    if (e->mask & IN_Q_OVERFLOW)
        return true; // some were lost: look at everything
    if (!(e->mask & IN_ISDIR))
        return e->mask & (IN_CLOSE_WRITE | IN_MOVED_TO);
    const char *dir = path_of(w, e->wd);
    char *path = NULL;
    struct stat s;
    bool news = true;
    if (dir && e->len > 0 && e->name[0] != '.' && asprintf(&path, "%s/%s", dir, e->name) >= 0) {
        news = lstat(path, &s) != 0 || !is_except(w, &s);
        add(w, path, 0);
    }
    free(path);
    return news;
}

static bool drain(watch *w)
{
    _Alignas(struct inotify_event) char buffer[EVENT_BYTES];
    bool any = false;
    for (ssize_t got; (got = read(w->fd, buffer, sizeof buffer)) > 0;)
        for (const char *at = buffer; at < buffer + got;) {
            const struct inotify_event *e = (const struct inotify_event *)(const void *)at;
            any = take_event(w, e) || any;
            at += sizeof *e + e->len;
        }
    return any;
}

bool watch_wait(watch *w, int settle_ms, bool (*interrupted)(void))
{
    bool any = false;
    int quiet_ms = 0; // since the last news
    while (!any || quiet_ms < settle_ms) {
        struct pollfd p = {.fd = w->fd, .events = POLLIN};
        poll(&p, 1, TICK_MS);
        if (interrupted())
            return false;
        if (drain(w)) {
            any = true;
            quiet_ms = 0;
        } else if (any) {
            quiet_ms += TICK_MS;
        }
    }
    return true;
}
