/* A header of a request, as callers specify it. */
#ifndef BF_AWS_HTTP_HEADER_H
#define BF_AWS_HTTP_HEADER_H

struct bf_aws_header_field {
    const char *name; /* lower case */
    const char *value;
};

#endif
