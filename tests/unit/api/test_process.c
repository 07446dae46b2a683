// SPDX-License-Identifier: MIT
// What whoswho.h says of the library's effects on its process: a whole run leaves everything as it was.
#include "harness.h"
#include "scratch.h"
#include "whoswho/whoswho.h"

#include <dirent.h>
#include <libavutil/log.h>
#include <locale.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

enum { SIGNALS = 64, TEXT_BYTES = 4096 };

typedef struct effects {
    void (*handler[SIGNALS])(int);
    sigset_t blocked;
    char *locale, *environment, folder[TEXT_BYTES];
    mode_t mask;
    int libav_level, threads, files;
} effects;

static effects at_start;

static char *copy(const char *text)
{
    char *made = strdup(text);
    if (!made)
        abort();
    return made;
}

static int entries(const char *folder)
{
    int count = 0;
    DIR *d = opendir(folder);
    while (d && readdir(d))
        count++;
    if (d)
        closedir(d);
    return count;
}

static char *all_of_environment(void)
{
    size_t bytes = 1;
    for (char **e = environ; *e; e++)
        bytes += strlen(*e) + 1;
    char *text = calloc(1, bytes);
    if (!text)
        abort();
    for (char **e = environ; *e; e++)
        strcat(strcat(text, *e), "\n");
    return text;
}

static effects look(void)
{
    effects e = {.locale = copy(setlocale(LC_ALL, NULL)), .environment = all_of_environment()};
    for (int s = 1; s < SIGNALS; s++) {
        struct sigaction action = {0};
        sigaction(s, NULL, &action);
        e.handler[s] = action.sa_handler;
    }
    pthread_sigmask(SIG_SETMASK, NULL, &e.blocked);
    if (!getcwd(e.folder, sizeof e.folder))
        abort();
    e.mask = umask(0);
    umask(e.mask);
    e.libav_level = av_log_get_level();
    e.threads = entries("/proc/self/task");
    e.files = entries("/proc/self/fd");
    return e;
}

static void forget(effects *e)
{
    free(e->locale);
    free(e->environment);
}

static void run(const char *dir, const char *photo)
{
    ww_error err = {0};
    ww_models *models = NULL;
    ww_library *library = NULL;
    CHECK_OK(ww_models_open(NULL, &models, &err));
    CHECK_OK(ww_library_open(dir, WW_LIBRARY_CREATE, NULL, &library, &err));
    if (models && library) {
        CHECK_OK(ww_library_scan(library, models, &photo, 1, NULL, NULL, &err));
        CHECK_OK(ww_library_cluster(library, NULL, NULL, &err));
        CHECK_OK(ww_library_export(library, NULL, &err));
    }
    ww_library_close(library);
    ww_models_close(models);
}

TEST(a_run_leaves_the_process_as_it_was)
{
    const char *dir = scratch_folder(), *photo = source_file("tests/data/people/basil.png");
    run(dir, photo); // what the C library and oneDNN open once is open then
    effects before = look();
    run(dir, photo);
    effects after = look();
    CHECK(memcmp(before.handler, after.handler, sizeof before.handler) == 0);
    CHECK(memcmp(&before.blocked, &after.blocked, sizeof before.blocked) == 0);
    CHECK_STR(after.locale, before.locale);
    CHECK_STR(after.environment, before.environment);
    CHECK_STR(after.folder, before.folder);
    CHECK_EQ(after.mask, before.mask);
    CHECK_EQ(after.libav_level, before.libav_level);
    CHECK_EQ(after.threads, before.threads);
    CHECK_EQ(after.files, before.files);
    forget(&before);
    forget(&after);
}

TEST(the_first_run_did_not_change_it_either)
{
    effects now = look();
    CHECK(memcmp(at_start.handler, now.handler, sizeof now.handler) == 0);
    CHECK(memcmp(&at_start.blocked, &now.blocked, sizeof now.blocked) == 0);
    CHECK_STR(now.locale, at_start.locale);
    CHECK_STR(now.environment, at_start.environment);
    CHECK_EQ(now.libav_level, at_start.libav_level);
    CHECK_EQ(now.threads, at_start.threads);
    forget(&now);
}

TEST(libav_is_silenced_when_the_host_says_so)
{
    ww_silence_libav();
    CHECK_EQ(av_log_get_level(), AV_LOG_QUIET);
}

int main(void)
{
    at_start = look();
    RUN(a_run_leaves_the_process_as_it_was);
    RUN(the_first_run_did_not_change_it_either);
    RUN(libav_is_silenced_when_the_host_says_so);
    forget(&at_start);
    return FINISH();
}
