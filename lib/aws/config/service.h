/* The supported services. Their names, endpoints and signing: endpoint.h. */
#ifndef BF_AWS_CONFIG_SERVICE_H
#define BF_AWS_CONFIG_SERVICE_H

enum bf_aws_service {
    BF_AWS_DYNAMODB,
    BF_AWS_STREAMS, /* DynamoDB Streams */
    BF_AWS_KINESIS,
    BF_AWS_S3,
    BF_AWS_FIREHOSE,
    BF_AWS_ATHENA,
    BF_AWS_EVENTS,
    BF_AWS_STS,
    BF_AWS_SSO, /* the portal of IAM Identity Center */
    BF_AWS_SSO_OIDC,
    BF_AWS_SIGNIN,
    BF_AWS_SERVICES
};

#endif
