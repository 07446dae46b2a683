// SPDX-License-Identifier: MIT
// The times of the networks' layers, for those who want to know where the time of a scan goes.
#include "base/memory.h"
#include "base/vector.h"
#include "face/landmarks.h"
#include "models/loaded.h"

#include <stdlib.h>

typedef struct layer_time {
    const char *name, *op; // borrowed
    double seconds;
} layer_time;

typedef struct net_times {
    WW_VECTOR(layer_time) layer;
    double seconds;
    bool starved;
} net_times;

static void on_layer(void *user, const char *name, const char *op, double seconds)
{
    net_times *t = user;
    t->seconds += seconds;
    t->starved = !ww_vector_push(&t->layer, ((layer_time){name, op, seconds})) || t->starved;
}

static void log_net(const ww_net *net, const char *what, const ww_log *log)
{
    net_times t = {0};
    const int64_t runs = net ? ww_net_times(net, on_layer, &t) : 0;
    if (runs > 0 && !t.starved) {
        ww_logf(log, WW_LOG_DEBUG, "%s %s: %lld runs of %.2f ms; its layers, in ms per run:", what, ww_net_name(net),
                (long long)runs, 1e3 * t.seconds / (double)runs);
        for (size_t i = 0; i < t.layer.count; i++) {
            const layer_time *l = &t.layer.item[i];
            ww_logf(log, WW_LOG_DEBUG, "  %8.3f  %4.1f%%  %s %s", 1e3 * l->seconds / (double)runs,
                    100 * l->seconds / t.seconds, l->op, l->name);
        }
    }
    ww_vector_free(&t.layer);
}

void ww_models_log_times(const ww_models *m, const ww_log *log)
{
    const ww_landmark_source *landmarks = &m->detector_spec.landmarks;
    log_net(m->detector, "detector", log);
    if (landmarks->kind == &ww_landmark_refiner_kind)
        log_net(landmarks->model, "landmarks", log);
    log_net(m->embedder, "embedder", log);
}
