// SPDX-License-Identifier: MIT
// Any bytes as a photo or sidecar with XMP: its regions are read, or it is refused by name; places lie within the file.
#include "formats/regions.h"
#include "must.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_region(const ww_region *r, size_t bytes)
{
    MUST(r->begin <= r->end && r->end <= bytes);
    MUST(!isnan(r->box.x) && !isnan(r->box.y) && r->box.width >= 0 && r->box.height >= 0);
    for (int orientation = 1; orientation <= 8; orientation++) {
        const ww_box there = ww_turn_box(r->box, orientation), back = ww_turn_box(there, ww_turn_back(orientation));
        MUST(there.width >= 0 && there.height >= 0);
        MUST(fabs(r->box.x) > 1e6 || fabs(r->box.width) > 1e6 || fabs(back.x - r->box.x) < 1e-6);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ww_error err = {0};
    ww_regions regions;
    size_t bytes = 0;
    const uint8_t *packet = ww_xmp_packet(data, size, &bytes);
    if (!packet)
        return 0;
    MUST(packet >= data && bytes <= size - (size_t)(packet - data));
    const ww_status status = ww_regions_read(packet, bytes, "fuzz", &regions, &err);
    MUST(status == WW_OK || status == WW_ERR_FORMAT);
    MUST(status == WW_OK || strstr(err.message, "'fuzz'"));
    for (size_t i = 0; status == WW_OK && i < regions.region.count; i++)
        check_region(&regions.region.item[i], bytes);
    MUST(status != WW_OK || (regions.list_end <= bytes && regions.rdf_end <= bytes));
    if (status == WW_OK)
        ww_regions_free(&regions);
    return 0;
}
