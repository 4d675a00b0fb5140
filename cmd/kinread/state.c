/* {"version":1,"streams":{STREAM:{SHARD:{"sequence":S,"ended":BOOL}}},...}: read here, committed by s3put. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/kinread/follow.h"
#include "lib/base/file.h"
#include "lib/json/scan.h"

enum { FILE_MAX = 256 * 1024 * 1024, ENTRIES_MAX = 64 * 1024 * 1024 };

static bool broken(struct bf_err *e)
{
    return e->code != BF_OK ? false
                            : bf_err_set(e, BF_E_INPUT, "not a state that this version knows");
}

static bool take_entry(struct bf_json *j, struct state_entry *en, struct bf_err *e)
{
    struct bf_json_key key;
    struct bf_json_val v;
    enum bf_json_more more;
    bool has = false;
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        if (!bf_json_value(j, &v, e))
            return false;
        if (bf_json_key_is(&key, "sequence"))
            has = v.type == BF_JSON_STRING && position_parse(&en->position, v.text);
        else if (bf_json_key_is(&key, "ended"))
            en->ended = v.type == BF_JSON_TRUE;
    }
    return more == BF_JSON_END && (has || broken(e));
}

static bool take_shards(struct state *st, struct bf_str object, struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    enum bf_json_more more;
    bf_json_init(&j, object);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(&j, &key, e)) == BF_JSON_MORE) {
        struct state_entry en = {.shard = key.text};
        if (!take_entry(&j, &en, e))
            return false;
        bf_buf_add(&st->entries, &en, sizeof en);
    }
    return more == BF_JSON_END && bf_buf_check(&st->entries, "state", e);
}

static bool read_text(struct state *st, const char *stream, struct bf_err *e)
{
    struct bf_json_val v;
    bool found;
    struct bf_str text = bf_buf_view(&st->text);
    if (!bf_json_find(text, BF_STR("version"), &v, &found, e) || !found || !bf_str_is(v.raw, "1"))
        return broken(e);
    if (!bf_json_find(text, BF_STR("streams"), &v, &found, e) || !found || v.type != BF_JSON_OBJECT)
        return broken(e);
    if (!bf_json_find(v.raw, bf_str_of(stream), &v, &found, e))
        return broken(e);
    return !found || take_shards(st, v.raw, e);
}

bool state_read(struct state *st, const char *dir, const char *stream, struct bf_err *e)
{
    char path[4096];
    bf_buf_init(&st->text, FILE_MAX);
    bf_buf_init(&st->entries, ENTRIES_MAX);
    if ((size_t)snprintf(path, sizeof path, "%s/state.json", dir) >= sizeof path)
        return bf_err_set(e, BF_E_USAGE, "--state: the path is too long");
    if (!bf_file_read(path, &st->text, e)) {
        if (e->code != BF_E_NOTFOUND)
            return false;
        bf_err_clear(e);
        return true;
    }
    return read_text(st, stream, e) || bf_err_ctx(e, "%s", path);
}

void state_free(struct state *st)
{
    bf_buf_free(&st->text);
    bf_buf_free(&st->entries);
}

size_t state_count(const struct state *st)
{
    return st->entries.n / sizeof(struct state_entry);
}

struct state_entry state_at(const struct state *st, size_t i)
{
    struct state_entry en;
    memcpy(&en, st->entries.p + i * sizeof en, sizeof en);
    return en;
}
