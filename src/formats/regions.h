// SPDX-License-Identifier: MIT
// Regions of photos in XMP: those of the Metadata Working Group (MWG-RS, Guidelines for Handling Image Metadata 2.0,
// 5.9), which digiKam, Lightroom, Picasa and others write, and Microsoft's (MP), which are read where there are none of
// the former. Both count in shares of the photo as its pixels are stored, before the EXIF orientation is applied.
#ifndef WW_FORMATS_REGIONS_H
#define WW_FORMATS_REGIONS_H
#include "base/box.h"
#include "base/buffer.h"
#include "base/vector.h"
#include <stdint.h>

#define WW_XMP_MWG_RS "http://www.metadataworkinggroup.com/schemas/regions/"
#define WW_XMP_AREA "http://ns.adobe.com/xmp/sType/Area#"
#define WW_XMP_DIMENSIONS "http://ns.adobe.com/xap/1.0/sType/Dimensions#"
#define WW_XMP_RDF "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#define WW_XMP_OWN "http://ns.whoswho/1.0/" // of our mark among a region's extensions

typedef struct ww_region {
    char *name; // owned, or NULL
    char *mark; // owned, or NULL: as in formats/annotation.h; the label is "" where no name was written
    ww_box box; // in shares of the photo; no width: it has no area
    bool face;  // of the type Face, or of none
    bool microsoft;
    size_t line, begin, end; // of its element in the file, bytes
} ww_region;

typedef struct ww_regions {
    WW_VECTOR(ww_region) region;
    char *about;      // of the first description; owned, or NULL
    bool has_regions; // MWG-RS, even without one region
    size_t list_end;  // where a region can be added: before the end of the list; 0: nowhere
    size_t rdf_end;   // where a description can; 0: nowhere
    bool is_utf8;
} ww_regions;

// `data` is an XMP document. WW_ERR_FORMAT: it is no XML, or a region's numbers are not finite; the message names file
// and line.
ww_status ww_regions_read(const void *data, size_t bytes, const char *file, ww_regions *regions, ww_error *err);
void ww_regions_free(ww_regions *regions);
// The XMP document inside a file: the file itself, or the packet within a photo. NULL: there is none.
const uint8_t *ww_xmp_packet(const uint8_t *data, size_t bytes, size_t *packet_bytes);

// A box in shares of the stored photo as one in shares of the upright one. The other way round: the same with
// ww_turn_back of the orientation.
ww_box ww_turn_box(ww_box box, int exif_orientation);
int ww_turn_back(int exif_orientation);

#endif
