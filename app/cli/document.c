// SPDX-License-Identifier: MIT
#include "document.h"
#include "streams.h"
#include "ui.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SCHEMA = 1, MESSAGE_BYTES_MAX = 16384 };

static struct {
    FILE *kept; // the real standard output; NULL: nothing is held back
    char *text;
    size_t size;
    char message[MESSAGE_BYTES_MAX];
    ww_status status;
} document;

void document_begin(void)
{
    if (document.kept)
        return;
    FILE *held = open_memstream(&document.text, &document.size);
    if (!held)
        return; // it is printed as it comes
    document.kept = stdout;
    stdout = held;
}

void document_begin_if_asked(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            document_begin();
}

void complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(document.message, sizeof document.message, format, arguments);
    va_end(arguments);
    fprintf(stderr, "whoswho: %s\n", document.message);
}

void document_status(ww_status status) { document.status = status; }

static void print_error(int code)
{
    const ww_status status = document.status        ? document.status
                             : code == EXIT_USAGE   ? WW_ERR_ARGUMENT
                             : code == EXIT_CHANGED ? WW_ERR_CHANGED
                                                    : WW_ERR_IO;
    printf("{\"schema\": %d, \"error\": {\"status\": \"%s\", \"exit_code\": %d, \"message\": ", SCHEMA,
           ww_status_name(status), code);
    json_print_string(stdout, document.message);
    puts("}}");
}

int document_end(int code)
{
    if (!document.kept)
        return code;
    const bool lost = ferror(stdout) != 0;
    if ((fclose(stdout) != 0 || lost) && code <= EXIT_SOME_UNREADABLE)
        code = EXIT_FAILED;
    stdout = document.kept;
    document.kept = NULL;
    if (code > EXIT_SOME_UNREADABLE)
        print_error(code);
    else if (document.size > 0 && document.text[0] == '{')
        printf("{\"schema\": %d, %s", SCHEMA, document.text + 1);
    else if (document.size > 0)
        fwrite(document.text, 1, document.size, stdout); // a text that was asked for: --help
    free(document.text);
    document.text = NULL;
    return code;
}

void document_stopped(void)
{
    static const char words[] = "whoswho: stopped; nothing was written\n";
    static const char error[] = "{\"schema\": 1, \"error\": {\"status\": \"WW_ERR_CANCELLED\", \"exit_code\": 130, "
                                "\"message\": \"stopped; nothing was written\"}}\n";
    if (write(STDERR_FILENO, words, sizeof words - 1) < 0 || !document.kept)
        return;
    if (write(STDOUT_FILENO, error, sizeof error - 1) < 0)
        return; // nothing more can be said
}

void document_no_memory(size_t bytes)
{
    fprintf(stderr,
            "whoswho: no memory left, not even for %zu bytes; close other programs, or raise the limit (ulimit -v)\n",
            bytes);
    static const char error[] = "{\"schema\": 1, \"error\": {\"status\": \"WW_ERR_MEMORY\", \"exit_code\": 3, "
                                "\"message\": \"no memory left\"}}\n";
    if (document.kept && write(STDOUT_FILENO, error, sizeof error - 1) < 0)
        return; // nothing more can be said
}
