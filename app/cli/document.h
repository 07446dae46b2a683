// SPDX-License-Identifier: MIT
// --json: exactly one document on the standard output, whatever happens. What a command prints is held back until it
// has ended; when it failed, the document is {"schema": 1, "error": {...}} instead. docs/output.schema.json describes
// all of them.
#ifndef WW_CLI_DOCUMENT_H
#define WW_CLI_DOCUMENT_H
#include "whoswho/whoswho.h"

#include <stddef.h>

// Holds back what is printed from now on. May be called more than once.
void document_begin(void);
// The same if --json is among the arguments: errors of the command line itself are told as JSON too.
void document_begin_if_asked(int argc, char **argv);
// Prints the document of a command that ended with `code`; returns the exit code of the program.
int document_end(int code);

// "whoswho: " and the message, to the standard error; the last one before the end is the error of the document.
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);
// What the error is called in the document; without it, it follows from the exit code.
void document_status(ww_status status);
// No memory is left for anything: says so on both streams, without asking for any.
void document_no_memory(size_t bytes);
// Work that writes nothing before its end was stopped: says so on both streams, from a signal handler.
void document_stopped(void);

#endif
