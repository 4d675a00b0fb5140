#include "lib/aws/http/hide.h"

#include <stdio.h>
#include <string.h>

enum { ENOUGH = 8 }; /* so much of its beginning gives it away */

void bf_hide_secret(char *text, const char *secret)
{
    static const char instead[] = "...";
    char begin[ENOUGH + 1];
    if (!secret || strlen(secret) < ENOUGH)
        return;
    snprintf(begin, sizeof begin, "%s", secret);
    char *at = strstr(text, begin);
    if (at) /* longer than what takes its place */
        memcpy(at, instead, sizeof instead);
}
