#include "cmd/bflocal/s3/refuse.h"

#include "cmd/bflocal/s3/s3.h"
#include "cmd/bflocal/wire/xml.h"

static const struct {
    const char *wire;
    enum bl_s3_error error;
    const char *text; /* NULL: that of the error */
} words[] = {
    {"encoding-type", BL_S3_InvalidArgument, "Invalid Encoding Method specified in Request"},
    {"max-buckets", BL_S3_InvalidArgument,
     "Argument max-buckets must be an integer between 1 and 10000"},
    {"max-keys", BL_S3_InvalidArgument, "Provided max-keys not an integer or within integer range"},
    {"max-parts", BL_S3_InvalidArgument,
     "Provided max-parts not an integer or within integer range"},
    {"max-uploads", BL_S3_InvalidArgument,
     "Provided max-uploads not an integer or within integer range"},
    {"partNumber", BL_S3_InvalidArgument,
     "Part number must be an integer between 1 and 10000, inclusive"},
    {"part-number-marker", BL_S3_InvalidArgument,
     "Provided part-number-marker not an integer or within integer range"},
    {"x-amz-checksum-algorithm", BL_S3_InvalidRequest,
     "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
     "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"},
    {"x-amz-checksum-type", BL_S3_InvalidRequest,
     "Value for x-amz-checksum-type header is invalid."},
    {"x-amz-copy-source", BL_S3_InvalidArgument,
     "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"},
    {"x-amz-metadata-directive", BL_S3_InvalidArgument, "Unknown metadata directive."},
    {"x-amz-object-attributes", BL_S3_InvalidArgument, "Invalid attribute name specified."},
    {"x-amz-object-lock-legal-hold", BL_S3_InvalidArgument,
     "Legal Hold must be either of 'ON' or 'OFF'"},
    {"x-amz-object-lock-mode", BL_S3_InvalidArgument, "Unknown wormMode directive."},
    {"x-amz-sdk-checksum-algorithm", BL_S3_InvalidRequest,
     "Value for x-amz-sdk-checksum-algorithm header is invalid."},
    {"x-amz-server-side-encryption", BL_S3_InvalidArgument,
     "The encryption method specified is not supported"},
    {"x-amz-storage-class", BL_S3_InvalidStorageClass, NULL},
    {"x-amz-tagging-directive", BL_S3_InvalidArgument, "Unknown tagging directive."},
};

/* The model's own words are not S3's. */
void bl_s3_refuse(struct bl_call *c, const struct bl_outside *wrong, struct bf_str text)
{
    (void)text;
    if (wrong->place == BL_IN_HEADER && !bl_header(c, wrong->wire).p) {
        bl_s3_failf(c, BL_S3_InvalidRequest, "Missing required header for this request: %s",
                    wrong->wire);
        return;
    }
    for (size_t i = 0; i < BF_COUNT(words); i++)
        if (strcmp(words[i].wire, wrong->wire) == 0) {
            bl_s3_fail_with(c, words[i].error, bf_str(NULL, 0), words[i].text);
            return;
        }
    bl_s3_failf(c, BL_S3_InvalidArgument, "Invalid value of %s", wrong->wire);
}
