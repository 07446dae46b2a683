// SPDX-License-Identifier: MIT
#include "whoswho/whoswho.h"

enum { FRAME_WIDTH = 700, FRAME_HEIGHT = 500, UPSAMPLE = 1, MIN_SAMPLES = 5 };
#define EPS 0.5

void ww_preset_article(ww_model_options *models, ww_scan_options *scan, ww_cluster_options *cluster)
{
    if (!models->detector)
        models->detector = "hog";
    if (models->upsample == 0)
        models->upsample = UPSAMPLE;
    if (scan->shrink_width == 0 && scan->shrink_height == 0) {
        scan->shrink_width = FRAME_WIDTH;
        scan->shrink_height = FRAME_HEIGHT;
    }
    scan->no_track = 1;
    if (!cluster->method)
        cluster->method = "plain-dbscan";
    if (cluster->eps < 0)
        cluster->eps = EPS;
    if (cluster->min_samples < 0)
        cluster->min_samples = MIN_SAMPLES;
}
