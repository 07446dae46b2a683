// SPDX-License-Identifier: MIT
// whoswho add-face: a face that the scan missed, by a box drawn around it.
#include "commands.h"
#include "document.h"
#include "review.h"
#include "streams.h"
#include "whoswho/view.h"

#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "add-face FRAME X,Y,WIDTH,HEIGHT [DIR] [--name NAME]\n\n"
    "Adds a face that the scan missed. FRAME is a frame of the library, Frames/frame_12.jpg or 12; the box around the\n"
    "face is in pixels of the upright frame as filmed, as in faces.csv. `whoswho undo` takes it back.";

typedef struct added {
    const char *name;
    ww_model_options models;
} added;

// The N of "N", "frame_N.jpg" or a path that ends so; 0: it is none.
static long frame_number(const char *text)
{
    const char *base = strrchr(text, '/') ? strrchr(text, '/') + 1 : text;
    char *end;
    if (strncmp(base, "frame_", 6) == 0)
        base += 6;
    const long number = *base >= '0' && *base <= '9' ? strtol(base, &end, 10) : 0;
    return number > 0 && (!*end || strcmp(end, ".jpg") == 0) ? number : 0;
}

static bool read_box(const char *text, ww_new_face *face)
{
    double *const value[] = {&face->x, &face->y, &face->width, &face->height};
    for (int i = 0; i < 4; i++) {
        const bool negative = *text == '-';
        const char *end;
        if (!options_read_decimal(text + negative, value[i], &end) || *end != (i < 3 ? ',' : 0))
            return false;
        *value[i] *= negative ? -1 : 1;
        text = end + 1;
    }
    return true;
}

static ww_status find_frame(review *r, long number, ww_new_face *face)
{
    ww_view *view = NULL;
    ww_status status = ww_library_view(r->library, &view, &r->err);
    if (status != WW_OK)
        return status;
    const ww_view_frame *frame = ww_view_get_frame(view, (size_t)number - 1);
    if (frame)
        face->frame = frame->id;
    else
        snprintf(r->err.message, sizeof r->err.message, "there is no frame %ld in '%.900s'; there are %zu", number,
                 r->dir, ww_view_frame_count(view));
    ww_view_close(view);
    return frame ? WW_OK : (r->err.status = WW_ERR_NOT_FOUND);
}

static void print_added(const review *r, const ww_added_face *done)
{
    if (r->json) {
        printf("{\"entry\": %lld, \"faces\": 1, \"quality\": %.3f, \"understood\": ", (long long)done->entry,
               done->quality);
        json_print_string(stdout, done->words);
    } else if (!r->quiet) {
        printf("%s (quality %.2f)\n", printable(done->words), done->quality);
    }
}

static int add(review *r, long number, ww_new_face *face, const added *a)
{
    ww_added_face done = WW_ADDED_FACE_INIT;
    ww_models *models = NULL;
    ww_status status = review_open(r);
    if (status == WW_OK)
        status = find_frame(r, number, face);
    if (status == WW_OK)
        status = ww_library_models_open(r->library, &a->models, &models, &r->err);
    if (status == WW_OK)
        status = ww_library_add_face(r->library, models, face, &done, &r->err);
    ww_models_close(models);
    if (status != WW_OK)
        return review_close(r, status);
    ui_clear(&r->u);
    print_added(r, &done);
    status = review_resort(r);
    if (r->json)
        puts("}");
    return review_close(r, status);
}

static int add_named(review *r, const char **argument, size_t count, void *user)
{
    const added *a = user;
    ww_new_face face = WW_NEW_FACE_INIT;
    const long number = count == 2 ? frame_number(argument[0]) : 0;
    face.name = a->name;
    if (number > 0 && read_box(argument[1], &face))
        return add(r, number, &face, a);
    complain("usage: whoswho add-face Frames/frame_12.jpg 40,60,32,40; see whoswho add-face --help");
    return EXIT_USAGE;
}

int cmd_add_face(int argc, char **argv, int first)
{
    added a = {.models = WW_MODEL_OPTIONS_INIT};
    const option more[] = {
        {"name", 'n', OPTION_TEXT, &a.name, "NAME", "whose face it is"},
        {"detector", 0, OPTION_TEXT, &a.models.detector, "FILE", "as the library was made with"},
        {"embedder", 0, OPTION_TEXT, &a.models.embedder, "FILE", "likewise"},
        {"landmarks", 0, OPTION_TEXT, &a.models.landmarks, "FILE", "likewise"},
    };
    return review_run(usage, more, sizeof more / sizeof *more, argc, argv, first, add_named, &a);
}
