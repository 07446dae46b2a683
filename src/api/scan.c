// SPDX-License-Identifier: MIT
#include "api/sized.h"
#include "identify/add_face.h"
#include "pipeline/pipeline.h"
#include "scan/remote.h"
#include "scan/scan.h"

#define EVERY_MIN_US 1000
#define EVERY_MAX_US (INT64_C(7) * 86400 * 1000000)
enum {
    DETECT_SIZE_MIN = 64,
    DETECT_SIZE_MAX = 8192,
    FRAME_MIN_PX = 64,
    FRAME_MAX_PX = 16384,
    THREADS_MAX = 1024,
    PORTRAIT_MIN_PX = 16,
    PORTRAIT_MAX_PX = 4000,
    SHARDS_MAX = 100000,
    WORKERS_MAX = WW_PIPELINE_THREADS_MAX
};
#define FACE_MAX_PX 1e5

static ww_status check_range(double value, double least, double most, const char *name, ww_error *err)
{
    if (value >= least && value <= most)
        return WW_OK;
    return ww_fail(err, WW_ERR_ARGUMENT, "%s is a number from %g to %g, not %g", name, least, most, value);
}

static ww_status check(const ww_scan_options *o, ww_error *err)
{
    ww_status status = WW_OK;
    if (o->every_us != 0)
        status =
            check_range((double)o->every_us, EVERY_MIN_US, EVERY_MAX_US, "the sampling interval in microseconds", err);
    if (status == WW_OK && o->detect_size != 0)
        status = check_range(o->detect_size, DETECT_SIZE_MIN, DETECT_SIZE_MAX, "the detector's input size", err);
    if (status == WW_OK && o->frame_max_px != 0)
        status = check_range(o->frame_max_px, FRAME_MIN_PX, FRAME_MAX_PX, "the size of stored frames", err);
    if (status == WW_OK && o->portrait_width != 0 && o->portrait_width != WW_PORTRAIT_AS_FILMED)
        status = check_range(o->portrait_width, PORTRAIT_MIN_PX, PORTRAIT_MAX_PX, "the width of portraits", err);
    if (status == WW_OK && !(o->min_score < 0))
        status = check_range(o->min_score, 0, 1, "the detector score", err);
    if (status == WW_OK)
        status = check_range(o->min_face_px, 0, FACE_MAX_PX, "the size of the smallest face", err);
    if (status == WW_OK)
        status = check_range(o->shards, 0, SHARDS_MAX, "the number of shards", err);
    if (status == WW_OK && o->shards)
        status = check_range(o->shard, 1, o->shards, "the shard", err);
    if (status == WW_OK)
        status = check_range(o->shrink_width < o->shrink_height ? o->shrink_width : o->shrink_height, 0, FRAME_MAX_PX,
                             "the size to shrink to", err);
    if (status == WW_OK && o->count_frames && (o->every_us || o->near_times || o->fast))
        status =
            ww_fail(err, WW_ERR_ARGUMENT,
                    "frames are counted (count_frames), or sampled by time (every_us, near_times, fast): not both");
    return status == WW_OK ? check_range(o->threads, 0, THREADS_MAX, "the number of threads", err) : status;
}

static ww_status scan(ww_library *library, const ww_models *models, const char *const *inputs, size_t count,
                      const ww_scan_options *options, const ww_transport *transport, ww_scan_result *result,
                      ww_error *err)
{
    library->revision++;
    ww_scan_options full = WW_SCAN_OPTIONS_INIT;
    ww_scan_result r = WW_SCAN_RESULT_INIT;
    ww_status status = WW_CHECK_SIZED(options, ww_scan_options, err);
    if (status == WW_OK)
        status = WW_CHECK_SIZED(result, ww_scan_result, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&full, options, sizeof full);
    status = check(&full, err);
    if (status == WW_OK)
        status = ww_scan_sources(library, models, inputs, count, &full, transport, &r, err);
    if (status == WW_OK)
        status = ww_restore_added_faces(library, models, err);
    ww_sized_write(result, &r, sizeof r);
    return status;
}

ww_status ww_check_hwaccel(const char *name, ww_error *err)
{
    ww_hwaccel *hwaccel = NULL;
    ww_status status = ww_hwaccel_open(name, &hwaccel, err);
    ww_hwaccel_close(hwaccel);
    return status;
}

ww_status ww_library_scan(ww_library *library, const ww_models *models, const char *const *inputs, size_t count,
                          const ww_scan_options *options, ww_scan_result *result, ww_error *err)
{
    return scan(library, models, inputs, count, options, NULL, result, err);
}

ww_status ww_library_scan_over(ww_library *library, const ww_models *models, const char *const *inputs, size_t count,
                               const ww_scan_options *options, const ww_transport *transport, ww_scan_result *result,
                               ww_error *err)
{
    ww_transport full = WW_TRANSPORT_INIT;
    ww_status status = WW_CHECK_SIZED(transport, ww_transport, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&full, transport, sizeof full);
    status = check_range(full.workers, 1, WORKERS_MAX, "the number of workers", err);
    if (status == WW_OK)
        status = check_range(full.openers, 0, WORKERS_MAX, "the number of workers that open files", err);
    if (status == WW_OK && !full.call)
        status = ww_fail(err, WW_ERR_ARGUMENT, "a transport needs its function `call`");
    return status == WW_OK ? scan(library, models, inputs, count, options, &full, result, err) : status;
}

ww_status ww_worker_open(const ww_models *models, const ww_scan_options *options, ww_worker *beside, ww_worker **worker,
                         ww_error *err)
{
    ww_scan_options full = WW_SCAN_OPTIONS_INIT;
    *worker = NULL;
    ww_status status = WW_CHECK_SIZED(options, ww_scan_options, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&full, options, sizeof full);
    status = check(&full, err);
    return status == WW_OK ? ww_worker_make(models, &full, beside, worker, err) : status;
}

void ww_worker_close(ww_worker *worker) { ww_worker_unmake(worker); }

ww_status ww_worker_answer(ww_worker *worker, const void *request, size_t bytes, ww_bytes *reply, ww_error *err)
{
    return ww_worker_reply(worker, request, bytes, reply, err);
}
