// SPDX-License-Identifier: MIT
// The commands: each parses its own arguments (argv[first] is the first after the command's name) and returns the exit
// code.
#ifndef WW_CLI_COMMANDS_H
#define WW_CLI_COMMANDS_H
#include "whoswho/whoswho.h"

// How the commands that scan do it: in this process, unless a program (app/mpi) says otherwise.
typedef struct scanner {
    // ww_library_scan
    ww_status (*scan)(ww_library *library, const ww_models *models, const char *const *inputs, size_t count,
                      const ww_scan_options *options, ww_scan_result *result, ww_error *err);
    // Takes the place of the whole command once its options are read: works for another process. NULL: no.
    int (*serve)(const ww_model_options *models, const ww_scan_options *options);
} scanner;
extern scanner scan_by;

int cmd_run(int argc, char **argv, int first); // scan, cluster, export
int cmd_watch(int argc, char **argv, int first);
int cmd_scan(int argc, char **argv, int first);
int cmd_cluster(int argc, char **argv, int first);
int cmd_export(int argc, char **argv, int first);
int cmd_check(int argc, char **argv, int first);
int cmd_name(int argc, char **argv, int first);
int cmd_merge(int argc, char **argv, int first);
int cmd_reject(int argc, char **argv, int first);
int cmd_same(int argc, char **argv, int first);
int cmd_different(int argc, char **argv, int first);
int cmd_forget(int argc, char **argv, int first);
int cmd_ignore(int argc, char **argv, int first);
int cmd_cover(int argc, char **argv, int first);
int cmd_add_face(int argc, char **argv, int first);
int cmd_undo(int argc, char **argv, int first);
int cmd_redo(int argc, char **argv, int first);
int cmd_split(int argc, char **argv, int first);
int cmd_import(int argc, char **argv, int first);
int cmd_join(int argc, char **argv, int first);
int cmd_sync(int argc, char **argv, int first);
int cmd_find(int argc, char **argv, int first);
int cmd_why(int argc, char **argv, int first);
int cmd_log(int argc, char **argv, int first);
int cmd_people(int argc, char **argv, int first);
int cmd_demo(int argc, char **argv, int first); // run, on the clip that comes with the program
int cmd_review(int argc, char **argv, int first);
int cmd_eval(int argc, char **argv, int first);
int cmd_models(int argc, char **argv, int first);

#endif
