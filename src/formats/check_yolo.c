// SPDX-License-Identifier: MIT
// What Ultralytics' readers refuse or pass over silently: data.yaml with nc or names, and for each side pictures where
// it says (else images/SIDE). Labels lie in the same folder, with the last folder `images` of its path called `labels`.
#include "base/files.h"
#include "base/number.h"
#include "base/search.h"
#include "base/text.h"
#include "formats/check.h"
#include "formats/dataset.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define LABEL_BYTES_MAX ((size_t)16 << 20)
#define SHARE_TOLERANCE 2e-6 // labels have six decimals
enum { CLASSES_MAX = 1000000, FIELDS = 5 };

typedef struct side_folders {
    char pictures[PATH_MAX], labels[PATH_MAX];
} side_folders;

typedef struct yolo {
    ww_checker *c;
    long classes;
    int64_t *faces; // by class, in train
    side_folders at[WW_SIDES];
    ww_label_boxes labels; // of the picture at hand
} yolo;

// nc, or how many entries `names` has in block style; 0: neither is there.
static long count_classes(const char *yaml)
{
    long names = 0;
    bool inside = false;
    for (const char *line = yaml; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        if (strncmp(line, "nc:", 3) == 0)
            return strtol(line + 3, NULL, 10);
        if (inside && (*line == ' ' || *line == '-'))
            names++;
        else
            inside = strncmp(line, "names:", 6) == 0;
    }
    return names;
}

// Bytes of a scalar on one line of YAML, without the comment behind it.
static size_t scalar_bytes(const char *text)
{
    const size_t line = strcspn(text, "\r\n");
    if (*text == '"' || *text == '\'') {
        const char *end = memchr(text + 1, *text, line - 1);
        return end ? (size_t)(end + 1 - text) : line;
    }
    for (size_t i = 0; i < line; i++)
        if (text[i] == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t'))
            return i;
    return line;
}

// The value of a plain key, in at most `bytes` with the zero; false: there is none.
static bool read_key(const char *yaml, const char *key, char *value, size_t bytes)
{
    for (const char *line = yaml; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':') {
            line += strlen(key) + 1;
            line += strspn(line, " \t");
            snprintf(value, bytes, "%.*s", (int)scalar_bytes(line), line);
            return *value;
        }
    return false;
}

static bool same_as_train(const yolo *y, int side)
{
    return side != WW_SIDE_TRAIN && strcmp(y->at[side].pictures, y->at[WW_SIDE_TRAIN].pictures) == 0;
}

// "a/images/b" to "a/labels/b"; without a folder of that name labels lie beside the pictures.
static void find_labels(side_folders *at)
{
    static const char images[] = "images", labels[] = "labels";
    const char *last = NULL;
    for (const char *part = at->pictures; part; part = strchr(part, '/')) {
        part += *part == '/';
        if (strcspn(part, "/") == sizeof images - 1 && strncmp(part, images, sizeof images - 1) == 0)
            last = part;
    }
    memcpy(at->labels, at->pictures, sizeof at->labels);
    if (last)
        memcpy(at->labels + (last - at->pictures), labels, sizeof labels - 1);
}

// Without quotation marks, spaces and slashes at the end, and what leads to the folder itself; "../" once, as
// Ultralytics has it. Points into `said`, which is cut off.
static const char *plain_path(char *said)
{
    char *path = said + (*said == '"' || *said == '\'');
    size_t end = strlen(path);
    while (end > 0 && strchr("/ \t\"'", path[end - 1]))
        path[--end] = 0;
    path += strncmp(path, "./", 2) == 0 ? 2 : 0;
    return path + (strncmp(path, "../", 3) == 0 ? 3 : 0);
}

static void find_side(yolo *y, const char *yaml, int side)
{
    char said[PATH_MAX];
    side_folders *at = &y->at[side];
    snprintf(at->pictures, sizeof at->pictures, "images/%s", ww_side_name[side]);
    if (read_key(yaml, ww_side_name[side], said, sizeof said)) {
        const char *path = plain_path(said);
        if (ww_path_is_inside(path))
            memmove(at->pictures, path, strlen(path) + 1);
        else
            ww_check_note(y->c, "%sdata.yaml: %s is '%s', not a folder in this one: it is not read", y->c->prefix,
                          ww_side_name[side], said);
    }
    find_labels(at);
}

// The classes, and where the sides are.
static ww_status read_yaml(yolo *y, ww_error *err)
{
    uint8_t *yaml = NULL;
    size_t bytes = 0;
    char *path = ww_strf("%sdata.yaml", y->c->prefix);
    ww_status status = ww_folder_read(y->c->folder, path, LABEL_BYTES_MAX, &yaml, &bytes, err);
    if (status == WW_OK)
        y->classes = count_classes((char *)yaml);
    for (int side = 0; status == WW_OK && side < WW_SIDES; side++)
        find_side(y, (char *)yaml, side);
    if (status == WW_OK && (y->classes < 1 || y->classes > CLASSES_MAX)) {
        ww_check_found(y->c, "%s: it tells no number of classes (nc)", path);
        y->classes = 0;
    }
    free(yaml);
    free(path);
    if (status != WW_OK)
        return status;
    y->faces = ww_try_array((size_t)y->classes, sizeof *y->faces);
    return y->faces ? WW_OK : ww_fail_memory(err, "%ld classes", y->classes);
}

static bool read_fields(const char *line, double value[FIELDS])
{
    char *end;
    for (int i = 0; i < FIELDS; i++) {
        value[i] = ww_number_parse(line, &end);
        if (end == line)
            return false;
        line = end;
    }
    return line[strspn(line, " \t\r")] == 0;
}

static ww_status check_line(yolo *y, const char *path, int number, const char *line, int side, ww_error *err)
{
    double v[FIELDS];
    y->c->result->labels++;
    if (!read_fields(line, v) || v[0] != (double)(long)v[0]) {
        ww_check_found(y->c, "%s:%d: not a class and four numbers", path, number);
        return WW_OK;
    }
    if (v[0] < 0 || v[0] >= (double)y->classes)
        ww_check_found(y->c, "%s:%d: class %ld is none of the %ld", path, number, (long)v[0], y->classes);
    else if (side == WW_SIDE_TRAIN)
        y->faces[(long)v[0]]++;
    const ww_box box = {v[1] - v[3] / 2, v[2] - v[4] / 2, v[3], v[4]};
    const char *fault = ww_check_box_fault(box, SHARE_TOLERANCE);
    if (fault)
        ww_check_found(y->c, "%s:%d: %s", path, number, fault);
    return ww_vector_push(&y->labels.boxes, box) ? WW_OK : ww_fail_memory(err, "the boxes of '%s'", path);
}

static ww_status check_lines(yolo *y, const char *path, char *text, int side, ww_error *err)
{
    ww_status status = WW_OK;
    int number = 0, boxes = 0;
    for (char *line = text, *next; status == WW_OK && *line; line = next) {
        next = ww_text_cut_line(line);
        number++;
        if (line[strspn(line, " \t\r")] == 0)
            continue;
        boxes++;
        status = check_line(y, path, number, line, side, err);
    }
    if (boxes == 0)
        ww_check_found(y->c, "%s: the picture is labelled as empty: what it shows counts as background", path);
    return status;
}

static ww_status check_label(yolo *y, const char *path, int side, ww_error *err)
{
    uint8_t *data = NULL;
    size_t bytes = 0;
    char *full = ww_strf("%s%s", y->c->prefix, path);
    ww_check_read(y->c, path, "the label", LABEL_BYTES_MAX, &data, &bytes);
    ww_status status = data ? check_lines(y, full, (char *)data, side, err) : WW_OK;
    free(data);
    free(full);
    return status;
}

static bool is_label(const char *name) { return strcmp(ww_path_extension(name), "txt") == 0; }

static ww_status check_pair(yolo *y, const char *name, int side, ww_error *err)
{
    bool labelled = false;
    char *stem = ww_path_stem(name), *picture = ww_strf("%s/%s", y->at[side].pictures, name),
         *label = ww_strf("%s/%s.txt", y->at[side].labels, stem);
    y->labels.boxes.count = 0;
    ww_status status = ww_check_exists(y->c, label, WW_ENTRY_FILE, &labelled, err);
    if (status == WW_OK && labelled)
        status = check_label(y, label, side, err);
    else if (status == WW_OK)
        ww_check_found(y->c, "%s%s: the picture has no label: its faces count as background", y->c->prefix, picture);
    if (status == WW_OK)
        status = ww_check_picture(y->c, picture, side, &y->labels, err);
    free(label);
    free(picture);
    free(stem);
    return status;
}

static void find_label_alone(yolo *y, int side, const char *name, char **pictures, size_t count)
{
    char *stem = ww_path_stem(name);
    const size_t length = strlen(stem);
    bool found = false;
    size_t at; // `pictures` is sorted by bytes; those of this stem stand together
    WW_LOWER_BOUND(at, count, strncmp(pictures[at], stem, length) < 0);
    for (; !found && at < count && strncmp(pictures[at], stem, length) == 0; at++)
        found = pictures[at][length] == '.' && !strchr(pictures[at] + length + 1, '.') && !is_label(pictures[at]);
    if (!found)
        ww_check_found(y->c, "%s%s/%s: the label has no picture", y->c->prefix, y->at[side].labels, name);
    free(stem);
}

// Of a side. Both kinds may be in one folder. *checked: how many pictures there were.
static ww_status check_files(yolo *y, int side, char **pictures, size_t picture_count, char **labels,
                             size_t label_count, size_t *checked, ww_error *err)
{
    const bool beside = strcmp(y->at[side].pictures, y->at[side].labels) == 0;
    ww_status status = WW_OK;
    *checked = 0;
    for (size_t i = 0; status == WW_OK && i < picture_count; i++) {
        if (beside && is_label(pictures[i]))
            continue;
        status = check_pair(y, pictures[i], side, err);
        ++*checked;
    }
    for (size_t i = 0; status == WW_OK && i < label_count; i++)
        if (!beside || is_label(labels[i]))
            find_label_alone(y, side, labels[i], pictures, picture_count);
    return status;
}

static ww_status check_side(yolo *y, int side, ww_error *err)
{
    char **pictures = NULL, **labels = NULL;
    size_t picture_count = 0, label_count = 0, checked = 0;
    const side_folders *at = &y->at[side];
    if (same_as_train(y, side)) {
        ww_check_note(y->c, "%sdata.yaml: %s is train: a training runs, but its figures say nothing about new footage",
                      y->c->prefix, ww_side_name[side]);
        return WW_OK;
    }
    ww_status status = ww_check_list(y->c, at->pictures, &pictures, &picture_count, err);
    if (status == WW_OK)
        status = ww_check_list(y->c, at->labels, &labels, &label_count, err);
    if (status == WW_OK)
        status = check_files(y, side, pictures, picture_count, labels, label_count, &checked, err);
    if (status == WW_OK && checked == 0 && side != WW_SIDE_TEST)
        ww_check_found(y->c, "%s%s: there are no pictures for %s", y->c->prefix, at->pictures, ww_side_name[side]);
    ww_folder_names_free(pictures, picture_count);
    ww_folder_names_free(labels, label_count);
    return status;
}

ww_status ww_check_yolo(ww_checker *c, bool *found, ww_error *err)
{
    yolo y = {.c = c};
    ww_status status = ww_check_exists(c, "data.yaml", WW_ENTRY_FILE, found, err);
    if (status != WW_OK || !*found)
        return status;
    status = read_yaml(&y, err);
    for (int side = 0; status == WW_OK && side < WW_SIDES; side++)
        status = check_side(&y, side, err);
    for (long i = 0; status == WW_OK && i < y.classes; i++)
        if (y.faces[i] == 0)
            ww_check_found(c, "%sdata.yaml: class %ld has no face in train", c->prefix, i);
    free(y.faces);
    ww_vector_free(&y.labels.boxes);
    return status;
}
