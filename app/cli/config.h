// SPDX-License-Identifier: MIT
// Defaults for options: $XDG_CONFIG_HOME/whoswho/config (else ~/.config/whoswho/config), then whoswho.conf in the
// library's folder, then the command line; the later counts. A line is NAME = VALUE, NAME being a long option; flags
// take yes. Lines before the first [COMMAND] hold for every command that has the option. '#' begins a comment line.
#ifndef WW_CLI_CONFIG_H
#define WW_CLI_CONFIG_H
#include "options.h"

// Whether any command has an option of this name; set by main.
extern bool (*config_option_exists)(const char *name);

// A file that is there could not be read, which is no fault of the command line: EXIT_FAILED, not EXIT_USAGE.
extern bool config_unreadable;

// Each puts what the file says into the table's targets. A file that is not there says nothing; false after a message
// that names file and line. `dir` NULL: no library.
bool config_read_user(const option *table, size_t count, const char *command);
bool config_read_library(const option *table, size_t count, const char *command, const char *dir);

#endif
