// SPDX-License-Identifier: MIT
#include "scan/shard.h"
#include "base/hash.h"
#include "base/memory.h"
#include "library/shard_lists.h"

#include <stdlib.h>
#include <string.h>

static int64_t length_of(const ww_source_file *input) { return input->bytes + 1; } // what cannot be read has one, too

// total * number / count, exactly.
static int64_t border(int64_t total, int number, int count)
{
    return total / count * number + total % count * number / count;
}

ww_status ww_shard_cut(ww_shard *shard, int number, int count, const ww_source_list *inputs, ww_error *err)
{
    *shard = (ww_shard){.number = number, .count = count, .files = inputs->count, .first_place = 1};
    if (count == 0)
        return WW_OK;
    shard->begins = ww_try_array(inputs->count + 1, sizeof *shard->begins);
    if (!shard->begins)
        return ww_fail_memory(err, "the list of files");
    for (size_t i = 0; i < inputs->count; i++) {
        const ww_source_file *input = &inputs->item[i];
        shard->begins[i + 1] = shard->begins[i] + length_of(input);
        shard->list = ww_hash_chain(shard->list, input->path, strlen(input->path) + 1);
        shard->list = ww_hash_chain(shard->list, &input->bytes, sizeof input->bytes);
    }
    const int64_t total = shard->begins[inputs->count];
    shard->first = border(total, number - 1, count);
    shard->end = border(total, number, count);
    return WW_OK;
}

void ww_shard_free(ww_shard *shard)
{
    free(shard->begins);
    shard->begins = NULL;
}

static bool is_within(const ww_shard *shard, int64_t position)
{
    return position >= shard->first && position < shard->end;
}

bool ww_shard_has(const ww_shard *shard, size_t input, int i, int n)
{
    if (shard->count == 0)
        return true;
    const int64_t begin = shard->begins[input], length = shard->begins[input + 1] - begin;
    return is_within(shard, begin + border(length, i, n));
}

bool ww_shard_touches(const ww_shard *shard, size_t input)
{
    return shard->count == 0 || (shard->begins[input] < shard->end && shard->begins[input + 1] > shard->first);
}

void ww_shard_spans(const ww_shard *shard, size_t input, int spans, int *first, int *end)
{
    *first = 0;
    while (*first < spans && !ww_shard_has(shard, input, *first, spans))
        ++*first;
    *end = *first;
    while (*end < spans && ww_shard_has(shard, input, *end, spans))
        ++*end;
}

int64_t ww_shard_files(const ww_shard *shard, size_t count)
{
    int64_t files = 0;
    for (size_t i = 0; i < count; i++)
        files += ww_shard_has(shard, i, 0, 1);
    return files;
}

double ww_shard_weight(const ww_shard *shard, const ww_source_list *inputs)
{
    double weight = 0;
    for (size_t i = 0; i < inputs->count && shard->count == 0; i++)
        weight += (double)length_of(&inputs->item[i]);
    if (shard->count)
        weight = (double)(shard->end - shard->first);
    return weight > 0 ? weight : 1;
}

ww_status ww_shard_begin(ww_shard *shard, ww_store *store, ww_error *err)
{
    ww_shard_list list = {shard->list, (int64_t)shard->files, shard->number, shard->count, false};
    return shard->count ? ww_shard_lists_note(store, &list, &shard->first_place, err) : WW_OK;
}

ww_status ww_shard_end(const ww_shard *shard, ww_store *store, ww_error *err)
{
    ww_shard_list list = {shard->list, (int64_t)shard->files, shard->number, shard->count, true};
    int64_t place;
    return shard->count ? ww_shard_lists_note(store, &list, &place, err) : WW_OK;
}
