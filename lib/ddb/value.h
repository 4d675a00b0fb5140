/*
 * Attribute values as plain values: {"N":"12"} is 12, {"M":{"a":{"S":"x"}}} is {"a":"x"}, a set is
 * an array, a binary stays base64 in a string, {"NULL":true} is null. Strings and numbers are
 * copied unchanged (but a number that DynamoDB accepts and JSON does not, such as 007, is
 * corrected: number.h). The output is compact: white space of the input is left out.
 *
 * These functions need attributes that bf_change_parse, bf_change_item or bf_change_value has
 * filled (so they are valid, and their text is padded). Nothing but the buffer can fail.
 */
#ifndef BF_DDB_VALUE_H
#define BF_DDB_VALUE_H

#include "lib/ddb/change.h"
#include "lib/ddb/flat.h"

/* Appends the value as JSON. */
BF_API void bf_value_put_json(struct bf_buf *out, const struct bf_attr *a);

/* Appends the value as in a table: strings decoded, B as base64, true and false, numbers as in
 * JSON, containers as JSON; nothing for NULL. */
BF_API void bf_value_put_text(struct bf_buf *out, const struct bf_attr *a);

/* Appends the attribute value itself, {"S":"x"}, without white space. */
BF_API void bf_value_put_av(struct bf_buf *out, const struct bf_attr *a);

/* Appends a padded, valid JSON text without white space between its tokens. */
BF_API void bf_value_put_compact(struct bf_buf *out, struct bf_str json);

/* The member `name` (decoded) of an M; false if it is missing or m is not an M. */
BF_API BF_MUST bool bf_value_member(const struct bf_attr *m, struct bf_str name,
                                    struct bf_attr *out);

/* The value at a path: "payment.method" is the member method of the M payment. An attribute whose
 * whole name is the path is preferred. False if there is no such value. */
BF_API BF_MUST bool bf_value_path(const struct bf_image *image, struct bf_str path,
                                  struct bf_attr *out);

/* bf_value_write needs room for a's text and this many bytes more. */
enum { BF_VALUE_ROOM = 64 };

/* Writes the value as JSON to o, which has room for a->av.n + BF_VALUE_ROOM bytes (bytes after the
 * result may be overwritten); returns the end. For row builders. */
char *bf_value_write(char *o, const struct bf_attr *a);

#endif
