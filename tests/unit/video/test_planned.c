// SPDX-License-Identifier: MIT
// A source planned in one process and read in another gives the same frames, and a plan that was damaged on the way
// does no harm.
#include "clips.h"
#include "harness.h"
#include "reference.h"

#include "base/files.h"
#include "base/memory.h"
#include "video/planned.h"
#include <unistd.h>

enum { FRAMES_MAX = 2000 };

typedef struct seen {
    int count;
    shown_frame frame[FRAMES_MAX];
    ww_damage damage;
} seen;

static ww_status note(void *user, const ww_frame *frame, ww_error *err)
{
    seen *s = user;
    (void)err;
    if (s->count < FRAMES_MAX)
        s->frame[s->count++] = shown_frame_of(frame);
    return WW_OK;
}

static ww_status read_span(ww_source *source, int span, seen *s)
{
    ww_error err;
    ww_reader *reader = NULL;
    ww_damage damage = {0};
    ww_status status = ww_reader_open(source, &reader, &err);
    if (status == WW_OK)
        status = ww_reader_span(reader, span, note, s, &damage, &err);
    s->damage.lost += damage.lost;
    s->damage.concealed += damage.concealed;
    ww_reader_close(reader);
    return status;
}

static const ww_source_options options = {.intermediate_every_us = 200000};

// Each span by a source that never had another, the last first.
static void check_clip(const char *name, int spans_least)
{
    ww_error err;
    ww_source *source = NULL;
    ww_buffer head = {0};
    seen *own = calloc(1, sizeof *own), *planned = calloc(1, sizeof *planned);
    CHECK_OK(ww_source_open(clip_path(name), &options, NULL, &source, &err));
    CHECK(ww_source_pack_head(source, &head));
    const int spans = ww_source_get_info(source)->span_count;
    CHECK(spans >= spans_least);
    for (int span = spans - 1; span >= 0; span--) {
        ww_source *other = NULL;
        ww_buffer bytes = {0};
        ww_source_pack_span(source, span, &bytes);
        CHECK_OK(ww_source_open_planned(clip_path(name), &options, head.data, head.bytes, &other, &err));
        CHECK_OK(ww_source_take_span(other, span, bytes.data, bytes.bytes, &err));
        CHECK(strcmp(ww_source_get_info(other)->format, ww_source_get_info(source)->format) == 0);
        CHECK_EQ(read_span(source, span, own), read_span(other, span, planned));
        ww_source_close(other);
        ww_buffer_free(&bytes);
    }
    CHECK(own->count > 0);
    CHECK_EQ(own->count, planned->count);
    CHECK_EQ(own->damage.lost + own->damage.concealed, planned->damage.lost + planned->damage.concealed);
    for (int i = 0; i < own->count && i < planned->count; i++)
        CHECK(own->frame[i].hash == planned->frame[i].hash && own->frame[i].time_us == planned->frame[i].time_us
              && own->frame[i].sample == planned->frame[i].sample
              && own->frame[i].intermediate == planned->frame[i].intermediate);
    ww_source_close(source);
    ww_buffer_free(&head);
    free(own);
    free(planned);
}

TEST(spans_give_the_same_frames)
{
    CHECK(clip_make("h264.mp4", "-f lavfi -i testsrc2=s=96x64:r=10:d=30 -g 20 -bf 2 -c:v libx264 -preset ultrafast"));
    CHECK(clip_make("mpeg2.ts", "-f lavfi -i testsrc2=s=96x64:r=10:d=30 -c:v mpeg2video"));
    CHECK(clip_make("vp8.webm",
                    "-f lavfi -i testsrc2=s=96x64:r=5:d=30 -c:v libvpx -deadline realtime -cpu-used 8 -g 20"));
    CHECK(clip_make("bare.h264", "-f lavfi -i testsrc2=s=96x64:r=10:d=3 -c:v libx264 -preset ultrafast"));
    CHECK(clip_make("moving.webp", "-f lavfi -i testsrc2=s=64x64:r=5:d=4 -c:v libwebp_anim"));
    CHECK(clip_turn("h264.mp4", "turned.mp4", 90));
    CHECK(clip_truncate("mpeg2.ts", "cut.ts", 0.6));
    check_clip("h264.mp4", 2);
    check_clip("mpeg2.ts", 2);
    check_clip("vp8.webm", 2);
    check_clip("bare.h264", 1);
    check_clip("moving.webp", 1);
    check_clip("turned.mp4", 2);
    check_clip("cut.ts", 2);
}

TEST(a_file_that_changed_is_refused)
{
    ww_error err;
    ww_source *source = NULL, *other = NULL;
    ww_buffer head = {0};
    CHECK(clip_make("short.mp4", "-f lavfi -i testsrc2=s=64x64:r=5:d=2 -c:v mpeg4"));
    CHECK_OK(ww_source_open(clip_path("short.mp4"), &options, NULL, &source, &err));
    CHECK(ww_source_pack_head(source, &head));
    CHECK(clip_truncate("short.mp4", "other.mp4", 0.9));
    CHECK_EQ(ww_source_open_planned(clip_path("other.mp4"), &options, head.data, head.bytes, &other, &err), WW_ERR_IO);
    CHECK(strstr(err.message, "has changed") != NULL);
    CHECK_EQ(ww_source_open_planned(clip_path("gone.mp4"), &options, head.data, head.bytes, &other, &err),
             WW_ERR_NOT_FOUND);
    ww_source_close(source);
    ww_buffer_free(&head);
}

// Whatever comes of it, it is no crash: a byte at a time, in the head and in the span.
TEST(damage_does_no_harm)
{
    ww_error err;
    ww_source *source = NULL;
    ww_buffer head = {0}, span = {0};
    seen *s = calloc(1, sizeof *s);
    CHECK_OK(ww_source_open(clip_path("short.mp4"), &options, NULL, &source, &err));
    CHECK(ww_source_pack_head(source, &head));
    ww_source_pack_span(source, 0, &span);
    int refused = 0;
    for (size_t i = 0; i < head.bytes + span.bytes; i += i < head.bytes ? 1 : 3) {
        ww_source *other = NULL;
        char *at = i < head.bytes ? &head.data[i] : &span.data[i - head.bytes];
        *at = (char)(*at ^ 0x81);
        s->count = 0;
        ww_status status =
            ww_source_open_planned(clip_path("short.mp4"), &options, head.data, head.bytes, &other, &err);
        if (status == WW_OK)
            status = ww_source_take_span(other, 0, span.data, span.bytes, &err);
        refused += status != WW_OK;
        if (status == WW_OK)
            read_span(other, 0, s);
        ww_source_close(other);
        *at = (char)(*at ^ 0x81);
    }
    CHECK(refused > 50);
    for (size_t cut = 0; cut < head.bytes; cut++) {
        ww_source *other = NULL;
        CHECK(ww_source_open_planned(clip_path("short.mp4"), &options, head.data, cut, &other, &err) != WW_OK);
    }
    ww_source_close(source);
    ww_buffer_free(&head);
    ww_buffer_free(&span);
    free(s);
}

TEST(photos_have_no_plan)
{
    ww_error err;
    ww_source *source = NULL;
    ww_buffer head = {0};
    CHECK(clip_make("photo.png", "-f lavfi -i testsrc2=s=64x64:d=1 -frames:v 1"));
    CHECK_OK(ww_source_open(clip_path("photo.png"), &options, NULL, &source, &err));
    CHECK(!ww_source_pack_head(source, &head));
    CHECK_EQ(head.bytes, 0);
    ww_source_close(source);
}

int main(void)
{
    ww_footage_silence_libav();
    if (!clips_begin()) {
        printf("1..0 # SKIP there is no ffmpeg program here\n");
        return 0;
    }
    RUN(spans_give_the_same_frames);
    RUN(a_file_that_changed_is_refused);
    RUN(damage_does_no_harm);
    RUN(photos_have_no_plan);
    return FINISH();
}
