// SPDX-License-Identifier: MIT
// RDF has several ways to write the same (properties as elements or as attributes, structures with a Description inside
// or without), so properties are told by their names, and regions by the list they are in.
#include "formats/regions.h"
#include "base/ascii.h"
#include "base/memory.h"
#include "base/number.h"
#include "formats/import/xml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAME(namespace, local) namespace WW_XML_SPACE local
#define MS_INFO "http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
#define MS_REGION "http://ns.microsoft.com/photo/1.2/t/Region#"
enum { REGIONS_MAX = 10000 };

typedef struct reading {
    ww_regions *found;
    int depth, list_depth, region_depth; // of the elements that are open; 0: none is
    bool microsoft;                      // the list at hand
    double area[4];                      // of the region at hand: x, y (of the middle), w, h
    bool pixels;                         // they are pixels of:
    double applied[2];
    ww_region region;
} reading;

static ww_status number(const char *text, double *value, ww_error *err)
{
    return ww_number_read(text, value) ? WW_OK : ww_fail(err, WW_ERR_FORMAT, "'%.40s' is no finite number", text);
}

static ww_status keep(char **into, const char *text, ww_error *err)
{
    free(*into);
    *into = ww_try_strdup(text);
    return *into ? WW_OK : ww_fail_memory(err, "the regions of a photo");
}

// "0.25, 0.25, 0.1, 0.2": left, top, width, height.
static ww_status rectangle(reading *r, const char *text, ww_error *err)
{
    double side[4];
    for (int i = 0; i < 4; i++) {
        char *end;
        side[i] = ww_number_parse(text, &end);
        if (end == text || !isfinite(side[i]) || (i < 3 && *end != ',') || (i == 3 && *end))
            return ww_fail(err, WW_ERR_FORMAT, "a rectangle is no four numbers");
        text = end + 1;
    }
    r->area[0] = side[0] + side[2] / 2;
    r->area[1] = side[1] + side[3] / 2;
    r->area[2] = side[2];
    r->area[3] = side[3];
    return WW_OK;
}

static ww_status area_property(reading *r, const char *local, const char *text, ww_error *err)
{
    static const char *const sides[] = {"x", "y", "w", "h"};
    for (int i = 0; i < 4; i++)
        if (strcmp(local, sides[i]) == 0)
            return number(text, &r->area[i], err);
    if (strcmp(local, "unit") == 0)
        r->pixels = strcmp(text, "pixel") == 0;
    if (strcmp(local, "d") != 0)
        return WW_OK;
    ww_status status = number(text, &r->area[2], err); // a circle
    r->area[3] = r->area[2];
    return status;
}

static ww_status property(reading *r, const char *name, const char *text, ww_error *err)
{
    if (r->region_depth == 0) {
        if (strcmp(name, NAME(WW_XMP_DIMENSIONS, "w")) == 0)
            return number(text, &r->applied[0], err);
        return strcmp(name, NAME(WW_XMP_DIMENSIONS, "h")) == 0 ? number(text, &r->applied[1], err) : WW_OK;
    }
    if (strncmp(name, NAME(WW_XMP_AREA, ""), strlen(NAME(WW_XMP_AREA, ""))) == 0)
        return area_property(r, name + strlen(NAME(WW_XMP_AREA, "")), text, err);
    if (strcmp(name, NAME(MS_REGION, "Rectangle")) == 0)
        return rectangle(r, text, err);
    if (strcmp(name, NAME(WW_XMP_OWN, "face")) == 0)
        return keep(&r->region.mark, text, err);
    if (strcmp(name, NAME(WW_XMP_MWG_RS, "Type")) == 0)
        r->region.face = strcmp(text, "Face") == 0;
    const bool is_name =
        strcmp(name, NAME(WW_XMP_MWG_RS, "Name")) == 0 || strcmp(name, NAME(MS_REGION, "PersonDisplayName")) == 0;
    return is_name && *text ? keep(&r->region.name, text, err) : WW_OK;
}

static bool is_bag(const char *name)
{
    return strcmp(name, NAME(WW_XMP_RDF, "Bag")) == 0 || strcmp(name, NAME(WW_XMP_RDF, "Seq")) == 0;
}

static void begin_element(reading *r, const char *name, const ww_xml_place *place)
{
    const bool mwg = strcmp(name, NAME(WW_XMP_MWG_RS, "RegionList")) == 0;
    if (strcmp(name, NAME(WW_XMP_MWG_RS, "Regions")) == 0)
        r->found->has_regions = true;
    if (r->list_depth == 0 && (mwg || strcmp(name, NAME(MS_INFO, "Regions")) == 0)) {
        r->list_depth = r->depth;
        r->microsoft = !mwg;
    } else if (r->list_depth > 0 && r->region_depth == 0 && strcmp(name, NAME(WW_XMP_RDF, "li")) == 0) {
        r->region_depth = r->depth;
        r->pixels = false;
        memset(r->area, 0, sizeof r->area);
        r->region = (ww_region){.face = true, .microsoft = r->microsoft, .line = place->line, .begin = place->begin};
    }
}

static ww_status on_start(void *user, const char *name, const char **attributes, const ww_xml_place *place,
                          ww_error *err)
{
    reading *r = user;
    ww_status status = WW_OK;
    r->depth++;
    if (place->encoding && !ww_ascii_same(place->encoding, "utf-8"))
        r->found->is_utf8 = false;
    begin_element(r, name, place);
    if (strcmp(name, NAME(WW_XMP_RDF, "Description")) == 0 && r->region_depth == 0 && !r->found->about) {
        const char *about = ww_xml_attribute(attributes, NAME(WW_XMP_RDF, "about"));
        status = keep(&r->found->about, about ? about : "", err);
    }
    for (; status == WW_OK && *attributes; attributes += 2)
        status = property(r, attributes[0], attributes[1], err);
    return status;
}

static ww_status end_region(reading *r, const ww_xml_place *place, ww_error *err)
{
    ww_region region = r->region;
    const double *a = r->area, sx = r->pixels ? r->applied[0] : 1, sy = r->pixels ? r->applied[1] : 1;
    r->region = (ww_region){0};
    r->region_depth = 0;
    region.end = place->end;
    if (a[2] > 0 && a[3] > 0 && sx > 0 && sy > 0)
        region.box = (ww_box){(a[0] - a[2] / 2) / sx, (a[1] - a[3] / 2) / sy, a[2] / sx, a[3] / sy};
    if (r->found->region.count < REGIONS_MAX && ww_vector_push(&r->found->region, region))
        return WW_OK;
    free(region.name);
    free(region.mark);
    return r->found->region.count < REGIONS_MAX
               ? ww_fail_memory(err, "the regions of a photo")
               : ww_fail(err, WW_ERR_FORMAT, "there are more than %d regions", REGIONS_MAX);
}

// Where the inside of an element ends; "<rdf:Bag/>", whose end has no bytes of its own, has none.
static size_t inner_end(const ww_xml_place *place) { return place->end > place->begin ? place->begin : 0; }

static ww_status on_end(void *user, const char *name, const char *text, const ww_xml_place *place, ww_error *err)
{
    reading *r = user;
    ww_status status = property(r, name, text, err);
    if (status == WW_OK && r->depth == r->region_depth)
        status = end_region(r, place, err);
    if (r->list_depth > 0 && r->depth == r->list_depth + 1 && is_bag(name) && !r->microsoft)
        r->found->list_end = inner_end(place);
    if (r->depth == r->list_depth)
        r->list_depth = 0;
    if (strcmp(name, NAME(WW_XMP_RDF, "RDF")) == 0)
        r->found->rdf_end = inner_end(place);
    r->depth--;
    return status;
}

ww_status ww_regions_read(const void *data, size_t bytes, const char *file, ww_regions *regions, ww_error *err)
{
    static const ww_xml_reader reader = {on_start, on_end};
    static const uint8_t marks[][2] = {{0xff, 0xfe}, {0xfe, 0xff}};
    *regions = (ww_regions){.is_utf8 = true};
    for (int i = 0; i < 2; i++)
        if (bytes >= 2 && memcmp(data, marks[i], 2) == 0)
            regions->is_utf8 = false;
    reading r = {.found = regions};
    ww_status status = ww_xml_read(data, bytes, file, &reader, &r, err);
    free(r.region.name);
    free(r.region.mark);
    if (status != WW_OK)
        ww_regions_free(regions);
    return status;
}

void ww_regions_free(ww_regions *regions)
{
    for (size_t i = 0; i < regions->region.count; i++) {
        free(regions->region.item[i].name);
        free(regions->region.item[i].mark);
    }
    ww_vector_free(&regions->region);
    free(regions->about);
    *regions = (ww_regions){0};
}

const uint8_t *ww_xmp_packet(const uint8_t *data, size_t bytes, size_t *packet_bytes)
{
    static const char begin[] = "<x:xmpmeta", end[] = "</x:xmpmeta>", rdf[] = "<rdf:RDF";
    size_t at = 0;
    *packet_bytes = bytes;
    if (bytes >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
        at = 3;
    while (at < bytes && strchr(" \t\r\n", data[at]) && data[at])
        at++;
    if (at < bytes && data[at] == '<')
        return memmem(data, bytes, begin, strlen(begin)) || memmem(data, bytes, rdf, strlen(rdf)) ? data : NULL;
    const uint8_t *packet = memmem(data, bytes, begin, strlen(begin));
    const uint8_t *last = packet ? memmem(packet, bytes - (size_t)(packet - data), end, strlen(end)) : NULL;
    if (last)
        *packet_bytes = (size_t)(last - packet) + strlen(end);
    return last ? packet : NULL;
}

// --- orientation (CIPA DC-008)

int ww_turn_back(int orientation) { return orientation == 6 ? 8 : orientation == 8 ? 6 : orientation; }

static void turn(double x, double y, int orientation, double *u, double *v)
{
    const bool swapped = orientation >= 5;
    *u = swapped ? y : x;
    *v = swapped ? x : y;
    if (orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7)
        *u = 1 - *u;
    if (orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8)
        *v = 1 - *v;
}

ww_box ww_turn_box(ww_box b, int orientation)
{
    double x0, y0, x1, y1;
    turn(b.x, b.y, orientation, &x0, &y0);
    turn(b.x + b.width, b.y + b.height, orientation, &x1, &y1);
    return (ww_box){fmin(x0, x1), fmin(y0, y1), fabs(x1 - x0), fabs(y1 - y0)};
}
