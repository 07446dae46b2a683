// SPDX-License-Identifier: MIT
#include "suggest.h"

#include <string.h>

enum { LETTERS_MAX = 31, EDITS_MAX = 2 };

static int least(int a, int b) { return a < b ? a : b; }

// Damerau-Levenshtein distance with swaps of neighbours (optimal string alignment). Words of at most LETTERS_MAX
// letters.
static int edits(const char *a, size_t a_length, const char *b, size_t b_length)
{
    int row[LETTERS_MAX + 1][LETTERS_MAX + 1];
    for (size_t i = 0; i <= a_length; i++)
        for (size_t k = 0; k <= b_length; k++) {
            if (i == 0 || k == 0) {
                row[i][k] = (int)(i + k);
                continue;
            }
            int changed = row[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
            row[i][k] = least(changed, least(row[i - 1][k], row[i][k - 1]) + 1);
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                row[i][k] = least(row[i][k], row[i - 2][k - 2] + 1);
        }
    return row[a_length][b_length];
}

const char *suggest(const char *word, const char *const *names, size_t count)
{
    const char *best = NULL;
    size_t length = strlen(word);
    int best_edits = least(EDITS_MAX, (int)(length / 3)) + 1;
    for (size_t i = 0; i < count && length <= LETTERS_MAX; i++) {
        size_t name_length = strlen(names[i]);
        int n = name_length <= LETTERS_MAX ? edits(word, length, names[i], name_length) : best_edits;
        if (n < best_edits) {
            best_edits = n;
            best = names[i];
        }
    }
    return best;
}
