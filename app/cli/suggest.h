// SPDX-License-Identifier: MIT
// "Did you mean ...?"
#ifndef WW_CLI_SUGGEST_H
#define WW_CLI_SUGGEST_H
#include <stddef.h>

// The one of `names` nearest to `word`: at most a third of its letters, and at most two, added, dropped, changed or
// swapped. NULL: none.
const char *suggest(const char *word, const char *const *names, size_t count);

#endif
