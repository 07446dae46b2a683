// SPDX-License-Identifier: MIT
#include "commands.h"
#include "config.h"
#include "document.h"
#include "streams.h"
#include "suggest.h"
#include "ui.h"
#include "whoswho/whoswho.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv, int first);
    const char *help;
} commands[] = {
    {"run", cmd_run, "all of it: scan, cluster, export (the default)"},
    {"scan", cmd_scan, "find the faces"},
    {"join", cmd_join, "make one library of several, such as the shards of a scan"},
    {"watch", cmd_watch, "run, and again as files come into a folder"},
    {"cluster", cmd_cluster, "group the faces into people"},
    {"export", cmd_export, "write the folders, labels, montages and the page; or a data set"},
    {"check", cmd_check, "read a data set back and tell what is wrong with it"},
    {"people", cmd_people, "list the people"},
    {"name", cmd_name, "give a person a name"},
    {"merge", cmd_merge, "make two or more people one"},
    {"split", cmd_split, "split one person into two"},
    {"reject", cmd_reject, "a portrait does not show this person"},
    {"same", cmd_same, "two portraits or people are one person"},
    {"different", cmd_different, "two portraits or people are two"},
    {"ignore", cmd_ignore, "a stranger: no folder any more"},
    {"cover", cmd_cover, "the portrait that a person is shown by"},
    {"add-face", cmd_add_face, "a face that the scan missed"},
    {"forget", cmd_forget, "take files out of the library"},
    {"review", cmd_review, "name and correct in a browser"},
    {"sync", cmd_sync, "read what was changed in the folders by hand"},
    {"import", cmd_import, "read boxes and names from other programs"},
    {"undo", cmd_undo, "undo the last decision"},
    {"redo", cmd_redo, "undo the last undo"},
    {"log", cmd_log, "list the decisions"},
    {"find", cmd_find, "who is on a picture: among the people, or in footage"},
    {"why", cmd_why, "why a face is in its folder"},
    {"eval", cmd_eval, "how good a result is, measured against ground truth"},
    {"demo", cmd_demo, "run, on the clip that comes with the program"},
    {"models", cmd_models, "third-party models: list, get, check"},
};

static int help(void)
{
    puts("whoswho finds every face in footage and photos, groups the faces into people without being told\n"
         "who they are, and writes one folder per person. Nothing leaves this machine.\n\n"
         "usage: whoswho INPUT... [-o DIR]     INPUT: a video, a photo, or a folder of either\n"
         "       whoswho COMMAND ...\n\nCommands:");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].help);
    puts("\nwhoswho COMMAND --help says more. Exit codes: 0 success, 1 some files could not be read, 2 wrong usage,\n"
         "3 failure, 4 the folders were changed by hand (run whoswho sync), 130 interrupted (the same command "
         "continues).");
    return EXIT_FINE;
}

// The command of this name, or of its spelling in earlier versions; NULL: there is none.
static int (*command_named(const char *name))(int argc, char **argv, int first)
{
    static const char *const earlier[][2] = {{"part", "split"}};
    for (size_t i = 0; i < sizeof earlier / sizeof *earlier; i++)
        if (strcmp(name, earlier[i][0]) == 0)
            name = earlier[i][1];
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run;
    return NULL;
}

static void end_without_memory(size_t bytes)
{
    document_no_memory(bytes);
    _exit(EXIT_FAILED);
}

// --- the options of all commands, for completions and the configuration ----------------------------------------------

static struct {
    const char *command, *wanted;
    bool found;
} visit;

static void for_every_command(void (*visitor)(const option *table, size_t count))
{
    char program[] = "whoswho";
    options_visitor = visitor;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char *arguments[] = {program, program, NULL};
        visit.command = commands[i].name;
        commands[i].run(2, arguments, 2);
    }
    options_visitor = NULL;
}

static void look_for(const option *table, size_t count)
{
    visit.found = visit.found || options_find(table, count, visit.wanted);
}

static bool option_exists(const char *name)
{
    visit.wanted = name;
    visit.found = false;
    for_every_command(look_for);
    return visit.found;
}

static void print_options(const option *table, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("option\t%s\t%s\t%c\t%s\t%s\t%s\n", visit.command, table[i].name,
               table[i].letter ? table[i].letter : '-', table[i].takes ? table[i].takes : "",
               table[i].choices ? table[i].choices : "", table[i].help);
}

static int print_model(void *user, const ww_pinned_model *m)
{
    (void)user;
    printf("model\t%s\n", m->name);
    return 0;
}

// The tables as text, a row a line, for tools/make_completion.py.
static int dump(void)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        printf("command\t%s\t%s\n", commands[i].name, commands[i].help);
    for_every_command(print_options);
    return ww_pinned_models(print_model, NULL, NULL) == WW_OK ? EXIT_FINE : EXIT_FAILED;
}

// A first word that is neither a command nor a file that is there: most likely a command mistyped.
static const char *meant(const char *word)
{
    const char *names[sizeof commands / sizeof *commands];
    if (strchr(word, '/') || *word == '-' || access(word, F_OK) == 0)
        return NULL; // a file, or an option
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        names[i] = commands[i].name;
    return suggest(word, names, sizeof commands / sizeof *commands);
}

// Whether this can only have been meant as a command: a word, and no file that is there.
static bool is_lone_word(const char *word)
{
    return *word >= 'a' && *word <= 'z' && !strpbrk(word, "./:\\") && access(word, F_OK) != 0;
}

// help COMMAND is COMMAND --help.
static int help_on(int argc, char **argv)
{
    char asked[] = "--help";
    char *arguments[] = {argv[0], argv[2], asked, NULL};
    int (*command)(int argc, char **argv, int first) = command_named(argv[2]);
    if (command && argc == 3)
        return command(3, arguments, 2);
    const char *near = command ? NULL : meant(argv[2]);
    if (command)
        complain("help takes the name of one command, not '%s' too", printable(argv[3]));
    else
        complain("there is no command '%s'%s%s%s; see whoswho --help", printable(argv[2]),
                 near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
    return EXIT_USAGE;
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        help();
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 && argc > 2)
        return help_on(argc, argv);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
        return help();
    if (strcmp(argv[1], "--dump-options") == 0)
        return dump();
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "version") == 0) {
        printf("whoswho %s\n", ww_version());
        return EXIT_FINE;
    }
    int (*command)(int argc, char **argv, int first) = command_named(argv[1]);
    if (command)
        return command(argc, argv, 2);
    const char *near = meant(argv[1]);
    if (near || is_lone_word(argv[1])) {
        complain("there is no command and no file '%s'%s%s%s; see whoswho --help", printable(argv[1]),
                 near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
        return EXIT_USAGE;
    }
    return cmd_run(argc, argv, 1);
}

int main(int argc, char **argv)
{
    ww_on_out_of_memory(end_without_memory);
    ww_silence_libav(); // what it has to say, ww_callbacks say
    streams_begin();
    document_begin_if_asked(argc, argv);
    config_option_exists = option_exists;
    const int code = run(argc, argv);
    return streams_end(document_end(code == EXIT_USAGE && config_unreadable ? EXIT_FAILED : code));
}
