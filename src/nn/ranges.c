// SPDX-License-Identifier: MIT
// Reading the ranges of a network's values.
#include "nn/graph.h"

#include "base/memory.h"
#include "base/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_CHARS = 256 };
#define RANGE_MAX 1e30 // far below what a float holds: HIGH - LOW is one, too

static ww_value_range *range_of(const ww_net *net, ww_value_range *range, const char *name)
{
    for (size_t i = 0; i < net->value_count; i++)
        if (net->value[i].name && strcmp(net->value[i].name, name) == 0)
            return &range[i];
    return NULL;
}

static bool parse_number(char **at, float *out)
{
    char *end;
    const double v = ww_number_parse(*at, &end);
    const bool is_number = end != *at && isfinite(v) && fabs(v) < RANGE_MAX;
    *at = end;
    *out = (float)v;
    return is_number;
}

// "NAME LOW HIGH"
static bool parse_line(const ww_net *net, ww_value_range *range, char *line)
{
    char *at = line + strcspn(line, " ");
    if (*at)
        *at++ = 0;
    ww_value_range *r = range_of(net, range, line);
    if (!r || !parse_number(&at, &r->low) || !parse_number(&at, &r->high) || *at != 0 || r->low > 0 || r->high <= 0)
        return false;
    r->known = true;
    return true;
}

ww_status ww_net_set_ranges(ww_net *net, const char *text, size_t size, ww_error *err)
{
    ww_value_range *range = ww_try_array(net->value_count, sizeof *range);
    if (!range)
        return ww_fail_memory(err, "the ranges of %s", net->name);
    for (size_t at = 0, number = 1; at < size; number++) {
        char line[LINE_MAX_CHARS];
        const char *end = memchr(text + at, '\n', size - at);
        const size_t length = end ? (size_t)(end - text) - at : size - at;
        const bool fits = length < sizeof line;
        memcpy(line, text + at, fits ? length : 0);
        line[fits ? length : 0] = 0;
        at += length + 1;
        if (fits && (line[0] == '#' || line[0] == 0))
            continue;
        if (!fits || !parse_line(net, range, line)) {
            free(range);
            return ww_fail(err, WW_ERR_FORMAT,
                           "the ranges of %s, line %zu: not a value of the network, a number up to 0 and one above it",
                           net->name, number);
        }
    }
    free(net->range);
    net->range = range;
    return WW_OK;
}

bool ww_net_is_int8(const ww_net *net) { return net->range != NULL; }
