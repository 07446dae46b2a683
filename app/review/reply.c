// SPDX-License-Identifier: MIT
#include "server.h"

#include <stdlib.h>
#include <string.h>

// Scripts, styles and pictures from here alone, no frames, no forms; nothing is told to others or kept in caches.
static const char *const always[][2] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
};

enum MHD_Result reply_queue(request *r, unsigned code, struct MHD_Response *response)
{
    if (!response)
        return MHD_NO;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        MHD_add_response_header(response, always[i][0], always[i][1]);
    if (!MHD_get_response_header(response, "Cache-Control"))
        MHD_add_response_header(response, "Cache-Control", "no-store");
    enum MHD_Result result = MHD_queue_response(r->connection, code, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result reply_json(request *r, unsigned code, json_t *value)
{
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(value);
    if (!text)
        return MHD_NO;
    struct MHD_Response *response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
    if (response)
        MHD_add_response_header(response, "Content-Type", "application/json");
    else
        free(text);
    return reply_queue(r, code, response);
}

enum MHD_Result reply_error(request *r, unsigned code, const char *message)
{
    json_t *text = json_string(message);
    return reply_json(r, code,
                      json_pack("{s:o}", "error", text ? text : json_string("an error whose text is not UTF-8")));
}

enum MHD_Result reply_status(request *r, const ww_error *err)
{
    static const struct {
        ww_status status;
        unsigned code;
    } codes[] = {{WW_ERR_ARGUMENT, 400},
                 {WW_ERR_NOT_FOUND, 404},
                 {WW_ERR_CONFIRM, 409},
                 {WW_ERR_CHANGED, 423},
                 {WW_ERR_NO_SPACE, 507}};
    unsigned code = 500;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].status == err->status)
            code = codes[i].code;
    return reply_error(r, code, err->message);
}

enum MHD_Result reply_bytes(request *r, const char *type, const char *cache, ww_bytes *bytes)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(bytes->size, bytes->data, MHD_RESPMEM_MUST_COPY);
    ww_bytes_free(bytes);
    if (response) {
        MHD_add_response_header(response, "Content-Type", type);
        MHD_add_response_header(response, "Cache-Control", cache);
    }
    return reply_queue(r, MHD_HTTP_OK, response);
}

enum MHD_Result reply_file(request *r, const char *type, const void *data, size_t bytes)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(bytes, (void *)(uintptr_t)data, MHD_RESPMEM_PERSISTENT);
    if (response)
        MHD_add_response_header(response, "Content-Type", type);
    return reply_queue(r, MHD_HTTP_OK, response);
}

int64_t request_argument(const request *r, const char *name, int64_t otherwise)
{
    const char *value = MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, name);
    char *end;
    if (!value || !*value)
        return otherwise;
    const long long number = strtoll(value, &end, 10);
    return *end ? otherwise : number;
}
