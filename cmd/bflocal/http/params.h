/*
 * The parameters of a JSON request: its top-level members, as slices of the body. The
 * getters answer SerializationException for a value of the wrong type. A member that
 * is null counts as absent.
 */
#ifndef BL_PARAMS_H
#define BL_PARAMS_H

#include "cmd/bflocal/http/reply.h"
#include "lib/json/scan.h"

enum { BL_PARAMS_MAX = 48 };

struct bl_params {
    struct {
        struct bf_str name;
        struct bf_json_val value;
    } member[BL_PARAMS_MAX];
    size_t n; /* members beyond BL_PARAMS_MAX, which no operation has, are ignored */
};

/* Reads the request's body, or another object. False: the answer is set. */
bool bl_params_read(struct bl_call *c, struct bl_params *p);
bool bl_params_read_object(struct bl_call *c, struct bf_str object, struct bl_params *p);

/* Like bl_params_read for the request's body, but gives the member `name`, if it is there and
 * not null, to `take` with the cursor on its value, so that a large member is read only once.
 * False: the answer is set. */
bool bl_params_read_but(struct bl_call *c, struct bl_params *p, const char *name,
                        bool (*take)(struct bl_call *c, struct bf_json *j, void *arg), void *arg);

/* The same for a list of objects: gives the parameters of each, `most` at most, to `take`. */
bool bl_params_read_list(struct bl_call *c, struct bl_params *p, const char *name, size_t most,
                         bool (*take)(struct bl_call *c, const struct bl_params *element,
                                      void *arg),
                         void *arg);

/* NULL: absent. */
const struct bf_json_val *bl_param(const struct bl_params *p, const char *name);

/* The raw JSON text of a value; p == NULL if it is absent. */
struct bf_str bl_param_raw(const struct bl_params *p, const char *name);

/* The getters leave *out unchanged if the parameter is absent. False: the answer is set. */
bool bl_param_string(struct bl_call *c, const struct bl_params *p, const char *name,
                     struct bf_str *out);
bool bl_param_int(struct bl_call *c, const struct bl_params *p, const char *name, int64_t *out);
bool bl_param_bool(struct bl_call *c, const struct bl_params *p, const char *name, bool *out);

/* A time in seconds since the epoch, with a fraction, converted to milliseconds. */
bool bl_param_time(struct bl_call *c, const struct bl_params *p, const char *name, int64_t *ms);

/* The characters of a string; decoded into the arena if it has escapes. False: out of memory. */
bool bl_param_text(struct bl_call *c, const struct bf_json_val *v, struct bf_str *out);

#endif
