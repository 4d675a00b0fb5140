#include "cmd/bflocal/firehose/process.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/function/function.h"
#include "lib/base/num.h"
#include "lib/encoding/base64.h"
#include "lib/json/doc.h"

enum { DELIMITER_MAX = 1024, RETRIES_DEFAULT = 3, RETRIES_MAX = 300, MIB = 1024 * 1024 };

/* p NULL: there is no such parameter. */
static struct bf_str parameter(const json_t *processor, const char *name)
{
    const json_t *list = json_object_get(processor, "Parameters");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        if (strcmp(bl_document_text(one, "ParameterName"), name) == 0)
            return bf_doc_get_text(one, "ParameterValue");
    }
    return (struct bf_str){NULL, 0};
}

static bool read_lambda(struct bl_process *p, const struct bl_local *l, const json_t *processor,
                        struct bf_err *e)
{
    struct bf_str arn = parameter(processor, "LambdaArn"),
                  retries = parameter(processor, "NumberOfRetries"),
                  size = parameter(processor, "BufferSizeInMBs"), qualifier;
    uint64_t n = RETRIES_DEFAULT;
    char own[64];
    int length = snprintf(own, sizeof own, "arn:aws:lambda:%s:" BL_ACCOUNT ":function:", l->region);
    p->function_arn = arn;
    p->function = arn.n && bf_str_starts(arn, bf_str(own, (size_t)length))
                      ? bl_lambda_name(l, arn, &qualifier)
                      : BF_STR("");
    if (!p->function.n)
        return bf_err_set(
            e, BF_E_INPUT,
            "LambdaArn '%.*s' is not the ARN of a function of this account and region",
            BF_SHOWN_TO(arn, 160));
    p->function.n = (size_t)(arn.p + arn.n - p->function.p); /* with the qualifier */
    if (retries.n && (!bf_num_u64(retries, &n, e) || n > RETRIES_MAX))
        return bf_err_set(e, BF_E_INPUT, "NumberOfRetries: want 0 to %d", RETRIES_MAX);
    double mb = size.n ? strtod(size.p, NULL) : 1;
    if (!(mb >= 0.2 && mb <= 3))
        return bf_err_set(e, BF_E_INPUT, "BufferSizeInMBs: want 0.2 to 3");
    p->retries = (int64_t)n;
    p->event_bytes = (uint64_t)(mb * MIB);
    return true;
}

static bool read_split(struct bl_process *p, const json_t *processor, struct bf_err *e)
{
    struct bf_str type = parameter(processor, "SubRecordType"),
                  delimiter = parameter(processor, "Delimiter");
    p->split = bf_str_is(type, "JSON") ? BL_FH_SPLIT_JSON : BL_FH_SPLIT_DELIMITED;
    if (p->split == BL_FH_SPLIT_JSON)
        return true;
    if (!bf_str_is(type, "DELIMITED"))
        return bf_err_set(e, BF_E_INPUT,
                          "RecordDeAggregation: SubRecordType: want JSON or DELIMITED");
    return (bf_base64_decode(&p->split_by, delimiter) && p->split_by.n) ||
           bf_err_set(e, BF_E_INPUT, "RecordDeAggregation: Delimiter: want text in base64");
}

/* The service takes the delimiter with the escapes of a source text: "\\n". */
static bool read_append(struct bl_process *p, const json_t *processor, struct bf_err *e)
{
    struct bf_str text = parameter(processor, "Delimiter");
    p->append = true;
    if (!text.p)
        text = BF_STR("\\n");
    for (size_t i = 0; i < text.n; i++) {
        bool escaped = text.p[i] == '\\' && i + 1 < text.n;
        char c = escaped ? text.p[++i] : text.p[i];
        bf_buf_addc(&p->append_text, !escaped   ? c
                                     : c == 'n' ? '\n'
                                     : c == 't' ? '\t'
                                     : c == 'r' ? '\r'
                                                : c);
    }
    return bf_buf_check(&p->append_text, "Delimiter", e);
}

static bool read_query(struct bl_process *p, const json_t *processor, struct bf_err *e)
{
    struct bf_str engine = parameter(processor, "JsonParsingEngine");
    if (engine.p && !bf_str_is(engine, "JQ-1.6"))
        return bf_err_set(e, BF_E_INPUT, "JsonParsingEngine: want JQ-1.6");
    p->extract = true;
    return bl_jq_parse(&p->query, parameter(processor, "MetadataExtractionQuery"), e);
}

static bool read_one(struct bl_process *p, const struct bl_local *l, const json_t *processor,
                     struct bf_err *e)
{
    const char *type = bl_document_text(processor, "Type");
    if (strcmp(type, "Lambda") == 0)
        return read_lambda(p, l, processor, e);
    if (strcmp(type, "RecordDeAggregation") == 0)
        return read_split(p, processor, e);
    if (strcmp(type, "AppendDelimiterToRecord") == 0)
        return read_append(p, processor, e);
    if (strcmp(type, "MetadataExtraction") == 0)
        return read_query(p, processor, e);
    return bf_err_set(e, BF_E_INPUT, "bflocal's Firehose has no processor %.60s", type);
}

bool bl_process_read(struct bl_process *p, const struct bl_local *l, const json_t *processing,
                     struct bf_err *e)
{
    const json_t *list = json_object_get(processing, "Processors");
    *p = (struct bl_process){0};
    bf_buf_init(&p->split_by, DELIMITER_MAX);
    bf_buf_init(&p->append_text, DELIMITER_MAX);
    for (size_t i = 0;
         json_is_true(json_object_get(processing, "Enabled")) && i < json_array_size(list); i++)
        if (!read_one(p, l, json_array_get(list, i), e))
            return false;
    return true;
}

void bl_process_free(struct bl_process *p)
{
    bf_buf_free(&p->split_by);
    bf_buf_free(&p->append_text);
}
