/*
 * JSON answers: errors as the services spell them, request ids, checksums.
 *
 * The table of errors is here once: code, HTTP status, and whether it belongs
 * to the service or to the framework in front of it ("coral"), which DynamoDB
 * shows in __type. An operation says
 *
 *     return bl_fail(c, BL_ValidationException, "One or more parameter values were invalid: ...");
 */
#ifndef BL_REPLY_H
#define BL_REPLY_H

#include "cmd/bflocal/http/call.h"

enum bl_family { BL_OF_SERVICE, BL_OF_CORAL, BL_OF_VALIDATION };

/* clang-format off */
#define BL_ERRORS(X)                                                   \
    X(ValidationException,                           400, VALIDATION)  \
    X(SerializationException,                        400, CORAL)       \
    X(UnknownOperationException,                     400, CORAL)       \
    X(MissingAuthenticationTokenException,           400, CORAL)       \
    X(IncompleteSignatureException,                  400, CORAL)       \
    X(InvalidSignatureException,                     400, CORAL)       \
    X(UnrecognizedClientException,                   400, CORAL)       \
    X(ExpiredTokenException,                         400, CORAL)       \
    X(AccessDeniedException,                         400, CORAL)       \
    X(ThrottlingException,                           400, CORAL)       \
    X(ServiceUnavailable,                            503, CORAL)       \
    X(RequestEntityTooLarge,                         413, CORAL)       \
    X(InternalFailure,                               500, CORAL)       \
    X(InternalServerError,                           500, SERVICE)     \
    X(ResourceNotFoundException,                     400, SERVICE)     \
    X(ResourceInUseException,                        400, SERVICE)     \
    X(TableNotFoundException,                        400, SERVICE)     \
    X(ConditionalCheckFailedException,               400, SERVICE)     \
    X(TransactionCanceledException,                  400, SERVICE)     \
    X(TransactionConflictException,                  400, SERVICE)     \
    X(TransactionInProgressException,                400, SERVICE)     \
    X(IdempotentParameterMismatchException,          400, SERVICE)     \
    X(ItemCollectionSizeLimitExceededException,      400, SERVICE)     \
    X(ProvisionedThroughputExceededException,        400, SERVICE)     \
    X(RequestLimitExceeded,                          400, SERVICE)     \
    X(LimitExceededException,                        400, SERVICE)     \
    X(TrimmedDataAccessException,                    400, SERVICE)     \
    X(ExpiredIteratorException,                      400, SERVICE)     \
    X(ExpiredNextTokenException,                     400, SERVICE)     \
    X(InvalidArgumentException,                      400, SERVICE)
/* clang-format on */

enum bl_error {
#define BL_ERROR_ENUM(name, status, family) BL_##name,
    BL_ERRORS(BL_ERROR_ENUM)
#undef BL_ERROR_ENUM
};

/* Sets the answer to an error; returns false. */
bool bl_fail(struct bl_call *c, enum bl_error error, const char *fmt, ...) BF_PRINTF(3, 4);

/* The same with further members behind the message: `,"Item":{...}`. */
bool bl_fail_with(struct bl_call *c, enum bl_error error, struct bf_str members, const char *fmt,
                  ...) BF_PRINTF(4, 5);

/* The machine failed us (store, memory): 500, InternalServerError or InternalFailure. e is told on
 * standard error as well. */
bool bl_fail_err(struct bl_call *c, const struct bf_err *e);

/* What the signature check found. */
bool bl_fail_auth(struct bl_call *c);

/* The fault that hit this call, when it is one that replaces the answer: throttle, 500, 503, iterator.
 * True: the answer is set. */
bool bl_reply_fault(struct bl_call *c);

/* Headers and checksum of a JSON answer, once its body stands. */
void bl_reply_finish(struct bl_call *c);

/* A new request id: 52 characters A-Z 0-9 for DynamoDB, a UUID for the others. */
void bl_reply_request_id(struct bl_call *c);

#endif
