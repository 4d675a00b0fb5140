/*
 * The XML that S3 speaks: a writer that escapes, and a reader for the few small
 * documents that clients send. The reader is a pull parser over borrowed text:
 * elements and text, no entities but the five and character references, no
 * document types (a hostile one has nothing to work with), nesting at most
 * BL_XML_DEPTH.
 */
#ifndef BL_S3_XML_H
#define BL_S3_XML_H

#include "lib/base/str.h"

#define BL_XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define BL_XML_NS   " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""

enum { BL_XML_DEPTH = 16 };

/* Appends s with & < > " and control characters as references. */
void bl_xml_put(struct bf_buf *out, struct bf_str s);

/* <name>s</name> */
void bl_xml_element(struct bf_buf *out, const char *name, struct bf_str s);

/* <name>2026-11-27T06:30:00.000Z</name>, in whole seconds */
void bl_xml_time(struct bf_buf *out, const char *name, int64_t wall_ms);

enum bl_xml_token { BL_XML_OPEN, BL_XML_CLOSE, BL_XML_TEXT, BL_XML_END, BL_XML_ERROR };

struct bl_xml {
    struct bf_str rest;
    struct bf_str name; /* of the element just opened or closed, without its namespace prefix */
    struct bf_str text; /* references and all */
    struct bf_str open[BL_XML_DEPTH]; /* raw names */
    unsigned depth;
    bool empty; /* <a/>: its close comes next */
    bool begun; /* the root was opened */
};

void bl_xml_init(struct bl_xml *x, struct bf_str document);
enum bl_xml_token bl_xml_next(struct bl_xml *x);

/* Appends text with its references resolved; false for one that is none. */
bool bl_xml_decode(struct bf_buf *out, struct bf_str text) BF_MUST;

#endif
