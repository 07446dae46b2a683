// SPDX-License-Identifier: MIT
#include "ui.h"
#include "document.h"
#include "streams.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REDRAW_TERMINAL_S 0.1
#define REDRAW_PLAIN_S 10.0
enum { BAR_CELLS = 24 };

static volatile sig_atomic_t interrupted; // the one thing a signal handler may touch

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

// A second Ctrl-C ends the program at once.
static void listen_to_signals(void (*handler)(int number))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

double ui_now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// $WHOSWHO_LOG: how much the library tells. Without a word that is known, errors and warnings.
static ww_log_level asked_log_level(void)
{
    static const char *const word[] = {"error", "warning", "info", "debug"}; // in the order of ww_log_level
    const char *asked = getenv("WHOSWHO_LOG");
    if (!asked || !*asked)
        return WW_LOG_WARNING;
    for (size_t i = 0; i < sizeof word / sizeof *word; i++)
        if (strcmp(asked, word[i]) == 0)
            return (ww_log_level)i;
    fprintf(stderr, "whoswho: note: WHOSWHO_LOG is '%s', which is none of error, warning, info, debug\n",
            printable(asked));
    return WW_LOG_WARNING;
}

// Whether a line on the standard error can be drawn again: a terminal that knows how to.
static bool can_redraw(void)
{
    const char *kind = getenv("TERM");
    return isatty(STDERR_FILENO) && kind && *kind && strcmp(kind, "dumb") != 0;
}

void ui_begin(ui *u, bool quiet, bool json)
{
    *u = (ui){.quiet = quiet || json, .json = json, .terminal = can_redraw(), .begun_s = ui_now_s()};
    u->log_level = asked_log_level();
    u->verbose = u->log_level >= WW_LOG_INFO;
    listen_to_signals(on_interrupt);
    signal(SIGXFSZ, SIG_IGN); // a file at its size limit is an error to report, not a reason to die
}

static void end(int number)
{
    (void)number;
    document_stopped();
    _exit(EXIT_INTERRUPTED);
}

void ui_end_when_interrupted(void) { listen_to_signals(end); }

bool ui_interrupted(void) { return interrupted != 0; }

void ui_clear(ui *u)
{
    if (u->line_open)
        fputs("\r\033[K", stderr);
    u->line_open = false;
}

int ui_print_line(void *user, const char *line)
{
    ui *u = user;
    if (u->quiet)
        return 0;
    ui_clear(u);
    puts(printable(line));
    return 0;
}

static void log_message(void *user, ww_log_level level, const char *message)
{
    ui *u = user;
    ww_log_level most = u->log_level;
    if (u->verbose && most < WW_LOG_INFO)
        most = WW_LOG_INFO;
    if (level > (u->quiet ? WW_LOG_ERROR : most))
        return;
    ui_clear(u);
    fprintf(stderr, "whoswho: %s%s\n", level == WW_LOG_WARNING ? "note: " : "", printable(message));
}

static void format_time(char *out, size_t size, double seconds)
{
    long s = (long)(seconds + 0.5);
    if (s >= 3600)
        snprintf(out, size, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, size, "%ld:%02ld", s / 60, s % 60);
}

static const char *stage_name(ww_stage stage)
{
    switch (stage) {
    case WW_STAGE_SCAN: return "scanning";
    case WW_STAGE_CLUSTER: return "clustering";
    case WW_STAGE_EXPORT: return "writing";
    case WW_STAGE_FETCH: return "fetching";
    }
    return "";
}

static void draw(ui *u, const ww_progress *p, double elapsed_s)
{
    char bar[BAR_CELLS * 3 + 1] = "", left[32] = "", text[256];
    int full = (int)(p->share * BAR_CELLS);
    for (int i = 0; i < BAR_CELLS; i++)
        strcat(bar, i < full ? "█" : "░");
    if (p->share > 0.02 && elapsed_s > 1) {
        char time[24];
        format_time(time, sizeof time, elapsed_s * (1 - p->share) / p->share);
        snprintf(left, sizeof left, ", %s left", time);
    }
    if (p->stage == WW_STAGE_SCAN)
        snprintf(text, sizeof text, "%lld frames, %lld faces, %.0f frames/s%s", (long long)p->done, (long long)p->faces,
                 elapsed_s > 0 ? (double)p->done / elapsed_s : 0.0, left);
    else if (p->stage == WW_STAGE_FETCH)
        snprintf(text, sizeof text, "%.1f MB%s", (double)p->done / 1e6, left);
    else
        snprintf(text, sizeof text, "%lld%s", (long long)p->done, left);
    if (u->terminal) {
        fprintf(stderr, "\r\033[K%s %s %3.0f%%  %s", stage_name(p->stage), bar, p->share * 100, text);
        u->line_open = true;
    } else {
        fprintf(stderr, "%s: %3.0f%%, %s\n", stage_name(p->stage), p->share * 100, text);
    }
    fflush(stderr);
}

static int show_progress(void *user, const ww_progress *p)
{
    ui *u = user;
    double now = ui_now_s();
    if (!u->stage_begun || u->stage != p->stage) {
        u->stage = p->stage;
        u->stage_begun = true;
        u->stage_begun_s = u->last_drawn_s = now;
        if (u->terminal && !u->quiet)
            draw(u, p, 0);
    } else if (!u->quiet && now - u->last_drawn_s > (u->terminal ? REDRAW_TERMINAL_S : REDRAW_PLAIN_S)) {
        u->last_drawn_s = now;
        draw(u, p, now - u->stage_begun_s);
    }
    return interrupted != 0;
}

ww_callbacks ui_callbacks(ui *u) { return (ww_callbacks){.user = u, .log = log_message, .progress = show_progress}; }

bool ui_ask(const char *question)
{
    char answer[16];
    if (!isatty(STDIN_FILENO))
        return false;
    printf("%s [y/N] ", question);
    fflush(stdout);
    return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

int ui_fail(ui *u, const ww_error *err)
{
    ui_clear(u);
    complain("%s", printable(err->message));
    document_status(err->status);
    switch (err->status) {
    case WW_ERR_CANCELLED: return EXIT_INTERRUPTED;
    case WW_ERR_ARGUMENT:
    case WW_ERR_CONFIRM: return EXIT_USAGE;
    case WW_ERR_CHANGED: return EXIT_CHANGED;
    default: return EXIT_FAILED;
    }
}

// Length of the UTF-8 sequence at `s`, or 0 when it is none.
static int utf8_length(const unsigned char *s)
{
    int n = s[0] < 0x80                   ? 1
            : s[0] >= 0xC2 && s[0] < 0xE0 ? 2
            : (s[0] & 0xF0) == 0xE0       ? 3
            : s[0] >= 0xF0 && s[0] < 0xF5 ? 4
                                          : 0;
    for (int i = 1; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

void json_print_string(FILE *out, const char *text)
{
    putc('"', out);
    for (const unsigned char *s = (const unsigned char *)text; *s;) {
        int n = utf8_length(s);
        if (*s == '"' || *s == '\\')
            fprintf(out, "\\%c", *s);
        else if (*s < 0x20)
            fprintf(out, "\\u%04x", *s);
        else if (n == 0)
            fputs("\\ufffd", out);
        else
            fwrite(s, 1, (size_t)n, out);
        s += n ? n : 1;
    }
    putc('"', out);
}
