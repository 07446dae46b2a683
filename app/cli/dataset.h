// SPDX-License-Identifier: MIT
// Data sets: what `export --to` asks for, and doing it.
#ifndef WW_CLI_DATASET_H
#define WW_CLI_DATASET_H
#include "whoswho/whoswho.h"
#include <stdbool.h>

typedef struct dataset_settings {
    ww_dataset_options options;
    const char *split, *unlabelled, *crop, *box, *picture; // as given; NULL: not
    bool original_size;
    int seed, csv_safe; // csv_safe: WW_KEEP, or see csv_options_add
    bool named;
} dataset_settings;

// Puts what was given as text into the options. False after a message: it cannot be read.
bool dataset_settings_read(dataset_settings *set);
// Whether any of them was given.
bool dataset_settings_given(const dataset_settings *set);
void dataset_print_formats(void);
const char *dataset_format_choices(void); // their names with spaces between; static
// Returns the exit code.
int dataset_export(const char *dir, const dataset_settings *set, bool quiet, bool verbose, bool json);

#endif
