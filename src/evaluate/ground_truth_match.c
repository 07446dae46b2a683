// SPDX-License-Identifier: MIT
#include "evaluate/ground_truth_match.h"
#include "base/box.h"
#include "base/memory.h"
#include "base/search.h"
#include "evaluate/path_index.h"

#include <math.h>
#include <stdlib.h>

#define SECOND_US 1000000
#define NO_SECOND INT64_MIN

// A row of the truth with its file found.
typedef struct place {
    const ww_ground_truth_row *row;
    uint32_t source;      // index in answer
    int64_t latest_us;    // the greatest end of this and all before it of the same source
    int64_t found_second; // the last whole second in which a face was found there
} place;

typedef struct matching {
    const ww_ground_truth *truth;
    const ww_predictions *predictions;
    ww_eval_face which;
    ww_matched *out;
    size_t *source; // of each of truth->sources: index in answer, or WW_PATH_NONE
    place *place;
    size_t places;
} matching;

static ww_status no_memory(const matching *m, ww_error *err)
{
    return ww_fail(err, WW_ERR_MEMORY, "no memory to match %zu faces with %zu rows of %s", m->predictions->face_count,
                   m->truth->count, m->truth->name);
}

// --- files -----------------------------------------------------------------------------------------------------------

static size_t line_of_source(const ww_ground_truth *truth, size_t source)
{
    for (size_t i = 0; i < truth->count; i++)
        if (truth->row[i].source == (int32_t)source)
            return truth->row[i].line;
    return 0;
}

static ww_status look_up(matching *m, const ww_path_index *paths, ww_error *err)
{
    const ww_label_encoding *names = &m->truth->sources;
    ww_matched *out = m->out;
    for (size_t i = 0; i < names->count; i++) {
        m->source[i] = ww_path_index_find(paths, names->text[i]);
        if (m->source[i] == WW_PATH_SEVERAL)
            return ww_fail(err, WW_ERR_FORMAT, "%s:%zu: several files of %s end in '%s'; give more of the path",
                           m->truth->name, line_of_source(m->truth, i), m->predictions->where, names->text[i]);
        if (m->source[i] == WW_PATH_NONE && out->absent++ == 0) {
            out->absent_example = names->text[i];
            out->absent_line = line_of_source(m->truth, i);
        }
    }
    if (names->count > 0 && out->absent == names->count)
        return ww_fail(err, WW_ERR_NOT_FOUND,
                       "%s:%zu: '%s', and no other file it names, was not scanned into "
                       "%s; the names must be ends of the paths there",
                       m->truth->name, out->absent_line, out->absent_example, m->predictions->where);
    return WW_OK;
}

static ww_status find_sources(matching *m, ww_error *err)
{
    const ww_predictions *predictions = m->predictions;
    const char **path = ww_alloc_array(predictions->source_count, sizeof *path, SIZE_MAX);
    ww_path_index paths = {0};
    m->source = ww_alloc_array(m->truth->sources.count, sizeof *m->source, SIZE_MAX);
    ww_status status = path && m->source ? WW_OK : no_memory(m, err);
    for (size_t i = 0; i < predictions->source_count && status == WW_OK; i++)
        path[i] = predictions->source[i].path;
    if (status == WW_OK)
        status = ww_path_index_make(path, predictions->source_count, &paths, err);
    if (status == WW_OK)
        status = look_up(m, &paths, err);
    if (status == WW_OK && m->truth->sources.count == 0 && predictions->source_count != 1)
        status = ww_fail(err, WW_ERR_FORMAT,
                         "%s: there is no column source, and %s holds %zu files; add one that says which is meant",
                         m->truth->name, predictions->where, predictions->source_count);
    ww_path_index_free(&paths);
    free(path);
    return status;
}

static int by_source_and_start(const void *a, const void *b)
{
    const place *p = a, *q = b;
    if (p->source != q->source)
        return p->source < q->source ? -1 : 1;
    if (p->row->start_us != q->row->start_us)
        return p->row->start_us < q->row->start_us ? -1 : 1;
    return (p->row > q->row) - (p->row < q->row);
}

// The rows whose file was scanned, in order.
static ww_status sort_places(matching *m, ww_error *err)
{
    m->place = ww_alloc_array(m->truth->count, sizeof *m->place, SIZE_MAX);
    if (!m->place)
        return no_memory(m, err);
    for (size_t i = 0; i < m->truth->count; i++) {
        const ww_ground_truth_row *row = &m->truth->row[i];
        const size_t source = row->source < 0 ? 0 : m->source[row->source];
        if (source != WW_PATH_NONE)
            m->place[m->places++] = (place){row, (uint32_t)source, row->end_us, NO_SECOND};
    }
    qsort(m->place, m->places, sizeof *m->place, by_source_and_start);
    for (size_t i = 1; i < m->places; i++)
        if (m->place[i].source == m->place[i - 1].source && m->place[i - 1].latest_us > m->place[i].latest_us)
            m->place[i].latest_us = m->place[i - 1].latest_us;
    return WW_OK;
}

// --- places ----------------------------------------------------------------------------------------------------------

static int64_t floor_second(int64_t us) { return us / SECOND_US; } // us >= 0
static int64_t ceil_second(int64_t us) { return (us + SECOND_US - 1) / SECOND_US; }

static bool is_in(const ww_predicted_face *f, const ww_ground_truth_row *r)
{
    const double x = f->x + f->width / 2, y = f->y + f->height / 2;
    return x >= r->x && x < r->x + r->width && y >= r->y && y < r->y + r->height;
}

static double overlap(const ww_predicted_face *f, const ww_ground_truth_row *r)
{
    return ww_box_iou((ww_box){f->x, f->y, f->width, f->height}, (ww_box){r->x, r->y, r->width, r->height});
}

// Notes that the row was found at this time. Faces come in the order of time.
static void note_found(matching *m, place *p, int64_t time_us)
{
    const int64_t second = m->truth->seconds ? floor_second(time_us) : 0;
    const bool counts =
        !m->truth->seconds || (second >= ceil_second(p->row->start_us) && second < floor_second(p->row->end_us));
    if (p->row->person < 0 || !counts || p->found_second == second)
        return;
    p->found_second = second;
    m->out->found++;
}

static bool begins_until(const place *p, uint32_t source, int64_t time_us)
{
    return p->source < source || (p->source == source && p->row->start_us <= time_us);
}

// How many places come before the first that begins after this time, or is of a later source.
static size_t places_until(const matching *m, uint32_t source, int64_t time_us)
{
    size_t at;
    WW_LOWER_BOUND(at, m->places, begins_until(&m->place[at], source, time_us));
    return at;
}

// The place that fits a face best so far.
typedef struct fit {
    const ww_ground_truth_row *row; // NULL: none
    int64_t away_us;
    double overlap;
} fit;

static bool is_better(const fit *a, const fit *b)
{
    if (!b->row || a->away_us != b->away_us)
        return !b->row || a->away_us < b->away_us;
    return a->overlap > b->overlap || (!(a->overlap < b->overlap) && a->row < b->row);
}

// Whether the truth has any place of this file; `until` as of places_until.
static bool speaks_of(const matching *m, uint32_t source, size_t until)
{
    return (until > 0 && m->place[until - 1].source == source)
           || (until < m->places && m->place[until].source == source);
}

static int32_t person_of_face(matching *m, const ww_predicted_face *f)
{
    const size_t until = places_until(m, f->source, f->time_us);
    bool known = !m->truth->moments && speaks_of(m, f->source, until);
    fit best = {0};
    for (size_t i = until; i-- > 0 && m->place[i].source == f->source && m->place[i].latest_us > f->time_us;) {
        const ww_ground_truth_row *row = m->place[i].row;
        if (row->end_us <= f->time_us)
            continue;
        known = true;
        if (!is_in(f, row))
            continue;
        note_found(m, &m->place[i], f->time_us);
        const fit now = {row, m->truth->moments ? llabs(row->moment_us - f->time_us) : 0, overlap(f, row)};
        if (is_better(&now, &best))
            best = now;
    }
    if (best.row)
        return best.row->person < 0 ? WW_MATCH_UNKNOWN : best.row->person;
    return known ? WW_MATCH_FALSE : WW_MATCH_UNKNOWN;
}

static int by_source_and_time(const void *a, const void *b)
{
    const ww_predicted_face *const *x = a, *const *y = b;
    if ((*x)->source != (*y)->source)
        return (*x)->source < (*y)->source ? -1 : 1;
    if ((*x)->time_us != (*y)->time_us)
        return (*x)->time_us < (*y)->time_us ? -1 : 1;
    return (*x > *y) - (*x < *y);
}

static ww_status match_places(matching *m, ww_error *err)
{
    const ww_predictions *predictions = m->predictions;
    const ww_predicted_face **face = ww_alloc_array(predictions->face_count, sizeof *face, SIZE_MAX);
    if (!face)
        return no_memory(m, err);
    for (size_t i = 0; i < predictions->face_count; i++)
        face[i] = &predictions->face[i];
    qsort(face, predictions->face_count, sizeof *face, by_source_and_time);
    for (size_t i = 0; i < predictions->face_count; i++)
        m->out->person[face[i] - predictions->face] = person_of_face(m, face[i]);
    for (size_t i = 0; i < m->truth->count; i++) {
        const ww_ground_truth_row *row = &m->truth->row[i];
        const int64_t seconds = m->truth->seconds ? floor_second(row->end_us) - ceil_second(row->start_us) : 1;
        m->out->wanted += row->person >= 0 && seconds > 0 ? (size_t)seconds : 0;
    }
    free(face);
    return WW_OK;
}

// --- pictures --------------------------------------------------------------------------------------------------------

static void match_source(matching *m, const ww_predicted_source *source, int32_t person)
{
    size_t pictures = 0;
    const size_t end = source->first_face + source->face_count;
    for (size_t first = source->first_face, next; first < end; first = next, pictures++) {
        for (next = first + 1; next < end && m->predictions->face[next].time_us == m->predictions->face[first].time_us;)
            next++;
        const size_t counted = ww_predictions_counted(m->predictions, first, next - first, m->which);
        if (counted == WW_NO_FACE || person < 0)
            continue;
        m->out->person[counted] = person;
        m->out->found++;
    }
    m->out->wanted += person < 0 ? 0 : pictures ? pictures : 1;
}

static ww_status match_pictures(matching *m, ww_error *err)
{
    ww_status status = ww_predictions_can_count(m->predictions, m->which, err);
    for (size_t i = 0; i < m->predictions->face_count; i++)
        m->out->person[i] = WW_MATCH_UNKNOWN;
    for (size_t i = 0; i < m->places && status == WW_OK; i++) {
        if (i > 0 && m->place[i].source == m->place[i - 1].source)
            status = ww_fail(err, WW_ERR_FORMAT,
                             "%s:%zu: line %zu speaks of '%s' already; one person a picture, or give places (x,y,w,h)",
                             m->truth->name, m->place[i].row->line, m->place[i - 1].row->line,
                             m->predictions->source[m->place[i].source].path);
        else
            match_source(m, &m->predictions->source[m->place[i].source], m->place[i].row->person);
    }
    for (size_t i = 0; i < m->truth->count; i++)
        m->out->wanted += m->truth->row[i].person >= 0 && m->source[m->truth->row[i].source] == WW_PATH_NONE;
    return status;
}

ww_status ww_ground_truth_match(const ww_ground_truth *truth, const ww_predictions *predictions, ww_eval_face which,
                                ww_matched *matched, ww_error *err)
{
    matching m = {.truth = truth, .predictions = predictions, .which = which, .out = matched};
    *matched = (ww_matched){.person = ww_alloc_array(predictions->face_count, sizeof *matched->person, SIZE_MAX)};
    ww_status status = matched->person ? find_sources(&m, err) : no_memory(&m, err);
    if (status == WW_OK)
        status = sort_places(&m, err);
    if (status == WW_OK)
        status = truth->kind == WW_GROUND_TRUTH_PLACES ? match_places(&m, err) : match_pictures(&m, err);
    for (size_t i = 0; i < predictions->face_count && status == WW_OK; i++) {
        matched->matched += matched->person[i] >= 0;
        matched->false_faces += matched->person[i] == WW_MATCH_FALSE;
        matched->unknown += matched->person[i] == WW_MATCH_UNKNOWN;
    }
    free(m.source);
    free(m.place);
    return status;
}

void ww_matched_free(ww_matched *matched)
{
    free(matched->person);
    *matched = (ww_matched){0};
}
