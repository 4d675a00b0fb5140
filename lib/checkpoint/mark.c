#include "lib/checkpoint/mark.h"

#include "lib/base/num.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

static bool name(struct bf_json *j, struct bf_str *out, struct bf_err *e)
{
    struct bf_json_val v;
    if (!bf_json_string(j, &v, e))
        return false;
    if (v.escaped)
        return bf_err_set(e, BF_E_INPUT, "an escape in a name");
    *out = v.text;
    return true;
}

static bool flag(struct bf_json *j, bool *out, struct bf_err *e)
{
    struct bf_json_val v;
    if (!bf_json_value(j, &v, e))
        return false;
    *out = v.type == BF_JSON_TRUE;
    return v.type == BF_JSON_TRUE || v.type == BF_JSON_FALSE ||
           bf_err_set(e, BF_E_INPUT, "start, end and more are true or false");
}

static bool kind(struct bf_json *j, enum bf_mark_kind what, struct bf_mark *m, struct bf_err *e)
{
    bool set = false;
    if (!flag(j, &set, e))
        return false;
    m->kind = set ? what : m->kind;
    return true;
}

static bool since(struct bf_json *j, struct bf_mark *m, struct bf_err *e)
{
    struct bf_json_val v;
    uint64_t ms;
    if (!bf_json_value(j, &v, e))
        return false;
    if (v.type != BF_JSON_NUMBER || !bf_num_u64(v.text, &ms, e) || ms > INT64_MAX)
        return bf_err_set(e, BF_E_INPUT, "since is a number of milliseconds");
    m->since_ms = (int64_t)ms;
    return true;
}

static bool members(struct bf_mark *m, struct bf_json *j, struct bf_err *e)
{
    struct bf_json_key key;
    enum bf_json_more more;
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        bool ok;
        if (bf_json_key_is(&key, "stream"))
            ok = name(j, &m->stream, e);
        else if (bf_json_key_is(&key, "shard"))
            ok = name(j, &m->shard, e);
        else if (bf_json_key_is(&key, "sequence"))
            ok = name(j, &m->sequence, e);
        else if (bf_json_key_is(&key, "after"))
            ok = name(j, &m->after, e);
        else if (bf_json_key_is(&key, "run"))
            ok = name(j, &m->run, e);
        else if (bf_json_key_is(&key, "since"))
            ok = since(j, m, e);
        else if (bf_json_key_is(&key, "start"))
            ok = kind(j, BF_MARK_START, m, e);
        else if (bf_json_key_is(&key, "end"))
            ok = kind(j, BF_MARK_END, m, e);
        else if (bf_json_key_is(&key, "gone"))
            ok = kind(j, BF_MARK_GONE, m, e);
        else if (bf_json_key_is(&key, "more"))
            ok = flag(j, &m->more, e);
        else
            ok = bf_json_skip(j, e);
        if (!ok)
            return false;
    }
    return more == BF_JSON_END;
}

static bool whole(struct bf_mark *m, struct bf_str line, struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    bf_json_init(&j, line);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e) || bf_json_member(&j, &key, e) != BF_JSON_MORE ||
        !members(m, &j, e))
        return false;
    enum bf_json_more more = bf_json_member(&j, &key, e);
    if (more == BF_JSON_MORE)
        return bf_err_set(e, BF_E_INPUT, "more than the mark in its line");
    if (more == BF_JSON_ERROR || !bf_json_end(&j, e))
        return false;
    if (m->stream.n == 0 || m->shard.n == 0)
        return bf_err_set(e, BF_E_INPUT, "stream or shard is missing");
    if (m->run.n > BF_MARK_RUN_MAX)
        return bf_err_set(e, BF_E_INPUT, "run is longer than %d bytes", BF_MARK_RUN_MAX);
    return m->sequence.n || m->kind == BF_MARK_START || m->kind == BF_MARK_GONE ||
           bf_err_set(e, BF_E_INPUT, "sequence is missing");
}

bool bf_mark_parse(struct bf_mark *m, struct bf_str line, struct bf_err *e)
{
    *m = (struct bf_mark){.kind = BF_MARK_AT};
    return whole(m, line, e) || bf_err_ctx(e, "mark");
}

bool bf_mark_watch(struct bf_mark_watch *w, struct bf_str text)
{
    static const char prefix[] = BF_MARK_PREFIX;
    while (text.n) {
        while (!w->other && text.n && *text.p != '\n') {
            w->other = *text.p != prefix[w->matched++];
            text = bf_str(text.p + 1, text.n - 1);
            if (!w->other && w->matched == sizeof prefix - 1)
                return true;
        }
        const char *end = text.n ? memchr(text.p, '\n', text.n) : NULL;
        if (!end)
            break;
        text = bf_str(end + 1, (size_t)(text.p + text.n - end - 1));
        *w = (struct bf_mark_watch){0};
    }
    return false;
}

void bf_mark_avoid(struct bf_buf *buf, size_t from)
{
    if (!bf_buf_ok(buf) || !bf_mark_is(bf_str(buf->p + from, buf->n - from)))
        return;
    bf_buf_addc(buf, ' '); /* makes the room; not there: the buffer says so */
    if (!bf_buf_ok(buf))
        return;
    memmove(buf->p + from + 2, buf->p + from + 1, buf->n - from - 2);
    buf->p[from + 1] = ' ';
}

bool bf_mark_same_run(struct bf_mark_run *run, const struct bf_mark *m, bool uncovered,
                      struct bf_err *e)
{
    bool same = run->n == 0 || m->run.n == 0 || bf_str_eq(m->run, bf_str(run->id, run->n));
    if (uncovered && !same)
        return bf_err_set(e, BF_E_TEMPORARY,
                          "%.*s: %.*s: the reader was started again in the middle of its rows; "
                          "start both again",
                          (int)m->stream.n, m->stream.p, (int)m->shard.n, m->shard.p);
    if (m->run.n) {
        memcpy(run->id, m->run.p, m->run.n);
        run->n = m->run.n;
    }
    return true;
}

void bf_mark_put(struct bf_buf *out, const struct bf_mark *m)
{
    bf_buf_lit(out, BF_MARK_PREFIX "{\"stream\":");
    bf_json_put_string(out, m->stream);
    bf_buf_lit(out, ",\"shard\":");
    bf_json_put_string(out, m->shard);
    bf_buf_lit(out, ",\"sequence\":");
    bf_json_put_string(out, m->sequence);
    if (m->after.p) {
        bf_buf_lit(out, ",\"after\":");
        bf_json_put_string(out, m->after);
    }
    if (m->run.p) {
        bf_buf_lit(out, ",\"run\":");
        bf_json_put_string(out, m->run);
    }
    if (m->since_ms > 0) {
        bf_buf_lit(out, ",\"since\":");
        bf_buf_u64(out, (uint64_t)m->since_ms);
    }
    if (m->kind == BF_MARK_GONE)
        bf_buf_lit(out, ",\"gone\":true");
    if (m->kind == BF_MARK_START)
        bf_buf_lit(out, ",\"start\":true");
    if (m->kind == BF_MARK_END)
        bf_buf_lit(out, ",\"end\":true");
    if (m->more)
        bf_buf_lit(out, ",\"more\":true");
    bf_buf_lit(out, "}}\n");
}
