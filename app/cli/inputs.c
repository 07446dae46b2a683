// SPDX-License-Identifier: MIT
#include "inputs.h"
#include "document.h"
#include "streams.h"
#include "ui.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIST_BYTES_MAX ((size_t)64 << 20)
enum { CHUNK_BYTES = 65536 };

// --- live pictures ---------------------------------------------------------------------------------------------------

static bool begins(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

static bool is_camera_number(const char *path)
{
    return *path && strlen(path) < 3 && strspn(path, "0123456789") == strlen(path) && access(path, F_OK) != 0;
}

static bool is_stream(const char *path)
{
    static const char *const schemes[] = {"rtsp://", "rtsps://", "rtmp://", "udp://",  "rtp://",
                                          "srt://",  "mms://",   "http://", "https://"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (begins(path, schemes[i]))
            return true;
    return false;
}

// What has no end and no second look is recorded first: the program reads files, and reads them again.
static bool is_file(const char *path, bool alone)
{
    if (strcmp(path, "-") == 0)
        complain("footage is read from files, not from a pipe; record it first: ... | ffmpeg -i - -c copy "
                 "Footage.mkv (a list of files: --files-from -)");
    else if (is_stream(path))
        complain("'%s' is a stream; record it first: ffmpeg -i '%s' -t 600 -c copy Footage.mkv", printable(path),
                 printable(path));
    else if (begins(path, "/dev/video") || (alone && is_camera_number(path)))
        complain("'%s' is a camera; record it first: ffmpeg -f v4l2 -i %s%s -t 600 Footage.mkv", printable(path),
                 *path == '/' ? "" : "/dev/video", printable(path));
    else
        return true;
    return false;
}

// --- lists -----------------------------------------------------------------------------------------------------------

static bool read_all(FILE *f, const char *name, char **text, size_t *size)
{
    size_t room = 0, got = 1;
    while (got > 0 && *size <= LIST_BYTES_MAX) {
        if (*size + CHUNK_BYTES + 1 > room) {
            room = 2 * room + CHUNK_BYTES + 1;
            char *larger = realloc(*text, room);
            if (!larger) {
                complain("no memory left for the list '%s'", printable(name));
                return false;
            }
            *text = larger;
        }
        got = fread(*text + *size, 1, CHUNK_BYTES, f);
        *size += got;
    }
    if (ferror(f))
        complain("the list '%s' cannot be read: %s", printable(name), strerror(errno));
    else if (*size > LIST_BYTES_MAX)
        complain("the list '%s' is larger than %zu MiB", printable(name), LIST_BYTES_MAX >> 20);
    else
        return true;
    return false;
}

static bool load(input_list *in, const char *name, size_t *size)
{
    const bool standard = strcmp(name, "-") == 0;
    FILE *f = standard ? stdin : fopen(name, "rbe");
    if (!f) {
        complain("the list '%s' cannot be read: %s", printable(name), strerror(errno));
        return false;
    }
    const bool good = read_all(f, name, &in->text, size);
    if (!standard)
        fclose(f);
    return good;
}

static bool take_lines(input_list *in, const char *name, size_t size, char end)
{
    size_t lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += in->text[i] == end;
    const char **more = realloc(in->path, (in->count + lines + 1) * sizeof *more);
    if (!more) {
        complain("no memory left for the %zu files of '%s'", lines, printable(name));
        return false;
    }
    in->path = more;
    for (size_t first = 0, i = 0; i <= size; i++) {
        if (i < size && in->text[i] != end)
            continue;
        in->text[i] = 0; // there is room for one more at the end
        if (i > first)
            in->path[in->count++] = in->text + first;
        first = i + 1;
    }
    return true;
}

static bool add_list(input_list *in, const char *name, bool null)
{
    size_t size = 0;
    if (!load(in, name, &size))
        return false;
    if (!null && size > 0 && memchr(in->text, 0, size)) {
        complain("the list '%s' holds NUL bytes: its names are ended by these if --null (-0) is given",
                 printable(name));
        return false;
    }
    return take_lines(in, name, size, null ? 0 : '\n');
}

// ---------------------------------------------------------------------------------------------------------------------

static bool any_is_there(const input_list *in)
{
    for (size_t i = 0; i < in->count; i++)
        if (access(in->path[i], F_OK) == 0)
            return true;
    if (in->count == 1)
        complain("cannot open '%s': %s", printable(in->path[0]), strerror(errno));
    else
        complain("of %zu names none is a file or folder that is there; the first is '%s'", in->count,
                 printable(in->path[0]));
    return false;
}

int inputs_read(input_list *in, const char *const *argument, size_t count, const char *list, bool null)
{
    *in = (input_list){.path = calloc(count + 1, sizeof *in->path), .count = count};
    if (!in->path) {
        complain("no memory left for the arguments");
        return EXIT_FAILED;
    }
    for (size_t i = 0; i < count; i++)
        in->path[i] = argument[i];
    if (null && !list) {
        complain("--null (-0) says how the list of --files-from is written: give both");
        return EXIT_USAGE;
    }
    if (list && !add_list(in, list, null))
        return EXIT_FAILED;
    if (in->count == 0) {
        if (list)
            complain("the list '%s' names no file", printable(list));
        else
            complain("name a video, a photo or a folder of them; see whoswho --help");
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < in->count; i++)
        if (!is_file(in->path[i], in->count == 1))
            return EXIT_USAGE;
    return any_is_there(in) ? EXIT_FINE : EXIT_FAILED;
}

void inputs_free(input_list *in)
{
    free(in->path);
    free(in->text);
    *in = (input_list){0};
}
