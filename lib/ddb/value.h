/*
 * Attribute values as plain values: {"N":"12"} is 12, {"M":{"a":{"S":"x"}}} is
 * {"a":"x"}, a set is an array, a binary stays base64 in a string, {"NULL":true}
 * is null. Strings and numbers are copied as they stand (a number that DynamoDB
 * takes but JSON does not, such as 007, is mended: number.h). The output is
 * compact: white space of the input does not get into it.
 *
 * These functions take attributes that bf_change_parse, bf_change_item or
 * bf_change_value filled (so they are valid, and their text is padded), and
 * cannot fail but for the buffer.
 */
#ifndef BF_DDB_VALUE_H
#define BF_DDB_VALUE_H

#include "lib/ddb/change.h"
#include "lib/ddb/flat.h"

/* Appends the value as JSON. */
BF_API void bf_value_put_json(struct bf_buf *out, const struct bf_attr *a);

/* Appends the value as a person would write it in a table: strings decoded, B as base64, true and
 * false, numbers as in JSON, containers as JSON; nothing for NULL. */
BF_API void bf_value_put_text(struct bf_buf *out, const struct bf_attr *a);

/* Appends the attribute value itself, {"S":"x"}, without white space. */
BF_API void bf_value_put_av(struct bf_buf *out, const struct bf_attr *a);

/* Appends a padded, valid JSON text without white space between its tokens. */
BF_API void bf_value_put_compact(struct bf_buf *out, struct bf_str json);

/* The member `name` (decoded) of an M; false when it is not there or m is no M. */
BF_API BF_MUST bool bf_value_member(const struct bf_attr *m, struct bf_str name,
                                    struct bf_attr *out);

/* Follows the path behind an attribute: "payment.method" is the member method of the M payment. An
 * attribute whose whole name is the path goes first. False when it leads nowhere. */
BF_API BF_MUST bool bf_value_path(const struct bf_image *image, struct bf_str path,
                                  struct bf_attr *out);

/* Room that bf_value_write wants for a: its text and so many bytes more. */
enum { BF_VALUE_ROOM = 64 };

/* The value as JSON at o, where a->av.n + BF_VALUE_ROOM bytes are free (bytes behind the result may be
 * overwritten); returns the end. For row builders. */
char *bf_value_write(char *o, const struct bf_attr *a);

#endif
