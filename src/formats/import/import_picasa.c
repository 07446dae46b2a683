// SPDX-License-Identifier: MIT
// Picasa's .picasa.ini, one in each folder of photos:
//
//     [Contacts2]
//     8e62398ebda8c1a5=Ada Lovelace;;
//     [photo.jpg]
//     faces=rect64(3f845bcb59418507),8e62398ebda8c1a5;rect64(9eb15e89b6b584c1),ffffffffffffffff
//
// A rect64 is left, top, right and bottom in 65535ths, 16 bits each, without leading zeros; ffffffffffffffff is nobody.
#include "base/ascii.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/text.h"
#include "formats/import/import.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY "ffffffffffffffff"
enum { FACES_MAX = 1000, RECT_DIGITS_MAX = 16 };

typedef struct contact {
    const char *id;
    char *name;
} contact;

typedef struct reading {
    ww_import *import;
    const char *file;
    WW_VECTOR(contact) contacts;
    WW_VECTOR(ww_named_region) regions; // of the photo at hand
    const char *section;
    size_t line;
} reading;

static const char *name_of(const reading *r, const char *id)
{
    for (size_t i = 0; i < r->contacts.count; i++)
        if (strcmp(r->contacts.item[i].id, id) == 0)
            return r->contacts.item[i].name;
    return NULL;
}

static double share(uint64_t bits, int shift) { return (double)(bits >> shift & 0xffff) / 65535; }

// "rect64(3f845bcb59418507)"
static bool read_rect(const char *text, ww_box *box)
{
    static const char begin[] = "rect64(";
    if (strncmp(text, begin, strlen(begin)) != 0)
        return false;
    text += strlen(begin);
    const size_t digits = strspn(text, "0123456789abcdefABCDEF");
    if (digits == 0 || digits > RECT_DIGITS_MAX || strcmp(text + digits, ")") != 0)
        return false;
    const uint64_t bits = strtoull(text, NULL, 16);
    const double left = share(bits, 48), top = share(bits, 32);
    *box = (ww_box){left, top, share(bits, 16) - left, share(bits, 0) - top};
    return box->width > 0 && box->height > 0;
}

static ww_status bad_line(const reading *r, ww_error *err)
{
    return ww_fail(err, WW_ERR_FORMAT, "'%s', line %zu: the faces are no rect64(...),contact;...", r->file, r->line);
}

static ww_status read_face(reading *r, char *face, ww_error *err)
{
    ww_named_region region = {.line = r->line};
    char *comma = strchr(face, ',');
    if (!comma)
        return bad_line(r, err);
    *comma = 0;
    if (!read_rect(face, &region.box) || r->regions.count == FACES_MAX)
        return bad_line(r, err);
    region.name = name_of(r, comma + 1);
    if (strcmp(comma + 1, NOBODY) == 0)
        return WW_OK;
    if (!region.name) {
        ww_import_pass_over(r->import, "'%s', line %zu: the contact %s has no name here", r->file, r->line, comma + 1);
        return WW_OK;
    }
    return ww_vector_push(&r->regions, region) ? WW_OK : ww_fail_memory(err, "the faces of '%s'", r->file);
}

static ww_status read_faces(reading *r, char *value, ww_error *err)
{
    ww_status status = WW_OK;
    r->regions.count = 0;
    for (char *rest = NULL, *face = strtok_r(value, ";", &rest); status == WW_OK && face;
         face = strtok_r(NULL, ";", &rest))
        status = read_face(r, face, err);
    if (status != WW_OK)
        return status;
    char *photo = ww_strf("%.*s%s", (int)(ww_path_base(r->file) - r->file), r->file, r->section);
    status = ww_import_regions(r->import, r->file, photo, false, r->regions.item, r->regions.count, err);
    free(photo);
    return status;
}

static ww_status read_contact(reading *r, const char *id, char *value, ww_error *err)
{
    value[strcspn(value, ";")] = 0;
    const contact c = {id, value};
    return ww_vector_push(&r->contacts, c) ? WW_OK : ww_fail_memory(err, "the contacts of '%s'", r->file);
}

// Contacts may stand behind the photos: `contacts` says which of the two this pass is for.
static ww_status read_line(reading *r, char *line, bool contacts, ww_error *err)
{
    char *equals = strchr(line, '=');
    const size_t length = strlen(line);
    if (*line == '[' && length > 1 && line[length - 1] == ']') {
        line[length - 1] = 0;
        r->section = line + 1;
        return WW_OK;
    }
    if (!equals || !r->section)
        return WW_OK;
    const bool in_contacts = strncmp(r->section, "Contacts2", strlen("Contacts2")) == 0;
    if (contacts && in_contacts) {
        *equals = 0;
        return read_contact(r, line, equals + 1, err);
    }
    const bool faces = !contacts && !in_contacts && strncmp(line, "faces=", strlen("faces=")) == 0;
    return faces && !strchr(r->section, '/') ? read_faces(r, equals + 1, err) : WW_OK;
}

static ww_status read_pass(reading *r, char *text, bool contacts, ww_error *err)
{
    ww_status status = WW_OK;
    r->section = NULL;
    r->line = 1;
    for (char *next; status == WW_OK && *text; text = next, r->line++) {
        next = ww_text_cut_line(text);
        text[strcspn(text, "\r")] = 0;
        status = read_line(r, text, contacts, err);
    }
    return status;
}

static ww_status read(ww_import *m, const char *path, const uint8_t *data, size_t bytes, ww_error *err)
{
    reading r = {.import = m, .file = path};
    char *first = ww_alloc_array(bytes + 1, 1, SIZE_MAX), *second = ww_alloc_array(bytes + 1, 1, SIZE_MAX);
    ww_status status = first && second ? WW_OK : ww_fail_memory(err, "what '%s' holds", path);
    if (status == WW_OK) {
        memcpy(first, data, bytes + 1);
        memcpy(second, data, bytes + 1);
        status = read_pass(&r, first, true, err);
    }
    if (status == WW_OK)
        status = read_pass(&r, second, false, err);
    ww_vector_free(&r.contacts);
    ww_vector_free(&r.regions);
    free(first);
    free(second);
    return status;
}

static bool recognise(const char *path, const uint8_t *data, size_t bytes)
{
    (void)data;
    (void)bytes;
    const char *base = ww_path_base(path);
    return ww_ascii_same(base, WW_PICASA_FILE) || ww_ascii_same(base, "picasa.ini");
}

const ww_import_kind ww_import_picasa = {recognise, read};
