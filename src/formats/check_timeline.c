// SPDX-License-Identifier: MIT
// Timelines: the files of one piece of footage tell of the same stretches of time, none of which ends before it begins
// or lies outside the footage, and of nobody whom people.csv does not know. How long the footage is, the
// OpenTimelineIO file says.
#include "base/ascii.h"
#include "base/csv.h"
#include "base/files.h"
#include "base/json.h"
#include "base/number.h"
#include "base/text.h"
#include "formats/check.h"
#include "formats/import/xml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PEOPLE "people.csv"
#define FILE_BYTES_MAX ((size_t)256 << 20)
#define TOLERANCE_S 0.0015 // times are rounded to milliseconds
#define NUMBER_MAX 1e9

typedef struct person {
    double number, seconds; // as people.csv has it
    double seen;            // as the timelines have it
    size_t rows;            // in them
} person;

typedef struct footage {
    ww_checker *c;
    const char *file;           // of the kind at hand, for messages
    double duration_s, frame_s; // NAN: not known
    size_t stretches;           // of the kind at hand
} footage;

typedef struct timeline {
    ww_checker *c;
    WW_VECTOR(person) people;
} timeline;

static void check_stretch(footage *f, double from_s, double to_s, size_t line)
{
    f->stretches++;
    f->c->result->labels++;
    if (!(to_s > from_s))
        ww_check_found(f->c, "%s:%zu: it ends before it begins", f->file, line);
    else if (from_s < -TOLERANCE_S || to_s > f->duration_s + f->frame_s + TOLERANCE_S)
        ww_check_found(f->c, "%s:%zu: %.3f to %.3f s lies outside the footage", f->file, line, from_s, to_s);
}

// --- the kinds: each reads a whole file, zero-terminated

typedef ww_status read_kind(footage *f, char *text, size_t bytes, timeline *t, ww_error *err);

// "01:02:03.456" at `text`; NAN: it is none. *end is behind it.
static double read_time(const char *text, char **end)
{
    double before = 0, part = 0;
    for (int unit = 0; unit < 2; unit++, text = *end + 1) { // hours, minutes
        before = 60 * (before + ww_number_parse(text, end));
        if (*end == text || **end != ':')
            return NAN;
    }
    const size_t whole = strspn(text, "0123456789");
    const long seconds = strtol(text, end, 10);
    if (whole == 0)
        return NAN;
    if (text[whole] == '.' || text[whole] == ',') {
        const char *digit = text + whole + 1;
        for (double unit = 0.1; ww_ascii_is_digit(*digit); digit++, unit /= 10)
            part += unit * (*digit - '0');
        *end = (char *)digit;
    }
    return before + (double)seconds + part;
}

static ww_status read_cues(footage *f, char *text, size_t bytes, timeline *t, ww_error *err)
{
    size_t number = 0;
    (void)bytes, (void)t, (void)err;
    for (char *line = text, *next; *line; line = next) {
        next = ww_text_cut_line(line);
        number++;
        char *arrow = strstr(line, " --> "), *end = line;
        if (!arrow)
            continue;
        const double from_s = read_time(line, &end), to_s = end == arrow ? read_time(arrow + 5, &end) : NAN;
        if (isnan(from_s) || isnan(to_s))
            ww_check_found(f->c, "%s:%zu: the times of the cue cannot be read", f->file, number);
        else
            check_stretch(f, from_s, to_s, number);
    }
    return WW_OK;
}

static ww_status read_vtt(footage *f, char *text, size_t bytes, timeline *t, ww_error *err)
{
    if (strncmp(text, "WEBVTT", 6) != 0)
        ww_check_found(f->c, "%s:1: WebVTT begins with WEBVTT", f->file);
    return read_cues(f, text, bytes, t, err);
}

static ww_status read_rttm(footage *f, char *text, size_t bytes, timeline *t, ww_error *err)
{
    size_t number = 0;
    (void)bytes, (void)t, (void)err;
    for (char *line = text, *next; *line; line = next) {
        next = ww_text_cut_line(line);
        number++;
        char *at = line;
        for (int field = 0; field < 3; field++) // SPEAKER, file, channel
            at += strcspn(at, " ") + (at[strcspn(at, " ")] == ' ');
        char *end = at;
        const double from_s = ww_number_parse(at, &end), seconds = *end == ' ' ? ww_number_parse(end, &end) : NAN;
        if (strncmp(line, "SPEAKER ", 8) != 0 || *end != ' ' || isnan(from_s) || isnan(seconds))
            ww_check_found(f->c, "%s:%zu: not a line of RTTM", f->file, number);
        else
            check_stretch(f, from_s, from_s + seconds, number);
    }
    return WW_OK;
}

static person *find_person(timeline *t, double number)
{
    for (size_t i = 0; i < t->people.count; i++)
        if (t->people.item[i].number == number)
            return &t->people.item[i];
    return NULL;
}

static ww_status read_row(footage *f, const ww_csv *csv, const int column[3], timeline *t, ww_error *err)
{
    double value[3] = {0};
    ww_status status = WW_OK;
    for (int i = 0; status == WW_OK && i < 3; i++)
        status = ww_csv_number(csv, column[i], -NUMBER_MAX, NUMBER_MAX, &value[i], err);
    if (status != WW_OK)
        return status;
    check_stretch(f, value[1], value[2], csv->line);
    person *p = find_person(t, value[0]);
    if (p) {
        p->seen += value[2] - value[1];
        p->rows++;
    } else
        ww_check_found(f->c, "%s:%zu: there is no person %.0f in " PEOPLE, f->file, csv->line, value[0]);
    return WW_OK;
}

static ww_status read_csv(footage *f, char *text, size_t bytes, timeline *t, ww_error *err)
{
    ww_csv csv;
    bool more = true;
    ww_status status = ww_csv_read(&csv, f->file, text, bytes, err);
    const int column[3] = {ww_csv_column(&csv, "person"), ww_csv_column(&csv, "start_s"), ww_csv_column(&csv, "end_s")};
    if (status == WW_OK && (column[0] < 0 || column[1] < 0 || column[2] < 0))
        status = ww_fail(err, WW_ERR_FORMAT, "it has no columns person, start_s and end_s");
    while (status == WW_OK && more) {
        status = ww_csv_next(&csv, &more, err);
        if (status == WW_OK && more)
            status = read_row(f, &csv, column, t, err);
    }
    ww_csv_close(&csv);
    return status;
}

typedef struct eaf {
    footage *f;
    double from_ms;
    bool open; // a slot that begins a stretch was read, and its end not yet
} eaf;

static ww_status on_start(void *user, const char *name, const char **attributes, const ww_xml_place *place,
                          ww_error *err)
{
    eaf *e = user;
    double ms;
    const char *value = ww_xml_attribute(attributes, "TIME_VALUE");
    if (strcmp(name, "TIME_SLOT") != 0)
        return WW_OK;
    if (!value || !ww_number_read(value, &ms))
        return ww_fail(err, WW_ERR_FORMAT, "a time slot has no time");
    if (e->open)
        check_stretch(e->f, e->from_ms / 1000, ms / 1000, place->line);
    e->from_ms = ms;
    e->open = !e->open;
    return WW_OK;
}

// The slots of a stretch stand together.
static ww_status read_eaf(footage *f, char *text, size_t bytes, timeline *t, ww_error *err)
{
    static const ww_xml_reader reader = {on_start, NULL};
    eaf e = {.f = f};
    (void)t;
    return ww_xml_read(text, bytes, f->file, &reader, &e, err);
}

static ww_status read_chapters(footage *f, char *text, size_t bytes, timeline *t, ww_error *err)
{
    size_t number = 0;
    double start = NAN;
    (void)bytes, (void)t, (void)err;
    if (strncmp(text, ";FFMETADATA1", 12) != 0)
        ww_check_found(f->c, "%s:1: ffmpeg's metadata begins with ;FFMETADATA1", f->file);
    for (char *line = text, *next, *end; *line; line = next) {
        next = ww_text_cut_line(line);
        number++;
        if (strncmp(line, "START=", 6) == 0)
            start = ww_number_parse(line + 6, &end);
        if (strncmp(line, "END=", 4) == 0)
            check_stretch(f, start / 1000, ww_number_parse(line + 4, &end) / 1000, number);
    }
    return WW_OK;
}

// --- OpenTimelineIO: times are a value at a rate

typedef struct otio {
    footage *f;
    bool markers;           // they are read; else how long the footage is
    double value, rate;     // of the time at hand
    double begin_s;         // of the footage
    double from_s, seconds; // of the marker at hand
} otio;

static ww_status on_otio(void *user, const char *path, ww_json_kind kind, double number, const char *text, size_t line,
                         ww_error *err)
{
    otio *o = user;
    (void)text, (void)err;
    if (kind == WW_JSON_NUMBER && ww_text_ends_with(path, ".value"))
        o->value = number;
    if (kind == WW_JSON_NUMBER && ww_text_ends_with(path, ".rate"))
        o->rate = number;
    const double seconds = o->value / o->rate;
    if (kind != WW_JSON_END)
        return WW_OK;
    if (ww_text_ends_with(path, ".source_range.start_time") || ww_text_ends_with(path, ".marked_range.start_time"))
        o->from_s = seconds;
    else if (ww_text_ends_with(path, ".marked_range.duration"))
        o->seconds = seconds;
    else if (ww_text_ends_with(path, ".available_range.start_time"))
        o->begin_s = seconds;
    else if (ww_text_ends_with(path, ".available_range.duration")) {
        o->f->duration_s = seconds;
        o->f->frame_s = 1 / o->rate;
    } else if (o->markers && ww_text_ends_with(path, ".markers[]"))
        check_stretch(o->f, o->from_s - o->begin_s, o->from_s - o->begin_s + o->seconds, line);
    return WW_OK;
}

// Markers stand before the range they lie in.
static ww_status read_otio(footage *f, char *text, size_t bytes, timeline *t, ww_error *err)
{
    otio o = {.f = f, .rate = NAN};
    (void)bytes, (void)t;
    ww_status status = ww_json_read_lines(text, f->file, on_otio, &o, err);
    if (status == WW_OK && !(f->duration_s > 0))
        return ww_fail(err, WW_ERR_FORMAT, "it does not say how long the footage is");
    o.markers = true;
    return status == WW_OK ? ww_json_read_lines(text, f->file, on_otio, &o, err) : status;
}

// --- the whole

// The first says how long the footage is. Chapters are others than stretches: those in which the same people are seen.
static const struct {
    const char *extension;
    read_kind *read;
    bool stretches;
} kinds[] = {{"otio", read_otio, true},
             {"csv", read_csv, true},
             {"vtt", read_vtt, true},
             {"srt", read_cues, true},
             {"rttm", read_rttm, true},
             {"eaf", read_eaf, true},
             {"ffmetadata", read_chapters, false}};
enum { KINDS = sizeof kinds / sizeof *kinds };

static ww_status exists(ww_checker *c, const char *stem, int kind, bool *there, ww_error *err)
{
    char *path = ww_strf("%s.%s", stem, kinds[kind].extension);
    ww_status status = ww_check_exists(c, path, WW_ENTRY_FILE, there, err);
    free(path);
    return status;
}

static ww_status check_kind(footage *f, const char *stem, int kind, timeline *t, ww_error *err)
{
    uint8_t *text = NULL;
    size_t bytes = 0;
    ww_error why = {0};
    ww_status status = WW_OK;
    char *path = ww_strf("%s.%s", stem, kinds[kind].extension), *full = ww_strf("%s%s", f->c->prefix, path);
    f->file = full;
    f->stretches = 0;
    ww_check_read(f->c, path, "the file", FILE_BYTES_MAX, &text, &bytes);
    if (text)
        status = kinds[kind].read(f, (char *)text, bytes, t, &why);
    if (status != WW_OK)
        status = ww_check_unreadable(f->c, full, status, &why, err);
    free(text);
    free(full);
    free(path);
    return status;
}

static ww_status check_footage(timeline *t, const char *stem, ww_error *err)
{
    footage f = {.c = t->c, .duration_s = NAN, .frame_s = NAN};
    ww_status status = WW_OK;
    size_t stretches = 0;
    for (int kind = 0; status == WW_OK && kind < KINDS; kind++) {
        bool there;
        status = exists(t->c, stem, kind, &there, err);
        if (status == WW_OK && !there)
            ww_check_found(t->c, "%s%s: there is no %s of it", t->c->prefix, stem, kinds[kind].extension);
        if (status != WW_OK || !there)
            continue;
        status = check_kind(&f, stem, kind, t, err);
        if (kinds[kind].stretches && stretches > 0 && f.stretches != stretches)
            ww_check_found(t->c, "%s%s.%s: it tells of %zu stretches of time, other files of %zu", t->c->prefix, stem,
                           kinds[kind].extension, f.stretches, stretches);
        stretches = stretches ? stretches : f.stretches;
    }
    return status;
}

// The footage of the file `name`, unless a file of another kind has led to it.
static ww_status check_file(timeline *t, const char *name, ww_error *err)
{
    bool known = false, there = false;
    char *stem = ww_path_stem(name);
    const char *ending = name + strlen(stem);
    ww_status status = WW_OK;
    for (int kind = 0; status == WW_OK && !known && !there && kind < KINDS; kind++) {
        known = *ending == '.' && strcmp(ending + 1, kinds[kind].extension) == 0;
        if (!known)
            status = exists(t->c, stem, kind, &there, err);
    }
    if (status == WW_OK && known && strcmp(name, PEOPLE) != 0)
        status = check_footage(t, stem, err);
    free(stem);
    return status;
}

static ww_status read_people(timeline *t, const char *full, const uint8_t *data, size_t bytes, ww_error *err)
{
    ww_csv csv;
    bool more = true;
    ww_status status = ww_csv_read(&csv, full, data, bytes, err);
    const int number = ww_csv_column(&csv, "person"), seconds = ww_csv_column(&csv, "seconds");
    if (status == WW_OK && (number < 0 || seconds < 0))
        status = ww_fail(err, WW_ERR_FORMAT, "it has no columns person and seconds");
    while (status == WW_OK && more) {
        person p = {0};
        status = ww_csv_next(&csv, &more, err);
        if (status == WW_OK && more)
            status = ww_csv_number(&csv, number, 0, NUMBER_MAX, &p.number, err);
        if (status == WW_OK && more)
            status = ww_csv_number(&csv, seconds, 0, NUMBER_MAX, &p.seconds, err);
        if (status == WW_OK && more && !ww_vector_push(&t->people, p))
            status = ww_fail_memory(err, "%zu people", t->people.count);
    }
    ww_csv_close(&csv);
    return status;
}

static ww_status check_all(timeline *t, const char *full, ww_error *err)
{
    char **names = NULL;
    size_t count = 0;
    ww_status status = ww_check_list(t->c, "", &names, &count, err);
    for (size_t i = 0; status == WW_OK && i < count; i++)
        status = check_file(t, names[i], err);
    for (size_t i = 0; status == WW_OK && i < t->people.count; i++) {
        const person *p = &t->people.item[i];
        if (fabs(p->seen - p->seconds) > TOLERANCE_S * (double)(p->rows + 1))
            ww_check_found(t->c, "%s: person %.0f is on screen for %.3f s, and %.3f s in the timelines", full,
                           p->number, p->seconds, p->seen);
    }
    ww_folder_names_free(names, count);
    return status;
}

ww_status ww_check_timeline(ww_checker *c, bool *found, ww_error *err)
{
    static const char head[] = "person,name,seconds,appearances";
    timeline t = {.c = c};
    bool there;
    uint8_t *data = NULL;
    size_t bytes = 0;
    ww_error why = {0};
    ww_status status = ww_check_exists(c, PEOPLE, WW_ENTRY_FILE, &there, err);
    if (status != WW_OK || !there)
        return status;
    char *full = ww_strf("%s" PEOPLE, c->prefix);
    ww_check_read(c, PEOPLE, "the file", FILE_BYTES_MAX, &data, &bytes);
    *found = data && strncmp((char *)data, head, sizeof head - 1) == 0;
    if (*found)
        status = read_people(&t, full, data, bytes, &why);
    if (*found && status == WW_OK)
        status = check_all(&t, full, err);
    else if (status != WW_OK)
        status = ww_check_unreadable(c, full, status, &why, err);
    ww_vector_free(&t.people);
    free(full);
    free(data);
    return status;
}
