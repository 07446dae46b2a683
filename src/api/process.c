// SPDX-License-Identifier: MIT
// What concerns the whole process: each is the host's choice.
#include "api/sized.h"
#include "base/memory.h"
#include "cluster/search.h"
#include "video/source.h"
#include "whoswho/whoswho.h"

void ww_on_out_of_memory(void (*handler)(size_t bytes)) { ww_memory_set_handler(handler); }

ww_status ww_search_by(const ww_search *search, ww_error *err)
{
    ww_search full = WW_SEARCH_INIT;
    if (!search) {
        ww_search_set(NULL);
        return WW_OK;
    }
    const ww_status status = WW_CHECK_SIZED(search, ww_search, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&full, search, sizeof full);
    if (!full.pairs || !full.neighbours)
        return ww_fail(err, WW_ERR_ARGUMENT, "a search needs its functions `pairs` and `neighbours`");
    ww_search_set(&full);
    return WW_OK;
}

void ww_silence_libav(void) { ww_footage_silence_libav(); }
