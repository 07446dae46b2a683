// SPDX-License-Identifier: MIT
#include "evaluate/pair_list.h"
#include "base/ascii.h"
#include "base/files.h"
#include "base/memory.h"
#include "evaluate/verification.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 5, FOLDS_DEALT = 10, NUMBER_DIGITS_MAX = 6, LINE_BYTES_LEAST = 6 /* "a 1 2" and its end */ };

// --- Labeled Faces in the Wild ---------------------------------------------------------------------------------------

typedef struct lines {
    const char *path;
    char *at;
    size_t line;
    char *word[WORDS_MAX];
    int words; // of this line; WORDS_MAX: that many or more
} lines;

// Cuts the next line that is not empty into words. False at the end.
static bool next_line(lines *l)
{
    l->words = 0;
    while (*l->at && l->words == 0) {
        l->line++;
        char *end = l->at + strcspn(l->at, "\n"), *behind = *end ? end + 1 : end;
        *end = 0;
        char *save = NULL;
        for (char *word = strtok_r(l->at, " \t\r", &save); word && l->words < WORDS_MAX;
             word = strtok_r(NULL, " \t\r", &save))
            l->word[l->words++] = word;
        l->at = behind;
    }
    return l->words > 0;
}

// A whole number from 1; 0: it is none.
static int whole_number(const char *word)
{
    const size_t digits = strspn(word, "0123456789");
    return digits > 0 && digits <= NUMBER_DIGITS_MAX && !word[digits] ? (int)strtol(word, NULL, 10) : 0;
}

static ww_status read_pair(const lines *l, ww_listed_pair *pair, ww_error *err)
{
    pair->line = l->line;
    pair->same = l->words == 3;
    if (l->words != 3 && l->words != 4)
        return ww_fail(err, WW_ERR_FORMAT,
                       "%s:%zu: a line of pairs is 'Name i j' or 'Name i Other j', and this one has %s%d words",
                       l->path, l->line, l->words == WORDS_MAX ? "at least " : "", l->words);
    const char *number[2] = {l->word[1], l->word[l->words - 1]};
    pair->picture[0].name = l->word[0];
    pair->picture[1].name = pair->same ? l->word[0] : l->word[2];
    for (int i = 0; i < 2; i++) {
        pair->picture[i].number = whole_number(number[i]);
        if (pair->picture[i].number == 0)
            return ww_fail(err, WW_ERR_FORMAT, "%s:%zu: '%.80s' is not the number of a picture, from 1 on", l->path,
                           l->line, number[i]);
    }
    return WW_OK;
}

static ww_status read_lfw(ww_pair_list *list, const char *path, size_t size, ww_error *err)
{
    lines l = {.path = path, .at = list->text};
    if (!next_line(&l))
        return ww_fail(err, WW_ERR_FORMAT, "%s: the file is empty", path);
    const int folds = whole_number(l.word[0]), each = l.words == 2 ? whole_number(l.word[1]) : 0;
    if (folds < 2 || folds > WW_VERIFICATION_FOLDS_MAX || each == 0)
        return ww_fail(
            err, WW_ERR_FORMAT,
            "%s:%zu: the first line has to be 'FOLDS N' with 2 to %d folds of N pairs of one person and N of two, "
            "such as '10 300' (or the names of columns: file1,file2,same)",
            path, l.line, WW_VERIFICATION_FOLDS_MAX);
    const size_t in_fold = 2 * (size_t)each, wanted = (size_t)folds * in_fold;
    if (wanted > WW_CSV_ROWS_MAX)
        return ww_fail(err, WW_ERR_FORMAT, "%s:%zu: more than %d pairs", path, l.line, WW_CSV_ROWS_MAX);
    const size_t room = (size + 1) / LINE_BYTES_LEAST;
    list->pair = ww_alloc_array0(wanted < room ? wanted : room, sizeof *list->pair, SIZE_MAX);
    if (!list->pair)
        return ww_fail(err, WW_ERR_MEMORY, "no memory for %zu pairs", wanted);
    while (next_line(&l)) {
        if (list->count == wanted)
            return ww_fail(err, WW_ERR_FORMAT,
                           "%s:%zu: there are more pairs than the %d x 2 x %d that the first line tells of", path,
                           l.line, folds, each);
        ww_listed_pair *pair = &list->pair[list->count];
        ww_status status = read_pair(&l, pair, err);
        if (status != WW_OK)
            return status;
        pair->fold = (uint32_t)(list->count++ / in_fold);
    }
    if (list->count < wanted)
        return ww_fail(err, WW_ERR_FORMAT,
                       "%s: the file is cut short: %zu pairs, and its first line tells of %d x 2 x %d", path,
                       list->count, folds, each);
    return WW_OK;
}

// --- a table ---------------------------------------------------------------------------------------------------------

static bool read_truth(const char *text, bool *truth)
{
    static const char *const yes[] = {"1", "yes", "true"}, *const no[] = {"0", "no", "false"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        *truth = ww_ascii_same(text, yes[i]);
        if (*truth || ww_ascii_same(text, no[i]))
            return true;
    }
    return false;
}

// Which columns are what; fold: -1 where there is none.
typedef struct columns {
    int file[2], same, fold;
} columns;

static ww_status read_fold(const ww_csv *t, int column, uint32_t *fold, ww_error *err)
{
    double number;
    ww_status status = ww_csv_number(t, column, 1, WW_VERIFICATION_FOLDS_MAX, &number, err);
    if (status != WW_OK)
        return status;
    *fold = (uint32_t)number - 1;
    if (number > *fold + 1)
        return ww_fail(err, WW_ERR_FORMAT, "%s:%zu: fold is %g; it must be a whole number", t->path, t->line, number);
    return WW_OK;
}

static ww_status read_row(const ww_csv *t, const columns *c, size_t dealt[2], ww_listed_pair *pair, ww_error *err)
{
    pair->line = t->line;
    for (int i = 0; i < 2; i++) {
        pair->picture[i].name = ww_csv_text(t, c->file[i]);
        if (!*pair->picture[i].name)
            return ww_fail(err, WW_ERR_FORMAT, "%s:%zu: a file has no name", t->path, t->line);
    }
    if (!read_truth(t->field[c->same], &pair->same))
        return ww_fail(err, WW_ERR_FORMAT, "%s:%zu: same is '%.80s'; it must be 1 (one person) or 0 (two)", t->path,
                       t->line, t->field[c->same]);
    pair->fold = (uint32_t)(dealt[pair->same]++ % FOLDS_DEALT);
    return c->fold < 0 ? WW_OK : read_fold(t, c->fold, &pair->fold, err);
}

static ww_status read_table(ww_pair_list *list, ww_error *err)
{
    ww_csv *t = &list->table;
    const columns c = {
        {ww_csv_column(t, "file1"), ww_csv_column(t, "file2")}, ww_csv_column(t, "same"), ww_csv_column(t, "fold")};
    if (c.file[0] < 0 || c.file[1] < 0 || c.same < 0)
        return ww_fail(
            err, WW_ERR_FORMAT,
            "%s:%zu: pairs are 'FOLDS N' and lines of names and numbers, as in LFW's pairs.txt, or a table with the "
            "columns file1,file2,same; this is neither",
            t->path, t->line);
    list->pair = ww_alloc_array0(t->rows_max, sizeof *list->pair, SIZE_MAX);
    if (!list->pair)
        return ww_fail(err, WW_ERR_MEMORY, "no memory for %zu pairs", t->rows_max);
    size_t dealt[2] = {0};
    bool more = true;
    while (more) {
        ww_status status = ww_csv_next(t, &more, err);
        if (status == WW_OK && more)
            status = read_row(t, &c, dealt, &list->pair[list->count++], err);
        if (status != WW_OK)
            return status;
    }
    return WW_OK;
}

// The first line of LFW's begins with a digit, that of a table with a name.
static bool is_lfw(const char *text) { return strchr("0123456789", *(text + strspn(text, " \t\r\n"))) != NULL; }

ww_status ww_pair_list_read(ww_pair_list *list, const char *path, const void *bytes, size_t size, ww_error *err)
{
    *list = (ww_pair_list){0};
    list->text = ww_alloc_array(size + 1, 1, WW_CSV_BYTES_MAX);
    if (!list->text)
        return ww_fail(err, WW_ERR_MEMORY, "%s: a list of %zu bytes is too large", path, size);
    if (size)
        memcpy(list->text, bytes, size);
    list->text[size] = 0;
    if (size && memchr(bytes, 0, size))
        return ww_fail(err, WW_ERR_FORMAT, "%s: this is not a text file", path);
    if (is_lfw(list->text))
        return read_lfw(list, path, size, err);
    ww_status status = ww_csv_read(&list->table, path, bytes, size, err);
    return status == WW_OK ? read_table(list, err) : status;
}

ww_status ww_pair_list_open(ww_pair_list *list, const char *path, ww_error *err)
{
    uint8_t *data = NULL;
    size_t size = 0;
    *list = (ww_pair_list){0};
    ww_status status = ww_read_file(path, WW_CSV_BYTES_MAX, &data, &size, err);
    if (status == WW_OK)
        status = ww_pair_list_read(list, path, data, size, err);
    free(data);
    return status;
}

void ww_pair_list_free(ww_pair_list *list)
{
    ww_csv_close(&list->table);
    free(list->pair);
    free(list->text);
    *list = (ww_pair_list){0};
}
