#include "cmd/s3put/input.h"

#include <inttypes.h>
#include <unistd.h>

#include "lib/checkpoint/mark.h"

bool input_init(struct input *in, const struct config *c, struct bf_err *e)
{
    *in = (struct input){.config = c, .reader = {.fd = -1}};
    if (!bf_reader_init(&in->reader, STDIN_FILENO, "standard input", c->max_line, NULL, e))
        return false;
    if (c->format == FORMAT_CSV)
        bf_csv_init(&in->csv, &in->reader, ',', 0);
    return true;
}

void input_free(struct input *in)
{
    if (in->csv.in)
        bf_csv_free(&in->csv);
    bf_reader_close(&in->reader);
}

static bool is_blank(struct bf_str row)
{
    return bf_str_trim(row).n == 0;
}

static void drop_bom(struct input *in)
{
    if (in->line == 1)
        in->row = bf_mark_no_bom(in->row);
}

/* Reads one line; *again: the line is skipped. */
static enum input_got next_line(struct input *in, bool *again, struct bf_err *e)
{
    enum bf_line got = bf_reader_next_within(&in->reader, 0, &in->row, e);
    in->line = in->reader.line;
    switch (got) {
    case BF_LINE:
    case BF_LINE_PARTIAL:
        break;
    case BF_LINE_LONG:
        return INPUT_LONG;
    case BF_LINE_END:
        return INPUT_END;
    case BF_LINE_STOP:
        return INPUT_STOP;
    case BF_LINE_WAIT:
        return INPUT_WAIT;
    case BF_LINE_ERROR:
        return INPUT_ERROR;
    }
    if (in->config->format != FORMAT_TEXT) {
        drop_bom(in);
        *again = in->row.n == 0 || (in->row.p[0] != '{' && is_blank(in->row));
    }
    return got == BF_LINE ? INPUT_ROW : INPUT_REST;
}

/* Checks the length of a record, which is that of all its lines. */
static enum input_got take_record(struct input *in, bool *again, struct bf_err *e)
{
    drop_bom(in);
    if (in->row.n > in->config->max_line) {
        bf_err_set(e, BF_E_LIMIT, "%zu bytes, longer than the maximum of %" PRIu64, in->row.n,
                   in->config->max_line);
        return INPUT_BAD;
    }
    *again = is_blank(in->row) && !in->one_column;
    if (!*again && !in->headed) {
        in->headed = true;
        in->one_column = in->csv.n == 1;
    }
    return INPUT_ROW;
}

static enum input_got next_record(struct input *in, bool *again, struct bf_err *e)
{
    enum bf_csv_got got = bf_csv_next(&in->csv, 0, e);
    in->row = in->csv.raw;
    in->line = in->csv.line;
    switch (got) {
    case BF_CSV_RECORD:
        return take_record(in, again, e);
    case BF_CSV_BAD: /* a mark is not a record */
        return bf_mark_is(in->row) ? INPUT_ROW : INPUT_BAD;
    case BF_CSV_LONG:
        return INPUT_LONG;
    case BF_CSV_END:
        return INPUT_END;
    case BF_CSV_STOP:
        return INPUT_STOP;
    case BF_CSV_WAIT:
        return INPUT_WAIT;
    case BF_CSV_ERROR:
        return INPUT_ERROR;
    }
    return INPUT_ERROR;
}

enum input_got input_next(struct input *in, struct bf_err *e)
{
    for (;;) {
        bool again = false;
        enum input_got got = in->config->format == FORMAT_CSV ? next_record(in, &again, e)
                                                              : next_line(in, &again, e);
        if (!again)
            return got;
    }
}

void input_rest(const struct input *in, struct bf_buf *out)
{
    if (in->config->format == FORMAT_CSV)
        bf_csv_rest(&in->csv, out);
    else
        bf_buf_adds(out, bf_reader_rest(&in->reader));
}
