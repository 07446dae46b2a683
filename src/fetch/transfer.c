// SPDX-License-Identifier: MIT
#include "fetch/transfer.h"

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECT_TIMEOUT_S = 20,
    STALL_S = 30, // without STALL_BYTES_PER_S for so long, the connection counts as cut
    STALL_BYTES_PER_S = 100,
    REDIRECTS_MAX = 5,
    HTTP_WHOLE = 200,
    HTTP_PART = 206,
    HTTP_NOT_FOUND = 404,
    HTTP_GONE = 410,
    HTTP_RANGE_REFUSED = 416,
};

struct request {
    const ww_fetch *wanted;
    ww_part *part;
    CURL *curl;
    char curl_words[CURL_ERROR_SIZE];
    int64_t limit_bytes;
    bool begun; // content of the answer has come
    ww_status status;
    ww_error *err;
};

static long answer_code(const struct request *r)
{
    long code = 0;
    curl_easy_getinfo(r->curl, CURLINFO_RESPONSE_CODE, &code);
    return code;
}

// Whether the answer is the piece that was asked for: it says "Content-Range: bytes FIRST-LAST/TOTAL".
static bool continues_part(const struct request *r)
{
    struct curl_header *range;
    static const char unit[] = "bytes ";
    return answer_code(r) == HTTP_PART
           && curl_easy_header(r->curl, "Content-Range", 0, CURLH_HEADER, -1, &range) == CURLHE_OK
           && strncmp(range->value, unit, sizeof unit - 1) == 0
           && strtoll(range->value + sizeof unit - 1, NULL, 10) == r->part->bytes;
}

// At the first byte of content: does it follow what is there, or is it the whole file from its beginning?
static ww_status begin_content(struct request *r)
{
    r->begun = true;
    if (r->part->bytes == 0 && answer_code(r) == HTTP_WHOLE)
        return WW_OK;
    if (continues_part(r))
        return WW_OK;
    if (answer_code(r) != HTTP_WHOLE)
        return ww_fail(r->err, WW_ERR_IO, "%s: the server sent another piece of the file than the one asked for",
                       r->wanted->url);
    r->part->bytes = 0;
    if (ftruncate(r->part->fd, 0) != 0)
        return ww_fail_errno(r->err, errno, "cannot empty '%s'", r->part->path);
    return WW_OK;
}

static ww_status put(struct request *r, const char *data, size_t bytes)
{
    if ((int64_t)bytes > r->limit_bytes - r->part->bytes)
        return ww_fail(r->err, WW_ERR_FORMAT, "%s is not the file it should be: it is longer than %lld bytes",
                       r->wanted->url, (long long)r->limit_bytes);
    while (bytes > 0) {
        ssize_t n = pwrite(r->part->fd, data, bytes, r->part->bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) // EFBIG is a limit on the size of files (ulimit -f): no room, by another name
            return ww_fail_errno(r->err, errno == EFBIG ? ENOSPC : errno, "cannot write '%s'", r->part->path);
        data += n;
        bytes -= (size_t)n;
        r->part->bytes += n;
    }
    return WW_OK;
}

// libcurl takes any other count than the one it gave as the order to stop.
static size_t on_content(char *data, size_t size, size_t count, void *user)
{
    struct request *r = user;
    size_t bytes = size * count;
    if (!r->begun)
        r->status = begin_content(r);
    if (r->status == WW_OK)
        r->status = put(r, data, bytes);
    return r->status == WW_OK ? bytes : 0;
}

static int on_progress(void *user, curl_off_t expected, curl_off_t got, curl_off_t up_expected, curl_off_t up)
{
    const struct request *r = user;
    int64_t done = r->begun ? r->part->bytes : 0; // before the answer nobody knows whether the part will be of use
    int64_t total = r->wanted->bytes ? r->wanted->bytes : expected > 0 ? done - got + expected : 0;
    return r->wanted->progress ? r->wanted->progress(r->wanted->user, done, total) : 0;
}

static ww_status set_options(struct request *r, const char *range, bool loopback)
{
    CURL *c = r->curl;
    bool good = curl_easy_setopt(c, CURLOPT_URL, r->wanted->url) == CURLE_OK
                && curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, loopback ? "http,https" : "https") == CURLE_OK
                && curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "https") == CURLE_OK
                && curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK
                && curl_easy_setopt(c, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX) == CURLE_OK
                && (!loopback || curl_easy_setopt(c, CURLOPT_NOPROXY, "*") == CURLE_OK)
                && (!range || curl_easy_setopt(c, CURLOPT_RANGE, range) == CURLE_OK)
                && curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L) == CURLE_OK
                && curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK
                && curl_easy_setopt(c, CURLOPT_USERAGENT, "whoswho") == CURLE_OK
                && curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT_S) == CURLE_OK
                && curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES_PER_S) == CURLE_OK
                && curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)STALL_S) == CURLE_OK
                && curl_easy_setopt(c, CURLOPT_ERRORBUFFER, r->curl_words) == CURLE_OK
                && curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_content) == CURLE_OK
                && curl_easy_setopt(c, CURLOPT_WRITEDATA, r) == CURLE_OK
                && curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK
                && curl_easy_setopt(c, CURLOPT_XFERINFODATA, r) == CURLE_OK
                && curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L) == CURLE_OK;
    return good ? WW_OK
                : ww_fail(r->err, WW_ERR_UNSUPPORTED, "this libcurl cannot do https downloads: %s", curl_version());
}

static ww_status refused_answer(const struct request *r)
{
    long code = answer_code(r);
    bool missing = code == HTTP_NOT_FOUND || code == HTTP_GONE;
    return ww_fail(r->err, missing ? WW_ERR_NOT_FOUND : WW_ERR_IO, "%s: the server answered %ld%s", r->wanted->url,
                   code, missing ? ", it does not have the file" : "; try again later");
}

// What became of the request, in words.
static ww_status outcome(const struct request *r, CURLcode code)
{
    const char *url = r->wanted->url, *why = r->curl_words[0] ? r->curl_words : curl_easy_strerror(code);
    switch (code) {
    case CURLE_OK: return WW_OK;
    case CURLE_WRITE_ERROR: return r->status;
    case CURLE_ABORTED_BY_CALLBACK:
        return ww_fail(r->err, WW_ERR_CANCELLED, "interrupted; the same command goes on from there");
    case CURLE_HTTP_RETURNED_ERROR: return refused_answer(r);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
        return ww_fail(r->err, WW_ERR_IO, "cannot reach %s (%s); is there a network?", url, why);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_TOO_MANY_REDIRECTS:
        return ww_fail(r->err, WW_ERR_IO, "%s leads elsewhere, and not by https: %s", url, why);
    case CURLE_SSL_CACERT_BADFILE:
        return ww_fail(r->err, WW_ERR_IO, "%s: there are no certificates to trust here (%s): install ca-certificates",
                       url, why);
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_OPERATION_TIMEDOUT:
        return ww_fail(r->err, WW_ERR_IO,
                       "%s: the connection was cut (%s); %lld bytes are kept, the same command goes on from there", url,
                       why, (long long)r->part->bytes);
    default: return ww_fail(r->err, WW_ERR_IO, "%s cannot be downloaded: %s", url, why);
    }
}

static bool is_loopback(const char *url)
{
    static const char *const beginnings[] = {"http://127.0.0.1", "http://[::1]", "http://localhost"};
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        size_t length = strlen(beginnings[i]);
        if (strncmp(url, beginnings[i], length) == 0 && (url[length] == ':' || url[length] == '/'))
            return !strchr(url, '@'); // "http://127.0.0.1:x@elsewhere/"
    }
    return false;
}

// A peer that goes away while OpenSSL writes raises SIGPIPE, which would end the host. It is held back in this thread
// and dropped.
static CURLcode perform_without_sigpipe(CURL *curl)
{
    sigset_t pipe_only, before, pending;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigpending(&pending);
    bool ours = sigismember(&pending, SIGPIPE) != 1;
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    CURLcode code = curl_easy_perform(curl);
    if (ours)
        while (sigtimedwait(&pipe_only, NULL, &(struct timespec){0}) == -1 && errno == EINTR)
            ;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

static ww_status ask(const ww_fetch *wanted, ww_part *part, bool loopback, bool *range_refused, ww_error *err)
{
    struct request r = {.wanted = wanted, .part = part, .curl = curl_easy_init(), .err = err};
    char range[32];
    r.limit_bytes = wanted->bytes ? wanted->bytes : WW_FETCH_BYTES_MAX;
    snprintf(range, sizeof range, "%lld-", (long long)part->bytes);
    if (!r.curl)
        return ww_fail(err, WW_ERR_MEMORY, "no memory for a connection");
    ww_status status = set_options(&r, part->bytes > 0 ? range : NULL, loopback);
    if (status == WW_OK) {
        CURLcode code = perform_without_sigpipe(r.curl);
        status = outcome(&r, code);
        *range_refused = code == CURLE_HTTP_RETURNED_ERROR && answer_code(&r) == HTTP_RANGE_REFUSED;
    }
    curl_easy_cleanup(r.curl);
    return status;
}

ww_status ww_transfer(const ww_fetch *wanted, ww_part *part, ww_error *err)
{
    bool loopback = is_loopback(wanted->url), range_refused = false;
    if (!loopback && strncmp(wanted->url, "https://", 8) != 0)
        return ww_fail(err, WW_ERR_ARGUMENT, "'%s': only https is used (and http to this machine itself)", wanted->url);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "libcurl cannot be set up: %s", curl_version());
    ww_status status = ask(wanted, part, loopback, &range_refused, err);
    if (range_refused && part->bytes > 0) { // the part is as long as the file, or longer: not a beginning of it
        part->bytes = 0;
        status = ftruncate(part->fd, 0) == 0 ? ask(wanted, part, loopback, &range_refused, err)
                                             : ww_fail_errno(err, errno, "cannot empty '%s'", part->path);
    }
    curl_global_cleanup();
    return status;
}
