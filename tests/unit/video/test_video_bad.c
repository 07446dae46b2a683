// SPDX-License-Identifier: MIT
// Files that are not what they seem: each gives a clear error that names it, or what is usable of it; never a crash.
#include "clips.h"
#include "harness.h"
#include "reference.h"

#include "base/files.h"
#include "base/memory.h"
#include "base/random.h"
#include <sys/stat.h>
#include <unistd.h>

#define FLIPS_PER_CLIP 8
#define DAMAGE_ROUNDS 24
#define NOBODY 65534

static bool write_text(const char *name, const char *text)
{
    return ww_write_file(clip_path(name), text, strlen(text), NULL) == WW_OK;
}

// Opening must fail with this status, and the message must name the file and hold `word`.
static void check_refused(const char *name, ww_status status, const char *word)
{
    ww_error err = {0};
    ww_source *footage = NULL;
    CHECK_EQ(ww_source_open(clip_path(name), NULL, NULL, &footage, &err), status);
    if (!strstr(err.message, name) || !strstr(err.message, word)) {
        printf("# message: %s\n", err.message);
        CHECK(!"the message names the file and the reason");
    }
}

typedef struct tally {
    int frames;
    int64_t last_sample, concealed;
    bool sane;       // in order, with pixels
    uint64_t digest; // of all frames, whatever their order
} tally;

static ww_status count_frame(void *user, const ww_frame *frame, ww_error *err)
{
    tally *t = user;
    t->sane = t->sane && frame->sample > t->last_sample && frame->image.width > 0 && frame->image.height > 0
              && frame->image.plane[0].data;
    t->last_sample = frame->sample;
    t->frames++;
    t->digest += image_hash(&frame->image) * (uint64_t)(2 * frame->sample + 1);
    return WW_OK;
}

// Reads all there is. The status is one of the sane ones, and frames and losses never exceed the samples.
static ww_status read_in_order(const char *name, bool backward, tally *t, int64_t *damaged, ww_error *err)
{
    ww_source *footage = NULL;
    ww_reader *reader = NULL;
    *t = (tally){.last_sample = -1, .sane = true};
    *damaged = 0;
    ww_status status = ww_source_open(clip_path(name), NULL, NULL, &footage, err);
    if (status == WW_OK)
        status = ww_reader_open(footage, &reader, err);
    for (int n = 0; status == WW_OK && n < ww_source_get_info(footage)->span_count; n++) {
        int64_t first = 0, count = 0;
        ww_damage lost = {0};
        int before = t->frames, i = backward ? ww_source_get_info(footage)->span_count - 1 - n : n;
        if (backward)
            t->last_sample = -1;
        status = ww_reader_span(reader, i, count_frame, t, &lost, err);
        ww_source_span(footage, i, &first, &count);
        CHECK(count >= 0 && lost.lost >= 0 && lost.lost + t->frames - before <= count + 1);
        *damaged += lost.lost;
        t->concealed += lost.concealed;
    }
    ww_reader_close(reader);
    ww_source_close(footage);
    CHECK(t->sane);
    return status;
}

static ww_status read_all(const char *name, tally *t, int64_t *damaged, ww_error *err)
{
    return read_in_order(name, false, t, damaged, err);
}

TEST(nothing_to_see)
{
    CHECK(write_text("empty.mp4", ""));
    check_refused("empty.mp4", WW_ERR_FORMAT, "empty");
    CHECK(write_text("letter.mp4", "Dear reader,\nthis is not a video.\n"));
    check_refused("letter.mp4", WW_ERR_FORMAT, "not footage");
    CHECK(write_text("BMW.bmp", "BMW is a make of cars, and this a text that begins with two unlucky letters.\n"));
    check_refused("BMW.bmp", WW_ERR_FORMAT, "not footage");
    check_refused("absent.mp4", WW_ERR_NOT_FOUND, "cannot be opened");
    CHECK(mkdir(clip_path("folder.mp4"), 0700) == 0);
    check_refused("folder.mp4", WW_ERR_FORMAT, "folder");
    CHECK(mkfifo(clip_path("pipe.mp4"), 0600) == 0);
    check_refused("pipe.mp4", WW_ERR_FORMAT, "ordinary file");
}

TEST(no_permission)
{
    CHECK(write_text("locked.mp4", "secret"));
    CHECK(chmod(clip_path("locked.mp4"), 0) == 0);
    bool root = geteuid() == 0; // who may read everything
    if (root)
        CHECK(seteuid(NOBODY) == 0);
    check_refused("locked.mp4", WW_ERR_IO, "Permission denied");
    if (root)
        CHECK(seteuid(0) == 0);
}

TEST(only_sound)
{
    CHECK(clip_make("sound.mp4", "-f lavfi -i sine=d=2 -c:a aac"));
    check_refused("sound.mp4", WW_ERR_UNSUPPORTED, "only sound");
    CHECK(clip_make("sound.wav", "-f lavfi -i sine=d=2"));
    check_refused("sound.wav", WW_ERR_UNSUPPORTED, "only sound");
    CHECK(clip_make("cover.png", "-f lavfi -i testsrc2=s=64x64 -frames:v 1"));
    CHECK(clip_make("song.m4a",
                    "-f lavfi -i sine=d=2 -i cover.png -map 0 -map 1 -c:a aac -c:v png -disposition:v attached_pic"));
    check_refused("song.m4a", WW_ERR_UNSUPPORTED, "cover picture");
}

// Files that name other files or addresses are not followed.
TEST(playlists_are_not_followed)
{
    CHECK(clip_make("piece.ts", "-f lavfi -i testsrc2=s=64x64:d=1 -c:v mpeg2video"));
    CHECK(write_text("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\npiece.ts\n#EXT-X-ENDLIST\n"));
    check_refused("list.m3u8", WW_ERR_FORMAT, "not footage");
    CHECK(write_text("list.ffconcat", "ffconcat version 1.0\nfile piece.ts\n"));
    check_refused("list.ffconcat", WW_ERR_FORMAT, "not footage");
    CHECK(write_text("stream.sdp",
                     "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 33\n"));
    check_refused("stream.sdp", WW_ERR_FORMAT, "not footage");
}

TEST(cut_off)
{
    tally t;
    int64_t damaged;
    ww_error err = {0};
    CHECK(clip_make("whole.mp4", "-f lavfi -i testsrc2=s=192x144:r=25:d=20 -c:v libx264 -g 50"));
    CHECK(clip_truncate("whole.mp4", "no_index.mp4", 0.9));
    check_refused("no_index.mp4", WW_ERR_FORMAT, "before its index");
    CHECK(clip_make("index_first.mp4", "-i whole.mp4 -c copy -movflags +faststart"));
    CHECK(clip_truncate("index_first.mp4", "half.mp4", 0.5));
    CHECK_OK(read_all("half.mp4", &t, &damaged, &err));
    CHECK(t.frames >= 8 && t.frames <= 12);
    CHECK(clip_make("whole.mkv", "-i whole.mp4 -c copy"));
    CHECK(clip_truncate("whole.mkv", "half.mkv", 0.5));
    CHECK_OK(read_all("half.mkv", &t, &damaged, &err));
    CHECK(t.frames >= 8 && t.frames <= 12);
    CHECK(clip_make("whole.ts", "-i whole.mp4 -c copy"));
    CHECK(clip_truncate("whole.ts", "half.ts", 0.5));
    CHECK_OK(read_all("half.ts", &t, &damaged, &err));
    CHECK(t.frames >= 8 && t.frames <= 12);
}

// A recording that begins in the middle: what comes before the first key frame cannot be shown, and time begins there.
TEST(beginning_missing)
{
    tally t;
    int64_t damaged;
    ww_error err = {0};
    uint8_t *data = NULL;
    size_t bytes = 0;
    CHECK_OK(ww_read_file(clip_path("whole.ts"), 1 << 30, &data, &bytes, &err));
    size_t skipped = bytes / 188 / 10 * 188;
    CHECK_OK(ww_write_file(clip_path("tail.ts"), data + skipped, bytes - skipped, &err));
    free(data);
    CHECK_OK(read_all("tail.ts", &t, &damaged, &err));
    CHECK(t.frames >= 16 && t.frames <= 19);
    CHECK_EQ(damaged, 0);
}

// A stretch of garbage costs the samples in it and no others.
TEST(hole_in_the_middle)
{
    tally t;
    int64_t damaged;
    ww_error err = {0};
    uint8_t *data = NULL;
    size_t bytes = 0;
    CHECK_OK(ww_read_file(clip_path("whole.mkv"), 1 << 30, &data, &bytes, &err));
    memset(data + bytes / 2, 0x55, bytes / 10);
    CHECK_OK(ww_write_file(clip_path("hole.mkv"), data, bytes, &err));
    free(data);
    CHECK_OK(read_all("hole.mkv", &t, &damaged, &err));
    CHECK(t.frames >= 15 && t.frames <= 20);
}

// What comes out of a damaged file does not depend on the order in which its spans are read.
TEST(damage_is_the_same_in_any_order)
{
    static const char *const names[] = {"whole.mp4", "whole.mkv", "whole.ts"};
    ww_random random = {77};
    for (int round = 0; round < DAMAGE_ROUNDS; round++) {
        ww_error err = {0};
        uint8_t *data = NULL;
        size_t bytes = 0;
        CHECK_OK(ww_read_file(clip_path(names[round % 3]), 1 << 30, &data, &bytes, &err));
        for (int flips = 0; flips < 40; flips++)
            data[bytes / 50 + ww_random_below(&random, (uint32_t)(bytes - bytes / 10))] ^= 0x10;
        CHECK_OK(ww_write_file(clip_path("damaged.bin"), data, bytes, &err));
        free(data);
        tally forward, backward;
        int64_t lost_forward, lost_backward;
        ww_status status = read_in_order("damaged.bin", false, &forward, &lost_forward, &err);
        CHECK_EQ(read_in_order("damaged.bin", true, &backward, &lost_backward, &err), status);
        CHECK(status != WW_OK
              || (forward.frames == backward.frames && forward.digest == backward.digest
                  && lost_forward == lost_backward));
    }
}

TEST(size_changes)
{
    tally t;
    int64_t damaged;
    ww_error err = {0};
    CHECK(clip_make("small.ts", "-f lavfi -i testsrc2=s=128x96:r=25:d=10 -c:v libx264 -g 50"));
    CHECK(clip_make("large.ts", "-f lavfi -i testsrc2=s=256x192:r=25:d=10 -c:v libx264 -g 50 -output_ts_offset 10"));
    CHECK(clip_join("small.ts", "large.ts", "grows.ts"));
    CHECK_OK(read_all("grows.ts", &t, &damaged, &err));
    CHECK_EQ(t.frames, 20);
    CHECK_EQ(damaged, 0);
}

// Random damage, by seed: any outcome but a crash, a hang or an insane answer.
TEST(flipped_bytes)
{
    static const char *const clips[][2] = {
        {"f.mp4", "-c:v libx264 -g 25"},    {"f.ts", "-c:v libx264 -g 25"},
        {"f.mkv", "-c:v libx264 -g 25"},    {"f.avi", "-c:v mpeg4 -g 25"},
        {"f.mpg", "-c:v mpeg2video -g 25"}, {"f.webm", "-c:v libvpx -deadline realtime -cpu-used 8 -g 25"},
        {"f.flv", "-c:v flv -g 25"},        {"fragments.mp4", "-c:v libx264 -g 25 -movflags frag_keyframe+empty_moov"},
        {"f.h264", "-c:v libx264 -g 25"},   {"f.mjpeg", "-c:v mjpeg"},
        {"photo.png", "-frames:v 1"},       {"photo.jpg", "-frames:v 1"},
        {"photo.webp", "-frames:v 1"},      {"photo.bmp", "-frames:v 1"},
        {"photo.tif", "-frames:v 1"},       {"photo.gif", "-frames:v 1"},
        {"photo.jp2", "-frames:v 1"},
    };
    ww_random random = {20241};
    for (size_t c = 0; c < sizeof clips / sizeof *clips; c++) {
        char *arguments = ww_strf("-f lavfi -i testsrc2=s=96x64:r=25:d=4 %s", clips[c][1]);
        CHECK(clip_make(clips[c][0], arguments));
        free(arguments);
        uint8_t *data = NULL;
        size_t bytes = 0;
        ww_error err = {0};
        CHECK_OK(ww_read_file(clip_path(clips[c][0]), 1 << 30, &data, &bytes, &err));
        for (int round = 0; round < FLIPS_PER_CLIP; round++) {
            char name[64];
            snprintf(name, sizeof name, "bad_%s", clips[c][0]);
            uint8_t *bad = ww_alloc(bytes);
            memcpy(bad, data, bytes);
            for (int flips = 1 << (round % 8); flips > 0; flips--)
                bad[ww_random_below(&random, (uint32_t)bytes)] = (uint8_t)ww_random_below(&random, 256);
            size_t kept = round % 3 == 2 ? ww_random_below(&random, (uint32_t)bytes) : bytes;
            CHECK_OK(ww_write_file(clip_path(name), bad, kept, &err));
            free(bad);
            tally t;
            int64_t damaged;
            ww_status status = read_all(name, &t, &damaged, &err);
            CHECK(status == WW_OK
                  || (status <= WW_ERR_MEMORY && status >= WW_ERR_UNSUPPORTED && strstr(err.message, name)));
        }
        free(data);
    }
}

int main(void)
{
    if (!clips_begin()) {
        printf("1..0 # SKIP there is no ffmpeg program here to make clips with\n");
        return 0;
    }
    RUN(nothing_to_see);
    RUN(no_permission);
    RUN(only_sound);
    RUN(playlists_are_not_followed);
    RUN(cut_off);
    RUN(beginning_missing);
    RUN(hole_in_the_middle);
    RUN(damage_is_the_same_in_any_order);
    RUN(size_changes);
    RUN(flipped_bytes);
    return FINISH();
}
