// SPDX-License-Identifier: MIT
// Requests and replies: what every handler gets and gives. A handler is a row of the table in routes.c.
#ifndef WW_REVIEW_SERVER_H
#define WW_REVIEW_SERVER_H
#include "guard.h"
#include "session.h"

#include <jansson.h>
#include <stdatomic.h>

#define BODY_MAX 262144 // bytes

typedef struct review_server {
    session session;
    guard guard;
    atomic_bool leave; // the page says that it is done
} review_server;

typedef struct request {
    review_server *server;
    struct MHD_Connection *connection;
    const char *url;
    int64_t number; // the N in "/face/N"; 0 without
    json_t *body;   // of POST; an object
    char *text;     // of the body so far
    size_t bytes;
    bool refused; // an answer is on its way already
} request;

typedef enum MHD_Result handler(request *r);

typedef struct route {
    const char *method, *path; // a path that ends with '/' is followed by a number
    handler *handle;
} route;

// The route of a request; NULL: there is none. *number: see request.
const route *route_find(const char *method, const char *url, int64_t *number);
// Whether there is one with another method.
bool route_exists(const char *url);

// --- replies: each queues one and returns what MHD wants
enum MHD_Result reply_json(request *r, unsigned code, json_t *value); // takes the value
enum MHD_Result reply_error(request *r, unsigned code, const char *message);
enum MHD_Result reply_status(request *r, const ww_error *err); // the code that fits the status
enum MHD_Result reply_bytes(request *r, const char *type, const char *cache, ww_bytes *bytes); // takes the bytes
enum MHD_Result reply_file(request *r, const char *type, const void *data, size_t bytes);      // static
// Adds what every reply says, queues and releases it.
enum MHD_Result reply_queue(request *r, unsigned code, struct MHD_Response *response);

// The value of "?name=", or `otherwise`.
int64_t request_argument(const request *r, const char *name, int64_t otherwise);

// The type of a file that browsers play; NULL: they do not, as far as its name tells. Static.
const char *footage_type(const char *path);

// --- handlers
handler get_page, get_session, get_state, get_questions, get_person, get_unassigned, get_suggestions, get_frame,
    get_sources, get_source, get_history, get_formats;
handler get_face_picture, get_frame_picture, get_footage;
handler post_decide, post_back, post_split, post_add, post_export, post_leave;

#endif
