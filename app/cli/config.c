// SPDX-License-Identifier: MIT
#include "config.h"
#include "document.h"
#include "streams.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 65536, PLACE_BYTES_MAX = 4096 };
enum { USERS, LIBRARYS, FILES };
#define BYTE_ORDER_MARK "\xef\xbb\xbf" // with which some editors begin a file in UTF-8

bool (*config_option_exists)(const char *name);
bool config_unreadable;

typedef struct reading {
    const char *path, *command;
    const option *table;
    size_t count;
    int line;
    bool other;   // within the section of another command
    bool library; // a library's own file
} reading;

// The texts of the files: options point into them until the program ends.
static char text_of[FILES][FILE_BYTES_MAX + 1];

static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]))
        text[--length] = 0;
    return text;
}

static bool refuse(const reading *r, const char *what, const char *word)
{
    complain("%s, line %d: %s '%s'", printable(r->path), r->line, what, printable(word));
    return false;
}

// What is for one moment, or must be meant when it is said, is for the command line alone.
static bool for_command_line_only(const char *name)
{
    static const char *const names[] = {"help", "force", "yes", "restore", "files-from",
                                        "null", "to",    "out", "name",    "gone"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool read_setting(reading *r, char *line)
{
    char *equals = strchr(line, '=');
    if (!equals)
        return refuse(r, "a line is NAME = VALUE, not", line);
    *equals = 0;
    char *name = trim(line), *value = trim(equals + 1);
    const option *o = options_find(r->table, r->count, name);
    if (for_command_line_only(name) || (r->library && strcmp(name, "output") == 0))
        return refuse(r, "only the command line may say", name);
    if (!o && config_option_exists && config_option_exists(name))
        return true;
    if (!o)
        return refuse(r, "there is no option", name);
    const bool flag = options_is_flag(o);
    if (flag && strcmp(value, "no") == 0)
        return true;
    if (flag && strcmp(value, "yes") != 0)
        return refuse(r, "a flag takes yes or no, not", value);
    char where[PLACE_BYTES_MAX];
    snprintf(where, sizeof where, "%s, line %d: ", printable(r->path), r->line);
    return options_store(o, where, value);
}

static bool read_line(reading *r, char *line)
{
    line = trim(line);
    size_t length = strlen(line);
    if (length == 0 || *line == '#')
        return true;
    if (*line != '[')
        return read_setting(r, line);
    if (line[length - 1] != ']')
        return refuse(r, "a section is [COMMAND], not", line);
    line[length - 1] = 0;
    r->other = strcmp(trim(line + 1), r->command) != 0;
    return true;
}

// Of the file that open() just failed for. A folder that we may not look into is somebody else's: a service often runs
// with the HOME of the user who started it.
static bool is_absent(const char *path)
{
    struct stat s;
    return errno == ENOENT || errno == ENOTDIR || (errno == EACCES && lstat(path, &s) != 0 && errno == EACCES);
}

// Returns the length of the text; -1: there is no such file; -2 after a message.
static ssize_t load(const char *path, char *text)
{
    struct stat s;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const int reason = errno;
    if (fd < 0 && is_absent(path))
        return -1;
    const bool known = fd >= 0 && fstat(fd, &s) == 0, plain = known && S_ISREG(s.st_mode);
    if (known && S_ISDIR(s.st_mode)) { // a person's, of a version that gave folders this name
        close(fd);
        return -1;
    }
    ssize_t length = plain ? read(fd, text, FILE_BYTES_MAX + 1) : -1;
    const int failed = fd < 0 ? reason : plain && length < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    if (failed) {
        config_unreadable = true;
        complain("the configuration '%s' cannot be read: %s", printable(path), strerror(failed));
        return -2;
    }
    if (length < 0 || length > FILE_BYTES_MAX || memchr(text, 0, (size_t)length)) {
        complain("the configuration '%s' cannot be read: it must be a text file of at most %d bytes", printable(path),
                 FILE_BYTES_MAX);
        return -2;
    }
    text[length] = 0;
    return length;
}

static bool read_file(const option *table, size_t count, const char *command, const char *path, int file)
{
    char *text = text_of[file];
    reading r = {.path = path, .command = command, .table = table, .count = count, .library = file == LIBRARYS};
    const ssize_t length = load(path, text);
    if (length < 0)
        return length == -1;
    bool good = true;
    if (strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
        text += strlen(BYTE_ORDER_MARK);
    for (char *line = text, *next; line && good; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = 0;
        r.line++;
        good = r.other && *trim(line) != '[' ? true : read_line(&r, line);
    }
    return good;
}

static bool read_joined(const option *table, size_t count, const char *command, const char *dir, const char *name,
                        int file)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", dir, name) < 0) {
        complain("no memory left for the path of the configuration");
        return false;
    }
    const bool good = read_file(table, count, command, path, file);
    free(path);
    return good;
}

bool config_read_user(const option *table, size_t count, const char *command)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (config && *config == '/')
        return read_joined(table, count, command, config, "whoswho/config", USERS);
    if (home && *home == '/')
        return read_joined(table, count, command, home, ".config/whoswho/config", USERS);
    return true;
}

bool config_read_library(const option *table, size_t count, const char *command, const char *dir)
{
    return !dir || read_joined(table, count, command, dir, "whoswho.conf", LIBRARYS);
}
