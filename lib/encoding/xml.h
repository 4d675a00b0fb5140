/*
 * A reader for the small XML documents of S3 and STS: a pull parser over borrowed
 * text. Elements and text, no entities but the five and character references, no
 * document types (a hostile one has nothing to work with), nesting at most
 * BF_XML_DEPTH.
 */
#ifndef BF_XML_H
#define BF_XML_H

#include "lib/base/str.h"

enum { BF_XML_DEPTH = 16 };

enum bf_xml_token { BF_XML_OPEN, BF_XML_CLOSE, BF_XML_TEXT, BF_XML_END, BF_XML_ERROR };

struct bf_xml {
    struct bf_str rest;
    struct bf_str name; /* of the element just opened or closed, without its namespace prefix */
    struct bf_str text; /* references and all */
    struct bf_str open[BF_XML_DEPTH]; /* raw names */
    unsigned depth;
    bool empty; /* <a/>: its close comes next */
    bool begun; /* the root was opened */
};

BF_API void bf_xml_init(struct bf_xml *x, struct bf_str document);
BF_API enum bf_xml_token bf_xml_next(struct bf_xml *x);

/* Appends text with its references resolved; false for one that is none. */
BF_API BF_MUST bool bf_xml_decode(struct bf_buf *out, struct bf_str text);

/* Appends the text of the first element of that name; references that are none stay as they are. False: there is none,
 * or the document breaks before its end. */
BF_API BF_MUST bool bf_xml_find(struct bf_str document, const char *name, struct bf_buf *out);

#endif
