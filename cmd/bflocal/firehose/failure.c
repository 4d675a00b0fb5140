#include "cmd/bflocal/firehose/failure.h"

#include "lib/encoding/base64.h"
#include "lib/json/write.h"

const char *bl_fh_failed_name(enum bl_fh_failed type)
{
    static const char *const names[] = {"processing-failed", "metadata-extraction-failed",
                                        "format-conversion-failed"};
    return names[type];
}

void bl_fh_failure_put(struct bf_buf *out, const struct bl_fh_record *r,
                       const struct bl_fh_failure *why, int64_t now_ms)
{
    bool conversion = why->type == BL_FH_CONVERSION;
    bf_buf_addf(
        out, "{\"attemptsMade\":%lld,\"arrivalTimestamp\":%lld,\"%s\":", (long long)why->attempts,
        (long long)r->at_ms, conversion ? "lastErrorCode" : "errorCode");
    bf_json_put_string(out, bf_str_of(why->code));
    bf_buf_addf(out, ",\"%s\":", conversion ? "lastErrorMessage" : "errorMessage");
    bf_json_put_string(out, bf_str_of(why->message));
    bf_buf_addf(out, ",\"attemptEndingTimestamp\":%lld,\"rawData\":\"", (long long)now_ms);
    bf_base64_encode(out, r->data);
    bf_buf_addc(out, '"');
    if (why->function.n) {
        bf_buf_lit(out, ",\"lambdaArn\":");
        bf_json_put_string(out, why->function);
    }
    if (conversion) {
        bf_buf_lit(out,
                   ",\"sequenceNumber\":null,\"subSequenceNumber\":null,\"dataCatalogTable\":");
        bf_buf_adds(out, why->table);
    }
    bf_buf_lit(out, "}\n");
}
