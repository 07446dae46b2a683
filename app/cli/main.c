// SPDX-License-Identifier: MIT
#include "commands.h"
#include "streams.h"
#include "suggest.h"
#include "ui.h"
#include "whoswho/whoswho.h"

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
    {"cluster", cmd_cluster, "sort the faces found into people"},
    {"export", cmd_export, "write the folders, labels, montages and the page"},
    {"people", cmd_people, "list who is there"},
    {"name", cmd_name, "say who a person is"},
    {"merge", cmd_merge, "make people one"},
    {"split", cmd_split, "split one person into two"},
    {"reject", cmd_reject, "a portrait does not show this person"},
    {"same", cmd_same, "two portraits or people are one person"},
    {"different", cmd_different, "two portraits or people are two"},
    {"ignore", cmd_ignore, "leave strangers out"},
    {"sync", cmd_sync, "read what was done to the folders by hand"},
    {"undo", cmd_undo, "take the last decision back"},
    {"redo", cmd_redo, "take the last undo back"},
    {"log", cmd_log, "what was decided"},
    {"why", cmd_why, "what put a face where it is"},
    {"eval", cmd_eval, "how good a result is, measured against ground truth"},
    {"models", cmd_models, "models of others: list, get, check"},
};

static int help(void)
{
    puts("whoswho makes the who's who of your footage: it finds every face, sorts the faces into people\n"
         "without being told who they are, and leaves one folder per person. Nothing leaves this machine.\n\n"
         "usage: whoswho INPUT... [-o DIR]     INPUT: a video, a photo, or a folder of either\n"
         "       whoswho COMMAND ...\n\nCommands:");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].help);
    puts("\nwhoswho COMMAND --help tells more. Exit codes: 0 fine, 1 some files could not be read,\n"
         "2 wrong usage, 3 failed, 4 the folders were sorted by hand (run whoswho sync), 130 interrupted (the same command goes on from there).");
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
    fprintf(stderr, "whoswho: no memory left, not even for %zu bytes; close other programs, or raise the limit (ulimit -v)\n",
            bytes);
    _exit(EXIT_FAILED);
}

// A first word that is neither a command nor a file that is there: most likely a command mistyped.
static const char *meant(const char *word)
{
    const char *names[sizeof commands / sizeof *commands];
    if (strchr(word, '/') || *word == '-' || access(word, F_OK) == 0)
        return NULL;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        names[i] = commands[i].name;
    return suggest(word, names, sizeof commands / sizeof *commands);
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        help();
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
        return help();
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "version") == 0) {
        printf("whoswho %s\n", ww_version());
        return EXIT_FINE;
    }
    int (*command)(int argc, char **argv, int first) = command_named(argv[1]);
    if (command)
        return command(argc, argv, 2);
    const char *near = meant(argv[1]);
    if (near) {
        fprintf(stderr, "whoswho: there is no command and no file '%s' (did you mean %s?); see whoswho --help\n", printable(argv[1]), near);
        return EXIT_USAGE;
    }
    return cmd_run(argc, argv, 1);
}

int main(int argc, char **argv)
{
    ww_on_out_of_memory(end_without_memory);
    ww_silence_libav(); // what it has to say, ww_callbacks say
    streams_begin();
    return streams_end(run(argc, argv));
}
