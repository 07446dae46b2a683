// SPDX-License-Identifier: MIT
// whoswho demo: run, on the clip that comes with the program.
#include "commands.h"
#include "document.h"
#include "options.h"
#include "streams.h"
#include "ui.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Where the clip is, from the program's own folder: installed, and in the checkout it was built in.
static const char *const places[] = {"../share/whoswho/demo.mp4", "../../../tests/data/demo.mp4"};

// The caller's (free); NULL after a message.
static char *find_clip(void)
{
    char self[PATH_MAX] = "", *path = NULL;
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    char *slash = length > 0 ? strrchr(self, '/') : NULL;
    if (slash)
        *slash = 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (asprintf(&path, "%s/%s", slash ? self : ".", places[i]) < 0) {
            complain("no memory left for the path of the demo clip");
            return NULL;
        }
        char *clip = access(path, R_OK) == 0 ? realpath(path, NULL) : NULL; // without ".."
        free(path);
        if (clip)
            return clip;
    }
    complain("the demo clip is not there ('%s/%s'): it is installed with the program", printable(self), places[0]);
    return NULL;
}

int cmd_demo(int argc, char **argv, int first)
{
    if (options_visitor)
        return cmd_run(argc, argv, first); // its options are asked for, and need no clip
    char *clip = find_clip();
    char run[] = "run", output[] = "--output=DemoFaces";
    char **arguments = calloc((size_t)argc + 4, sizeof *arguments);
    int code = EXIT_FAILED, count = 0;
    if (clip && arguments) {
        arguments[count++] = argv[0];
        arguments[count++] = run;
        arguments[count++] = clip;
        arguments[count++] = output; // one that is given counts more
        for (int i = first; i < argc; i++)
            arguments[count++] = argv[i];
        code = cmd_run(count, arguments, 2);
    } else if (clip) {
        complain("no memory left for the arguments");
    }
    free(arguments);
    free(clip);
    return code;
}
