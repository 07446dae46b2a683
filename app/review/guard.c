// SPDX-License-Identifier: MIT
#include "guard.h"
#include "session.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#define FAILURES_MAX 20 // wrong tokens
#define FAILURES_WINDOW_S 10.0
#define CHANGES_MAX 400 // more than anybody can press keys
#define CHANGES_WINDOW_S 10.0

static bool make_token(char token[TOKEN_CHARS + 1])
{
    unsigned char bytes[TOKEN_CHARS / 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(token + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

bool guard_init(guard *g, int port)
{
    *g = (guard){.port = port};
    pthread_mutex_init(&g->lock, NULL);
    return make_token(g->token) && make_token(g->cookie) && make_token(g->page);
}

// In time that does not depend on how much of it is right.
static bool same_token(const char *given, const char *token)
{
    unsigned char differs = 0;
    if (!given || strlen(given) != TOKEN_CHARS)
        return false;
    for (size_t i = 0; i < TOKEN_CHARS; i++)
        differs |= (unsigned char)(given[i] ^ token[i]);
    return differs == 0;
}

static const char *header(struct MHD_Connection *c, const char *name)
{
    return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

typedef struct counted {
    const char *name;
    int count;
} counted;

static enum MHD_Result count_header(void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
    counted *c = user;
    (void)kind;
    (void)value;
    c->count += strcasecmp(name, c->name) == 0;
    return MHD_YES;
}

// Of a header that is there twice, others may read the one that we do not.
static bool is_there_twice(struct MHD_Connection *c, const char *name)
{
    counted found = {name, 0};
    MHD_get_connection_values(c, MHD_HEADER_KIND, count_header, &found);
    return found.count > 1;
}

static const char *const own_hosts[] = {"127.0.0.1", "localhost", "[::1]"};

static bool is_own_host(const guard *g, const char *host)
{
    char own[64];
    for (size_t i = 0; host && i < sizeof own_hosts / sizeof *own_hosts; i++) {
        snprintf(own, sizeof own, "%s:%d", own_hosts[i], g->port);
        if (strcmp(host, own) == 0)
            return true;
    }
    return false;
}

static bool is_own_origin(struct MHD_Connection *c)
{
    const char *origin = header(c, "Origin"), *site = header(c, "Sec-Fetch-Site");
    static const char scheme[] = "http://";
    return origin && strncmp(origin, scheme, sizeof scheme - 1) == 0
           && strcmp(origin + sizeof scheme - 1, header(c, "Host")) == 0 && (!site || strcmp(site, "same-origin") == 0);
}

// Counts one more; false: there were too many in this window.
static bool allow(guard *g, double *since_s, int *count, int most, double window_s)
{
    const double now = session_now_s();
    pthread_mutex_lock(&g->lock);
    if (now - *since_s > window_s) {
        *since_s = now;
        *count = 0;
    }
    const bool allowed = ++*count <= most;
    pthread_mutex_unlock(&g->lock);
    return allowed;
}

void guard_cookie_name(const guard *g, char *name, size_t bytes) { snprintf(name, bytes, "whoswho_%d", g->port); }

static bool has_cookie(const guard *g, struct MHD_Connection *c)
{
    char name[32];
    guard_cookie_name(g, name, sizeof name);
    return same_token(MHD_lookup_connection_value(c, MHD_COOKIE_KIND, name), g->cookie);
}

// Whether it is the token, which nobody has used before.
static bool trade(guard *g, const char *given)
{
    const bool right = same_token(given, g->token);
    pthread_mutex_lock(&g->lock);
    const bool first = right && !g->traded;
    g->traded = g->traded || right;
    pthread_mutex_unlock(&g->lock);
    return first;
}

static verdict judge_stranger(guard *g, struct MHD_Connection *c, const char *method, const char *url)
{
    const char *given = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "token");
    if (strcmp(method, "GET") == 0 && strcmp(url, "/") == 0 && trade(g, given))
        return VERDICT_TRADE;
    return allow(g, &g->failures_since_s, &g->failures, FAILURES_MAX, FAILURES_WINDOW_S) ? VERDICT_NO_COOKIE
                                                                                         : VERDICT_TOO_MANY;
}

verdict guard_judge(guard *g, struct MHD_Connection *c, const char *method, const char *url)
{
    if (!is_own_host(g, header(c, "Host")) || is_there_twice(c, "Host"))
        return VERDICT_HOST;
    if (!has_cookie(g, c))
        return judge_stranger(g, c, method, url);
    const char *site = header(c, "Sec-Fetch-Site");
    if (strcmp(method, "GET") == 0) // nothing of ours is to appear in other pages
        return site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0 ? VERDICT_ORIGIN : VERDICT_FINE;
    if (strcmp(method, "POST") != 0)
        return VERDICT_METHOD;
    if (!is_own_origin(c) || is_there_twice(c, "Origin") || !same_token(header(c, "X-Whoswho-Token"), g->page))
        return VERDICT_ORIGIN;
    return allow(g, &g->changes_since_s, &g->changes, CHANGES_MAX, CHANGES_WINDOW_S) ? VERDICT_FINE : VERDICT_TOO_MANY;
}
