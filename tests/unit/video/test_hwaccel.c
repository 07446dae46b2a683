// SPDX-License-Identifier: MIT
// What a device decodes is what software decodes, frame for frame; and where the device fails, at whatever frame,
// software goes on without losing or repeating one. The device is a fake (fake_device.h).
#include "clips.h"
#include "fake_device.h"
#include "harness.h"
#include "reference.h"

#include "base/memory.h"
#include <pthread.h>

enum { FRAMES_MAX = 1000, THREADS = 3, SURFACES_MAX = 3 };
#define LOOK_EVERY_US 200000

typedef struct shown {
    shown_frame frame[FRAMES_MAX];
    int count;
    ww_decoding by; // the last span
    int64_t damaged;
    int decoders; // on the device, before the reader was closed
} shown;

static ww_status gather(void *user, const ww_frame *frame, ww_error *err)
{
    shown *s = user;
    if (s->count == FRAMES_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "more frames than there can be");
    s->frame[s->count++] = shown_frame_of(frame);
    return WW_OK;
}

static ww_source *open_clip(const char *name, ww_hwaccel *hwaccel)
{
    ww_error err = {0};
    ww_source *source = NULL;
    const ww_source_options options = {.every_us = 500000, .intermediate_every_us = LOOK_EVERY_US, .hwaccel = hwaccel};
    CHECK_OK(ww_source_open(clip_path(name), &options, NULL, &source, &err));
    return source;
}

static void read_spans(const ww_source *source, int first, int step, shown *s)
{
    ww_error err = {0};
    ww_reader *reader = NULL;
    CHECK_OK(ww_reader_open(source, &reader, &err));
    CHECK_EQ(fake.decoders > 0, ww_source_get_info(source)->on_device);
    for (int span = first; span < ww_source_get_info(source)->span_count; span += step) {
        ww_damage damage = {0};
        CHECK_OK(ww_reader_span(reader, span, gather, s, &damage, &err));
        s->damaged += damage.lost + damage.concealed;
        const ww_decoding by = ww_reader_decoding(reader);
        s->by.device = by.device ? by.device : s->by.device;
        s->by.fallback = by.fallback ? "as said" : s->by.fallback;
    }
    s->decoders = fake.decoders;
    ww_reader_close(reader);
}

static shown *read_clip(const char *name, ww_hwaccel *hwaccel)
{
    shown *s = ww_alloc(sizeof *s);
    ww_source *source = open_clip(name, hwaccel);
    if (source)
        read_spans(source, 0, 1, s);
    ww_source_close(source);
    return s;
}

static void check_same(const char *name, const shown *got, const shown *expected)
{
    const int before = harness_failures;
    CHECK_EQ(got->count, expected->count);
    CHECK_EQ(got->damaged, expected->damaged);
    for (int i = 0; i < got->count && i < expected->count; i++) {
        if (shown_frame_same(i, &got->frame[i], &expected->frame[i]))
            continue;
        CHECK(!"frames as software gives them");
        break;
    }
    if (harness_failures != before)
        printf("# ^ %s\n", name);
}

// The device does the whole of it.
static void check_clip(const char *name, const char *arguments)
{
    ww_error err = {0};
    ww_hwaccel *hwaccel = NULL;
    fake = (fake_device){0};
    if (arguments && !clip_make(name, arguments))
        CHECK(!"the clip could be made");
    shown *expected = read_clip(name, NULL);
    CHECK_EQ(fake.opened + fake.packets, 0);
    CHECK_OK(ww_hwaccel_open("auto", &hwaccel, &err));
    shown *got = read_clip(name, hwaccel);
    check_same(name, got, expected);
    CHECK(expected->count > 3);
    CHECK_STR(got->by.device ? got->by.device : "none", "vaapi");
    CHECK(!got->by.fallback);
    CHECK_EQ(fake.opened, 1);
    CHECK_EQ(fake.transfers, got->count); // what nobody sees stays on the device
    CHECK(fake.surfaces_most <= SURFACES_MAX);
    CHECK_EQ(fake.surfaces, 0);
    ww_hwaccel_close(hwaccel);
    free(got);
    free(expected);
}

#define MOVING(seconds) "-f lavfi -i testsrc2=s=160x112:r=10:d=" #seconds " "
#define ODD "-f lavfi -i testsrc2=s=150x106:r=10:d=6 "

TEST(as_software)
{
    check_clip("b.mp4", MOVING(16) "-c:v libx264 -g 40 -bf 3");
    check_clip("open.ts", MOVING(16) "-c:v libx264 -g 50 -x264-params open-gop=1:bframes=4");
    check_clip("hevc.mp4", MOVING(8) "-c:v libx265 -x265-params log-level=none:keyint=20");
    check_clip("vp9.webm", MOVING(6) "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 20");
    check_clip("mpeg2.ts", MOVING(8) "-r 25 -c:v mpeg2video -bf 2 -g 15 -b:v 2M");
    check_clip("bare.h264", MOVING(8) "-c:v libx264 -g 50");
}

TEST(shapes_and_pixels)
{
    check_clip("even.mp4", ODD "-c:v libx264 -g 20");
    check_clip("cropped.mp4", ODD "-c:v libx264 -bsf:v h264_metadata=crop_left=10:crop_top=6:crop_right=4");
    check_clip("full.mp4", ODD "-c:v libx264 -pix_fmt yuvj420p");
    check_clip("ten.mp4", ODD "-c:v libx264 -pix_fmt yuv420p10le");
    check_clip("pq.mp4", ODD "-c:v libx265 -pix_fmt yuv420p10le -x265-params "
                             "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc");
    check_clip("422.mp4", ODD "-c:v libx264 -pix_fmt yuv422p");
    check_clip("444.mp4", "-f lavfi -i testsrc2=s=151x107:r=10:d=6 -c:v libx264 -pix_fmt yuv444p");
    check_clip("matrix.mp4", ODD "-c:v libx264 -colorspace bt2020nc -color_range tv");
    check_clip("narrow.mp4", ODD "-vf setsar=8/9 -c:v libx264");
    check_clip("fields.mp4", "-f lavfi -i testsrc2=s=160x112:r=25:d=6 -vf interlace=lowpass=0 -c:v libx264 "
                             "-flags +ilme+ildct -x264-params tff=1");
    CHECK(clip_turn("even.mp4", "turned.mp4", 90));
    check_clip("turned.mp4", NULL);
}

// --- trouble

// Whatever the device does, `what` set up in `fake`: frames as software gives them.
static void check_fallback(const char *name, const fake_device *what, const shown *expected)
{
    ww_error err = {0};
    ww_hwaccel *hwaccel = NULL;
    fake = *what;
    CHECK_OK(ww_hwaccel_open("auto", &hwaccel, &err));
    shown *got = read_clip(name, hwaccel);
    check_same(name, got, expected);
    CHECK(got->by.fallback);
    CHECK_EQ(fake.surfaces, 0);
    ww_hwaccel_close(hwaccel);
    free(got);
}

static void check_failures(const char *name, const char *arguments)
{
    fake = (fake_device){0};
    if (!clip_make(name, arguments))
        CHECK(!"the clip could be made");
    shown *expected = read_clip(name, NULL);
    const int frames = expected->count;
    for (int dies = 0; dies < 2; dies++)
        for (int at = 1; at <= frames; at += at < 4 ? 1 : frames / 5) {
            const int before = harness_failures;
            check_fallback(name, &(fake_device){.transfer_fails = at, .dies = dies}, expected);
            check_fallback(name, &(fake_device){.packet_fails = at, .dies = dies}, expected);
            check_fallback(name, &(fake_device){.packet_damaged = at, .dies = dies}, expected);
            check_fallback(name, &(fake_device){.frame_is_damaged = at, .dies = dies}, expected);
            if (harness_failures != before)
                printf("# ^ at %d\n", at);
        }
    check_fallback(name, &(fake_device){.refuses = true}, expected);
    check_fallback(name, &(fake_device){.absent = true}, expected);
    free(expected);
}

TEST(failure_at_any_frame)
{
    check_failures("short.mp4", MOVING(20) "-c:v libx264 -g 30 -bf 3");
    check_failures("bare.hevc", MOVING(6) "-c:v libx265 -x265-params log-level=none");
}

// A frame that the device leaves out is only missed where it was wanted.
TEST(lost_frame)
{
    fake = (fake_device){0};
    CHECK(clip_make("lost.mp4", "-f lavfi -i testsrc2=s=160x112:r=2:d=20 -c:v libx264 -g 10 -bf 2"));
    shown *expected = read_clip("lost.mp4", NULL);
    for (int at = 2; at < 10; at++)
        check_fallback("lost.mp4", &(fake_device){.frame_is_lost = at}, expected);
    free(expected);
}

// One bad span is software's; the device goes on with the next.
TEST(tries_again)
{
    ww_error err = {0};
    ww_hwaccel *hwaccel = NULL;
    fake = (fake_device){.packet_damaged = 2};
    CHECK(clip_make("spans.mp4", MOVING(40) "-c:v libx264 -g 30"));
    CHECK_OK(ww_hwaccel_open("auto", &hwaccel, &err));
    shown *got = read_clip("spans.mp4", hwaccel);
    CHECK(got->by.fallback);
    CHECK_STR(got->by.device ? got->by.device : "none", "vaapi");
    const int frames = got->count;
    CHECK(fake.transfers > frames / 3 && fake.transfers < frames);
    free(got);
    fake = (fake_device){.packet_fails = 2}; // not a fault of the stream
    got = read_clip("spans.mp4", hwaccel);
    CHECK_EQ(fake.transfers, 0);
    CHECK_EQ(got->count, frames);
    CHECK_EQ(got->decoders, 0);
    free(got);
    ww_hwaccel_close(hwaccel);
}

// --- devices

typedef struct job {
    const ww_source *source;
    int first;
    shown *got;
} job;

static void *work(void *user)
{
    const job *j = user;
    read_spans(j->source, j->first, THREADS, j->got);
    return NULL;
}

TEST(shared_by_threads)
{
    ww_error err = {0};
    ww_hwaccel *hwaccel = NULL;
    pthread_t thread[THREADS];
    job jobs[THREADS];
    fake = (fake_device){0};
    CHECK(clip_make("threads.mp4", MOVING(40) "-c:v libx264 -g 30"));
    shown *expected = read_clip("threads.mp4", NULL), *all = ww_alloc(sizeof *all);
    CHECK_OK(ww_hwaccel_open("auto", &hwaccel, &err));
    ww_source *source = open_clip("threads.mp4", hwaccel), *other = open_clip("threads.mp4", hwaccel);
    CHECK(ww_source_get_info(source)->on_device && ww_source_get_info(source)->span_count >= THREADS);
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (job){source, i, ww_alloc(sizeof(shown))};
        CHECK(pthread_create(&thread[i], NULL, work, &jobs[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < expected->count; i++) // each is there once
        for (int t = 0; t < THREADS; t++)
            for (int k = 0; k < jobs[t].got->count && all->count == i; k++)
                if (jobs[t].got->frame[k].time_us == expected->frame[i].time_us)
                    all->frame[all->count++] = jobs[t].got->frame[k];
    check_same("threads.mp4", all, expected);
    CHECK_EQ(fake.opened, 1);
    CHECK_EQ(fake.transfers, expected->count);
    CHECK(fake.surfaces_most <= THREADS * SURFACES_MAX);
    for (int i = 0; i < THREADS; i++)
        free(jobs[i].got);
    ww_source_close(source);
    ww_source_close(other);
    ww_hwaccel_close(hwaccel);
    free(all);
    free(expected);
}

TEST(unknown_to_the_device)
{
    ww_error err = {0};
    ww_hwaccel *hwaccel = NULL;
    fake = (fake_device){0};
    CHECK(clip_make("mjpeg.avi", MOVING(4) "-c:v mjpeg"));
    shown *expected = read_clip("mjpeg.avi", NULL);
    CHECK_OK(ww_hwaccel_open("auto", &hwaccel, &err));
    shown *got = read_clip("mjpeg.avi", hwaccel);
    check_same("mjpeg.avi", got, expected);
    CHECK(!got->by.device && got->by.fallback);
    CHECK_EQ(fake.opened, 0);
    free(got);
    free(expected);
    ww_hwaccel_close(hwaccel);
}

TEST(devices_by_name)
{
    ww_error err = {0};
    ww_hwaccel *hwaccel = NULL;
    fake = (fake_device){0};
    CHECK_OK(ww_hwaccel_open(NULL, &hwaccel, &err));
    CHECK(!hwaccel);
    CHECK_OK(ww_hwaccel_open("none", &hwaccel, &err));
    CHECK(!hwaccel);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(ww_hwaccel_open(i ? "vaapi:1" : "vaapi", &hwaccel, &err));
        CHECK_EQ(fake.opened, i + 1);
        ww_hwaccel_close(hwaccel);
    }
    static const char *const wrong[] = {"cuda", "vaapi:2", "quantum", "qsv", "", "auto:1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK_EQ(ww_hwaccel_open(wrong[i], &hwaccel, &err), WW_ERR_ARGUMENT);
        CHECK(!hwaccel);
        CHECK(strstr(err.message, wrong[i]) && strstr(err.message, "(cuda, vaapi)") && strstr(err.message, ": vaapi"));
    }
    fake.absent = true;
    CHECK_EQ(ww_hwaccel_open("vaapi", &hwaccel, &err), WW_ERR_ARGUMENT);
    CHECK(strstr(err.message, ": none"));
}

int main(void)
{
    if (!clips_begin()) {
        printf("1..0 # SKIP there is no ffmpeg program to make clips with\n");
        return 0;
    }
    RUN(as_software);
    RUN(shapes_and_pixels);
    RUN(failure_at_any_frame);
    RUN(lost_frame);
    RUN(tries_again);
    RUN(shared_by_threads);
    RUN(unknown_to_the_device);
    RUN(devices_by_name);
    return FINISH();
}
