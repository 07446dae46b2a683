// SPDX-License-Identifier: MIT
#include "streams.h"
#include "ui.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { KEPT = 4, PRINTABLE_BYTES_MAX = 8192 };

void streams_begin(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        // the lowest free number; writing to it fails
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF && open("/dev/null", O_RDONLY) != fd)
            _exit(EXIT_FAILED);
}

int streams_end(int code)
{
    errno = 0;
    bool failed = fflush(stdout) != 0;
    failed = ferror(stdout) || failed;
    if (!failed)
        return code;
    fprintf(stderr, "whoswho: the output could not be written: %s\n", errno ? strerror(errno) : "the stream is closed");
    return code == EXIT_FINE || code == EXIT_SOME_UNREADABLE ? EXIT_FAILED : code;
}

// Length of the UTF-8 sequence at `s` if it is to be shown as it is, else 0.
static size_t shown_length(const unsigned char *s)
{
    if (s[0] < 0x80)
        return s[0] >= 0x20 && s[0] != 0x7f;
    size_t length = s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return s[0] == 0xc2 && s[1] < 0xa0 ? 0 : length; // U+0080 to U+009F: control characters too
}

const char *printable(const char *text)
{
    static char kept[KEPT][PRINTABLE_BYTES_MAX];
    static int next;
    char *out = kept[next++ % KEPT];
    size_t put = 0;
    for (const unsigned char *s = (const unsigned char *)text; *s && put + 5 < PRINTABLE_BYTES_MAX;) {
        size_t length = shown_length(s);
        if (length > 0)
            memcpy(out + put, s, length);
        else
            snprintf(out + put, 5, "\\x%02X", *s);
        put += length > 0 ? length : 4;
        s += length > 0 ? length : 1;
    }
    out[put] = 0;
    return out;
}
