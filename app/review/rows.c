// SPDX-License-Identifier: MIT
#include "rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AROUND 1.2 // side of the square shown, in longer sides of the box

json_t *text_or_null(const char *text)
{
    if (!text)
        return json_null();
    json_t *value = json_string(text);
    if (value)
        return value;
    char *plain = strdup(text); // a name of a file may be any bytes
    for (char *at = plain; at && *at; at++)
        if ((unsigned char)*at >= 0x80 || (unsigned char)*at < 0x20)
            *at = '?';
    value = plain ? json_string(plain) : json_null();
    free(plain);
    return value;
}

int number_of(const session *s, size_t face)
{
    const ww_view_face *f = ww_view_get_face(s->view, face);
    if (f->ignored)
        return IGNORED;
    return f->person == WW_NONE ? NOBODY : ww_view_get_person(s->view, f->person)->number;
}

static double rounded(double value) { return round(value * 1e4) / 1e4; }

json_t *row_of_face(const session *s, size_t face)
{
    const ww_view_face *f = ww_view_get_face(s->view, face);
    const ww_view_frame *frame = ww_view_get_frame(s->view, f->frame);
    const double *box = f->portrait_box, side = fmax(fmax(box[2], box[3]) * AROUND, 1);
    const double left = box[0] + box[2] / 2 - side / 2, top = box[1] + box[3] / 2 - side / 2;
    return json_pack("[I,f,f,f,I,i,I,f,i]", (json_int_t)f->id, rounded(left / side), rounded(top / side),
                     rounded(f->portrait_width / side), (json_int_t)frame->id, (int)f->source,
                     (json_int_t)(frame->time_us / 1000), rounded(f->quality), number_of(s, face));
}

static size_t clearest(const session *s, const size_t *face, size_t count)
{
    size_t best = face[0];
    for (size_t i = 1; i < count; i++)
        if (ww_view_get_face(s->view, face[i])->quality > ww_view_get_face(s->view, best)->quality)
            best = face[i];
    return best;
}

json_t *row_of_person(const session *s, size_t person)
{
    const ww_view_person *p = ww_view_get_person(s->view, person);
    size_t count;
    const size_t *face = ww_view_faces_of_person(s->view, person, &count);
    const size_t last = count ? ww_view_get_face(s->view, face[count - 1])->frame : 0;
    return json_pack("[i,o,I,I,o]", p->number, text_or_null(p->name), (json_int_t)count, (json_int_t)last,
                     count ? row_of_face(s, p->cover != WW_NONE ? p->cover : clearest(s, face, count)) : json_null());
}
