/* GetQueryResults: pages of the result object. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/bflocal/athena/athena.h"

enum { PAGE_MAX = 1000 };

/* One CSV record at *p: its values as a row. */
static json_t *read_record(const char **p, const char *end, struct bf_buf *cell)
{
    json_t *data = json_array();
    const char *at = *p;
    for (;;) {
        bool quoted = at < end && *at == '"';
        bf_buf_reset(cell);
        if (quoted)
            for (at++; at < end; at++) {
                if (*at == '"' && (at + 1 == end || at[1] != '"'))
                    break;
                at += *at == '"';
                bf_buf_addc(cell, *at);
            }
        at += quoted && at < end;
        json_array_append_new(
            data, quoted ? json_pack("{s:o}", "VarCharValue",
                                     json_stringn_nocheck(cell->n ? cell->p : "", cell->n))
                         : json_object());
        if (at >= end || *at != ',')
            break;
        at++;
    }
    *p = at < end ? at + 1 : end;
    return json_pack("{s:o}", "Data", data);
}

static json_t *read_line(const char **p, const char *end)
{
    const char *stop = memchr(*p, '\n', (size_t)(end - *p));
    size_t n = (size_t)((stop ? stop : end) - *p);
    json_t *row = json_pack("{s:[{s:o}]}", "Data", "VarCharValue", json_stringn_nocheck(*p, n));
    *p = stop ? stop + 1 : end;
    return row;
}

struct page {
    const char *start, *end, *at;
    bool csv;
    int64_t max;
    json_t *rows;
};

static void read_page(struct page *p)
{
    struct bf_buf cell;
    bf_buf_init(&cell, 64 * 1024 * 1024);
    while (p->at < p->end && (int64_t)json_array_size(p->rows) < p->max)
        json_array_append_new(p->rows, p->csv ? read_record(&p->at, p->end, &cell)
                                              : read_line(&p->at, p->end));
    bf_buf_free(&cell);
}

static bool answer(struct bl_call *c, const json_t *doc, const json_t *columns, struct page *p)
{
    json_t *set = json_pack("{s:o,s:{s:o}}", "Rows", p->rows, "ResultSetMetadata", "ColumnInfo",
                            columns ? json_deep_copy(columns) : json_array());
    json_t *a = json_pack("{s:o,s:I}", "ResultSet", set, "UpdateCount",
                          (json_int_t)bl_document_int(doc, "bflocal.UpdateCount", 0));
    if (p->at < p->end)
        json_object_set_new(
            a, "NextToken",
            json_string(bl_arena_printf(&c->arena, "%lld", (long long)(p->at - p->start)).p));
    return bl_document_answer(c, a);
}

/* The bytes of the object; NULL with size 0: it is empty. */
static bool map_object(struct bl_call *c, const json_t *doc, const char **bytes, uint64_t *size)
{
    struct bf_str bucket, key,
        uri = bf_str_of(
            bl_document_text(json_object_get(doc, "ResultConfiguration"), "OutputLocation"));
    struct bl_s3_own o;
    struct bf_err e = {0};
    bool found = false;
    *bytes = NULL;
    *size = 0;
    if (!bl_s3_own_uri(uri, &bucket, &key) ||
        !bl_s3_own_find(c->local, bucket, key, &o, &found, &e) || !found)
        return bl_athena_fail(c, "INVALID_INPUT",
                              "Could not find results: %.*s is not there any more",
                              (int)(uri.n > 300 ? 300 : uri.n), uri.p);
    if (o.size == 0)
        return true;
    int fd = bl_s3_own_open(c->local, &o);
    void *p = fd >= 0 ? mmap(NULL, o.size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    if (fd >= 0)
        close(fd);
    if (p == MAP_FAILED)
        return bl_athena_fail(c, "INVALID_INPUT", "Could not read the results");
    *bytes = p;
    *size = o.size;
    return true;
}

static bool show(struct bl_call *c, const json_t *body, const json_t *doc, const json_t *columns,
                 const char *kind)
{
    const char *token = bl_document_text(body, "NextToken"), *bytes = NULL;
    char *end;
    uint64_t size = 0, from = strtoull(token, &end, 10);
    struct page p = {.csv = strcmp(kind, ".csv") == 0,
                     .max = bl_document_int(body, "MaxResults", PAGE_MAX),
                     .rows = json_array()};
    bool ok = (p.max >= 1 && p.max <= PAGE_MAX) ||
              bl_athena_fail(c, "INVALID_INPUT", "MaxResults: want 1 to %d", PAGE_MAX);
    if (ok && strcmp(bl_document_text(body, "QueryResultType"), "DATA_MANIFEST") == 0)
        ok = bl_athena_fail(c, "INVALID_INPUT", "bflocal has no results of the type DATA_MANIFEST");
    ok = ok && (!*kind || map_object(c, doc, &bytes, &size));
    if (ok && (*end || from > size))
        ok = bl_athena_fail(c, "INVALID_INPUT", "The token is not valid");
    if (ok) {
        p.start = bytes;
        p.at = bytes ? bytes + from : NULL;
        p.end = bytes ? bytes + size : NULL;
        if (bytes)
            read_page(&p);
        ok = answer(c, doc, columns, &p);
    } else
        json_decref(p.rows);
    if (bytes)
        munmap((void *)(uintptr_t)bytes, size);
    return ok;
}

bool bl_athena_results(struct bl_call *c)
{
    json_t *body = bl_document_read(c), *doc, *columns = NULL;
    char kind[8] = "";
    if (!body)
        return false;
    const char *id = bl_document_text(body, "QueryExecutionId");
    bl_store_lock(c->store);
    doc = bl_execution_find(c->store, id, &columns, kind);
    bl_store_unlock(c->store);
    const char *state = bl_document_text(json_object_get(doc, "Status"), "State");
    bool ok;
    if (!doc)
        ok = bl_athena_fail(c, "INVALID_INPUT", "QueryExecution %.60s was not found", id);
    else if (strcmp(state, "FAILED") == 0 || strcmp(state, "CANCELLED") == 0)
        ok = bl_athena_fail(c, "INVALID_QUERY_EXECUTION_STATE",
                            "Query did not finish successfully. Final query state: %s", state);
    else if (strcmp(state, "SUCCEEDED") != 0)
        ok = bl_athena_fail(c, "INVALID_QUERY_EXECUTION_STATE",
                            "Query has not yet finished. Current state: %s", state);
    else
        ok = show(c, body, doc, columns, kind);
    json_decref(columns);
    json_decref(doc);
    json_decref(body);
    return ok;
}
