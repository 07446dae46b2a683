// SPDX-License-Identifier: MIT
// Any bytes as JSON: it is taken or refused by name, and what is told is no longer than the text allows.
#include "base/json.h"
#include "must.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ww_status on_value(void *user, const char *path, ww_json_kind kind, double number, const char *text,
                          ww_error *err)
{
    (void)err;
    MUST(strlen(path) <= 3 * *(size_t *)user); // an escape of two bytes may become one of three, and arrays add "[]"
    MUST(strlen(text) <= 3 * *(size_t *)user);
    MUST(kind == WW_JSON_NUMBER || number == 0);
    return WW_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ww_error err = {0};
    char *text = calloc(size + 1, 1);
    MUST(text);
    memcpy(text, data, size);
    const ww_status status = ww_json_read(text, "fuzz", on_value, &size, &err);
    MUST(status == WW_OK || status == WW_ERR_FORMAT);
    MUST(status == WW_OK || strstr(err.message, "'fuzz'"));
    free(text);
    return 0;
}
