// SPDX-License-Identifier: MIT
// Feeds files (and the files of folders) given as arguments to a fuzz target, so that everything a fuzzer once found is
// tried again in the ordinary run, with any compiler. A target fails by crashing.
#include "harness.h"

#include <dirent.h>
#include <stdint.h>
#include <sys/stat.h>

#define PATHS_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int paths;
static char *path[PATHS_MAX];

static void feed(const char *name)
{
    FILE *f = fopen(name, "rb");
    struct stat s;
    int known = f && fstat(fileno(f), &s) == 0;
    // A block of exactly this size, so that a sanitizer sees a read past the end.
    size_t size = known ? (size_t)s.st_size : 0;
    uint8_t *data = malloc(size ? size : 1);
    int read = known && fread(data, 1, size, f) == size;
    if (read)
        LLVMFuzzerTestOneInput(data, size);
    const char *slash = strrchr(name, '/');
    printf("%sok %d - %s\n", read ? "" : "not ", ++harness_number, slash ? slash + 1 : name);
    fflush(stdout);
    harness_failed_tests += !read;
    if (f)
        fclose(f);
    free(data);
}

static void collect(const char *name)
{
    DIR *dir = opendir(name);
    if (!dir) {
        if (paths < PATHS_MAX)
            path[paths++] = strdup(name);
        return;
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        size_t length = strlen(name) + strlen(entry->d_name) + 2;
        char *inner = malloc(length);
        snprintf(inner, length, "%s/%s", name, entry->d_name);
        collect(inner);
        free(inner);
    }
    closedir(dir);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        collect(argv[i]);
    qsort(path, (size_t)paths, sizeof *path, by_name);
    for (int i = 0; i < paths; i++) {
        feed(path[i]);
        free(path[i]);
    }
    if (paths == 0) {
        printf("not ok 1 - the corpus is not there\n1..1\n");
        return 1;
    }
    return FINISH();
}
