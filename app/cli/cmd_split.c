// SPDX-License-Identifier: MIT
// whoswho split: how one folder falls into two, and doing so.
#include "commands.h"
#include "document.h"
#include "review.h"
#include "streams.h"

#define SURELY_TWO 0.35
#define PERHAPS_TWO 0.2

static const char usage[] =
    "split WHO [DIR] [options]\n\n"
    "Proposes how the faces of one person fall into two, and does it after a y, or at once with --yes.";

static const char *how_sure(double separation)
{
    if (separation >= SURELY_TWO)
        return "two people, most likely";
    return separation >= PERHAPS_TWO ? "perhaps two people" : "more likely one person";
}

static void print_side(const ww_split_side *side, const char *title)
{
    printf("%s: %lld %s, like", title, (long long)side->faces, side->faces == 1 ? "face" : "faces");
    for (int i = 0; i < WW_EXAMPLES && side->portrait[i][0]; i++)
        printf("%s %s", i ? "," : "", printable(side->portrait[i]));
    putchar('\n');
}

static void print_proposal(const review *r, const ww_split_proposal *p)
{
    if (!r->json) {
        print_side(&p->side[0], "stay");
        print_side(&p->side[1], "go");
        printf("%s: separation %.2f; faces of one side are %.2f apart, across %.2f\n", how_sure(p->separation),
               p->separation, p->within, p->between);
        return;
    }
    fputs("{\"sides\": [", stdout);
    for (int s = 0; s < 2; s++) {
        printf("%s{\"faces\": %lld, \"portraits\": [", s ? ", " : "", (long long)p->side[s].faces);
        for (int i = 0; i < WW_EXAMPLES && p->side[s].portrait[i][0]; i++) {
            fputs(i ? ", " : "", stdout);
            json_print_string(stdout, p->side[s].portrait[i]);
        }
        fputs("]}", stdout);
    }
    printf("], \"separation\": %.4f, \"within\": %.4f, \"between\": %.4f", p->separation, p->within, p->between);
}

static int split(review *r, const char *who, bool yes)
{
    ww_split_proposal proposal = WW_SPLIT_PROPOSAL_INIT;
    ww_decision_result result = WW_DECISION_RESULT_INIT;
    ww_status status = review_open(r);
    if (status == WW_OK)
        status = ww_library_split(r->library, who, yes, &proposal, &result, &r->err);
    if (status != WW_OK)
        return review_close(r, status);
    ui_clear(&r->u);
    if (r->json || !r->quiet)
        print_proposal(r, &proposal);
    bool done = yes;
    if (!yes && !r->json && !r->quiet && ui_ask("split them?")) {
        status = ww_library_split(r->library, who, true, &proposal, &result, &r->err);
        done = status == WW_OK;
    }
    if (done && !r->json && !r->quiet)
        puts(printable(result.words));
    if (done)
        status = review_resort(r);
    else if (status == WW_OK && !r->json && !r->quiet)
        printf("nothing was done; to split them: whoswho split '%s' --yes -o '%s'\n", who, r->dir);
    if (r->json)
        puts("}");
    return review_close(r, status);
}

static int split_named(review *r, const char **argument, size_t count, void *user)
{
    const bool *yes = user;
    if (count == 1)
        return split(r, argument[0], *yes);
    complain("name one person to split; see whoswho split --help");
    return EXIT_USAGE;
}

int cmd_split(int argc, char **argv, int first)
{
    bool yes = false;
    const option more[] = {{"yes", 'y', OPTION_FLAG, &yes, NULL, "do it without asking"}};
    return review_run(usage, more, 1, argc, argv, first, split_named, &yes);
}
