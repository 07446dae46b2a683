// SPDX-License-Identifier: MIT
// The standard streams: there when the program starts, told of when they fail, and free of what a file name may hide.
#ifndef WW_CLI_STREAMS_H
#define WW_CLI_STREAMS_H

// Gives closed standard streams a place, so that no file of the library gets their numbers. Call first.
void streams_begin(void);
// Writes out what is left. Returns `code`, or EXIT_FAILED with a message if something that was printed did not arrive
// (a full disk, a closed stream): a result that nobody got is no success. Call last.
int streams_end(int code);

// `text` for people to read: control characters and bytes that are not UTF-8 become \xNN, so that a file name cannot
// speak to the terminal. The result is overwritten by the fourth call after this one.
const char *printable(const char *text);

#endif
