/*
 * The parameters of a JSON request: its top-level members, as slices of the
 * body. The getters answer SerializationException for a value of the wrong type;
 * a member that is null counts as absent.
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
    size_t n; /* further members, which no operation knows, are passed over */
};

/* Reads the request's body, or any other object. False: the answer is set. */
bool bl_params_read(struct bl_call *c, struct bl_params *p);
bool bl_params_read_object(struct bl_call *c, struct bf_str object, struct bl_params *p);

/* The same for the request's body, but a member `name` that is not null is left to `take`, cursor on its value: what is
 * large is read once. False: the answer is set. */
bool bl_params_read_but(struct bl_call *c, struct bl_params *p, const char *name,
                        bool (*take)(struct bl_call *c, struct bf_json *j, void *arg), void *arg);

/* NULL: absent. */
const struct bf_json_val *bl_param(const struct bl_params *p, const char *name);

/* The raw text of an object or array, quotes and all; empty when absent. */
struct bf_str bl_param_raw(const struct bl_params *p, const char *name);

/* Each leaves *out as it was when the parameter is absent. False: the answer is set. */
bool bl_param_string(struct bl_call *c, const struct bl_params *p, const char *name,
                     struct bf_str *out);
bool bl_param_int(struct bl_call *c, const struct bl_params *p, const char *name, int64_t *out);
bool bl_param_bool(struct bl_call *c, const struct bl_params *p, const char *name, bool *out);

/* A time: epoch seconds, with a fraction, as milliseconds. */
bool bl_param_time(struct bl_call *c, const struct bl_params *p, const char *name, int64_t *ms);

/* A string's characters, decoded into the arena when it has escapes. False: out of memory. */
bool bl_param_text(struct bl_call *c, const struct bf_json_val *v, struct bf_str *out);

#endif
