// SPDX-License-Identifier: MIT
// people FOOTAGE... DIR: finds the faces in FOOTAGE, groups them, and lists who is in the library in DIR and when.
// cc people.c $(pkg-config --cflags --libs whoswho)
#include <stdio.h>
#include <whoswho/view.h>
#include <whoswho/whoswho.h>

static int print_progress(void *user, const ww_progress *p)
{
    (void)user;
    fprintf(stderr, "\r%3.0f%%", 100 * p->share);
    return 0; // anything else cancels
}

static void list(const ww_view *view)
{
    for (size_t p = 0; p < ww_view_person_count(view); p++) {
        size_t count;
        const ww_view_person *person = ww_view_get_person(view, p);
        const size_t *face = ww_view_faces_of_person(view, p, &count);
        printf("%s: %zu faces", person->title, count);
        for (size_t i = 0; i < count && i < 5; i++) {
            const ww_view_face *f = ww_view_get_face(view, face[i]);
            printf(", %.1f s", (double)ww_view_get_frame(view, f->frame)->time_us / 1e6);
        }
        puts(count > 5 ? ", ..." : "");
    }
}

int main(int argc, char **argv)
{
    ww_error err = {0};
    ww_models *models = NULL;
    ww_library *library = NULL;
    ww_view *view = NULL;
    const ww_callbacks callbacks = {.progress = print_progress};
    if (argc < 3) {
        fputs("usage: people FOOTAGE... DIR\n", stderr);
        return 2;
    }
    ww_status status = ww_models_open(NULL, &models, &err);
    if (status == WW_OK)
        status = ww_library_open(argv[argc - 1], WW_LIBRARY_CREATE, &callbacks, &library, &err);
    if (status == WW_OK)
        status = ww_library_scan(library, models, (const char *const *)argv + 1, (size_t)argc - 2, NULL, NULL, &err);
    if (status == WW_OK)
        status = ww_library_cluster(library, NULL, NULL, &err);
    if (status == WW_OK)
        status = ww_library_view(library, &view, &err);
    fputc('\n', stderr);
    if (status == WW_OK)
        list(view);
    else
        fprintf(stderr, "%s: %s\n", ww_status_name(status), err.message);
    ww_view_close(view);
    ww_library_close(library);
    ww_models_close(models);
    return status == WW_OK ? 0 : 1;
}
