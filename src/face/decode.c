// SPDX-License-Identifier: MIT
// Each kind of detector network writes its boxes in its own way; here is, for each, how its graph is recognised, how
// its outputs are decoded (of one picture, batch 1), and its row of the table (detector.h).
#include "face/detector.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STRIDES = 3 };
static const int stride_px[STRIDES] = {8, 16, 32};

// exp() of a box side is bounded so that a wild output gives a wild box, not infinity.
static float side_exp(float v) { return expf(fminf(fmaxf(v, -4.0f), 6.0f)); }

// Whether there was memory; what is no box is passed over.
static bool push(ww_detections *out, const ww_detection *d)
{
    bool is_box = d->width > 0 && d->height > 0 && isfinite(d->x + d->y + d->width + d->height);
    return !is_box || ww_vector_push(out, *d);
}

static const float *output_named(const ww_session *session, const ww_net *net, const char *format, int stride,
                                 ww_shape *shape)
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

// Maps of width/stride x height/stride cells, one channel plane after another. Cell (i, j) stands for the point
// ((i+.5)s, (j+.5)s); centre = point + box[0..1]*s, sides = exp(box[2..3])*s, landmark q = point + lmk[2q..2q+1]*s. The
// score is a probability already.
static ww_status decode_luma(const ww_session *session, const ww_net *net, float min_score, int width, int height,
                             ww_detections *out)
{
    for (int k = 0; k < STRIDES; k++) {
        int s = stride_px[k], columns = width / s, rows = height / s;
        int64_t cells = (int64_t)columns * rows;
        ww_shape shape[3];
        const float *score = output_named(session, net, "score", s, &shape[0]);
        const float *box = output_named(session, net, "box", s, &shape[1]);
        const float *mark = output_named(session, net, "lmk", s, &shape[2]);
        if (!score || !box || !mark || !holds(&shape[0], cells) || !holds(&shape[1], 4 * cells)
            || !holds(&shape[2], WW_LANDMARK_VALUES * cells))
            return WW_ERR_UNSUPPORTED;
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
            for (int q = 0; q < WW_LANDMARKS; q++) {
                d.landmark[2 * q] = px + mark[2 * q * cells + c] * (float)s;
                d.landmark[2 * q + 1] = py + mark[(2 * q + 1) * cells + c] * (float)s;
            }
            if (!push(out, &d))
                return WW_ERR_MEMORY;
        }
    }
    return WW_OK;
}

// Rows of cells x 2 anchors; an anchor sits on the cell's top left corner (i*s, j*s), box = distances to left, top,
// right, bottom (x stride), landmarks = offsets (x stride). The nine outputs are told apart by their last dimension (1,
// 4, 10) and number of rows.
static ww_status decode_scrfd(const ww_session *session, const ww_net *net, float min_score, int width, int height,
                              ww_detections *out)
{
    for (int k = 0; k < STRIDES; k++) {
        int s = stride_px[k], columns = width / s, rows = height / s;
        int64_t anchors = 2 * (int64_t)columns * rows;
        const float *score = NULL, *box = NULL, *mark = NULL;
        for (int i = 0; i < ww_net_output_count(net); i++) {
            ww_shape shape;
            const float *data = ww_session_output(session, i, &shape);
            int64_t last = shape.rank ? shape.dim[shape.rank - 1] : 0;
            if (!holds(&shape, anchors * last))
                continue;
            if (last == 1)
                score = data;
            else if (last == 4)
                box = data;
            else if (last == WW_LANDMARK_VALUES)
                mark = data;
        }
        if (!score || !box || !mark)
            return WW_ERR_UNSUPPORTED;
        for (int64_t a = 0; a < anchors; a++) {
            if (!(score[a] >= min_score))
                continue;
            int64_t left = a / 2 % columns * s, top = a / 2 / columns * s;
            float cx = (float)left, cy = (float)top;
            const float *b = box + 4 * a;
            ww_detection d = {.score = score[a], .x = cx - b[0] * (float)s, .y = cy - b[1] * (float)s};
            d.width = cx + b[2] * (float)s - d.x;
            d.height = cy + b[3] * (float)s - d.y;
            for (int q = 0; q < WW_LANDMARK_VALUES; q++)
                d.landmark[q] = (q % 2 ? cy : cx) + mark[WW_LANDMARK_VALUES * a + q] * (float)s;
            if (!push(out, &d))
                return WW_ERR_MEMORY;
        }
    }
    return WW_OK;
}

// Rows of cells; score = sqrt(cls * obj); centre = (cell + bbox[0..1])*s, sides = exp(bbox[2..3])*s, landmark = (cell +
// kps)*s.
static ww_status decode_yunet(const ww_session *session, const ww_net *net, float min_score, int width, int height,
                              ww_detections *out)
{
    for (int k = 0; k < STRIDES; k++) {
        int s = stride_px[k], columns = width / s, rows = height / s;
        int64_t cells = (int64_t)columns * rows;
        ww_shape shape[4];
        const float *cls = output_named(session, net, "cls", s, &shape[0]),
                    *obj = output_named(session, net, "obj", s, &shape[1]);
        const float *box = output_named(session, net, "bbox", s, &shape[2]),
                    *mark = output_named(session, net, "kps", s, &shape[3]);
        if (!cls || !obj || !box || !mark || !holds(&shape[0], cells) || !holds(&shape[1], cells)
            || !holds(&shape[2], 4 * cells) || !holds(&shape[3], WW_LANDMARK_VALUES * cells))
            return WW_ERR_UNSUPPORTED;
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
            for (int q = 0; q < WW_LANDMARK_VALUES; q++)
                d.landmark[q] = ((q % 2 ? j : i) + mark[WW_LANDMARK_VALUES * c + q]) * size;
            if (!push(out, &d))
                return WW_ERR_MEMORY;
        }
    }
    return WW_OK;
}

// scores N x 2 (background, face), boxes N x 4: corners as shares of the input's sides.
static ww_status decode_ultraface(const ww_session *session, const ww_net *net, float min_score, int width, int height,
                                  ww_detections *out)
{
    const float *score = NULL, *box = NULL;
    int64_t rows[2] = {0, 0};
    for (int i = 0; i < ww_net_output_count(net); i++) {
        ww_shape shape;
        const float *data = ww_session_output(session, i, &shape);
        if (shape.rank != 3)
            return WW_ERR_UNSUPPORTED;
        if (shape.dim[2] == 2)
            score = data, rows[0] = shape.dim[1];
        else if (shape.dim[2] == 4)
            box = data, rows[1] = shape.dim[1];
    }
    if (!score || !box || rows[0] != rows[1])
        return WW_ERR_UNSUPPORTED;
    for (int64_t r = 0; r < rows[0]; r++) {
        if (!(score[2 * r + 1] >= min_score))
            continue;
        const float *b = box + 4 * r;
        ww_detection d = {.score = score[2 * r + 1], .x = b[0] * (float)width, .y = b[1] * (float)height};
        d.width = b[2] * (float)width - d.x;
        d.height = b[3] * (float)height - d.y;
        if (!push(out, &d))
            return WW_ERR_MEMORY;
    }
    return WW_OK;
}

// --- how they are recognised ---------------------------------------------------------------------

static bool has_output(const ww_model_outline *o, const char *name)
{
    for (int i = 0; i < o->outputs; i++)
        if (strcmp(o->output_name[i], name) == 0)
            return true;
    return false;
}

// Outputs whose last dimension is `last`.
static int count_last(const ww_model_outline *o, int64_t last)
{
    int n = 0;
    for (int i = 0; i < o->outputs; i++)
        n += o->output[i].rank > 0 && o->output[i].dim[o->output[i].rank - 1] == last;
    return n;
}

static bool is_luma(const ww_model_outline *o)
{
    return o->outputs == 9 && o->input.dim[1] == 1 && has_output(o, "score_8") && has_output(o, "box_8")
           && has_output(o, "lmk_8");
}

static bool is_yunet(const ww_model_outline *o)
{
    return o->outputs == 12 && has_output(o, "cls_8") && has_output(o, "obj_8") && has_output(o, "kps_8");
}

static bool is_scrfd(const ww_model_outline *o)
{
    return o->outputs == 9 && count_last(o, 1) == 3 && count_last(o, 4) == 3 && count_last(o, WW_LANDMARK_VALUES) == 3;
}

static bool is_ultraface(const ww_model_outline *o)
{
    return o->outputs == 2 && count_last(o, 2) == 1 && count_last(o, 4) == 1;
}

// --- the table -----------------------------------------------------------------------------------

#define STEP 32 // an input's sides are multiples of the largest stride

// Where the five landmarks lie in a box on average, as shares of its sides, for detectors that give none (measured on
// frontal faces; a turned face is then aligned less well).
static const float mean_landmark[WW_LANDMARK_VALUES] = {0.31f, 0.40f, 0.69f, 0.40f, 0.50f,
                                                        0.60f, 0.35f, 0.77f, 0.65f, 0.77f};

const ww_detector_kind ww_luma_kind = {
    .word = "luma",
    .wants = {.name = "whoswho luma detector",
              .colour = WW_COLOUR_LUMA,
              .scale = {1.0f, 1.0f, 1.0f},
              .multiple = STEP,
              .min_score = 0.5f,
              .nms_iou = 0.4f},
    .matches = is_luma,
    .decode = decode_luma,
    .open = ww_network_open,
    .find = ww_network_find,
    .close = ww_network_close,
};

const ww_detector_kind ww_yunet_kind = {
    .word = "yunet",
    .wants = {.name = "YuNet",
              .colour = WW_COLOUR_BGR,
              .scale = {1.0f, 1.0f, 1.0f},
              .multiple = STEP,
              .min_score = 0.6f,
              .nms_iou = 0.3f},
    .matches = is_yunet,
    .decode = decode_yunet,
    .open = ww_network_open,
    .find = ww_network_find,
    .close = ww_network_close,
};

const ww_detector_kind ww_scrfd_kind = {
    .word = "scrfd",
    .wants = {.name = "SCRFD with keypoints",
              .colour = WW_COLOUR_RGB,
              .mean = {127.5f, 127.5f, 127.5f},
              .scale = {1.0f / 128.0f, 1.0f / 128.0f, 1.0f / 128.0f},
              .multiple = STEP,
              .min_score = 0.45f, // 0.5 loses a 30 px face now and then; 0.4 finds nothing more (docs/accuracy.md)
              .nms_iou = 0.4f},
    .matches = is_scrfd,
    .decode = decode_scrfd,
    .open = ww_network_open,
    .find = ww_network_find,
    .close = ww_network_close,
};

const ww_detector_kind ww_ultraface_kind = {
    .word = "ultraface",
    .wants = {.name = "UltraFace",
              .colour = WW_COLOUR_RGB,
              .mean = {127.0f, 127.0f, 127.0f},
              .scale = {1.0f / 128.0f, 1.0f / 128.0f, 1.0f / 128.0f},
              .multiple = STEP,
              .min_score = 0.7f,
              .nms_iou = 0.3f},
    .fixed_size = true, // its prior boxes are constants of one input size
    .mean_landmark = mean_landmark,
    .matches = is_ultraface,
    .decode = decode_ultraface,
    .open = ww_network_open,
    .find = ww_network_find,
    .close = ww_network_close,
};

// In the order in which a graph is compared with them: ours has SCRFD's shapes, but names of its own.
const ww_detector_kind *const ww_onnx_detectors[] = {&ww_luma_kind, &ww_yunet_kind, &ww_scrfd_kind, &ww_ultraface_kind,
                                                     NULL};
