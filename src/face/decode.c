// SPDX-License-Identifier: MIT
// Each family of detectors writes its boxes in its own way; here is one reader a family. All work on one picture (batch 1).
#include "face/detect.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STRIDES = 3, CANDIDATES_MAX = 20000 };
static const int stride_px[STRIDES] = {8, 16, 32};

// exp() of a box side is bounded so that a wild output gives a wild box, not infinity.
static float side_exp(float v) { return expf(fminf(fmaxf(v, -4.0f), 6.0f)); }

static void push(ww_detections *out, const ww_detection *d)
{
    if (out->count < CANDIDATES_MAX && d->width > 0 && d->height > 0 && isfinite(d->x + d->y + d->width + d->height))
        ww_vector_push(out, *d);
}

static const float *output_named(const ww_session *session, const ww_net *net, const char *format, int stride, ww_shape *shape)
{
    char name[32];
    snprintf(name, sizeof name, "%s_%d", format, stride);
    for (int i = 0; i < ww_net_output_count(net); i++)
        if (strcmp(ww_net_output_name(net, i), name) == 0)
            return ww_session_output(session, i, shape);
    return NULL;
}

static bool holds(const ww_shape *s, int64_t values)
{
    int64_t n = 1;
    for (int i = 0; i < s->rank; i++)
        n *= s->dim[i];
    return n == values;
}

// Maps of width/stride x height/stride cells, one channel plane after another. Cell (i, j) stands for the point ((i+.5)s,
// (j+.5)s); centre = point + box[0..1]*s, sides = exp(box[2..3])*s, landmark q = point + lmk[2q..2q+1]*s. The score is a
// probability already.
static bool decode_luma(const ww_session *session, const ww_net *net, float min_score, int width, int height, ww_detections *out)
{
    for (int k = 0; k < STRIDES; k++) {
        int s = stride_px[k], columns = width / s, rows = height / s;
        int64_t cells = (int64_t)columns * rows;
        ww_shape shape[3];
        const float *score = output_named(session, net, "score", s, &shape[0]);
        const float *box = output_named(session, net, "box", s, &shape[1]);
        const float *mark = output_named(session, net, "lmk", s, &shape[2]);
        if (!score || !box || !mark || !holds(&shape[0], cells) || !holds(&shape[1], 4 * cells) || !holds(&shape[2], 10 * cells))
            return false;
        for (int64_t c = 0; c < cells; c++) {
            if (!(score[c] >= min_score))
                continue;
            int64_t i = c % columns, j = c / columns;
            float px = ((float)i + 0.5f) * (float)s, py = ((float)j + 0.5f) * (float)s;
            ww_detection d = {.score = score[c]};
            d.width = side_exp(box[2 * cells + c]) * (float)s;
            d.height = side_exp(box[3 * cells + c]) * (float)s;
            d.x = px + box[c] * (float)s - d.width / 2;
            d.y = py + box[cells + c] * (float)s - d.height / 2;
            for (int q = 0; q < 5; q++) {
                d.landmark[2 * q] = px + mark[2 * q * cells + c] * (float)s;
                d.landmark[2 * q + 1] = py + mark[(2 * q + 1) * cells + c] * (float)s;
            }
            push(out, &d);
        }
    }
    return true;
}

// Rows of cells x 2 anchors; an anchor sits on the cell's top left corner (i*s, j*s), box = distances to left, top, right,
// bottom (x stride), landmarks = offsets (x stride). The nine outputs are told apart by their last dimension (1, 4, 10) and
// number of rows.
static bool decode_scrfd(const ww_session *session, const ww_net *net, float min_score, int width, int height, ww_detections *out)
{
    for (int k = 0; k < STRIDES; k++) {
        int s = stride_px[k], columns = width / s, rows = height / s;
        int64_t anchors = 2 * (int64_t)columns * rows;
        const float *score = NULL, *box = NULL, *mark = NULL;
        for (int i = 0; i < ww_net_output_count(net); i++) {
            ww_shape shape;
            const float *data = ww_session_output(session, i, &shape);
            int64_t last = shape.rank ? shape.dim[shape.rank - 1] : 0;
            if ((last == 1 || last == 4 || last == 10) && holds(&shape, anchors * last))
                *(last == 1 ? &score : last == 4 ? &box : &mark) = data;
        }
        if (!score || !box || !mark)
            return false;
        for (int64_t a = 0; a < anchors; a++) {
            if (!(score[a] >= min_score))
                continue;
            int64_t left = a / 2 % columns * s, top = a / 2 / columns * s;
            float cx = (float)left, cy = (float)top;
            const float *b = box + 4 * a;
            ww_detection d = {.score = score[a], .x = cx - b[0] * (float)s, .y = cy - b[1] * (float)s};
            d.width = cx + b[2] * (float)s - d.x;
            d.height = cy + b[3] * (float)s - d.y;
            for (int q = 0; q < 10; q++)
                d.landmark[q] = (q % 2 ? cy : cx) + mark[10 * a + q] * (float)s;
            push(out, &d);
        }
    }
    return true;
}

// Rows of cells; score = sqrt(cls * obj); centre = (cell + bbox[0..1])*s, sides = exp(bbox[2..3])*s, landmark = (cell + kps)*s.
static bool decode_yunet(const ww_session *session, const ww_net *net, float min_score, int width, int height, ww_detections *out)
{
    for (int k = 0; k < STRIDES; k++) {
        int s = stride_px[k], columns = width / s, rows = height / s;
        int64_t cells = (int64_t)columns * rows;
        ww_shape shape[4];
        const float *cls = output_named(session, net, "cls", s, &shape[0]), *obj = output_named(session, net, "obj", s, &shape[1]);
        const float *box = output_named(session, net, "bbox", s, &shape[2]), *mark = output_named(session, net, "kps", s, &shape[3]);
        if (!cls || !obj || !box || !mark || !holds(&shape[0], cells) || !holds(&shape[1], cells) || !holds(&shape[2], 4 * cells) ||
            !holds(&shape[3], 10 * cells))
            return false;
        for (int64_t c = 0; c < cells; c++) {
            float score = sqrtf(fminf(fmaxf(cls[c], 0), 1) * fminf(fmaxf(obj[c], 0), 1));
            if (!(score >= min_score))
                continue;
            int64_t column = c % columns, row = c / columns;
            float i = (float)column, j = (float)row, size = (float)s;
            const float *b = box + 4 * c;
            ww_detection d = {.score = score, .width = side_exp(b[2]) * size, .height = side_exp(b[3]) * size};
            d.x = (i + b[0]) * size - d.width / 2;
            d.y = (j + b[1]) * size - d.height / 2;
            for (int q = 0; q < 10; q++)
                d.landmark[q] = ((q % 2 ? j : i) + mark[10 * c + q]) * size;
            push(out, &d);
        }
    }
    return true;
}

// Where the five landmarks lie in a box on average, as shares of its sides, for detectors that give none (measured on frontal
// faces; a turned face is then aligned less well).
static const float mean_landmark[10] = {0.31f, 0.40f, 0.69f, 0.40f, 0.50f, 0.60f, 0.35f, 0.77f, 0.65f, 0.77f};

// scores N x 2 (background, face), boxes N x 4: corners as shares of the input's sides.
static bool decode_ultraface(const ww_session *session, const ww_net *net, float min_score, int width, int height, ww_detections *out)
{
    const float *score = NULL, *box = NULL;
    int64_t rows[2] = {0, 0};
    for (int i = 0; i < ww_net_output_count(net); i++) {
        ww_shape shape;
        const float *data = ww_session_output(session, i, &shape);
        if (shape.rank != 3)
            return false;
        if (shape.dim[2] == 2)
            score = data, rows[0] = shape.dim[1];
        else if (shape.dim[2] == 4)
            box = data, rows[1] = shape.dim[1];
    }
    if (!score || !box || rows[0] != rows[1])
        return false;
    for (int64_t r = 0; r < rows[0]; r++) {
        if (!(score[2 * r + 1] >= min_score))
            continue;
        const float *b = box + 4 * r;
        ww_detection d = {.score = score[2 * r + 1], .x = b[0] * (float)width, .y = b[1] * (float)height};
        d.width = b[2] * (float)width - d.x;
        d.height = b[3] * (float)height - d.y;
        for (int q = 0; q < 10; q++)
            d.landmark[q] = q % 2 ? d.y + mean_landmark[q] * d.height : d.x + mean_landmark[q] * d.width;
        push(out, &d);
    }
    return true;
}

ww_status ww_decode(const ww_session *session, const ww_net *net, const ww_model_spec *spec, float min_score, int width, int height,
                    ww_detections *out, ww_error *err)
{
    bool fits = false;
    switch (spec->kind) {
    case WW_MODEL_LUMA_DETECTOR: fits = decode_luma(session, net, min_score, width, height, out); break;
    case WW_MODEL_SCRFD: fits = decode_scrfd(session, net, min_score, width, height, out); break;
    case WW_MODEL_YUNET: fits = decode_yunet(session, net, min_score, width, height, out); break;
    case WW_MODEL_ULTRAFACE: fits = decode_ultraface(session, net, min_score, width, height, out); break;
    case WW_MODEL_EMBEDDER:
    case WW_MODEL_HOG:
    case WW_MODEL_MMOD:
    case WW_MODEL_UNKNOWN: break;
    }
    if (!fits)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "%s: its outputs do not have the shapes of a %s detector for a %dx%d input",
                       ww_net_name(net), spec->name, width, height);
    return WW_OK;
}
