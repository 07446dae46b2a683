// SPDX-License-Identifier: MIT
#include "dlib/layers.h"

#include <string.h>

#define SIDE_MAX 65535
#define PADDING_MAX 1000
#define OLD_PADDING 10 // of pyramids, before the file held it
#define OLD_OUTER_PADDING 11

// ---- loss layers

static ww_dlib_overlap read_overlap(ww_dat *d)
{
    ww_dlib_overlap o = {ww_dat_finite(d, "an overlap"), ww_dat_finite(d, "an overlap")};
    return o;
}

static void read_window_details(ww_dat *d, ww_dlib_window *w)
{
    int64_t version = ww_dat_int_in(d, "a detector window's version", 1, 2);
    w->width = (int)ww_dat_int_in(d, "a detector window's width", 1, SIDE_MAX);
    w->height = (int)ww_dat_int_in(d, "a detector window's height", 1, SIDE_MAX);
    w->label[0] = '\0';
    if (version == 2)
        ww_dat_text(d, w->label, sizeof w->label);
}

static void read_mmod(ww_dat *d, ww_dlib_mmod *m)
{
    int64_t version = ww_dat_int_in(d, "the version of the detector's options", 1, 4);
    m->window_count = 1;
    if (version == 1) {
        m->window[0].width = (int)ww_dat_int_in(d, "the detector window's width", 1, SIDE_MAX);
        m->window[0].height = (int)ww_dat_int_in(d, "the detector window's height", 1, SIDE_MAX);
    } else {
        m->window_count = (int)ww_dat_int_in(d, "the number of detector windows", 1, WW_DLIB_WINDOWS_MAX);
        for (int i = 0; i < m->window_count; i++)
            read_window_details(d, &m->window[i]);
    }
    ww_dat_finite(d, "a training parameter"); // loss of a false alarm
    ww_dat_finite(d, "a training parameter"); // loss of a miss
    ww_dat_finite(d, "a training parameter"); // overlap that counts as a hit
    m->nms = read_overlap(d);
    read_overlap(d); // of boxes to ignore in training
    m->assume_pyramid = version < 3 || ww_dat_byte(d) == 1;
    m->box_regression = version >= 4 && ww_dat_bool(d);
    if (version >= 4)
        ww_dat_finite(d, "a training parameter");
}

void ww_dlib_read_loss(ww_dat *d, ww_dlib_net *net)
{
    size_t at = d->at;
    ww_dat_text(d, net->loss, sizeof net->loss);
    if (!ww_dat_ok(d))
        return;
    if (strcmp(net->loss, "loss_mmod_") == 0) {
        net->kind = WW_DLIB_MMOD;
        read_mmod(d, &net->mmod);
    } else if (strncmp(net->loss, "loss_metric_", strlen("loss_metric_")) == 0) {
        bool newer = strcmp(net->loss, "loss_metric_2") == 0;
        net->kind = WW_DLIB_METRIC;
        net->metric_margin = newer ? (float)ww_dat_finite(d, "a margin") : 0.1F;
        net->metric_threshold = newer ? (float)ww_dat_finite(d, "a threshold") : 0.75F;
    } else {
        d->at = at;
        ww_dat_fail(d, WW_ERR_UNSUPPORTED, "the loss layer '%s' is not supported", net->loss);
    }
}

// ---- input layers

void ww_dlib_read_input(ww_dat *d, ww_dlib_input *in)
{
    static const struct {
        const char *name;
        ww_dlib_input_kind kind;
        bool has_padding;
    } known[] = {
        {"input_rgb_image", WW_DLIB_INPUT_RGB, false},
        {"input_rgb_image_pair", WW_DLIB_INPUT_RGB, false},
        {"input_rgb_image_sized", WW_DLIB_INPUT_RGB_SIZED, false},
        {"input_rgb_image_pyramid", WW_DLIB_INPUT_RGB_PYRAMID, false},
        {"input_rgb_image_pyramid2", WW_DLIB_INPUT_RGB_PYRAMID, true},
        {"input_grayscale_image_pyramid", WW_DLIB_INPUT_GREY_PYRAMID, true},
    };
    char name[64];
    size_t at = d->at, i = 0, count = sizeof known / sizeof *known;
    ww_dat_text(d, name, sizeof name);
    while (i < count && strcmp(known[i].name, name) != 0)
        i++;
    if (i == count || !ww_dat_ok(d)) {
        d->at = ww_dat_ok(d) ? at : d->at;
        ww_dat_fail(d, WW_ERR_UNSUPPORTED, "the input layer '%s' is not supported", name);
        return;
    }
    *in = (ww_dlib_input){.kind = known[i].kind, .pyramid_padding = OLD_PADDING, .outer_padding = OLD_OUTER_PADDING};
    in->channels = in->kind == WW_DLIB_INPUT_GREY_PYRAMID ? 1 : 3;
    for (int c = 0; c < 3 && in->channels == 3; c++)
        in->mean[c] = (float)ww_dat_finite(d, "a mean colour");
    if (in->kind == WW_DLIB_INPUT_RGB_SIZED) {
        in->height = (int)ww_dat_int_in(d, "the height of the input", 1, SIDE_MAX);
        in->width = (int)ww_dat_int_in(d, "the width of the input", 1, SIDE_MAX);
    }
    if (known[i].has_padding) {
        in->pyramid_padding = (int)ww_dat_int_in(d, "the padding between levels", 0, PADDING_MAX);
        in->outer_padding = (int)ww_dat_int_in(d, "the padding around the levels", 0, PADDING_MAX);
    }
}
