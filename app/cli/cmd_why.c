// SPDX-License-Identifier: MIT
// whoswho why: what put a face where it is.
#include "commands.h"
#include "document.h"
#include "review.h"
#include "streams.h"

static const char usage[] = "why FILE... [DIR]\n\n"
                            "Tells which faces a portrait is nearest to, and what put it where it is. FILE is a "
                            "portrait, or the N of face_N.jpg.";

typedef struct answer {
    bool json, any;
} answer;

static void print_text(const ww_why *w)
{
    printf("face_%lld.jpg is in %s\nseen in %s at %.2f s, quality %.2f\n", (long long)w->face, printable(w->person),
           printable(w->source), (double)w->time_us / 1e6, w->quality);
    for (size_t i = 0; i < w->rules; i++)
        printf("  - %s\n", printable(w->rule[i]));
    if (w->nears)
        puts("nearest faces:");
    for (size_t i = 0; i < w->nears; i++)
        printf("  %.3f  %s  (%s)\n", w->near[i].distance, printable(w->near[i].portrait), printable(w->near[i].person));
}

static void print_member(const char *name, const char *value)
{
    printf(", \"%s\": ", name);
    json_print_string(stdout, value);
}

static void print_json(const ww_why *w, bool any)
{
    printf("%s{\"face\": %lld, \"time_s\": %.3f, \"quality\": %.4f", any ? ",\n " : "{\"faces\": [", (long long)w->face,
           (double)w->time_us / 1e6, w->quality);
    print_member("portrait", w->portrait);
    print_member("person", w->person);
    print_member("source", w->source);
    fputs(", \"rules\": [", stdout);
    for (size_t i = 0; i < w->rules; i++) {
        fputs(i ? ", " : "", stdout);
        json_print_string(stdout, w->rule[i]);
    }
    fputs("], \"nearest\": [", stdout);
    for (size_t i = 0; i < w->nears; i++) {
        printf("%s{\"face\": %lld, \"distance\": %.4f", i ? ", " : "", (long long)w->near[i].face, w->near[i].distance);
        print_member("portrait", w->near[i].portrait);
        print_member("person", w->near[i].person);
        putchar('}');
    }
    fputs("]}", stdout);
}

static void print_why(void *user, const ww_why *w)
{
    answer *a = user;
    if (a->json)
        print_json(w, a->any);
    else
        print_text(w);
    a->any = true;
}

static int explain(review *r, const char **argument, size_t count, void *user)
{
    (void)user;
    if (count == 0) {
        complain("name a portrait, or the number of a face; see whoswho why --help");
        return EXIT_USAGE;
    }
    answer a = {.json = r->json};
    ww_status status = review_open(r);
    for (size_t i = 0; i < count && status == WW_OK; i++)
        status = ww_library_why(r->library, argument[i], print_why, &a, &r->err);
    if (status == WW_OK && r->json)
        puts("]}");
    return review_close(r, status);
}

int cmd_why(int argc, char **argv, int first) { return review_run(usage, NULL, 0, argc, argv, first, explain, NULL); }
