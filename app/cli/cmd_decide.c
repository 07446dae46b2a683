// SPDX-License-Identifier: MIT
// whoswho name, merge, reject, same, different, ignore, cover, undo, redo: one decision, and the folders as it makes
// them.
#include "commands.h"
#include "document.h"
#include "review.h"
#include "streams.h"

#include <string.h>
#include <unistd.h>

static const struct command {
    const char *name;
    ww_decision_kind kind;
    size_t least, most; // arguments
    const char *usage;
    bool force;
} commands[] = {
    {"name", WW_DECISION_NAME, 2, 2,
     "name WHO NAME [DIR]\n\nCalls a person NAME (\"\": takes the name away). Two people of one name are one "
     "person.\n"
     "WHO is a number, Face_N or a name."},
    {"merge", WW_DECISION_MERGE, 2, SIZE_MAX,
     "merge WHO WHO... [DIR]\n\nMakes people one person, called as the first of them that has a name."},
    {"reject", WW_DECISION_REJECT, 1, SIZE_MAX,
     "reject FILE... [DIR]\n\nThe portraits do not show the person in whose folder they are.\n"
     "They go where they are near, or to Unsorted."},
    {"same", WW_DECISION_SAME, 2, 2,
     "same A B [DIR]\n\nA and B, each a person or a portrait's file, are the same person."},
    {"different", WW_DECISION_DIFFERENT, 2, 2,
     "different A B [DIR]\n\nA and B, each a person or a portrait's file, are two people."},
    {"ignore", WW_DECISION_IGNORE, 1, SIZE_MAX,
     "ignore WHO... [DIR]\n\nStrangers: they stay recognised, but no folder is written for them.\n"
     "`name` or `undo` bring them back."},
    {"cover", WW_DECISION_COVER, 1, 1,
     "cover FILE [DIR]\n\nThe portrait is the cover of the person in whose folder it is: shown first, in montage, page "
     "and\nreview. A person without one shows the clearest portrait."},
    {"undo", WW_DECISION_UNDO, 0, 0,
     "undo [DIR]\n\nTakes the last decision back; again: the one before it. See `whoswho log`."},
    {"redo", WW_DECISION_REDO, 0, 0, "redo [DIR]\n\nTakes the last undo back."},
};

// Asked on a terminal; a script says --force.
static bool confirmed(const review *r)
{
    if (r->quiet || r->json || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return false;
    complain("%s", printable(r->err.message));
    return ui_ask("join them?");
}

static int decide(review *r, ww_decision *decision)
{
    ww_decision_result result = WW_DECISION_RESULT_INIT;
    ww_status status = review_open(r);
    if (status == WW_OK)
        status = ww_library_decide(r->library, decision, &result, &r->err);
    if (status == WW_ERR_CONFIRM && confirmed(r)) {
        decision->force = 1;
        status = ww_library_decide(r->library, decision, &result, &r->err);
    }
    if (status != WW_OK)
        return review_close(r, status);
    ui_clear(&r->u);
    if (r->json) {
        printf("{\"entry\": %lld, \"faces\": %lld, \"understood\": ", (long long)result.entry, (long long)result.faces);
        json_print_string(stdout, result.words);
    } else if (!r->quiet) {
        puts(printable(result.words));
    }
    status = review_resort(r);
    if (r->json)
        puts("}");
    return review_close(r, status);
}

static int decide_named(review *r, const char **argument, size_t count, void *user)
{
    const struct command *c = user;
    ww_decision decision = {
        .size = sizeof decision, .kind = c->kind, .who = argument, .count = count, .force = c->force};
    if (c->kind == WW_DECISION_NAME && count == 2) {
        decision.count = 1;
        decision.text = *argument[1] ? argument[1] : NULL;
    }
    if (count >= c->least && count <= c->most)
        return decide(r, &decision);
    if (c->kind == WW_DECISION_NAME && count > c->most)
        complain("name one person at a time, and put a name of several words in quotes: "
                 "whoswho name 3 \"Ada Lovelace\"");
    else
        complain("usage: whoswho %.*s; see whoswho %s --help", (int)strcspn(c->usage, "\n"), c->usage, c->name);
    return EXIT_USAGE;
}

static int run(ww_decision_kind kind, int argc, char **argv, int first)
{
    struct command c = commands[0];
    for (size_t i = 0; c.kind != kind; i++)
        c = commands[i];
    const option force[] = {{"force", 0, OPTION_FLAG, &c.force, NULL, "also join people who are seen together"}};
    bool joins = kind == WW_DECISION_NAME || kind == WW_DECISION_MERGE || kind == WW_DECISION_SAME;
    return review_run(c.usage, force, joins ? 1 : 0, argc, argv, first, decide_named, &c);
}

int cmd_name(int argc, char **argv, int first) { return run(WW_DECISION_NAME, argc, argv, first); }
int cmd_merge(int argc, char **argv, int first) { return run(WW_DECISION_MERGE, argc, argv, first); }
int cmd_reject(int argc, char **argv, int first) { return run(WW_DECISION_REJECT, argc, argv, first); }
int cmd_same(int argc, char **argv, int first) { return run(WW_DECISION_SAME, argc, argv, first); }
int cmd_different(int argc, char **argv, int first) { return run(WW_DECISION_DIFFERENT, argc, argv, first); }
int cmd_ignore(int argc, char **argv, int first) { return run(WW_DECISION_IGNORE, argc, argv, first); }
int cmd_cover(int argc, char **argv, int first) { return run(WW_DECISION_COVER, argc, argv, first); }
int cmd_undo(int argc, char **argv, int first) { return run(WW_DECISION_UNDO, argc, argv, first); }
int cmd_redo(int argc, char **argv, int first) { return run(WW_DECISION_REDO, argc, argv, first); }
