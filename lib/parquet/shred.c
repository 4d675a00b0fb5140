#include "lib/parquet/shred.h"

#include "lib/encoding/base64.h"
#include "lib/json/core.h"
#include "lib/json/cpu.h"
#include "lib/parquet/value.h"

enum { LINE_MAX_BYTES = 0x7FFFFFFF, KEYS_MAX = 1 << 20, SHOWN = 40, TYPE_SHOWN = 60 };

void bf_pq_shred_init(struct pq_shred *s, struct pq_tree *tree, struct pq_column *column)
{
    *s = (struct pq_shred){.tree = tree, .column = column};
    bf_buf_init(&s->line, LINE_MAX_BYTES);
    bf_buf_init(&s->text, LINE_MAX_BYTES);
    bf_map_init(&s->keys, KEYS_MAX);
}

void bf_pq_shred_free(struct pq_shred *s)
{
    bf_buf_free(&s->line);
    bf_buf_free(&s->text);
    bf_map_free(&s->keys);
}

struct pq_node *bf_pq_shred_find(struct pq_shred *s, struct pq_node *node, struct bf_str name,
                                 bool escaped)
{
    if (escaped) {
        bf_buf_reset(&s->text);
        bf_json_unescape(&s->text, name);
        name = bf_buf_view(&s->text);
    }
    for (size_t i = 0; i < node->n; i++)
        if (bf_str_eq(node->child[i].name, name))
            return &node->child[i];
    for (size_t i = 0; i < node->n; i++)
        if (bf_str_same(node->child[i].name, name))
            return &node->child[i];
    return NULL;
}

void bf_pq_shred_refuse(struct pq_shred *s, const struct pq_leaf *leaf, struct bf_str text)
{
    char room[512];
    struct bf_buf type = {.p = room, .cap = sizeof room, .max = sizeof room};
    bf_type_put(&type, leaf->type);
    bf_err_set(s->e, BF_E_INPUT, "'%.*s' is no %.*s", (int)(text.n < SHOWN ? text.n : SHOWN),
               text.p, (int)(type.n < TYPE_SHOWN ? type.n : TYPE_SHOWN), type.p);
}

static enum bf_json_type kind_of(char first)
{
    return first == '"'   ? BF_JSON_STRING
           : first == 't' ? BF_JSON_TRUE
           : first == 'f' ? BF_JSON_FALSE
           : first == '{' ? BF_JSON_OBJECT
           : first == '[' ? BF_JSON_ARRAY
                          : BF_JSON_NUMBER;
}

bool bf_pq_shred_value(struct pq_shred *s, struct pq_column *c, uint8_t rep, char first,
                       struct bf_str raw, bool escaped)
{
    char value[16] = {0};
    struct bf_str text = raw;
    if (escaped) {
        bf_buf_reset(&s->text);
        bf_json_unescape(&s->text, raw);
        text = bf_buf_view(&s->text);
    }
    if (c->leaf->type->kind == BF_TYPE_BINARY) {
        struct bf_buf bytes;
        bf_buf_init(&bytes, LINE_MAX_BYTES);
        bool ok = first == '"' && bf_base64_decode(&bytes, text);
        if (ok) {
            pq_entry(c, s->row, rep, c->leaf->max_def);
            pq_bytes(c, bf_buf_view(&bytes), false);
        } else
            bf_pq_shred_refuse(s, c->leaf, raw);
        bf_buf_free(&bytes);
        return ok;
    }
    if (!bf_pq_value(c->leaf, kind_of(first), text, &s->day, value)) {
        bf_pq_shred_refuse(s, c->leaf, raw);
        return false;
    }
    pq_entry(c, s->row, rep, c->leaf->max_def);
    pq_value(c, value, c->leaf->width);
    return true;
}

void bf_pq_shred_undo(struct pq_shred *s)
{
    for (size_t i = 0; i < s->tree->n; i++)
        pq_undo(&s->column[i], s->row);
}

static bool broken(const struct pq_shred *s, struct bf_err *e)
{
    for (size_t i = 0; i < s->tree->n; i++) {
        const struct pq_column *c = &s->column[i];
        if (!bf_buf_ok(&c->values) || !bf_buf_ok(&c->def) || !bf_buf_ok(&c->rep))
            return !bf_err_nomem(e);
    }
    return false;
}

bool bf_pq_shred_row(struct pq_shred *s, struct bf_str row, size_t slack, struct bf_err *e)
{
    bool ok = false;
    s->e = e;
    s->row++;
    if (slack < BF_CORE_PAD) {
        bf_buf_reset(&s->line);
        char *room = bf_buf_room(&s->line, row.n + BF_CORE_PAD);
        if (!room)
            return bf_err_nomem(e);
        if (row.n)
            memcpy(room, row.p, row.n);
        memset(room + row.n, 0, BF_CORE_PAD);
        row.p = room;
    }
#if defined(__SSE2__)
    ok = bf_cpu_level() == BF_CPU_SSE2 ? bf_pq_shred_sse2(s, row) : bf_pq_shred_portable(s, row);
#else
    ok = bf_pq_shred_portable(s, row);
#endif
    if (ok)
        return true;
    if (broken(s, e))
        e->code = BF_E_MEMORY;
    else if (e->code == BF_E_LIMIT) /* nested too deep is an error of the row */
        e->code = BF_E_INPUT;
    bf_pq_shred_undo(s);
    return false;
}
