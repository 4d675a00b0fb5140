/*
 * A reader for the small XML documents of S3 and STS: a pull parser over borrowed text. It supports
 * elements and text, the five predefined entities and character references. A document type is an
 * error (so there is no entity expansion to attack). Nesting is at most BF_XML_DEPTH.
 */
#ifndef BF_XML_H
#define BF_XML_H

#include "lib/base/str.h"

enum { BF_XML_DEPTH = 16 };

enum bf_xml_token { BF_XML_OPEN, BF_XML_CLOSE, BF_XML_TEXT, BF_XML_END, BF_XML_ERROR };

struct bf_xml {
    struct bf_str rest;
    struct bf_str name; /* of the element just opened or closed, without its namespace prefix */
    struct bf_str text; /* with undecoded references */
    struct bf_str open[BF_XML_DEPTH]; /* names as in the document */
    unsigned depth;
    bool empty; /* <a/>: the next token closes it */
    bool begun; /* the root was opened */
};

BF_API void bf_xml_init(struct bf_xml *x, struct bf_str document);
BF_API enum bf_xml_token bf_xml_next(struct bf_xml *x);

/* Appends text with its references decoded; false if a reference is invalid. */
BF_API BF_MUST bool bf_xml_decode(struct bf_buf *out, struct bf_str text);

/* Appends the text of the first element of that name; invalid references are kept as they are.
 * False: there is no such element, or the document is not well-formed. */
BF_API BF_MUST bool bf_xml_find(struct bf_str document, const char *name, struct bf_buf *out);

#endif
