/*
 * S3's errors: code, HTTP status and default message in one table (S3 API reference,
 * "Error responses"), answered as <Error> documents.
 */
#ifndef BL_S3_ERROR_H
#define BL_S3_ERROR_H

#include "cmd/bflocal/http/call.h"

/* clang-format off */
#define BL_S3_ERRORS(X)                                                                                        \
    X(AccessControlListNotSupported, 400, "The bucket does not allow ACLs")                                    \
    X(AccessDenied, 403, "Access Denied")                                                                      \
    X(AuthorizationHeaderMalformed, 400, "The authorization header is malformed")                              \
    X(AuthorizationQueryParametersError, 400, "The query parameters are malformed")                            \
    X(BadRequest, 400, "Bad Request")                                                                          \
    X(BadDigest, 400, "The Content-MD5 you specified did not match what we received.")                         \
    X(BucketAlreadyOwnedByYou, 409, "Your previous request to create the named bucket succeeded and you already own it.") \
    X(BucketNotEmpty, 409, "The bucket you tried to delete is not empty")                                      \
    X(ConditionalRequestConflict, 409, "The conditional request cannot succeed due to a conflicting operation against this resource.") \
    X(EntityTooLarge, 400, "Your proposed upload exceeds the maximum allowed size")                            \
    X(EntityTooSmall, 400, "Your proposed upload is smaller than the minimum allowed size")                    \
    X(ExpiredToken, 400, "The provided token has expired.")                                                    \
    X(IllegalLocationConstraintException, 400, "The location constraint is incompatible for the region specific endpoint this request was sent to.") \
    X(IncompleteBody, 400, "The request body terminated unexpectedly")                                         \
    X(InternalError, 500, "We encountered an internal error. Please try again.")                               \
    X(InvalidAccessKeyId, 403, "The AWS Access Key Id you provided does not exist in our records.")            \
    X(InvalidArgument, 400, "Invalid Argument")                                                                \
    X(InvalidBucketAclWithObjectOwnership, 400, "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting") \
    X(InvalidBucketName, 400, "The specified bucket is not valid.")                                            \
    X(InvalidDigest, 400, "The Content-MD5 you specified was invalid.")                                        \
    X(InvalidPart, 400, "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.") \
    X(InvalidPartOrder, 400, "The list of parts was not in ascending order. Parts must be ordered by part number.") \
    X(InvalidRange, 416, "The requested range is not satisfiable")                                             \
    X(InvalidRequest, 400, "Invalid Request")                                                                  \
    X(InvalidStorageClass, 400, "The storage class you specified is not valid")                                \
    X(InvalidTag, 400, "The tag provided was not a valid tag.")                                                \
    X(InvalidToken, 400, "The provided token is malformed or otherwise invalid.")                              \
    X(InvalidURI, 400, "Couldn't parse the specified URI.")                                                    \
    X(KeyTooLongError, 400, "Your key is too long")                                                            \
    X(MalformedXML, 400, "The XML you provided was not well-formed or did not validate against our published schema") \
    X(MetadataTooLarge, 400, "Your metadata headers exceed the maximum allowed metadata size")                 \
    X(MethodNotAllowed, 405, "The specified method is not allowed against this resource.")                     \
    X(MissingContentLength, 411, "You must provide the Content-Length HTTP header.")                           \
    X(MissingRequestBodyError, 400, "Request Body is empty")                                                   \
    X(NoSuchBucketPolicy, 404, "The bucket policy does not exist")                                             \
    X(NoSuchCORSConfiguration, 404, "The CORS configuration does not exist")                                   \
    X(NoSuchLifecycleConfiguration, 404, "The lifecycle configuration does not exist")                         \
    X(NoSuchPublicAccessBlockConfiguration, 404, "The public access block configuration was not found")         \
    X(NoSuchTagSet, 404, "The TagSet does not exist")                                                          \
    X(NoSuchBucket, 404, "The specified bucket does not exist")                                                \
    X(NoSuchKey, 404, "The specified key does not exist.")                                                     \
    X(NoSuchUpload, 404, "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.") \
    X(NotImplemented, 501, "A header you provided implies functionality that is not implemented")              \
    X(PreconditionFailed, 412, "At least one of the pre-conditions you specified did not hold")                \
    X(RequestHeaderSectionTooLarge, 400, "Your request header section exceeds the maximum allowed request header section size.") \
    X(RequestTimeTooSkewed, 403, "The difference between the request time and the current time is too large.") \
    X(ServiceUnavailable, 503, "Service is unable to handle request.")                                         \
    X(SignatureDoesNotMatch, 403, "The request signature we calculated does not match the signature you provided. Check your key and signing method.") \
    X(SlowDown, 503, "Please reduce your request rate.")                                                       \
    X(XAmzContentSHA256Mismatch, 400, "The provided 'x-amz-content-sha256' header does not match what was computed.")
/* clang-format on */

enum bl_s3_error {
#define BL_S3_ENUM(name, status, message) BL_S3_##name,
    BL_S3_ERRORS(BL_S3_ENUM)
#undef BL_S3_ENUM
};

/* Answers the error with its default message; returns false. */
bool bl_s3_fail(struct bl_call *c, enum bl_s3_error error);

/* With a message of its own. */
bool bl_s3_failf(struct bl_call *c, enum bl_s3_error error, const char *fmt, ...) BF_PRINTF(3, 4);

/* With further elements after the message: "<Key>a</Key>". text NULL: the default message. */
bool bl_s3_fail_with(struct bl_call *c, enum bl_s3_error error, struct bf_str elements,
                     const char *text);

/* A failure of the machine: answers 500 and prints e on standard error. Returns false. */
bool bl_s3_fail_err(struct bl_call *c, const struct bf_err *e);

/* Ends an operation that only reads: unlocks the store. False: the store had failed, and the
 * answer is set. */
bool bl_s3_end_read(struct bl_call *c) BF_MUST;

/* Answers that something does not exist, or that the store, which is locked, failed to look for
 * it. Returns false. */
bool bl_s3_missing(struct bl_call *c, enum bl_s3_error code);

/* Answers the error of the signature check; returns false. */
bool bl_s3_fail_auth(struct bl_call *c);

/* Applies a fault that replaces the answer. True: the answer is set. */
bool bl_s3_reply_fault(struct bl_call *c);

#endif
