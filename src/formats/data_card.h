// SPDX-License-Identifier: MIT
// The data card: README.md tells what is in the set, how it was split, and what its maker has to fill in; report.html
// shows it.
#ifndef WW_FORMATS_DATA_CARD_H
#define WW_FORMATS_DATA_CARD_H
#include "formats/format.h"

ww_status ww_put_data_card(const ww_dataset *set, ww_dataset_out *out, ww_error *err);
ww_status ww_put_data_report(const ww_dataset *set, ww_dataset_out *out, ww_error *err); // data_report.c

// The same for formats without a split (ww_export_format.whole).
ww_status ww_put_short_card(ww_dataset_out *out, ww_error *err);

#endif
