// SPDX-License-Identifier: MIT
// What a scan is to look at: the arguments, and lists of files.
#ifndef WW_CLI_INPUTS_H
#define WW_CLI_INPUTS_H
#include <stdbool.h>
#include <stddef.h>

typedef struct input_list {
    const char **path; // owned; NULL after the last
    size_t count;
    char *text; // owned: of the list
} input_list;

// The arguments, then what the file `list` names (NULL: none; "-": the standard input), a path a line, or, with `null`,
// each ended by a NUL. Refuses what is not a file and has to be recorded first (cameras, streams, "-"), and a call that
// names nothing that is there. Returns EXIT_FINE, or the exit code after a message.
int inputs_read(input_list *in, const char *const *argument, size_t count, const char *list, bool null);
void inputs_free(input_list *in);

#endif
