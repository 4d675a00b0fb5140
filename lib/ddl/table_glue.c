/* A table as the Glue catalog keeps it (API reference: CreateTable, TableInput, StorageDescriptor). */
#include "lib/ddl/table.h"

#include "lib/json/write.h"

static void put_column(struct bf_buf *out, bool *first, struct bf_str name,
                       const struct bf_type *type)
{
    struct bf_buf word;
    bf_buf_init(&word, (size_t)1 << 20);
    bf_ddl_type_put_glue(&word, type);
    bf_buf_adds(out, *first ? BF_STR("{\"Name\":") : BF_STR(",{\"Name\":"));
    bf_json_put_string(out, name);
    bf_buf_lit(out, ",\"Type\":");
    bf_json_put_string(out, bf_buf_view(&word));
    bf_buf_addc(out, '}');
    out->failed = out->failed || !bf_buf_ok(&word);
    bf_buf_free(&word);
    *first = false;
}

static void put_map(struct bf_buf *out, const struct bf_ddl_properties *p, bool first)
{
    for (size_t i = 0; i < p->n; i++) {
        bf_json_put_key(out, &first, p->p[i].name);
        bf_json_put_string(out, p->p[i].value);
    }
    bf_buf_addc(out, '}');
}

void bf_ddl_table_put_storage(struct bf_buf *out, const struct bf_ddl_table *t,
                              struct bf_str location)
{
    const struct bf_ddl_serde_words *words = bf_ddl_serde_words(t->serde);
    bool first = true;
    bf_buf_lit(out, "{\"Columns\":[");
    for (size_t i = 0; i < t->n; i++)
        if (!t->column[i].left_out)
            put_column(out, &first, t->column[i].name, &t->column[i].type);
    bf_buf_lit(out, "],\"Location\":");
    bf_json_put_string(out, location);
    bf_buf_addf(out,
                ",\"InputFormat\":\"%s\",\"OutputFormat\":\"%s\",\"SerdeInfo\":"
                "{\"SerializationLibrary\":\"%s\",\"Parameters\":{",
                words->input, words->output, words->library);
    put_map(out, &t->serde_properties, true);
    bf_buf_lit(out, "}}");
}

void bf_ddl_table_put_glue(struct bf_buf *out, const struct bf_ddl_table *t)
{
    bool first = true;
    bf_buf_lit(out, "{\"DatabaseName\":");
    bf_json_put_string(out, t->database.n ? t->database : BF_STR("default"));
    bf_buf_lit(out, ",\"TableInput\":{\"Name\":");
    bf_json_put_string(out, t->name);
    bf_buf_lit(out, ",\"TableType\":\"EXTERNAL_TABLE\",\"PartitionKeys\":[");
    for (size_t i = 0; i < t->layout.n; i++)
        put_column(out, &first, t->layout.part[i].name, &t->layout.part[i].type);
    bf_buf_lit(out, "],\"StorageDescriptor\":");
    bf_ddl_table_put_storage(out, t, t->layout.location);
    bf_buf_lit(out, ",\"Parameters\":{\"EXTERNAL\":\"TRUE\"");
    put_map(out, &t->properties, false);
    bf_buf_lit(out, "}}\n");
}
