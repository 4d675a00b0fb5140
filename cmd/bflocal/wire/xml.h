/* The XML that S3 speaks: a writer that escapes. Documents of clients are read with lib/encoding/xml.h. */
#ifndef BL_S3_XML_H
#define BL_S3_XML_H

#include "lib/encoding/xml.h"

#define BL_XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define BL_XML_NS   " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""

/* Appends s with & < > " and control characters as references. */
void bl_xml_put(struct bf_buf *out, struct bf_str s);

/* <name>s</name> */
void bl_xml_element(struct bf_buf *out, const char *name, struct bf_str s);

/* <name>2026-11-27T06:30:00.000Z</name>, in whole seconds */
void bl_xml_time(struct bf_buf *out, const char *name, int64_t wall_ms);

#endif
