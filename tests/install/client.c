// SPDX-License-Identifier: MIT
// What a program that links the installed library looks like: built and run by install.py.
#include <stdio.h>
#include <whoswho/whoswho.h>

int main(void)
{
    ww_error err = {0};
    ww_models *models = NULL;
    if (ww_models_open(NULL, &models, &err) != WW_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    printf("whoswho %s: %s\n", ww_version(), ww_models_detector_name(models));
    ww_models_close(models);
    return 0;
}
