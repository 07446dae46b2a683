// SPDX-License-Identifier: MIT
// report.html of a data set: the data card for the eye. One file without script or network; the plots are drawn as SVG.
#include "base/text.h"
#include "formats/data_card.h"
#include "formats/pictures.h"
#include "formats/selection.h"

#include <math.h>
#include <stdlib.h>

enum {
    BINS = 20,
    PEOPLE_MAX = 60,        // bars of people
    LIGHT_FACES_MAX = 400,  // whose pictures are looked at; the others are left to chance
    LIGHT_PIXELS_MAX = 8192 // the JPEG decoder shrinks for next to nothing
};

static const char head[] =
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Data set</title>\n<style>\n"
    "body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}\n"
    "table{border-collapse:collapse}td,th{padding:.2em .8em;border-bottom:1px solid #ccc;text-align:right}\n"
    "td:first-child,th:first-child{text-align:left}figure{display:inline-block;margin:1em 1em 0 0}\n"
    "svg{background:#f6f6f6}.train{fill:#4477aa}.val{fill:#ee7733}.test{fill:#228833}text{font:11px sans-serif}\n"
    "dt{font-weight:bold}dd{margin:0 0 .5em}\n</style>\n<h1>Data set</h1>\n";

static const char fields[] =
    "<h2>To fill in</h2>\n<dl>\n<dt>Licence</dt><dd>(to fill in, in README.md)</dd>\n"
    "<dt>Consent of the people shown</dt><dd>(to fill in)</dd>\n"
    "<dt>Source of the footage</dt><dd>(to fill in)</dd>\n<dt>Intended use</dt><dd>(to fill in)</dd>\n</dl>\n";

// --- bars

static void add_rect(ww_buffer *page, const char *class, double x, double y, double width, double height)
{
    const double value[] = {x, y, width, height};
    static const char *const name[] = {"x", "y", "width", "height"};
    ww_buffer_format(page, "<rect class=\"%s\"", class);
    for (int i = 0; i < 4; i++)
        ww_text_attribute(page, name[i], value[i], 1);
    ww_buffer_text(page, "/>");
}

static void add_people(const ww_dataset *set, ww_buffer *page)
{
    enum { ROW = 18, LEFT = 180, WIDTH = 560, BAR = 14 };
    const size_t count = set->classes.count < PEOPLE_MAX ? set->classes.count : PEOPLE_MAX;
    size_t most = 1;
    for (size_t i = 0; i < set->classes.count; i++) {
        const size_t *f = set->classes.item[i].faces;
        most = f[0] + f[1] + f[2] > most ? f[0] + f[1] + f[2] : most;
    }
    ww_buffer_format(page, "<h2>Faces per person</h2>\n<svg id=\"people\" width=\"%d\" height=\"%zu\">\n",
                     LEFT + WIDTH + 60, count * ROW + 4);
    for (size_t i = 0; i < count; i++) {
        double x = LEFT;
        size_t all = 0;
        ww_buffer_format(page, "<text x=\"4\" y=\"%zu\">", i * ROW + 14);
        ww_text_html(page, ww_dataset_label_title(set, i));
        ww_buffer_text(page, "</text>");
        for (int side = 0; side < WW_SIDES; side++) {
            const double width = (double)set->classes.item[i].faces[side] * WIDTH / (double)most;
            if (width > 0)
                add_rect(page, ww_side_name[side], x, (double)(i * ROW + 3), width, BAR);
            x += width;
            all += set->classes.item[i].faces[side];
        }
        ww_buffer_format(page, "<text x=\"%d\" y=\"%zu\">%zu</text>\n", (int)x + 4, i * ROW + 14, all);
    }
    ww_buffer_text(page, "</svg>\n");
    if (count < set->classes.count)
        ww_buffer_format(page, "<p>and %zu more people, see README.md.</p>\n", set->classes.count - count);
}

// --- histograms

typedef struct measure {
    const char *id, *title;
    double least, most;
    // Of a face; false: it cannot be told.
    bool (*of)(const ww_dataset *set, size_t face, double *value);
    size_t faces_max; // that are measured; 0: all
} measure;

static bool size_of(const ww_dataset *set, size_t face, double *value)
{
    const ww_box b = ww_face_box(set, face);
    *value = fmax(b.width, b.height);
    return true;
}

static bool quality_of(const ww_dataset *set, size_t face, double *value)
{
    *value = set->catalog->face.item[face].quality;
    return true;
}

static bool yaw_of(const ww_dataset *set, size_t face, double *value)
{
    *value = ww_face_pose(&set->catalog->face.item[face]).yaw;
    return true;
}

static bool pitch_of(const ww_dataset *set, size_t face, double *value)
{
    *value = ww_face_pose(&set->catalog->face.item[face]).pitch;
    return true;
}

// Mean luma of the face in its portrait.
static bool light_of(const ww_dataset *set, size_t face, double *value)
{
    const ww_catalog_face *f = &set->catalog->face.item[face];
    uint8_t *jpeg = NULL;
    size_t bytes = 0, sum = 0, count = 0;
    ww_image image = {0};
    ww_status status = ww_store_portrait_jpeg(set->catalog->store, f->id, &jpeg, &bytes, NULL);
    if (status == WW_OK)
        status = ww_jpeg_decode(jpeg, bytes, "portrait", LIGHT_PIXELS_MAX, &image, NULL, NULL, NULL, NULL, NULL);
    const double scale = f->portrait_width > 0 ? (double)image.width / f->portrait_width : 0;
    const double *b = f->portrait_box;
    for (int y = (int)(b[1] * scale); status == WW_OK && y < (b[1] + b[3]) * scale && y < image.height; y++)
        for (int x = (int)(b[0] * scale); y >= 0 && x < (b[0] + b[2]) * scale && x < image.width; x++)
            if (x >= 0) {
                sum += image.plane[0].data[y * image.plane[0].stride + x];
                count++;
            }
    free(jpeg);
    ww_image_free(&image);
    *value = count ? (double)sum / (double)count : 0;
    return count > 0;
}

static const measure measures[] = {
    {"size", "Size: longer side of the box, pixels as filmed", 0, 400, size_of, 0},
    {"quality", "Quality, 0 to 1", 0, 1, quality_of, 0},
    {"yaw", "Pose: nose beside the middle of the eyes, in eye distances (0: from the front)", -1, 1, yaw_of, 0},
    {"pitch", "Pose: nose between eyes (0) and mouth (1)", 0, 1, pitch_of, 0},
    {"light", "Light: mean luma of the face, 0 to 255", 0, 255, light_of, LIGHT_FACES_MAX},
};

static size_t count_bins(const ww_dataset *set, const measure *m, size_t bin[BINS])
{
    const size_t all = set->faces[0] + set->faces[1] + set->faces[2];
    const size_t step = m->faces_max && all > m->faces_max ? (all + m->faces_max - 1) / m->faces_max : 1;
    size_t measured = 0, used = 0;
    for (size_t i = 0; i < set->catalog->face.count; i++) {
        double value;
        if (!ww_dataset_face_used(set, i) || used++ % step != 0 || !m->of(set, i, &value))
            continue;
        const double at = (value - m->least) / (m->most - m->least) * BINS;
        bin[(int)fmin(fmax(at, 0), BINS - 1)]++; // what lies outside counts at the ends
        measured++;
    }
    return measured;
}

static void add_histogram(const ww_dataset *set, const measure *m, ww_buffer *page)
{
    enum { WIDTH = 400, HEIGHT = 120, FOOT = 16 };
    size_t bin[BINS] = {0}, most = 1;
    const size_t measured = count_bins(set, m, bin);
    for (int i = 0; i < BINS; i++)
        most = bin[i] > most ? bin[i] : most;
    ww_buffer_format(page, "<figure><figcaption>%s</figcaption>\n<svg id=\"%s\" width=\"%d\" height=\"%d\">\n",
                     m->title, m->id, WIDTH, HEIGHT + FOOT);
    for (int i = 0; i < BINS; i++) {
        const double height = (double)bin[i] * HEIGHT / (double)most;
        if (bin[i])
            add_rect(page, "train", i * (double)WIDTH / BINS + 1, HEIGHT - height, (double)WIDTH / BINS - 2, height);
    }
    ww_buffer_format(page, "<text x=\"2\" y=\"%d\">%g</text><text x=\"%d\" y=\"%d\">%g</text>", HEIGHT + 12, m->least,
                     WIDTH - 30, HEIGHT + 12, m->most);
    ww_buffer_format(page, "<text x=\"150\" y=\"%d\">%zu faces</text>\n</svg></figure>\n", HEIGHT + 12, measured);
}

// --- the split

static void add_split(const ww_dataset *set, ww_buffer *page)
{
    ww_buffer_text(page,
                   "<h2>Split</h2>\n<table id=\"split\"><tr><th></th><th>train</th><th>val</th><th>test</th></tr>\n"
                   "<tr><td>faces</td>");
    for (int side = 0; side < WW_SIDES; side++)
        ww_buffer_format(page, "<td>%zu</td>", set->faces[side]);
    ww_buffer_text(page, "</tr>\n<tr><td>frames</td>");
    for (int side = 0; side < WW_SIDES; side++)
        ww_buffer_format(page, "<td>%zu</td>", ww_dataset_side_frames(set, side));
    ww_buffer_format(page,
                     "</tr></table>\n<p>%zu groups of frames that share a track or a shot; none is on two sides. %zu "
                     "frames were dropped, because a near-duplicate is on another side (embeddings nearer than ",
                     set->groups, set->frames_dropped);
    ww_text_fixed(page, set->options.near_duplicate, 3);
    ww_buffer_text(page, ").");
    if (set->closest_distance >= 0) {
        ww_buffer_text(page, " The closest pair of one person on two sides is ");
        ww_text_fixed(page, set->closest_distance, 3);
        ww_buffer_text(page, " apart.");
    }
    ww_buffer_text(page, "</p>\n");
}

ww_status ww_put_data_report(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    ww_buffer page = {0};
    ww_buffer_text(&page, head);
    ww_buffer_format(&page, "<p>%zu people, %zu faces. Made by whoswho; see README.md.</p>\n", set->classes.count,
                     set->faces[0] + set->faces[1] + set->faces[2]);
    ww_buffer_text(&page, fields);
    add_split(set, &page);
    add_people(set, &page);
    ww_buffer_text(&page, "<h2>Faces</h2>\n");
    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
        add_histogram(set, &measures[i], &page);
    ww_buffer_text(&page, "</html>\n");
    ww_status status = ww_dataset_out_put_text(out, "report.html", &page, err);
    ww_buffer_free(&page);
    return status;
}
