/* Builds the specification of athena_row from a table. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "cmd/bflocal/hive/hive.h"
#include "cmd/bflocal/http/document.h"

static const char *property(const json_t *sd, const json_t *table, const char *name)
{
    const json_t *serde = json_object_get(json_object_get(sd, "SerdeInfo"), "Parameters");
    const char *text = json_string_value(json_object_get(serde, name));
    if (!text)
        text = json_string_value(json_object_get(json_object_get(table, "Parameters"), name));
    return text;
}

static bool is_true(const json_t *sd, const json_t *table, const char *name, bool otherwise)
{
    const char *text = property(sd, table, name);
    return text ? strcasecmp(text, "true") == 0 : otherwise;
}

/* One character, also as "\t", "\\", "\u0001" or "\001". */
static char mark(const char *text, char otherwise)
{
    if (!text || !*text)
        return otherwise;
    if (*text != '\\' || !text[1])
        return *text;
    switch (text[1]) {
    case 't':
        return '\t';
    case 'n':
        return '\n';
    case 'u':
        return (char)strtol(text + 2, NULL, 16);
    default:
        return isdigit((unsigned char)text[1]) ? (char)strtol(text + 1, NULL, 8) : text[1];
    }
}

static char kind_of(const char *type)
{
    static const struct {
        const char *name;
        char kind;
    } kinds[] = {{"tinyint", 'i'},   {"smallint", 'i'}, {"int", 'i'},     {"bigint", 'i'},
                 {"decimal", 'd'},   {"float", 'f'},    {"double", 'f'},  {"boolean", 'b'},
                 {"date", 'D'},      {"array", 'n'},    {"map", 'n'},     {"struct", 'n'},
                 {"timestamp", 't'}, {"string", 's'},   {"varchar", 's'}, {"char", 's'}};
    for (size_t i = 0; i < BF_COUNT(kinds); i++)
        if (strncasecmp(type, kinds[i].name, strlen(kinds[i].name)) == 0)
            return kinds[i].kind;
    return '?';
}

/* Appends a column's JSON key, with its length before it; mapping.COLUMN=Key sets it for openx. */
static void put_key(struct bf_buf *out, const json_t *sd, const json_t *table, const char *name,
                    bool fold)
{
    char wanted[300];
    snprintf(wanted, sizeof wanted, "mapping.%.250s", name);
    const char *key = property(sd, table, wanted);
    bf_buf_addf(out, "%zu\t", strlen(key ? key : name));
    for (const char *p = key ? key : name; *p; p++)
        bf_buf_addc(out, fold ? (char)tolower((unsigned char)*p) : *p);
}

static void put_head(const json_t *sd, const json_t *table, enum bl_hive_format format, bool fold,
                     struct bf_buf *out)
{
    const char *serde = bl_document_text(json_object_get(sd, "SerdeInfo"), "SerializationLibrary");
    const char *delim = property(sd, table, "field.delim"), *formats;
    const char *escape = property(sd, table, "escape.delim"),
               *null = property(sd, table, "serialization.null.format");
    if (!delim)
        delim = property(sd, table, "serialization.format");
    bf_buf_adds(out, bf_str_of(format == BL_HIVE_JSON  ? "j\n"
                               : format == BL_HIVE_CSV ? "c\n"
                                                       : "l\n"));
    bool openx = strncmp(serde, "org.openx", 9) == 0;
    formats = property(sd, table, "timestamp.formats");
    bf_buf_adds(out, bf_str_of(fold ? "f" : ""));
    bf_buf_adds(out, bf_str_of(is_true(sd, table, "dots.in.keys", false) ? "d" : ""));
    bf_buf_adds(out, bf_str_of(is_true(sd, table, "ignore.malformed.json", false) ? "m" : ""));
    bf_buf_adds(out, bf_str_of(openx ? "o" : ""));
    bf_buf_adds(out, bf_str_of(formats && strchr(formats, 'T') ? "i" : ""));
    bf_buf_adds(out, bf_str_of(escape ? "e\n" : "\n"));
    if (format == BL_HIVE_CSV) {
        bf_buf_addc(out, mark(property(sd, table, "separatorChar"), ','));
        bf_buf_addc(out, mark(property(sd, table, "quoteChar"), '"'));
        bf_buf_addc(out, mark(property(sd, table, "escapeChar"), '\\'));
    } else {
        bf_buf_addc(out, delim && isdigit((unsigned char)*delim) && delim[1] == '\0'
                             ? (char)(*delim - '0')
                             : mark(delim, '\x01'));
        bf_buf_addc(out, ' ');
        bf_buf_addc(out, mark(escape, '\\'));
    }
    bf_buf_adds(out, bf_str_of(null ? null : "\\N"));
    bf_buf_addc(out, '\n');
}

bool bl_hive_spec(const json_t *sd, const json_t *table, enum bl_hive_format format,
                  struct bf_buf *out, struct bf_err *e)
{
    size_t i;
    json_t *column;
    bool fold = is_true(sd, table, "case.insensitive", true);
    put_head(sd, table, format, fold, out);
    json_array_foreach(json_object_get(sd, "Columns"), i, column)
    {
        const char *type = bl_document_text(column, "Type"),
                   *name = bl_document_text(column, "Name");
        char kind = kind_of(type);
        if (kind == '?' || (kind == 'n' && format != BL_HIVE_JSON))
            return bf_err_set(e, BF_E_INPUT,
                              "HIVE_UNSUPPORTED_FORMAT: bflocal cannot read %.100s (column %.100s) "
                              "from text",
                              type, name);
        bf_buf_addf(out, "%c\t", kind);
        put_key(out, sd, table, name, fold);
        bf_buf_addf(out, "\t%s\n", kind == 'n' ? type : "");
    }
    return bf_buf_check(out, "the table's columns", e);
}

bool bl_hive_column(const json_t *column, size_t i, enum bl_hive_format format, struct bf_buf *out,
                    struct bf_err *e)
{
    const char *type = bl_document_text(column, "Type");
    char kind = kind_of(type);
    if (format == BL_HIVE_CSV && kind == 't')
        bf_buf_addf(out, "epoch_ms(CAST(athena_r[%zu] AS BIGINT))", i);
    else if (format == BL_HIVE_CSV && kind == 'D')
        bf_buf_addf(out, "(DATE '1970-01-01' + CAST(athena_r[%zu] AS INTEGER))", i);
    else {
        bf_buf_adds(out, bf_str_of(kind == 'n' ? "CAST(CAST(" : "CAST("));
        bf_buf_addf(out, "athena_r[%zu]%s AS ", i, kind == 'n' ? " AS JSON)" : "");
        if (!bl_hive_type(type, out, e))
            return false;
        bf_buf_addc(out, ')');
    }
    return true;
}
