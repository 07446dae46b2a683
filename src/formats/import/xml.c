// SPDX-License-Identifier: MIT
#include "formats/import/xml.h"
#include "base/buffer.h"
#include "base/memory.h"

#include <expat.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 1 << 20 };

typedef struct reading {
    const ww_xml_reader *reader;
    void *user;
    const char *file;
    XML_Parser parser;
    int depth;
    ww_buffer text[WW_XML_DEPTH_MAX]; // of the elements that are open
    char encoding[32];
    ww_status status;
    ww_error *err;
} reading;

static void stop(reading *r, ww_status status)
{
    if (r->status == WW_OK)
        r->status = status;
    XML_StopParser(r->parser, XML_FALSE);
}

static size_t line_of(const reading *r) { return (size_t)XML_GetCurrentLineNumber(r->parser); }

static ww_status refuse(reading *r, const char *what)
{
    return ww_fail(r->err, WW_ERR_FORMAT, "'%s', line %zu: %s", r->file, line_of(r), what);
}

static ww_xml_place place_of(const reading *r)
{
    const size_t begin = (size_t)XML_GetCurrentByteIndex(r->parser);
    return (ww_xml_place){line_of(r), begin, begin + (size_t)XML_GetCurrentByteCount(r->parser),
                          *r->encoding ? r->encoding : NULL};
}

// What the caller found wrong is told with its place.
static ww_status placed(reading *r, ww_status status)
{
    return status == WW_ERR_FORMAT ? ww_error_prefix(r->err, "'%s', line %zu", r->file, line_of(r)) : status;
}

static void XMLCALL on_start(void *user, const char *name, const char **attributes)
{
    reading *r = user;
    const ww_xml_place place = place_of(r);
    if (r->status != WW_OK)
        return;
    if (r->depth == WW_XML_DEPTH_MAX) {
        stop(r, refuse(r, "elements are nested too deep"));
        return;
    }
    r->text[r->depth].bytes = 0;
    if (r->text[r->depth++].data)
        r->text[r->depth - 1].data[0] = 0;
    const ww_status status = r->reader->on_start(r->user, name, attributes, &place, r->err);
    if (status != WW_OK)
        stop(r, placed(r, status));
}

static void XMLCALL on_end(void *user, const char *name)
{
    reading *r = user;
    if (r->status != WW_OK)
        return;
    const ww_xml_place place = place_of(r);
    const ww_buffer *text = &r->text[--r->depth];
    ww_status status = ww_buffer_status(text, r->file, r->err);
    if (status == WW_OK && r->reader->on_end)
        status = r->reader->on_end(r->user, name, text->data ? text->data : "", &place, r->err);
    if (status != WW_OK)
        stop(r, placed(r, status));
}

static void XMLCALL on_text(void *user, const char *text, int bytes)
{
    reading *r = user;
    if (r->depth > 0)
        ww_buffer_add(&r->text[r->depth - 1], text, (size_t)bytes);
}

static void XMLCALL on_declaration(void *user, const char *version, const char *encoding, int standalone)
{
    reading *r = user;
    (void)version;
    (void)standalone;
    if (encoding)
        strncpy(r->encoding, encoding, sizeof r->encoding - 1);
}

static void XMLCALL on_doctype(void *user, const char *name, const char *system, const char *public, int internal)
{
    reading *r = user;
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    stop(r, refuse(r, "it declares a document type, with which entities could be defined; it is not read"));
}

static ww_status feed(reading *r, const char *data, size_t bytes)
{
    bool more = true;
    for (size_t at = 0; more && r->status == WW_OK; at += CHUNK_BYTES) {
        const size_t chunk = bytes - at < CHUNK_BYTES ? bytes - at : CHUNK_BYTES;
        more = at + chunk < bytes;
        if (XML_Parse(r->parser, data + at, (int)chunk, !more) != XML_STATUS_ERROR || r->status != WW_OK)
            continue;
        const enum XML_Error error = XML_GetErrorCode(r->parser);
        if (error == XML_ERROR_NO_MEMORY)
            return ww_fail_memory(r->err, "what '%s' holds", r->file);
        return ww_fail(r->err, WW_ERR_FORMAT, "'%s' is no XML at line %zu: %s", r->file, line_of(r),
                       XML_ErrorString(error));
    }
    return r->status;
}

ww_status ww_xml_read(const void *data, size_t bytes, const char *file, const ww_xml_reader *reader, void *user,
                      ww_error *err)
{
    ww_error own = {0};
    if (bytes > WW_XML_BYTES_MAX)
        return ww_fail(err, WW_ERR_FORMAT, "'%s' has %zu bytes; annotations of at most %zu are read", file, bytes,
                       WW_XML_BYTES_MAX);
    reading *r = ww_alloc(sizeof *r);
    *r = (reading){.reader = reader, .user = user, .file = file, .err = err ? err : &own};
    r->parser = XML_ParserCreateNS(NULL, *WW_XML_SPACE);
    ww_status status = r->parser ? WW_OK : ww_fail_memory(err, "what '%s' holds", file);
    if (status == WW_OK) {
        XML_SetUserData(r->parser, r);
        XML_SetElementHandler(r->parser, on_start, on_end);
        XML_SetCharacterDataHandler(r->parser, on_text);
        XML_SetXmlDeclHandler(r->parser, on_declaration);
        XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
        status = feed(r, data, bytes);
        XML_ParserFree(r->parser);
    }
    for (int i = 0; i < WW_XML_DEPTH_MAX; i++)
        ww_buffer_free(&r->text[i]);
    free(r);
    return status;
}

const char *ww_xml_attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return NULL;
}
