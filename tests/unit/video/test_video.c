// SPDX-License-Identifier: MIT
// Frames handed out by spans, in any order, are those of a full sequential decode, bit for bit, at exactly the right
// times.
#include "clips.h"
#include "fields.h"
#include "harness.h"
#include "reference.h"

#include "base/memory.h"
#include <pthread.h>

#define SECOND INT64_C(1000000)
#define THREADS 3

typedef struct gathered {
    shown_frame *frame;
    int count, capacity;
} gathered;

static ww_status gather(void *user, const ww_frame *frame, ww_error *err)
{
    gathered *g = user;
    if (g->count == g->capacity)
        return ww_fail(err, WW_ERR_ARGUMENT, "more frames than samples");
    g->frame[g->count++] = shown_frame_of(frame);
    return WW_OK;
}

// The picture of the frame before, held, while the decoder goes on.
typedef struct holding {
    gathered *out;
    ww_held_picture held;
    int frames;
} holding;

static ww_status gather_and_hold(void *user, const ww_frame *frame, ww_error *err)
{
    holding *h = user;
    if (h->frames++ > 0)
        CHECK(image_hash(&h->held.image) == h->out->frame[h->out->count - 1].hash);
    ww_status status = gather(h->out, frame, err);
    return status == WW_OK ? ww_frame_hold(frame, &h->held, err) : status;
}

typedef struct clip {
    const char *name, *arguments;
    int64_t every_us;
    int spans_min, spans_max;
    int64_t frame_us; // 0, or the length of a frame where the container has no times
} clip;

#define MOVING(seconds) "-f lavfi -i testsrc2=s=160x112:r=10:d=" #seconds " "
#define TONE(seconds) "-f lavfi -i sine=d=" #seconds " "

// All span orders and reader arrangements that matter: forward and backward with one reader, a new reader for each, and
// several at once.
typedef enum arrangement { FORWARD, BACKWARD, FRESH, THREADED, ARRANGEMENTS } arrangement;

static void read_spans(const ww_source *footage, arrangement how, gathered *out, int *span_of)
{
    ww_error err = {0};
    ww_reader *reader = NULL;
    int spans = ww_source_get_info(footage)->span_count;
    for (int i = 0; i < spans; i++) {
        int span = how == BACKWARD ? spans - 1 - i : i;
        if (!reader)
            CHECK_OK(ww_reader_open(footage, &reader, &err));
        if (!reader)
            return;
        ww_damage damage = {.lost = -1, .concealed = -1};
        int before = out->count;
        holding h = {.out = out};
        CHECK_OK(ww_reader_span(reader, span, gather_and_hold, &h, &damage, &err));
        if (h.frames > 0)
            CHECK(image_hash(&h.held.image) == out->frame[out->count - 1].hash);
        ww_held_picture_free(&h.held);
        CHECK_EQ(damage.lost, 0);
        CHECK_EQ(damage.concealed, 0);
        for (int j = before; j < out->count; j++)
            span_of[j] = span;
        if (how == FRESH) {
            ww_reader_close(reader);
            reader = NULL;
        }
    }
    ww_reader_close(reader);
}

typedef struct worker {
    const ww_source *footage;
    int first_span;
    gathered got;
} worker;

static void *work(void *user)
{
    worker *w = user;
    ww_reader *reader = NULL;
    if (ww_reader_open(w->footage, &reader, NULL) != WW_OK)
        return NULL;
    for (int span = w->first_span; span < ww_source_get_info(w->footage)->span_count; span += THREADS)
        ww_reader_span(reader, span, gather, &w->got, NULL, NULL);
    ww_reader_close(reader);
    return NULL;
}

// Every THREADS-th span in a thread of its own, each with its own reader.
static void read_in_threads(const ww_source *footage, gathered *out)
{
    pthread_t threads[THREADS];
    worker workers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){.footage = footage,
                              .first_span = i,
                              .got = {ww_alloc((size_t)out->capacity * sizeof(shown_frame)), 0, out->capacity}};
        CHECK(pthread_create(&threads[i], NULL, work, &workers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        for (int j = 0; j < workers[i].got.count && out->count < out->capacity; j++)
            out->frame[out->count++] = workers[i].got.frame[j];
        free(workers[i].got.frame);
    }
}

static int by_sample(const void *a, const void *b)
{
    int64_t x = ((const shown_frame *)a)->sample, y = ((const shown_frame *)b)->sample;
    return (x > y) - (x < y);
}

static void check_frames(const char *name, arrangement how, gathered *got, const shown_frames *expected)
{
    if (how == BACKWARD || how == THREADED)
        qsort(got->frame, (size_t)got->count, sizeof *got->frame, by_sample);
    CHECK_EQ(got->count, expected->count);
    for (int i = 0; i < got->count && i < expected->count; i++) {
        if (shown_frame_same(i, &got->frame[i], &expected->frame[i]))
            continue;
        printf("# ^ %s, arrangement %d\n", name, how);
        CHECK(!"frames as in a full decode");
        return;
    }
}

// Spans cover the samples once, in order, and hand out only their own.
static void check_cover(const ww_source *footage, const gathered *got, const int *span_of, int64_t end_us,
                        int64_t every_us)
{
    int64_t next = 0, first = 0, count = 0;
    for (int i = 0; i < ww_source_get_info(footage)->span_count; i++) {
        ww_source_span(footage, i, &first, &count);
        CHECK_EQ(first, next);
        next = first + count;
    }
    CHECK_EQ(next, (end_us + every_us - 1) / every_us);
    for (int i = 0; i < got->count; i++) {
        ww_source_span(footage, span_of[i], &first, &count);
        CHECK(got->frame[i].sample >= first && got->frame[i].sample < first + count);
    }
}

static int by_time(const void *a, const void *b)
{
    int64_t x = ((const shown_frame *)a)->time_us, y = ((const shown_frame *)b)->time_us;
    return (x > y) - (x < y);
}

#define LOOK_EVERY (SECOND / 5)

// Looks are frames of the full decode, lie between the samples at their distance, and the samples are what they are
// without.
static void check_looks(const clip *c, const char *path, const shown_frames *all, const shown_frames *samples)
{
    ww_error err = {0};
    ww_source *footage = NULL;
    CHECK_OK(ww_source_open(path, &(ww_source_options){.every_us = c->every_us, .intermediate_every_us = LOOK_EVERY},
                            NULL, &footage, &err));
    if (!footage)
        return;
    gathered got = {.frame = ww_alloc((size_t)(all->count + 1) * sizeof(shown_frame)), .capacity = all->count + 1},
             again = got;
    again.frame = ww_alloc((size_t)again.capacity * sizeof(shown_frame));
    int *span_of = ww_alloc((size_t)got.capacity * sizeof *span_of), sample = 0, at = 0;
    read_spans(footage, FORWARD, &got, span_of);
    read_spans(footage, BACKWARD, &again, span_of);
    qsort(again.frame, (size_t)again.count, sizeof *again.frame, by_time);
    CHECK_EQ(got.count, again.count);
    for (int i = 0; i < got.count && i < again.count; i++) {
        const shown_frame *g = &got.frame[i];
        CHECK(g->time_us == again.frame[i].time_us && g->hash == again.frame[i].hash
              && g->intermediate == again.frame[i].intermediate);
        if (!g->intermediate) {
            CHECK(sample < samples->count && samples->frame[sample].sample == g->sample
                  && samples->frame[sample].hash == g->hash);
            sample++;
            continue;
        }
        while (at < all->count && all->frame[at].time_us < g->time_us)
            at++;
        CHECK(at < all->count && all->frame[at].time_us == g->time_us && all->frame[at].hash == g->hash);
        CHECK(i > 0 && g->sample == got.frame[i - 1].sample
              && g->time_us - got.frame[i - 1].time_us >= LOOK_EVERY * 7 / 8);
    }
    CHECK_EQ(sample, samples->count);
    free(got.frame);
    free(again.frame);
    free(span_of);
    ww_source_close(footage);
}

// Frames in the interval of a sample, `every_us` round it.
static int frames_of(const shown_frames *all, int64_t sample, int64_t every_us)
{
    int count = 0;
    for (int i = 0; i < all->count; i++)
        count += (all->frame[i].time_us - all->start_us + every_us / 2) / every_us == sample;
    return count;
}

// Frames that stand for samples near them are frames of the full decode, not farther away than half an interval but
// where none is nearer, and each interval with frames has one.
static void check_near(const clip *c, const char *path, const shown_frames *all, int64_t every_us,
                       ww_source_times times)
{
    ww_error err = {0};
    ww_source *footage = NULL;
    CHECK_OK(ww_source_open(path, &(ww_source_options){.every_us = every_us, .times = times}, NULL, &footage, &err));
    if (!footage)
        return;
    gathered got = {.frame = ww_alloc((size_t)(all->count + 1) * sizeof(shown_frame)), .capacity = all->count + 1};
    int *span_of = ww_alloc((size_t)got.capacity * sizeof *span_of), at = 0;
    read_spans(footage, times == WW_TIMES_NEAR ? BACKWARD : FORWARD, &got, span_of);
    check_cover(footage, &got, span_of, all->end_us, every_us);
    qsort(got.frame, (size_t)got.count, sizeof *got.frame, by_sample);
    int64_t next = 0;
    for (int i = 0; i < got.count; i++) {
        const shown_frame *g = &got.frame[i];
        while (at < all->count && all->frame[at].time_us < g->time_us)
            at++;
        CHECK(at < all->count && all->frame[at].time_us == g->time_us && all->frame[at].hash == g->hash);
        CHECK(2 * llabs(g->time_us - all->start_us - g->sample * every_us) <= every_us
              || frames_of(all, g->sample, every_us) == 0);
        CHECK(g->sample >= next);
        for (; next < g->sample; next++)
            CHECK_EQ(frames_of(all, next, every_us), 0);
        next = g->sample + 1;
    }
    for (; next * every_us < all->end_us; next++)
        CHECK_EQ(frames_of(all, next, every_us), 0);
    free(got.frame);
    free(span_of);
    ww_source_close(footage);
}

static void check_clip(const clip *c)
{
    ww_error err = {0};
    const char *path = clip_path(c->name);
    shown_frames all;
    CHECK(reference_decode(path, c->frame_us, &all));
    int64_t every_us = c->every_us ? c->every_us : SECOND;
    shown_frames expected = reference_pick(&all, every_us);
    for (int i = 0; i < all.count; i++)
        all.frame[i].time_us += all.start_us;
    for (int i = 0; i < expected.count; i++)
        expected.frame[i].time_us += all.start_us;
    ww_source *footage = NULL;
    CHECK_OK(ww_source_open(path, &(ww_source_options){.every_us = c->every_us}, NULL, &footage, &err));
    if (footage) {
        const ww_source_info *info = ww_source_get_info(footage);
        CHECK_EQ(info->kind, WW_SOURCE_VIDEO);
        CHECK_EQ(info->width, all.frame[0].width);
        CHECK_EQ(info->height, all.frame[0].height);
        CHECK_EQ(info->frame_count, all.count);
        CHECK_NEAR((double)info->duration_us, (double)(all.start_us + all.end_us), 2);
        CHECK(info->span_count >= c->spans_min && (!c->spans_max || info->span_count <= c->spans_max));
        gathered got = {.frame = ww_alloc((size_t)(expected.count + 1) * sizeof(shown_frame)),
                        .capacity = expected.count + 1};
        int *span_of = ww_alloc((size_t)got.capacity * sizeof *span_of);
        for (arrangement how = 0; how < ARRANGEMENTS; how++) {
            got.count = 0;
            if (how == THREADED)
                read_in_threads(footage, &got);
            else
                read_spans(footage, how, &got, span_of);
            if (how == FORWARD)
                check_cover(footage, &got, span_of, info->duration_us - all.start_us, every_us);
            check_frames(c->name, how, &got, &expected);
        }
        free(got.frame);
        free(span_of);
    }
    ww_source_close(footage);
    check_looks(c, path, &all, &expected);
    if (c->frame_us == 0 && every_us > 1)
        for (ww_source_times times = WW_TIMES_NEAR; times <= WW_TIMES_CHEAPEST; times++)
            check_near(c, path, &all, every_us, times);
    shown_free(&expected);
    shown_free(&all);
}

static void make_and_check(const clip *clips, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int failures = harness_failures;
        if (clip_make(clips[i].name, clips[i].arguments))
            check_clip(&clips[i]);
        else
            CHECK(!"the clip could be made");
        if (harness_failures != failures)
            printf("# ^ %s: %s\n", clips[i].name, clips[i].arguments);
    }
}
#define CHECK_CLIPS(...)                                                                                               \
    do {                                                                                                               \
        const clip clips[] = {__VA_ARGS__};                                                                            \
        make_and_check(clips, sizeof clips / sizeof *clips);                                                           \
    } while (0)

TEST(h264_with_b_frames)
{
    CHECK_CLIPS(
        {"gop250.mp4", MOVING(60) "-c:v libx264", .spans_min = 3},
        {"gop60.mp4", MOVING(32) "-c:v libx264 -g 60 -bf 3", .spans_min = 3},
        {"gop10.mp4", MOVING(24) "-c:v libx264 -g 10", .spans_min = 2},
        {"every.mp4", MOVING(20) "-c:v libx264 -g 40 -refs 5 -bf 5 -b_strategy 2", .every_us = 1, .spans_min = 2},
        {"fifth.mp4", MOVING(20) "-c:v libx264 -g 100 -weightp 2 -bf 2", .every_us = SECOND / 5, .spans_min = 2},
        {"seldom.mp4", MOVING(60) "-c:v libx264 -g 50", .every_us = 7 * SECOND, .spans_min = 5},
        {"strict.mp4", MOVING(20) "-c:v libx264 -g 50 -x264-params b-pyramid=strict", .spans_min = 2},
        {"spatial.mkv", MOVING(20) "-c:v libx264 -g 50 -direct-pred spatial -bf 4", .spans_min = 2},
        {"temporal.mkv", MOVING(20) "-c:v libx264 -g 50 -direct-pred temporal -bf 4", .spans_min = 2},
        {"baseline.mp4", MOVING(20) "-c:v libx264 -profile:v baseline -g 50", .spans_min = 2},
        {"sliced.mp4", MOVING(20) "-c:v libx264 -slices 4 -g 50", .spans_min = 2});
}

TEST(h264_open_gop)
{
    CHECK_CLIPS({"open.mp4", MOVING(32) "-c:v libx264 -g 50 -x264-params open-gop=1:bframes=4", .spans_min = 3},
                {"open.ts", MOVING(32) "-c:v libx264 -g 50 -x264-params open-gop=1:bframes=4", .spans_min = 3},
                {"open_fifth.mkv", MOVING(32) "-c:v libx264 -g 75 -x264-params open-gop=1:bframes=7:b-adapt=0",
                 .every_us = SECOND / 5, .spans_min = 3},
                {"open_all.mp4", MOVING(20) "-c:v libx264 -g 25 -x264-params open-gop=1:bframes=3", .every_us = 1,
                 .spans_min = 2});
}

TEST(gradual_refresh)
{
    CHECK_CLIPS({"refresh.mp4", MOVING(20) "-c:v libx264 -g 60 -x264-params intra-refresh=1:bframes=0", .spans_max = 1},
                {"refresh.ts", MOVING(20) "-c:v libx264 -g 60 -x264-params intra-refresh=1", .spans_max = 1});
}

TEST(variable_frame_rate)
{
    CHECK_CLIPS(
        {"vfr.mp4",
         MOVING(32) "-vf \"select='mod(n,7)*mod(n,11)',setpts=PTS*(1+0.1*sin(N/20))\" -vsync vfr -c:v libx264 -g 60",
         .spans_min = 2},
        {"vfr.mkv", MOVING(32) "-vf \"select='mod(n,7)*mod(n,11)'\" -vsync vfr -c:v libx264 -g 60", .spans_min = 2},
        {"gaps.mkv", MOVING(40) "-vf \"select='lt(mod(t,9),3)'\" -vsync vfr -c:v libx264 -g 30", .spans_min = 2},
        {"slow.mp4", "-f lavfi -i testsrc2=s=192x144:r=0.2:d=60 -c:v libx264", .spans_min = 1},
        {"timelapse.mkv", "-f lavfi -i testsrc2=s=192x144:r=0.2:d=60 -c:v libx264 -g 3", .every_us = SECOND / 2,
         .spans_min = 3});
}

TEST(any_start_time)
{
    CHECK_CLIPS({"offset.mp4", MOVING(20) "-c:v libx264 -g 50 -output_ts_offset 100", .spans_min = 2},
                {"offset.ts", MOVING(20) "-c:v libx264 -g 50 -output_ts_offset 1000", .spans_min = 2},
                {"offset.mkv", MOVING(20) "-c:v libx264 -g 50 -output_ts_offset 3.217", .spans_min = 2},
                {"negative.mp4", MOVING(20) "-c:v libx264 -g 50 -output_ts_offset -1.5 -avoid_negative_ts disabled",
                 .spans_min = 1},
                {"wrap.ts", MOVING(40) "-c:v libx264 -g 50 -output_ts_offset 95430.7", .spans_min = 2});
}

TEST(edit_lists)
{
    CHECK(clip_make("whole.mp4", MOVING(32) "-c:v libx264 -g 60"));
    CHECK_CLIPS({"cut.mp4", "-ss 4.3 -i whole.mp4 -c copy", .spans_min = 2});
}

TEST(shapes_and_pixels)
{
    CHECK_CLIPS(
        {"odd.mp4", "-f lavfi -i testsrc2=s=321x241:r=25:d=12 -c:v libx264 -pix_fmt yuv444p -g 50", .spans_min = 1},
        {"odd420.mkv", "-f lavfi -i testsrc2=s=321x241:r=25:d=12 -c:v ffv1 -pix_fmt yuv420p", .spans_min = 1},
        {"ten.mp4", MOVING(20) "-c:v libx264 -pix_fmt yuv420p10le -g 50", .spans_min = 2},
        {"full.mp4", MOVING(12) "-c:v libx264 -pix_fmt yuvj420p -g 50", .spans_min = 1},
        {"grey.mp4", MOVING(12) "-c:v libx264 -pix_fmt gray -g 50", .spans_min = 1},
        {"rgb.mkv", MOVING(4) "-c:v libx264rgb -g 50", .spans_min = 1},
        {"cropped.mp4", MOVING(4) "-c:v libx264 -bsf:v h264_metadata=crop_left=10:crop_top=6:crop_right=4",
         .spans_min = 1},
        {"narrow.mp4", MOVING(12) "-c:v libx264 -g 50 -vf setsar=8/9", .spans_min = 1},
        {"one.mp4", "-f lavfi -i testsrc2=s=192x144:r=25:d=0.04 -c:v libx264", .spans_min = 1, .spans_max = 1},
        {"dot.mkv", "-f lavfi -i color=c=red:s=1x1:r=25:d=1,format=rgb24 -c:v png", .spans_min = 1, .spans_max = 1});
}

TEST(turned)
{
    CHECK(clip_make("lying.mp4", MOVING(20) "-c:v libx264 -g 50"));
    for (int degrees = 90; degrees < 360; degrees += 90) {
        CHECK(clip_turn("lying.mp4", "turned.mp4", degrees));
        check_clip(&(clip){"turned.mp4", "", .spans_min = 2});
    }
}

TEST(interlaced)
{
    CHECK_CLIPS(
        {"mbaff.mp4", MOVING(20) "-vf interlace=lowpass=0 -c:v libx264 -flags +ilme+ildct -x264-params tff=1 -g 50",
         .spans_min = 2},
        {"mbaff.ts", MOVING(20) "-vf interlace=lowpass=0 -c:v libx264 -flags +ilme+ildct -x264-params bff=1 -g 50",
         .spans_min = 2},
        {"mpeg2i.ts", MOVING(20) "-vf interlace=lowpass=0 -c:v mpeg2video -flags +ilme+ildct -bf 2 -g 15 -b:v 2M",
         .spans_min = 2});
}

// Two packets a frame, one for each field, as in the recordings of many camcorders.
TEST(field_coded)
{
    CHECK(write_field_coded(clip_path("fields.h264"), 500, 50));
    CHECK_CLIPS(
        {"fields.ts", "-fflags +genpts -r 50 -i fields.h264 -c copy", .spans_min = 2},
        {"fields_40ms.ts", "-fflags +genpts -r 50 -i fields.h264 -c copy", .every_us = SECOND / 25, .spans_min = 2},
        {"fields_30ms.mkv", "-fflags +genpts -r 50 -i fields.h264 -c copy", .every_us = 30000, .spans_min = 2});
}

TEST(other_formats)
{
    CHECK_CLIPS(
        {"hevc.mp4", MOVING(20) "-c:v libx265 -x265-params log-level=none:keyint=50", .spans_min = 2},
        {"hevc.ts", MOVING(20) "-c:v libx265 -x265-params log-level=none:keyint=50", .spans_min = 2},
        {"layers.mkv",
         MOVING(20) "-c:v libx265 -x265-params log-level=none:keyint=50:temporal-layers=3:b-adapt=0:bframes=3",
         .every_us = SECOND / 5, .spans_min = 2},
        {"vp9.webm",
         MOVING(16) "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -auto-alt-ref 1 -lag-in-frames 16 -g 50",
         .spans_min = 1},
        {"vp8.webm", MOVING(16) "-c:v libvpx -deadline good -cpu-used 5 -auto-alt-ref 1 -lag-in-frames 16 -g 50",
         .every_us = SECOND / 5, .spans_min = 1},
        {"av1.mp4", MOVING(12) "-c:v libsvtav1 -preset 12 -g 50", .spans_min = 1},
        {"mpeg2.ts", MOVING(20) "-c:v mpeg2video -bf 2 -g 25 -b:v 2M", .spans_min = 2},
        {"mpeg2.mpg", MOVING(20) "-c:v mpeg2video -bf 2 -g 25 -b:v 2M", .spans_min = 1},
        {"dvd.vob", "-f lavfi -i testsrc2=s=720x576:r=25:d=18 " TONE(18) "-target pal-dvd -bf 2", .spans_min = 2},
        {"mpeg1.mpg", MOVING(20) TONE(20) "-r 25 -c:v mpeg1video -bf 2 -g 25 -b:v 2M", .spans_min = 1},
        {"mpeg4.avi", MOVING(20) TONE(20) "-c:v mpeg4 -g 50 -b:v 1M", .spans_min = 2},
        {"mpeg4.mp4", MOVING(20) "-c:v mpeg4 -bf 2 -g 50 -b:v 1M", .spans_min = 2},
        {"mjpeg.avi", MOVING(20) "-c:v mjpeg", .spans_min = 2},
        {"prores.mov", MOVING(20) "-c:v prores_ks", .spans_min = 2},
        {"wmv.asf", MOVING(20) TONE(20) "-c:v wmv2 -g 50 -b:v 1M", .spans_min = 1},
        {"flash.flv", MOVING(20) TONE(20) "-c:v libx264 -g 50", .spans_min = 1},
        {"theora.ogv", MOVING(20) "-c:v libtheora -g 50 -b:v 1M", .spans_min = 1});
}

TEST(containers)
{
    CHECK_CLIPS(
        {"fragments.mp4", MOVING(32) TONE(32) "-c:v libx264 -g 50 -movflags frag_keyframe+empty_moov", .spans_min = 1},
        {"dash.mp4", MOVING(32) "-c:v libx264 -g 50 -movflags dash+frag_keyframe", .spans_min = 1},
        {"sound_first.mp4", TONE(32) MOVING(32) "-c:v libx264 -g 50 -movflags +faststart", .spans_min = 2},
        {"sound.ts", TONE(32) MOVING(32) "-c:v libx264 -g 50", .spans_min = 2},
        {"live.mkv", MOVING(32) "-c:v libx264 -g 50 -live 1", .spans_min = 1},
        {"frames.nut", MOVING(32) "-c:v libx264 -g 50", .spans_min = 1},
        {"broadcast.mxf", MOVING(20) "-r 25 -c:v mpeg2video -bf 2 -g 12 -b:v 2M", .spans_min = 1});
}

TEST(without_times)
{
    CHECK_CLIPS(
        {"bare.h264", MOVING(8) "-c:v libx264 -g 50", .frame_us = SECOND / 10, .spans_max = 1},
        {"bare.hevc", MOVING(8) "-c:v libx265 -x265-params log-level=none", .frame_us = SECOND / 10, .spans_max = 1},
        {"b.avi", MOVING(8) "-c:v mpeg4 -bf 2 -b:v 500k", .frame_us = SECOND / 10, .spans_max = 1},
        {"h264.avi", MOVING(8) "-c:v libx264 -bf 2", .frame_us = SECOND / 10, .spans_max = 1});
}

// Two recordings one behind the other: the clock falls back in the middle, and both are seen.
TEST(joined_recordings)
{
    CHECK(clip_make("first.ts", MOVING(12) "-c:v libx264 -g 50 -output_ts_offset 500"));
    CHECK(clip_make("second.ts", MOVING(12) "-vf hue=h=90 -c:v libx264 -g 50"));
    ww_error err = {0};
    CHECK(clip_join("first.ts", "second.ts", "joined.ts"));
    ww_source *footage = NULL;
    CHECK_OK(ww_source_open(clip_path("joined.ts"), NULL, NULL, &footage, &err));
    if (!footage)
        return;
    CHECK_NEAR((double)ww_source_get_info(footage)->duration_us / 1e6, 24, 0.5);
    shown_frame frames[40];
    int span_of[40];
    gathered forward = {.frame = frames, .capacity = 40};
    read_spans(footage, FORWARD, &forward, span_of);
    CHECK(forward.count >= 23 && forward.count <= 25);
    shown_frame again[40];
    gathered backward = {.frame = again, .capacity = 40};
    read_spans(footage, BACKWARD, &backward, span_of);
    check_frames("joined.ts", BACKWARD, &backward, &(shown_frames){.frame = frames, .count = forward.count});
    ww_source_close(footage);
}

int main(void)
{
    if (!clips_begin()) {
        printf("1..0 # SKIP there is no ffmpeg program here to make clips with\n");
        return 0;
    }
    RUN(h264_with_b_frames);
    RUN(h264_open_gop);
    RUN(gradual_refresh);
    RUN(variable_frame_rate);
    RUN(any_start_time);
    RUN(edit_lists);
    RUN(shapes_and_pixels);
    RUN(turned);
    RUN(interlaced);
    RUN(field_coded);
    RUN(other_formats);
    RUN(containers);
    RUN(without_times);
    RUN(joined_recordings);
    return FINISH();
}
