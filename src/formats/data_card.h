// SPDX-License-Identifier: MIT
// README.md of a data set: what is in it, how it was split, and what its maker has to fill in.
#ifndef WW_FORMATS_DATA_CARD_H
#define WW_FORMATS_DATA_CARD_H
#include "formats/format.h"

ww_status ww_put_data_card(const ww_dataset *set, ww_dataset_out *out, ww_error *err);

// The same for formats without a split (ww_export_format.whole).
ww_status ww_put_short_card(ww_dataset_out *out, ww_error *err);

#endif
