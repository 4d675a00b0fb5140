#include "cmd/s3put/receipt.h"

#include "lib/json/write.h"

void receipt_put(struct bf_out *out, const struct receipt *r)
{
    struct bf_buf line;
    bf_buf_init(&line, 256 * 1024);
    bf_buf_lit(&line, "{\"bucket\":");
    bf_json_put_string(&line, bf_str_of(r->bucket));
    bf_buf_lit(&line, ",\"key\":");
    bf_json_put_string(&line, r->key);
    if (r->has_records) {
        bf_buf_lit(&line, ",\"records\":");
        bf_buf_u64(&line, r->records);
    }
    bf_buf_lit(&line, ",\"bytes\":");
    bf_buf_u64(&line, r->bytes);
    if (!r->dry_run) {
        bf_buf_lit(&line, ",\"etag\":");
        bf_json_put_string(&line, bf_str_of(r->etag));
    }
    if (r->checksum != BF_CHECKSUM_NONE)
        bf_buf_addf(&line, ",\"checksum\":\"%s:%s\"", bf_checksum_name(r->checksum),
                    r->checksum_value);
    bf_buf_lit(&line, ",\"partition\":");
    bf_buf_adds(&line, r->partition.n ? r->partition : BF_STR("{}"));
    bf_buf_adds(&line, r->dry_run ? BF_STR(",\"dry_run\":true}") : BF_STR("}"));
    if (bf_buf_ok(&line))
        bf_out_line(out, bf_buf_view(&line));
    bf_buf_free(&line);
}
