#include "lib/json/find.h"

bool bf_json_find_path(struct bf_str object, struct bf_str path, struct bf_json_val *v,
                       struct bf_err *e)
{
    struct bf_str rest = path, name;
    bool found;
    if (!bf_json_find(object, path, v, &found, e))
        return false;
    if (found)
        return true;
    while (bf_str_split(&rest, '.', &name)) {
        if (object.n == 0 || object.p[0] != '{')
            break;
        if (!bf_json_find(object, name, v, &found, e))
            return false;
        if (!found)
            break;
        object = v->raw;
        if (!rest.p)
            return true;
    }
    return bf_err_set(e, BF_E_INPUT, "no member '%.*s'", BF_SHOWN_TO(path, 80));
}
