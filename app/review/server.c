// SPDX-License-Identifier: MIT
// One daemon for each loopback address, a few threads each; every request passes the guard before anything is read.
#include "serve.h"
#include "server.h"
#include "sorting.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    THREADS = 3, // for each address
    CONNECTIONS_MAX = 400,
    IDLE_S = 3,                    // a connection that does nothing for so long is closed
    MEMORY_PER_CONNECTION = 16384, // bytes; the longest address and headers fit in
    BODY_READ_MAX = 4 * BODY_MAX,  // bytes; who sends more is cut off rather than answered
    CHECK_MS = 100,                // how often the main thread looks whether it is to end
};

static const struct {
    verdict verdict;
    unsigned code;
    const char *message;
} refusals[] = {
    {VERDICT_HOST, 403, "this server answers to 127.0.0.1, localhost and [::1] only"},
    {VERDICT_NO_COOKIE, 403,
     "this page needs the address that whoswho review printed, and that works once; run whoswho review again"},
    {VERDICT_ORIGIN, 403, "this came from another page"},
    {VERDICT_TOO_MANY, 429, "too many requests; wait ten seconds"},
    {VERDICT_METHOD, 405, "GET and POST are understood"},
};

static enum MHD_Result refuse(request *r, verdict v)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (refusals[i].verdict == v)
            return reply_error(r, refusals[i].code, refusals[i].message);
    return MHD_NO;
}

// The cookie for the token, and on to the page without it: by a page of our own, because a browser that came here from
// elsewhere would not send a SameSite=Strict cookie along a redirection.
static enum MHD_Result trade(request *r)
{
    static const char page[] = "<!doctype html><meta charset=utf-8><meta http-equiv=refresh content=\"0;url=/\">"
                               "<title>whoswho</title><link rel=icon href=\"/icon.svg\">"
                               "<a href=\"/\">whoswho review</a>";
    char name[32], cookie[160];
    guard_cookie_name(&r->server->guard, name, sizeof name);
    snprintf(cookie, sizeof cookie, "%s=%s; Path=/; HttpOnly; SameSite=Strict", name, r->server->guard.cookie);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(sizeof page - 1, (void *)(uintptr_t)page, MHD_RESPMEM_PERSISTENT);
    if (response) {
        MHD_add_response_header(response, "Content-Type", "text/html; charset=utf-8");
        MHD_add_response_header(response, "Set-Cookie", cookie);
    }
    return reply_queue(r, MHD_HTTP_OK, response);
}

// --- bodies

static bool too_long(const request *r)
{
    const char *length = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "Content-Length");
    return length && strtoull(length, NULL, 10) > BODY_MAX;
}

static enum MHD_Result take_body(request *r, const char *data, size_t *bytes)
{
    if (r->bytes + *bytes <= BODY_MAX) {
        char *wider = realloc(r->text, r->bytes + *bytes + 1);
        if (!wider)
            return MHD_NO;
        r->text = wider;
        memcpy(r->text + r->bytes, data, *bytes);
    }
    r->bytes += *bytes; // what is over the limit is not kept
    *bytes = 0;
    return r->bytes > BODY_READ_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result answer(request *r, const route *to)
{
    if (strcmp(to->method, "POST") != 0)
        return to->handle(r);
    if (r->bytes > BODY_MAX)
        return reply_error(r, 413, "the body is too long");
    r->body = r->bytes ? json_loadb(r->text, r->bytes, JSON_REJECT_DUPLICATES, NULL) : json_object();
    if (!json_is_object(r->body))
        return reply_error(r, 400, "the body is not a JSON object");
    MHD_set_connection_option(r->connection, MHD_CONNECTION_OPTION_TIMEOUT, 0u); // writing folders may take its time
    return to->handle(r);
}

// --- requests

static enum MHD_Result begin(review_server *server, struct MHD_Connection *connection, const char *url,
                             const char *method, void **state)
{
    request *r = calloc(1, sizeof *r);
    if (!r)
        return MHD_NO;
    *r = (request){.server = server, .connection = connection, .url = url};
    *state = r;
    const verdict v = guard_judge(&server->guard, connection, method, url);
    r->refused = true; // unless it turns out to be fine
    if (v == VERDICT_TRADE)
        return trade(r);
    if (v != VERDICT_FINE)
        return refuse(r, v);
    if (!route_find(method, url, &r->number))
        return route_exists(url) ? refuse(r, VERDICT_METHOD) : reply_error(r, 404, "there is nothing here");
    if (too_long(r))
        return reply_error(r, 413, "the body is too long");
    r->refused = false;
    return MHD_YES;
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *data, size_t *bytes, void **state)
{
    request *r = *state;
    (void)version;
    if (!r)
        return begin(user, connection, url, method, state);
    if (r->refused) {
        *bytes = 0;
        return MHD_YES;
    }
    r->url = url;
    if (*bytes)
        return take_body(r, data, bytes);
    return answer(r, route_find(method, url, &r->number));
}

static void on_completed(void *user, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    request *r = *state;
    (void)user;
    (void)code;
    if (!r)
        return;
    MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, (unsigned)IDLE_S);
    json_decref(r->body);
    free(r->text);
    free(r);
    *state = NULL;
}

// --- the daemons

// No address of ours has anything to unescape, and one with %00 in it would end there.
static size_t leave_escaped(void *user, struct MHD_Connection *connection, char *text)
{
    (void)user;
    (void)connection;
    return strlen(text);
}

static struct MHD_Daemon *listen_at(review_server *server, const struct sockaddr *address, unsigned flags)
{
    return MHD_start_daemon(flags | MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, server,
                            MHD_OPTION_SOCK_ADDR, address, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
                            (unsigned)IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_PER_CONNECTION,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_UNESCAPE_CALLBACK,
                            leave_escaped, NULL, MHD_OPTION_END);
}

// *four is NULL if it cannot listen; *six also where there is no IPv6.
static void start(review_server *server, int port, struct MHD_Daemon **four, struct MHD_Daemon **six)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *six = NULL;
    *four = listen_at(server, (const struct sockaddr *)&v4, 0);
    if (!*four)
        return;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(*four, MHD_DAEMON_INFO_BIND_PORT);
    server->guard.port = info ? info->port : port;
    v6.sin6_port = htons((uint16_t)server->guard.port);
    *six = listen_at(server, (const struct sockaddr *)&v6, MHD_USE_IPv6);
}

// Hands the address to the desktop's opener, as a process of its own that nobody waits for.
static void open_in_browser(const char *address)
{
    const pid_t child = fork();
    if (child == 0) {
        if (fork() == 0) {
            execlp("xdg-open", "xdg-open", address, (char *)NULL);
            _exit(127);
        }
        _exit(0);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

static volatile sig_atomic_t stopped;
static void on_signal(int signal)
{
    (void)signal;
    stopped = 1;
}

static void serve_until_left(review_server *server, const review_options *o)
{
    char address[128];
    struct sigaction stop = {.sa_handler = on_signal}, before_int, before_term;
    snprintf(address, sizeof address, "http://127.0.0.1:%d/?token=%s", server->guard.port, server->guard.token);
    stopped = 0;
    sigaction(SIGINT, &stop, &before_int);
    sigaction(SIGTERM, &stop, &before_term);
    if (!o->quiet)
        puts("Reviewing in the browser; the address works once. Ctrl-C ends it and writes the folders.");
    puts(address);
    fflush(stdout);
    if (o->open_browser)
        open_in_browser(address);
    while (!stopped && !atomic_load(&server->leave))
        usleep(CHECK_MS * 1000);
    sigaction(SIGINT, &before_int, NULL);
    sigaction(SIGTERM, &before_term, NULL);
}

static ww_status serve(review_server *server, const review_options *o, ww_error *err)
{
    struct MHD_Daemon *four, *six;
    if (!guard_init(&server->guard, o->port)) {
        *err = (ww_error){WW_ERR_IO, "the system gives no random numbers"};
        return WW_ERR_IO;
    }
    start(server, o->port, &four, &six);
    if (!four) {
        snprintf(err->message, sizeof err->message,
                 "cannot listen at 127.0.0.1, port %d: %s; choose another with --port", o->port, strerror(errno));
        return err->status = WW_ERR_IO;
    }
    ww_status status = sorting_start(&server->session, err);
    if (status == WW_OK)
        serve_until_left(server, o);
    if (six)
        MHD_stop_daemon(six);
    MHD_stop_daemon(four);
    sorting_stop(&server->session);
    return status;
}

// Everything sorted as the commands would have left it, and the folders as they are to be.
static ww_status write_folders(session *s, bool quiet, ww_error *err)
{
    ww_export_result written = WW_EXPORT_RESULT_INIT;
    if (s->decided == 0)
        return WW_OK;
    session_close_view(s); // sorting wants the room
    ww_status status = ww_library_resort(s->library, NULL, &written, err);
    if (status == WW_OK && !quiet)
        printf("%lld decisions; %lld people, %lld unassigned; %lld files written, %lld removed\n",
               (long long)s->decided, (long long)written.people, (long long)written.unassigned,
               (long long)written.files_written, (long long)written.files_removed);
    return status;
}

ww_status review_serve(const review_options *options, ww_error *err)
{
    review_server *server = calloc(1, sizeof *server);
    if (!server) {
        *err = (ww_error){WW_ERR_MEMORY, "no memory left"};
        return WW_ERR_MEMORY;
    }
    ww_status status = session_open(&server->session, options->dir, &options->models, err);
    if (status == WW_OK)
        status = serve(server, options, err);
    if (status == WW_OK)
        status = write_folders(&server->session, options->quiet, err);
    session_close(&server->session);
    free(server);
    return status;
}
