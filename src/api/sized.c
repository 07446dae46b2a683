// SPDX-License-Identifier: MIT
#include "api/sized.h"

#include <stdbool.h>
#include <string.h>

#define SIZE_MOST ((size_t)1 << 16) // bytes; no struct of ours is that large: the member was never set

static size_t size_of(const void *given)
{
    size_t size;
    memcpy(&size, given, sizeof size);
    return size;
}

static bool is_zero(const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i])
            return false;
    return true;
}

// Every struct has had one size so far; when one grows, its former sizes are allowed here.
ww_status ww_sized_check(const void *given, size_t full, const char *type, ww_error *err)
{
    if (!given)
        return WW_OK;
    size_t size = size_of(given);
    if (size >= full && size <= SIZE_MOST && is_zero((const unsigned char *)given + full, size - full))
        return WW_OK;
    if (size >= full && size <= SIZE_MOST)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s asks for something that this version (%s) does not know", type,
                       ww_version());
    char macro[64];
    size_t length = strlen(type) < sizeof macro ? strlen(type) : sizeof macro - 1;
    for (size_t i = 0; i < length; i++)
        macro[i] = type[i] >= 'a' && type[i] <= 'z' ? (char)(type[i] - 'a' + 'A') : type[i];
    macro[length] = 0;
    return ww_fail(err, WW_ERR_ARGUMENT, "%s was not set up: begin with '%s x = %s_INIT;'", type, type, macro);
}

void ww_sized_read(void *into, const void *given, size_t full)
{
    if (given)
        memcpy(into, given, full);
}

void ww_sized_write(void *given, const void *from, size_t full)
{
    if (given)
        memcpy((char *)given + sizeof(size_t), (const char *)from + sizeof(size_t), full - sizeof(size_t));
}
