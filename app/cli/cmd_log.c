// SPDX-License-Identifier: MIT
// whoswho log: what was decided. whoswho people: who is there.
#include "commands.h"
#include "document.h"
#include "review.h"
#include "streams.h"

#include <time.h>

typedef struct listing {
    const char *begin; // of the JSON
    bool json, any;
} listing;

static void begin_row(listing *l)
{
    if (l->json)
        fputs(l->any ? ",\n " : l->begin, stdout);
    l->any = true;
}

static int print_entry(void *user, const ww_log_entry *e)
{
    listing *l = user;
    begin_row(l);
    if (l->json) {
        printf("{\"entry\": %lld, \"time\": %lld, \"kind\": \"%s\", \"undone\": %s, \"understood\": ",
               (long long)e->number, (long long)e->time_s, e->kind_name, e->undone ? "true" : "false");
        json_print_string(stdout, e->words);
        putchar('}');
        return 0;
    }
    char when[32] = "";
    time_t time_s = (time_t)e->time_s;
    struct tm local;
    if (localtime_r(&time_s, &local))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M", &local);
    printf("%4lld  %s  %-9s  %s%s\n", (long long)e->number, when, e->kind_name, printable(e->words),
           e->undone ? "  (taken back)" : "");
    return 0;
}

static int print_person(void *user, const ww_person *p)
{
    listing *l = user;
    if (p->faces == 0)
        return 0; // a number kept for one who may come back
    begin_row(l);
    if (l->json) {
        printf("{\"number\": %d, \"name\": ", p->number);
        json_print_string(stdout, p->name ? p->name : "");
        printf(", \"folder\": ");
        json_print_string(stdout, p->folder);
        printf(", \"faces\": %lld, \"ignored\": %s}", (long long)p->faces, p->ignored ? "true" : "false");
        return 0;
    }
    printf("%4d  %5lld %s  %s%s\n", p->number, (long long)p->faces, p->faces == 1 ? "face " : "faces",
           p->name ? p->name : p->folder, p->ignored ? "  (ignored)" : "");
    return 0;
}

static int list(review *r, const char **argument, size_t count, void *user)
{
    const bool log = *(const bool *)user;
    if (count > 1) {
        complain("%s takes one folder, not '%s' too", log ? "log" : "people", printable(argument[1]));
        return EXIT_USAGE;
    }
    if (count == 1)
        r->dir = argument[0];
    listing l = {.json = r->json, .begin = log ? "{\"log\": [" : "{\"people\": ["};
    ww_status status = review_open(r);
    if (status == WW_OK)
        status = log ? ww_library_log(r->library, print_entry, &l, &r->err)
                     : ww_library_people(r->library, print_person, &l, &r->err);
    if (status == WW_OK && l.json)
        printf("%s]}\n", l.any ? "" : l.begin);
    else if (status == WW_OK && !l.any && !r->quiet)
        puts(log ? "nothing was decided yet" : "nobody was found yet");
    return review_close(r, status);
}

int cmd_log(int argc, char **argv, int first)
{
    bool log = true;
    return review_run("log [DIR]\n\nWhat was decided, in order; what was taken back is marked.", NULL, 0, argc, argv,
                      first, list, &log);
}

int cmd_people(int argc, char **argv, int first)
{
    bool log = false;
    return review_run("people [DIR]\n\nThe people of the library: number, faces, name.", NULL, 0, argc, argv, first,
                      list, &log);
}
