/*
 * All errors of the JSON protocols: code, HTTP status, and whether the service itself
 * answers with it or the framework in front of the service ("coral"). DynamoDB shows
 * that difference in __type.
 */
#ifndef BL_JSON_ERROR_H
#define BL_JSON_ERROR_H

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
    X(ServiceUnavailableException,                   503, SERVICE)     \
    X(RequestEntityTooLarge,                         413, CORAL)       \
    X(InternalFailure,                               500, CORAL)       \
    X(InternalServerError,                           500, SERVICE)     \
    X(ServiceException,                              500, SERVICE)     \
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
    X(InvalidArgumentException,                      400, SERVICE)     \
    X(InvalidRequestException,                       400, SERVICE)     \
    X(MetadataException,                             400, SERVICE)     \
    X(TooManyRequestsException,                      400, SERVICE)     \
    X(EntityNotFoundException,                       400, SERVICE)     \
    X(InvalidEventPatternException,                  400, SERVICE)     \
    X(ResourceAlreadyExistsException,                400, SERVICE)     \
    X(AlreadyExistsException,                        400, SERVICE)     \
    X(InvalidInputException,                         400, SERVICE)     \
    X(ConcurrentModificationException,               400, SERVICE)
/* clang-format on */

enum bl_error {
#define BL_ERROR_ENUM(name, status, family) BL_##name,
    BL_ERRORS(BL_ERROR_ENUM)
#undef BL_ERROR_ENUM
};

#endif
