// SPDX-License-Identifier: MIT
// What a file is, is told by its content; what is wrong with it is told at all: animations, several pages, several
// tracks, streams of JPEGs, raw photos, files cut off or damaged, and files that cannot be read.
#include "clips.h"
#include "harness.h"

#include "base/files.h"
#include "base/memory.h"
#include "video/source.h"
#include "video/stream_start.h"
#include "video/photo_header.h"
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)
#define FRAMES_MAX 200

typedef struct seen {
    int frames, looks;
    int64_t sample[FRAMES_MAX], time_us[FRAMES_MAX];
    int luma[FRAMES_MAX]; // of the middle, full range
    int width[FRAMES_MAX];
    ww_damage damage;
    ww_source_info info;
    ww_status opened, read;
    ww_error err;
} seen;

static int middle(const ww_image *image)
{
    const ww_plane *p = &image->plane[0];
    bool rgb = image->pixels == WW_PIXELS_RGB;
    int value = p->data[p->height / 2 * p->stride + p->width / 2 * (rgb ? 3 : 1)];
    return rgb ? value : ww_luma_to_full(image->range)[value];
}

static ww_status note(void *user, const ww_frame *frame, ww_error *err)
{
    seen *s = user;
    (void)err;
    if (frame->intermediate || s->frames == FRAMES_MAX) {
        s->looks++;
        return WW_OK;
    }
    s->sample[s->frames] = frame->sample;
    s->time_us[s->frames] = frame->time_us;
    s->width[s->frames] = frame->image.width;
    s->luma[s->frames++] = middle(&frame->image);
    return WW_OK;
}

static void add_damage(seen *s, const ww_damage *d)
{
    bool first = s->damage.lost + s->damage.concealed == 0, any = d->lost + d->concealed > 0;
    if (any && (first || d->begin_us < s->damage.begin_us))
        s->damage.begin_us = d->begin_us;
    if (any && (first || d->end_us > s->damage.end_us))
        s->damage.end_us = d->end_us;
    s->damage.lost += d->lost;
    s->damage.concealed += d->concealed;
}

static seen see_with(const char *name, const ww_source_options *options)
{
    seen s = {0};
    ww_source *footage = NULL;
    ww_reader *reader = NULL;
    s.opened = ww_source_open(clip_path(name), options, NULL, &footage, &s.err);
    if (s.opened != WW_OK)
        return s;
    s.info = *ww_source_get_info(footage);
    s.read = ww_reader_open(footage, &reader, &s.err);
    for (int span = 0; span < s.info.span_count && s.read == WW_OK; span++) {
        ww_damage damage = {0};
        s.read = ww_reader_span(reader, span, note, &s, &damage, &s.err);
        add_damage(&s, &damage);
    }
    ww_reader_close(reader);
    ww_source_close(footage);
    return s;
}

static seen see(const char *name) { return see_with(name, NULL); }

static bool write_bytes(const char *name, const void *data, size_t bytes)
{
    return ww_write_file(clip_path(name), data, bytes, NULL) == WW_OK;
}

static uint8_t *load(const char *name, size_t *bytes)
{
    uint8_t *data = NULL;
    CHECK_EQ(ww_read_file(clip_path(name), 1 << 30, &data, bytes, NULL), WW_OK);
    return data;
}

static ww_content content_of_bytes(const char *name, const void *data, size_t bytes)
{
    CHECK(write_bytes(name, data, bytes));
    return ww_content_of(clip_path(name), NULL);
}

TEST(folders_hold_other_things)
{
    static const char script[] = "export const answer: number = 42;\n// G G G\n";
    CHECK_EQ(content_of_bytes("index.ts", script, sizeof script - 1), WW_CONTENT_OTHER);
    CHECK_EQ(content_of_bytes("index.d.ts", script, sizeof script - 1), WW_CONTENT_OTHER);
    CHECK_EQ(content_of_bytes("empty.ts", "", 0), WW_CONTENT_OTHER);
    CHECK_EQ(content_of_bytes("go.mod", "module example\n", 15), WW_CONTENT_OTHER);
    CHECK_EQ(content_of_bytes("module.mod", "\x1f\x8b\x08\0\0\0\0\0", 8), WW_CONTENT_OTHER); // compressed Fortran
    CHECK_EQ(content_of_bytes("notes.txt", script, sizeof script - 1), WW_CONTENT_OTHER);
    CHECK_EQ(content_of_bytes("program",
                              "\x7f"
                              "ELF\2\1\1\0\0\0\0\0",
                              12),
             WW_CONTENT_OTHER);
    CHECK_EQ(content_of_bytes("film.mp4", script, sizeof script - 1), WW_CONTENT_DAMAGED);
    CHECK_EQ(content_of_bytes("photo.heic", "", 0), WW_CONTENT_DAMAGED);
    CHECK(clip_make("real.ts", "-f lavfi -i testsrc2=s=64x64:d=1 -c:v mpeg2video"));
    CHECK_EQ(ww_content_of(clip_path("real.ts"), NULL), WW_CONTENT_VIDEO);
    CHECK(clip_make("sound.wav", "-f lavfi -i sine=d=1"));
    CHECK_EQ(ww_content_of(clip_path("sound.wav"), NULL), WW_CONTENT_OTHER);
    CHECK(clip_make("sound.mp3", "-f lavfi -i sine=d=1 -c:a mp2 -f mp2"));
    CHECK_EQ(ww_content_of(clip_path("sound.mp3"), NULL), WW_CONTENT_OTHER);
}

TEST(content_decides_in_folders)
{
    static const char *const films[][2] = {
        {"a.mp4", "-c:v libx264"},     {"a.mkv", "-c:v libx264"},  {"a.avi", "-c:v mpeg4"},
        {"a.mpg", "-c:v mpeg2video"},  {"a.flv", "-c:v flv"},      {"a.wmv", "-c:v wmv2"},
        {"a.ogv", "-c:v libtheora"},   {"a.h264", "-c:v libx264"}, {"a.mts", "-c:v libx264 -f mpegts"},
        {"a.y4m", "-pix_fmt yuv420p"},
    };
    for (size_t i = 0; i < sizeof films / sizeof *films; i++) {
        char *arguments = ww_strf("-f lavfi -i testsrc2=s=96x64:r=10:d=3 %s", films[i][1]);
        bool made = clip_make(films[i][0], arguments) && clip_truncate(films[i][0], "unnamed", 1);
        if (!made)
            printf("# no %s here\n", films[i][0]);
        else if (ww_content_of(clip_path("unnamed"), NULL) != WW_CONTENT_VIDEO) {
            printf("# %s\n", films[i][0]);
            CHECK(!"recognised without its name");
        }
        free(arguments);
    }
    CHECK(clip_make("p.png", "-f lavfi -i testsrc2=s=64x64 -frames:v 1"));
    CHECK(clip_truncate("p.png", "image.dat", 1));
    CHECK_EQ(ww_content_of(clip_path("image.dat"), NULL), WW_CONTENT_PHOTO);
    const char *kind = NULL;
    CHECK(write_bytes("IMG_1.CR3",
                      "\0\0\0\x18"
                      "ftypcrx \0\0\0\1crx isom",
                      24));
    CHECK_EQ(ww_content_of(clip_path("IMG_1.CR3"), &kind), WW_CONTENT_UNREADABLE);
    CHECK(kind && strstr(kind, "CR3"));
    CHECK(write_bytes("picture.tga", "\0\0\2\0\0\0\0\0\0\0\0\0\x40\0\x40\0\x18\0", 18));
    CHECK_EQ(ww_content_of(clip_path("picture.tga"), &kind), WW_CONTENT_UNREADABLE);
    CHECK(kind && strstr(kind, "Targa"));
    CHECK(write_bytes("notes.tga", "what to do\n", 11));
    CHECK_EQ(ww_content_of(clip_path("notes.tga"), &kind), WW_CONTENT_OTHER);
}

// Three pictures of a second each: dark, grey, bright.
#define STEPS "-f lavfi -i \"color=black:s=64x48:r=1:d=3,format=gray,geq=lum=20+100*N\" "

static void check_steps(const char *name, int tolerance)
{
    seen s = see(name);
    CHECK(s.opened == WW_OK && s.read == WW_OK);
    CHECK_EQ(s.info.kind, WW_SOURCE_VIDEO);
    CHECK_EQ(s.frames, 3);
    bool right = s.damage.lost == 0 && s.damage.concealed == 0 && !s.info.cut_off;
    for (int i = 0; i < s.frames; i++)
        right = right && abs(s.luma[i] - (20 + 100 * i)) <= tolerance && llabs(s.time_us[i] - i * SECOND) < 50000
                && s.sample[i] == i;
    if (!right)
        printf("# %s: %s; %d %d %d at %lld %lld %lld us, lost %lld\n", name, s.err.message, s.luma[0], s.luma[1],
               s.luma[2], (long long)s.time_us[0], (long long)s.time_us[1], (long long)s.time_us[2],
               (long long)s.damage.lost);
    CHECK(right);
}

TEST(animations_are_footage)
{
    CHECK(clip_make("steps.gif", STEPS));
    check_steps("steps.gif", 12);
    CHECK(clip_make("steps.png", STEPS "-c:v apng -f apng"));
    check_steps("steps.png", 3);
    if (clip_make("steps.webp", STEPS "-c:v libwebp_anim -lossless 1"))
        check_steps("steps.webp", 3);
    CHECK(clip_make("steps.jpg", STEPS "-c:v mjpeg -q:v 2 -f mjpeg"));
    seen s = see("steps.jpg"); // bare JPEGs bear no times
    CHECK(s.info.kind == WW_SOURCE_VIDEO && s.info.frame_count == 3 && s.read == WW_OK && s.frames >= 1);
}

// An animation that breaks off shows what there is and says so; a still one is refused.
TEST(pictures_cut_off)
{
    CHECK(clip_make("ten.gif", "-f lavfi -i testsrc2=s=96x64:r=1:d=10") && clip_truncate("ten.gif", "half.gif", 0.5));
    seen s = see("half.gif");
    CHECK(s.opened == WW_OK && s.info.cut_off && s.read == WW_OK && s.frames >= 2 && s.frames <= 8);
    static const char *const stills[][2] = {
        {"still.gif", "-pix_fmt rgb8"},
        {"still.png", ""},
        {"still.webp", "-lossless 1"},
        {"still.bmp", "-pix_fmt bgr24"},
        {"still.tif", "-pix_fmt rgb24"},
        {"still.jp2", "-c:v libopenjpeg -pix_fmt rgb24"},
        {"still.ppm", "-pix_fmt rgb24"},
        {"still.pcx", "-pix_fmt rgb24"},
        {"still.sgi", "-pix_fmt rgb24"},
        {"still.ras", "-pix_fmt bgr24"},
        {"still.qoi", "-pix_fmt rgb24"},
        {"still.jls", "-pix_fmt rgb24"},
        {"lossless.jpg", "-c:v ljpeg -pix_fmt bgr24"},
    };
    for (size_t i = 0; i < sizeof stills / sizeof *stills; i++) {
        char *arguments = ww_strf("-f lavfi -i testsrc2=s=320x240 -frames:v 1 %s", stills[i][1]),
             *cut = ww_strf("cut_%s", stills[i][0]);
        CHECK(clip_make(stills[i][0], arguments));
        seen whole = see(stills[i][0]);
        CHECK(whole.opened == WW_OK && whole.read == WW_OK && whole.frames == 1);
        CHECK(clip_truncate(stills[i][0], cut, 0.6));
        seen part = see(cut);
        ww_status status = part.opened != WW_OK ? part.opened : part.read;
        if (status != WW_ERR_FORMAT || !strstr(part.err.message, cut)) {
            printf("# %s: %d %s\n", cut, status, part.err.message);
            CHECK(!"a picture in part is refused by name");
        }
        free(arguments);
        free(cut);
    }
}

TEST(jpeg_cut_off_is_told)
{
    CHECK(clip_make("whole.jpg", "-f lavfi -i testsrc2=s=320x240 -frames:v 1 -q:v 2"));
    CHECK(clip_truncate("whole.jpg", "part.jpg", 0.8));
    seen s = see("part.jpg");
    CHECK(s.read == WW_OK && s.frames == 1 && s.damage.concealed == 1);
}

TEST(stray_bytes_between_segments)
{
    size_t bytes = 0;
    uint8_t *data = load("whole.jpg", &bytes);
    size_t second = 4 + ((size_t)data[4] << 8 | data[5]); // behind APP0
    uint8_t *stray = ww_alloc(bytes + 5);
    memcpy(stray, data, second);
    memcpy(stray + second, "\x12\x34\0\xff\0", 5);
    memcpy(stray + second + 5, data + second, bytes - second);
    CHECK(write_bytes("stray.jpg", stray, bytes + 5));
    seen s = see("stray.jpg");
    CHECK(s.opened == WW_OK && s.read == WW_OK && s.info.width == 320 && s.info.height == 240 && s.frames == 1);
    free(stray);
    free(data);
}

TEST(sizes_beyond_sense)
{
    size_t bytes = 0;
    uint8_t *data = load("whole.jpg", &bytes);
    for (size_t i = 2; i + 9 < bytes; i++)
        if (data[i] == 0xff && data[i + 1] == 0xc0) {
            memcpy(data + i + 5, "\xff\xdc\xff\xdc", 4); // 65500 x 65500
            break;
        }
    CHECK(write_bytes("claims.jpg", data, bytes));
    seen s = see("claims.jpg");
    CHECK_EQ(s.opened, WW_ERR_UNSUPPORTED);
    CHECK(strstr(s.err.message, "claims.jpg") && strstr(s.err.message, "65500"));
    free(data);
}

// Chunks that nobody needs are not even looked into: here a profile that is no compressed data.
TEST(png_chunks_are_stripped)
{
    size_t bytes = 0;
    uint8_t *data = load("p.png", &bytes), *more = ww_alloc(bytes + 2 * 20);
    static const uint8_t chunk[20] = {0, 0, 0, 8, 'i', 'C', 'C', 'P', 'x', 0, 0, 1, 2, 3, 4, 5, 0, 0, 0, 0};
    memcpy(more, data, 33);
    memcpy(more + 33, chunk, 20);
    memcpy(more + 53, chunk, 20);
    memcpy(more + 57, "zTXt", 4);
    memcpy(more + 73, data + 33, bytes - 33);
    CHECK(write_bytes("text.png", more, bytes + 40));
    seen s = see("text.png");
    CHECK(s.opened == WW_OK && s.read == WW_OK && s.frames == 1);
    size_t kept = ww_png_strip(more, bytes + 40, WW_PNG_SIGNATURE_BYTES);
    CHECK(kept <= bytes && memmem(more, kept, "iCCP", 4) == NULL && memmem(more, kept, "zTXt", 4) == NULL);
    free(more);
    free(data);
}

static void put_entry(uint8_t *at, int tag, int type, uint32_t count, uint32_t value)
{
    const uint32_t fields[] = {(uint32_t)tag | (uint32_t)type << 16, count, value};
    memcpy(at, fields, sizeof fields); // the test runs on little-endian machines, as the reader's own does not ask
}

// A DNG as cameras write it: a small uncompressed picture first, the raw data and the JPEG preview below it.
TEST(raw_photos_by_their_preview)
{
    size_t jpeg_bytes = 0;
    uint8_t *jpeg = load("whole.jpg", &jpeg_bytes), *dng = ww_alloc(256 + jpeg_bytes);
    memcpy(dng, "II*\0\x08\0\0\0", 8);
    dng[8] = 4;
    put_entry(dng + 10, 0xfe, 4, 1, 1);
    put_entry(dng + 22, 0x106, 3, 1, 2);
    put_entry(dng + 34, 0x14a, 4, 2, 70); // two directories, at the offsets listed at byte 70
    put_entry(dng + 46, 0xc612, 1, 4, 0x401);
    const uint32_t below[] = {80, 110};
    memcpy(dng + 70, below, sizeof below);
    dng[80] = 1;
    put_entry(dng + 82, 0x106, 3, 1, 32803);
    dng[110] = 3;
    put_entry(dng + 112, 0x103, 3, 1, 7);
    put_entry(dng + 124, 0x111, 4, 1, 256);
    put_entry(dng + 136, 0x117, 4, 1, (uint32_t)jpeg_bytes);
    memcpy(dng + 256, jpeg, jpeg_bytes);
    CHECK(write_bytes("IMG_2.DNG", dng, 256 + jpeg_bytes));
    CHECK_EQ(ww_content_of(clip_path("IMG_2.DNG"), NULL), WW_CONTENT_PHOTO);
    seen s = see("IMG_2.DNG"), plain = see("whole.jpg");
    CHECK(s.opened == WW_OK && s.read == WW_OK && s.info.width == 320 && s.info.height == 240
          && s.luma[0] == plain.luma[0]);
    put_entry(dng + 112, 0x103, 3, 1, 1); // no preview any more
    CHECK(write_bytes("IMG_3.DNG", dng, 256 + jpeg_bytes));
    s = see("IMG_3.DNG");
    CHECK_EQ(s.opened, WW_ERR_UNSUPPORTED);
    CHECK(strstr(s.err.message, "preview") != NULL);
    free(dng);
    free(jpeg);
}

static ww_status see_white(void *user, const ww_frame *frame, ww_error *err)
{
    *(int *)user += frame->image.plane[0].data[0] > 200;
    return WW_OK;
}

static ww_status see_black(void *user, const ww_frame *frame, ww_error *err)
{
    *(int *)user += frame->image.plane[0].data[0] < 50;
    return WW_OK;
}

// Two cameras in one file are two sources.
TEST(each_camera_is_a_source)
{
    CHECK(clip_make(
        "both.mp4",
        "-f lavfi -i color=white:s=64x64:d=2 -f lavfi -i color=black:s=64x48:d=2 -map 0 -map 1 -c:v libx264"));
    ww_error err = {0};
    for (int track = 0; track < 2; track++) {
        ww_source *source = NULL;
        ww_source_options options = {.track = track};
        CHECK_OK(ww_source_open(clip_path("both.mp4"), &options, NULL, &source, &err));
        const ww_source_info *info = ww_source_get_info(source);
        CHECK_EQ(info->tracks_more, 1);
        CHECK_EQ(info->tracks_unread, 0);
        CHECK_EQ(info->height, track ? 48 : 64);
        ww_reader *reader = NULL;
        int count = 0;
        CHECK_OK(ww_reader_open(source, &reader, &err));
        CHECK_OK(ww_reader_span(reader, 0, track ? see_black : see_white, &count, NULL, &err));
        CHECK_EQ(count, 2);
        ww_reader_close(reader);
        ww_source_close(source);
    }
    ww_source *source = NULL;
    ww_source_options options = {.track = 2};
    CHECK(ww_source_open(clip_path("both.mp4"), &options, NULL, &source, &err) != WW_OK);
}

// A small track beside a large one is a preview of it.
TEST(second_track_is_told)
{
    CHECK(clip_make("two.mp4",
                    "-f lavfi -i testsrc2=s=64x64:d=2 -f lavfi -i testsrc2=s=32x32:d=2 -map 0 -map 1 -c:v libx264"));
    CHECK_EQ(see("two.mp4").info.tracks_unread, 1);
    CHECK(clip_make("one.mp4", "-f lavfi -i testsrc2=s=64x64:d=2 -c:v libx264"));
    CHECK_EQ(see("one.mp4").info.tracks_unread, 0);
}

// Sound from the beginning, the picture 4 s later: a player shows 4 s at the first frame.
TEST(times_count_from_the_container)
{
    CHECK(clip_make("early.mp4", "-f lavfi -i testsrc2=s=64x64:r=10:d=4 -c:v libx264"));
    CHECK_EQ(see("early.mp4").time_us[0], 0);
    CHECK(clip_make("late.mp4", "-f lavfi -i sine=d=8 -itsoffset 4 -i early.mp4 -map 0 -map 1 -c:v copy -c:a aac"));
    seen s = see("late.mp4");
    CHECK_EQ(s.frames, 4);
    CHECK_EQ(s.sample[0], 0);
    CHECK_NEAR((double)s.time_us[0], 4e6, 5e4);
    CHECK_NEAR((double)s.time_us[3], 7e6, 5e4);
    CHECK_NEAR((double)s.info.duration_us, 8e6, 1e5);
    CHECK_EQ(s.info.stream_start_us, s.time_us[0]);
    int64_t start_us = 0;
    ww_error err = {0};
    CHECK_OK(ww_footage_stream_start(clip_path("late.mp4"), 0, &start_us, &err));
    CHECK_EQ(start_us, s.info.stream_start_us);
    CHECK(
        clip_make("sound_late.mkv", "-i early.mp4 -itsoffset 4 -f lavfi -i sine=d=8 -map 0 -map 1 -c:v copy -c:a aac"));
    CHECK_EQ(see("sound_late.mkv").info.stream_start_us, 0);
}

TEST(cut_off_is_told)
{
    CHECK(clip_make("long.mp4", "-f lavfi -i testsrc2=s=128x96:r=10:d=20 -c:v libx264 -g 20 -movflags +faststart"));
    CHECK(clip_make("long.mkv", "-i long.mp4 -c copy"));
    CHECK(clip_make("long.avi", "-f lavfi -i testsrc2=s=128x96:r=10:d=20 -c:v mpeg4"));
    static const char *const names[] = {"long.mp4", "long.mkv", "long.avi"};
    for (int i = 0; i < 3; i++) {
        seen whole = see(names[i]);
        CHECK(whole.read == WW_OK && !whole.info.cut_off && whole.info.promised_us == 0);
        CHECK(clip_truncate(names[i], "short", 0.5));
        seen half = see("short");
        CHECK(half.opened == WW_OK && half.info.cut_off);
        CHECK(i == 2 || llabs(half.info.promised_us - 20 * SECOND) < SECOND);
    }
    // Sound that goes on behind the picture is no promise of more pictures.
    CHECK(clip_make("song.mp4", "-f lavfi -i testsrc2=s=64x64:r=10:d=2 -f lavfi -i sine=d=9 -c:v libx264 -c:a aac"));
    seen song = see("song.mp4");
    CHECK(!song.info.cut_off && song.info.promised_us == 0);
}

// Bits flipped in the pictures from 8 s on: the decoder patches them up, and says so.
TEST(concealed_pictures_are_damage)
{
    CHECK(clip_make("sound_film.ts", "-f lavfi -i testsrc2=s=320x240:r=10:d=20 -c:v libx264 -g 50 -bf 0"));
    seen whole = see("sound_film.ts");
    CHECK(whole.damage.lost == 0 && whole.damage.concealed == 0 && whole.frames == 20);
    size_t bytes = 0;
    uint8_t *data = load("sound_film.ts", &bytes);
    for (size_t packet = bytes / 188 * 2 / 5; packet < bytes / 188 / 2; packet += 9)
        memset(data + packet * 188 + 100, 0x5a, 20); // the middle of its payload
    CHECK(write_bytes("patched.ts", data, bytes));
    seen s = see("patched.ts");
    CHECK(s.damage.lost + s.damage.concealed > 0 && s.damage.lost + s.damage.concealed < 8);
    CHECK(s.damage.begin_us >= 5 * SECOND && s.damage.end_us <= 16 * SECOND && s.damage.begin_us < s.damage.end_us);
    free(data);
}

static int calls_left;

static bool ask(void *user)
{
    (void)user;
    return calls_left-- <= 0;
}

TEST(cancelled)
{
    enum { MANY = 1000000 };
    ww_source_options options = {.cancel = {ask, NULL}};
    calls_left = MANY;
    CHECK_EQ(see_with("long.mkv", &options).read, WW_OK);
    int needed = MANY - calls_left;
    CHECK(needed > 10);
    for (int allowed = 0; allowed < needed; allowed += 1 + needed / 20) {
        calls_left = allowed;
        seen s = see_with("long.mkv", &options);
        CHECK_EQ(s.opened == WW_OK ? s.read : s.opened, WW_ERR_CANCELLED);
    }
}

// --- read errors -----------------------------------------------------------------------------------------------------

static int reads_until_failure = -1; // of the footage; -1: none fails
static char failing_name[64];

// In place of libc's, for libavformat too.
ssize_t read(int fd, void *buffer, size_t bytes)
{
    char link[32], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = reads_until_failure < 0 ? -1 : readlink(link, path, sizeof path - 1);
    if (length > 0) {
        path[length] = 0;
        if (strstr(path, failing_name) && reads_until_failure-- <= 0) {
            reads_until_failure = 0; // from now on
            errno = EIO;
            return -1;
        }
    }
    return (ssize_t)syscall(SYS_read, fd, buffer, bytes);
}

TEST(read_errors_are_no_damage)
{
    static const char *const names[] = {"long.mp4", "long.mkv", "long.avi", "sound_film.ts"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        seen whole = see(names[i]);
        snprintf(failing_name, sizeof failing_name, "%s", names[i]);
        for (int n = 0, failed = 1; failed && n < 200; n++) {
            reads_until_failure = n;
            seen s = see(names[i]);
            failed = reads_until_failure == 0;
            reads_until_failure = -1;
            ww_status status = s.opened == WW_OK ? s.read : s.opened;
            if (status != WW_ERR_IO && (status != WW_OK || s.frames != whole.frames || s.damage.lost)) {
                printf("# %s, read %d: %d %s, %d frames, lost %lld\n", names[i], n, status, s.err.message, s.frames,
                       (long long)s.damage.lost);
                CHECK(!"an error of reading, or everything");
            }
            if (!failed)
                CHECK_EQ(status, WW_OK);
        }
    }
}

int main(void)
{
    ww_footage_silence_libav();
    if (!clips_begin()) {
        printf("1..0 # SKIP there is no ffmpeg program here to make clips with\n");
        return 0;
    }
    RUN(folders_hold_other_things);
    RUN(content_decides_in_folders);
    RUN(animations_are_footage);
    RUN(pictures_cut_off);
    RUN(jpeg_cut_off_is_told);
    RUN(stray_bytes_between_segments);
    RUN(sizes_beyond_sense);
    RUN(png_chunks_are_stripped);
    RUN(raw_photos_by_their_preview);
    RUN(each_camera_is_a_source);
    RUN(second_track_is_told);
    RUN(times_count_from_the_container);
    RUN(cut_off_is_told);
    RUN(concealed_pictures_are_damage);
    RUN(cancelled);
    RUN(read_errors_are_no_damage);
    return FINISH();
}
