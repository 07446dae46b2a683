// SPDX-License-Identifier: MIT
// whoswho models list | get NAME... | check [NAME...]: the models of others that can be had by name. `get` is the one
// command that reaches for the network.
#include "commands.h"
#include "document.h"
#include "options.h"
#include "ui.h"

#include <stdlib.h>
#include <string.h>

typedef struct request {
    bool quiet, json, help;
    const char *const *name;
    size_t names, row;
} request;

static const char *kind_name(ww_pinned_kind kind)
{
    switch (kind) {
    case WW_PINNED_DETECTOR: return "detector";
    case WW_PINNED_EMBEDDER: return "embedder";
    case WW_PINNED_LANDMARKS: return "landmarks";
    }
    return "";
}

static void print_help(const option *table, size_t count)
{
    puts("usage: whoswho models list\n"
         "       whoswho models get NAME...\n"
         "       whoswho models check [NAME...]\n\n"
         "Models of others, for --detector, --embedder and --landmarks by name. `list` tells which there are, under "
         "what\n"
         "licence, and which are here; `get` downloads, the only time this program uses the network; `check` tells "
         "whether\n"
         "those that are here are whole. They are kept in $WHOSWHO_DATA, or else "
         "~/.local/share/whoswho/models.\n\nOptions:");
    options_print_help(table, count);
}

// --- list ------------------------------------------------------------------------------------------------------------

static int print_row(void *user, const ww_pinned_model *m)
{
    request *r = user;
    char size[32] = "?";
    if (m->bytes)
        snprintf(size, sizeof size, "%.1f MB", (double)m->bytes / 1e6);
    if (r->row++ == 0)
        printf("%-8s%-11s%-9s%-24s%-6s%s\n", "name", "kind", "size", "licence", "here", "what for");
    printf("%-8s%-11s%-9s%-24s%-6s%s\n", m->name, kind_name(m->kind), size, m->licence, m->here ? "yes" : "no",
           m->about);
    return 0;
}

static void print_member(const char *name, const char *value)
{
    printf(", \"%s\": ", name);
    json_print_string(stdout, value);
}

static int print_json(void *user, const ww_pinned_model *m)
{
    request *r = user;
    printf("%s{\"name\": \"%s\", \"kind\": \"%s\", \"bytes\": %lld, \"here\": %s", r->row++ ? ",\n " : "{\"models\": [",
           m->name, kind_name(m->kind), (long long)m->bytes, m->here ? "true" : "false");
    print_member("licence", m->licence);
    print_member("terms", m->terms ? m->terms : "");
    print_member("origin", m->origin);
    print_member("url", m->url);
    print_member("path", m->path);
    print_member("about", m->about);
    putchar('}');
    return 0;
}

static int list(ui *u, request *r)
{
    ww_error err;
    if (ww_pinned_models(r->json ? print_json : print_row, r, &err) != WW_OK)
        return ui_fail(u, &err);
    if (r->json)
        puts("]}");
    return EXIT_FINE;
}

// --- get -------------------------------------------------------------------------------------------------------------

// What a model is, under what licence, and where it comes from: to be read before the download begins.
static int tell_of(void *user, const ww_pinned_model *m)
{
    const char *name = user;
    if (strcmp(m->name, name) != 0)
        return 0;
    printf("%s: %s\n  licence  %s\n", m->name, m->about, m->licence);
    if (m->terms)
        printf("           (%s)\n", m->terms);
    printf("  made by  %s\n  from     %s\n  to       %s\n", m->origin, m->url, m->path);
    fflush(stdout);
    return 1;
}

static ww_status get_one(ui *u, const char *name, ww_error *err)
{
    ww_callbacks callbacks = ui_callbacks(u);
    ww_status status = ww_pinned_model_check(name, err);
    if (status == WW_OK) {
        printf("%s is here already, and whole\n", name);
        return WW_OK;
    }
    if (status == WW_ERR_ARGUMENT)
        return status;
    status = ww_pinned_models(tell_of, (void *)name, err);
    if (status == WW_OK)
        status = ww_pinned_model_get(name, &callbacks, err);
    if (status == WW_OK) {
        ui_clear(u);
        printf("%s is here now, and verified\n", name);
    }
    return status;
}

static int get(ui *u, request *r)
{
    ww_error err = {0};
    ww_status status = WW_OK;
    if (r->names == 0) {
        complain("name the models to get; see whoswho models list");
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < r->names && status == WW_OK; i++) // a slip in any name before anything is downloaded
        if (ww_pinned_model_check(r->name[i], &err) == WW_ERR_ARGUMENT)
            status = WW_ERR_ARGUMENT;
    for (size_t i = 0; i < r->names && status == WW_OK; i++)
        status = get_one(u, r->name[i], &err);
    return status == WW_OK ? EXIT_FINE : ui_fail(u, &err);
}

// --- check -----------------------------------------------------------------------------------------------------------

struct checking {
    ui *u;
    const request *r;
    size_t checked;
    int code;
};

static void check_one(struct checking *c, const char *name)
{
    ww_error err;
    c->checked++;
    ww_status status = ww_pinned_model_check(name, &err);
    if (status == WW_OK && !c->r->quiet)
        printf("%s is whole\n", name);
    if (status == WW_OK)
        return;
    fflush(stdout);
    c->code = ui_fail(c->u, &err);
    if (status == WW_ERR_FORMAT)
        complain("'whoswho models get %s' downloads it anew", name);
}

static int check_if_here(void *user, const ww_pinned_model *m)
{
    if (m->here)
        check_one(user, m->name);
    return 0;
}

static int check(ui *u, request *r)
{
    struct checking c = {.u = u, .r = r, .code = EXIT_FINE};
    ww_error err;
    for (size_t i = 0; i < r->names; i++)
        check_one(&c, r->name[i]);
    if (r->names == 0 && ww_pinned_models(check_if_here, &c, &err) != WW_OK)
        return ui_fail(u, &err);
    if (c.checked == 0 && !r->quiet)
        puts("none of the models is here; whoswho models list tells which there are");
    return c.code;
}

// ---------------------------------------------------------------------------------------------------------------------

static const struct {
    const char *name;
    int (*run)(ui *u, request *r);
    bool takes_names;
} actions[] = {{"list", list, false}, {"get", get, true}, {"check", check, true}};

static int act(request *r, const char *const *rest, size_t count)
{
    ui u;
    ui_begin(&u, r->quiet, false);
    for (size_t i = 0; i < sizeof actions / sizeof *actions && count > 0; i++) {
        if (strcmp(rest[0], actions[i].name) != 0 || (count > 1 && !actions[i].takes_names))
            continue;
        r->name = rest + 1;
        r->names = count - 1;
        return actions[i].run(&u, r);
    }
    complain("say models list, models get NAME... or models check; see whoswho models --help");
    return EXIT_USAGE;
}

int cmd_models(int argc, char **argv, int first)
{
    request r = {0};
    const option table[] = {
        {"quiet", 'q', OPTION_FLAG, &r.quiet, NULL, "no progress; check: print what is wrong only"},
        {"json", 0, OPTION_FLAG, &r.json, NULL, "list: as JSON"},
        {"help", 'h', OPTION_FLAG, &r.help, NULL, "this text"},
    };
    size_t options = sizeof table / sizeof *table, count = 0;
    const char **rest = options_arguments(argc);
    if (!rest)
        return EXIT_FAILED;
    int code = EXIT_USAGE;
    if (options_parse(table, options, argc, argv, first, rest, &count)) {
        code = EXIT_FINE;
        if (r.help)
            print_help(table, options);
        else
            code = act(&r, rest, count);
    }
    free(rest);
    return code;
}
