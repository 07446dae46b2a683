// SPDX-License-Identifier: MIT
// Pictures and footage, by number. Footage is read from where it was scanned, piece by piece as the player asks.
#include "server.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEEP "private, max-age=3600" // a picture of a number does not change

typedef ww_status read_picture(ww_library *library, int64_t number, ww_bytes *jpeg, ww_error *err);

static enum MHD_Result reply_picture(request *r, read_picture *read)
{
    session *s = &r->server->session;
    ww_bytes jpeg = {0};
    ww_error err = {0};
    session_lock(s);
    ww_status status = read(s->library, r->number, &jpeg, &err);
    session_unlock(s);
    return status == WW_OK ? reply_bytes(r, "image/jpeg", KEEP, &jpeg) : reply_status(r, &err);
}

enum MHD_Result get_face_picture(request *r) { return reply_picture(r, ww_library_portrait); }
enum MHD_Result get_frame_picture(request *r) { return reply_picture(r, ww_library_frame); }

// --- footage

enum { PLAYING_S = 60 }; // how long a player may hold a piece without reading on

// Digits and nothing else up to `end`, at most UINT64_MAX.
static bool read_digits(const char *text, size_t count, uint64_t *value)
{
    *value = 0;
    if (count == 0 || strspn(text, "0123456789") < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        const uint64_t digit = (uint64_t)(text[i] - '0');
        *value = *value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *value * 10 + digit;
    }
    return true;
}

// Bytes first .. end - 1 of a file of `bytes`; false: the range cannot be had. Without a Range that is understood: all.
static bool read_range(const char *range, uint64_t bytes, uint64_t *first, uint64_t *end)
{
    const char *dash = range && strncmp(range, "bytes=", 6) == 0 ? strchr(range + 6, '-') : NULL;
    uint64_t from = 0, to = UINT64_MAX;
    *first = 0;
    *end = bytes;
    if (!dash)
        return true;
    const char *begin = range + 6, *rest = dash + 1;
    if ((dash > begin && !read_digits(begin, (size_t)(dash - begin), &from))
        || (*rest && !read_digits(rest, strlen(rest), &to)) || (dash == begin && !*rest))
        return true;
    if (dash == begin) { // the last so many
        *first = to < bytes ? bytes - to : 0;
        return to > 0 && bytes > 0;
    }
    *first = from;
    *end = to < bytes ? to + 1 : bytes;
    return *first < *end;
}

static const struct {
    const char *extension, *type;
} types[] = {{"mp4", "video/mp4"},   {"m4v", "video/mp4"},        {"mov", "video/mp4"},
             {"webm", "video/webm"}, {"mkv", "video/x-matroska"}, {"ogv", "video/ogg"}};

const char *footage_type(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcasecmp(dot + 1, types[i].extension) == 0)
            return types[i].type;
    return NULL;
}

static enum MHD_Result reply_range(request *r, int fd, uint64_t bytes, const char *type)
{
    uint64_t first, end;
    char range[96];
    const char *asked = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "Range");
    if (!read_range(asked, bytes, &first, &end)) {
        close(fd);
        return reply_error(r, 416, "the file has no such range");
    }
    struct MHD_Response *response = MHD_create_response_from_fd_at_offset64(end - first, fd, first); // closes it
    if (!response) {
        close(fd);
        return MHD_NO;
    }
    snprintf(range, sizeof range, "bytes %llu-%llu/%llu", (unsigned long long)first, (unsigned long long)end - 1,
             (unsigned long long)bytes);
    MHD_set_connection_option(r->connection, MHD_CONNECTION_OPTION_TIMEOUT, (unsigned)PLAYING_S);
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "Accept-Ranges", "bytes");
    const bool part = asked && end - first < bytes;
    if (part)
        MHD_add_response_header(response, "Content-Range", range);
    return reply_queue(r, part ? 206 : 200, response);
}

// By the index of the source; only footage that the library was made from can be had.
enum MHD_Result get_footage(request *r)
{
    session *s = &r->server->session;
    struct stat info;
    session_lock(s);
    const ww_view_source *source = ww_view_get_source(s->view, (size_t)r->number);
    const char *type = source ? footage_type(source->path) : NULL;
    const int fd = type ? open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    session_unlock(s);
    if (!source)
        return reply_error(r, 404, "there is no such footage");
    if (!type)
        return reply_error(r, 415, "browsers do not play this kind of file; its frames are shown");
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        if (fd >= 0)
            close(fd);
        return reply_error(r, 404, "the footage is not where it was scanned");
    }
    return reply_range(r, fd, (uint64_t)info.st_size, type);
}
