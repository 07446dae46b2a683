// SPDX-License-Identifier: MIT
#include "library/names.h"
#include "base/ascii.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>

#define FOLDER_BYTES_MAX 120 // leaves room for " (N)" and ".jpg" below the 255 bytes that file systems allow

static bool is_utf8(const char *text) { return u8_check((const uint8_t *)text, strlen(text)) == NULL; }

// Takes over `data` (from libunistring), which has no zero at its end.
static char *with_zero(uint8_t *data, size_t bytes, const char *otherwise)
{
    char *text = data ? ww_strndup((const char *)data, bytes) : ww_strdup(otherwise);
    free(data);
    return text;
}

char *ww_name_composed(const char *name)
{
    size_t bytes = 0;
    uint8_t *data = is_utf8(name) ? u8_normalize(UNINORM_NFC, (const uint8_t *)name, strlen(name), NULL, &bytes) : NULL;
    return with_zero(data, bytes, name);
}

char *ww_name_key(const char *name)
{
    size_t bytes = 0;
    uint8_t *data =
        is_utf8(name) ? u8_casefold((const uint8_t *)name, strlen(name), NULL, UNINORM_NFC, NULL, &bytes) : NULL;
    return with_zero(data, bytes, name);
}

static bool is_ascii(const char *text)
{
    while (*text && !(*text & 0x80))
        text++;
    return !*text;
}

bool ww_name_same(const char *a, const char *b)
{
    if (!a || !b)
        return false;
    if (is_ascii(a) && is_ascii(b))
        return ww_ascii_same(a, b);
    char *p = ww_name_key(a), *q = ww_name_key(b);
    bool same = strcmp(p, q) == 0;
    free(p);
    free(q);
    return same;
}

// --- folders

// The cut falls between characters: never before a UTF-8 continuation byte.
static size_t length_within(const char *name, size_t max_bytes)
{
    size_t length = strlen(name);
    if (length <= max_bytes)
        return length;
    length = max_bytes;
    while (length > 0 && ((unsigned char)name[length] & 0xc0) == 0x80)
        length--;
    return length;
}

// Names that Windows gives to devices, also with anything after a dot (Microsoft, "Naming Files, Paths, and
// Namespaces").
static bool is_device(const char *folder)
{
    static const char *const device[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
    char stem[8] = "";
    size_t length = strcspn(folder, ".");
    while (length > 0 && folder[length - 1] == ' ')
        length--;
    if (length >= sizeof stem)
        return false;
    memcpy(stem, folder, length);
    for (size_t i = 0; i < sizeof device / sizeof *device; i++)
        if (ww_ascii_same(stem, device[i]))
            return true;
    // Windows takes the superscripts 1, 2 and 3 of Latin-1 for digits here
    const char *number = stem + 3;
    const bool numbered =
        (length == 4 && *number >= '0' && *number <= '9')
        || (length == 5
            && (strcmp(number, "\u00b9") == 0 || strcmp(number, "\u00b2") == 0 || strcmp(number, "\u00b3") == 0));
    stem[3] = 0;
    return numbered && (ww_ascii_same(stem, "com") || ww_ascii_same(stem, "lpt"));
}

char *ww_folder_name(const char *name)
{
    name += strspn(name, " ");
    char *composed = ww_name_composed(name);
    char *folder = ww_strndup(composed, length_within(composed, FOLDER_BYTES_MAX));
    free(composed);
    size_t length = strlen(folder);
    while (length > 0 && folder[length - 1] == ' ')
        folder[--length] = 0;
    for (size_t i = 0; i < length; i++)
        if (ww_ascii_is_control(folder[i]) || strchr("/\\:*?\"<>|", folder[i]))
            folder[i] = '_';
    for (size_t i = 0; folder[i] == '.'; i++) // would hide the folder
        folder[i] = '_';
    for (size_t i = length; i > 0 && (folder[i - 1] == '.' || folder[i - 1] == ' '); i--) // Windows drops them
        folder[i - 1] = '_';
    if (length > 0 && is_device(folder)) {
        char *longer = ww_strf("%s_", folder);
        free(folder);
        folder = longer;
    }
    if (length > 0)
        return folder;
    free(folder);
    return NULL;
}
