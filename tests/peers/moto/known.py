"""The known differences: where moto answers otherwise and the service's documentation, or its model in botocore, agrees with bflocal.

Each is a pattern of a line "service operation path | bflocal's | moto's | call" (path is "error" where one of both has failed), and
the reason with its source. One that no call shows any longer is a failure of the suite."""
import re

OPTIONAL = "botocore's model: a member of the answer that moto leaves out"
ADDED = "botocore's model: a member that need not be there; moto writes an empty one, or a default, where bflocal has nothing to tell"
MODEL = "botocore's model: the request is not one, and is refused before anything is looked up; moto does not check it"
BREAKS = "moto fails with 500"
STATE = "API reference, TableStatus: a table is CREATING, then ACTIVE, and DELETING in the answer of DeleteTable; moto always says ACTIVE"
UNASKED = "API reference, ReturnConsumedCapacity, ReturnItemCollectionMetrics: the default is NONE; moto always tells them"
SUMS = "S3 User Guide, Checking object integrity: since 2024 an object without a checksum of its client's gets CRC64NVME, and the answer tells it"
ENCRYPTED = "S3 User Guide, Default encryption FAQ: since January 2023 every object is encrypted by SSE-S3, and the answers say so"
SHARDS = ("Developer Guide, Resharding a stream: the parents are closed and the children get new ids; "
          "moto's SplitShard and MergeShards keep the parent open, or moved its records")
NUMBERS = "Developer Guide, Number: leading and trailing zeroes are trimmed; moto keeps the text as it was written"
UPDATED = "API reference, UpdateItem: UPDATED_NEW returns only the updated attributes; moto adds the key, or an empty map"
LIMIT = "Developer Guide, Paginating table query results: a LastEvaluatedKey does not mean that there is more; it is there if Limit was reached"
VERSIONS = "API reference, TableVersion: an integer, one more with each update; no reference says which is the first: 0 here, 1 in moto"
TARGETS = "API reference, RemoveTargets: what could not be removed is a FailedEntry; moto removes in silence what is not there"
PATTERNS = "EventBridge User Guide, event patterns; API reference, TestEventPattern: Result is always there, and InvalidEventPatternException; moto answers nothing"
NOT_THERE = "API reference, Errors of the operation: ResourceNotFoundException; moto takes any name"
TWO = "A request with two mistakes: no reference says which is told"

KNOWN = [
    # STS
    (r"sts assume_role \.PackedPolicySize", ADDED),
    (r"sts get_caller_identity \.Arn", "IAM User Guide, ARNs: a user's is arn:aws:iam::…:user/…; moto says arn:aws:sts"),
    (r"sts assume_role error \| \"ValidationError\" \| \"done\"", MODEL),
    # Kinesis
    (r"kinesis describe_stream_summary \.StreamDescriptionSummary\.ConsumerCount \| 0 \| \"absent\"", OPTIONAL),
    (r"kinesis describe_stream \.StreamDescription\.StreamModeDetails \| .* \| \"absent\"", OPTIONAL),
    (r"kinesis update_shard_count \.StreamARN \| .* \| \"absent\"", OPTIONAL),
    (r"kinesis (get_records|put_record|put_records|list_streams) error \| \".*\" \| \"500\"", BREAKS + ": an iterator that is none, a hash key of 2^128-1, a name that no stream has"),
    (r"kinesis get_records \.(ChildShards|NextShardIterator|Records)", SHARDS),
    (r"kinesis (describe_stream|list_shards) \.(StreamDescription\.)?Shards", "API reference, ExclusiveStartShardId: the shards after it; and " + SHARDS),
    (r"kinesis (put_records?) \.(Records\[\d\]\.)?ShardId", SHARDS),
    (r"kinesis describe_stream_summary \.StreamDescriptionSummary\.OpenShardCount", SHARDS),
    (r"kinesis describe_stream \.StreamDescription\.HasMoreShards", SHARDS),
    (r"kinesis (merge|split)_shards? error", SHARDS),
    (r"kinesis get_records error \| \"ResourceNotFoundException\" \| \"done\"", "API reference, GetRecords, Errors: the stream of the iterator is gone"),
    (r"kinesis list_streams \.NextToken \| \"ANY\" \| \"absent\"", OPTIONAL),
    (r"kinesis list_streams \.(StreamNames|HasMoreStreams)", "API reference, ListStreams: in the order of their names, so that those after ExclusiveStartStreamName are the rest; moto goes by creation"),
    (r"kinesis list_streams \.StreamSummaries", "API reference, ListStreams: the streams after ExclusiveStartStreamName; moto's summaries are of all"),
    (r"kinesis put_record error \| \"InvalidArgumentException\" \| \"ResourceNotFoundException\"", TWO),
    (r"kinesis update_shard_count error \| \"InvalidArgumentException\" \| \"done\"", "API reference, UpdateShardCount: not to more than double the shards, nor to less than half"),
    # S3
    (r"s3 (complete_multipart_upload|upload_part|upload_part_copy|delete_object_tagging|put_object_tagging) error \| \".*\" \| \"(500|404)\"", BREAKS + ", or 404 without a body, if there is no such upload, no such object, or an empty list of tags"),
    (r"s3 \w+ \.ServerSideEncryption \| \"AES256\" \| \"absent\"", ENCRYPTED),
    (r"s3 \w+ \.(\w+\.)?(\w+\[\d+\]\.)?Checksum(CRC64NVME|Type|Algorithm) \| .* \| \"absent\"", SUMS),
    (r"s3 list_multipart_uploads \.Prefix \| .* \| \"absent\"", OPTIONAL),
    (r"s3 list_objects \.(Marker|Prefix) \| .* \| \"absent\"", OPTIONAL),
    (r"s3 list_objects(_v2)? \.(Delimiter|Prefix|CommonPrefixes\[\d+\]\.Prefix) \| \"[^\"]*%20\"", "API reference, EncodingType: keys, prefixes and delimiter are encoded; moto encodes keys alone"),
    (r"s3 list_objects \.Contents \| .*'Delimiter': .*'MaxKeys'", "API reference, ListObjects, MaxKeys: keys and common prefixes together; moto counts keys alone"),
    (r"s3 list_objects \.NextMarker \| (\"absent\"|.* 'Delimiter')", "API reference, ListObjects: NextMarker is returned only with a delimiter, and is the last key or prefix; moto's is a token"),
    (r"s3 list_objects \.(IsTruncated|NextMarker) \| (true|\"\S+/\") \| (false|\"absent\")", "API reference, ListObjects, IsTruncated: not all was returned; moto does not count common prefixes"),
    (r"s3 (get|head)_object error \| \"done\" \| \"(InvalidRange|416)\"", "RFC 9110, 14.2: a range in a unit that is not known is ignored"),
    (r"s3 put_object_tagging error \| \"(BadRequest|InvalidTag)\" \| \"done\"", "S3 User Guide, object tags: up to 10, with unique keys"),
    (r"s3 list_objects(_v2)? \.(CommonPrefixes|KeyCount) ", "API reference, StartAfter, Marker: listing starts after this key, so a prefix is there if a key after it has it, and only then"),
    (r"s3 copy_object error \| \"InvalidRequest\" \| \"PreconditionFailed\"", TWO),
    (r"s3 list_objects_v2 \.Contents\[\d+\]\.Owner \| \"absent\"", "API reference, FetchOwner: the owner is not returned by default; moto takes false for true"),
    (r"s3 copy_object error \| \"PreconditionFailed\" \| \"done\"", "API reference, x-amz-copy-source-if-match: 412 if the ETag is another; moto ignores it"),
    (r"s3 head_object \.(ContentType|CacheControl)", "API reference, HeadObject: response-content-type sets the header; moto ignores it"),
    (r"s3 get_public_access_block error \| \"done\"", "S3 User Guide, Block Public Access: since April 2023 a new bucket has all four settings"),
    (r"s3 get_bucket_encryption error \| \"done\"", ENCRYPTED),
    (r"s3 (complete_multipart_upload|upload_part|upload_part_copy|put_object) error \| \"(InvalidPart|InvalidPartOrder|BadDigest|InvalidDigest|InvalidArgument)\"", "S3, Error responses: a wrong ETag, or order of parts, a Content-MD5 that is not the body's or is none, a part number outside 1 to 10000; moto checks less, or later"),
    (r"s3 complete_multipart_upload \.VersionId \| \"absent\" \| \"null\"", "API reference, x-amz-version-id: of a bucket with versions"),
    (r"s3 put_object_tagging error \| \"(BadRequest|InvalidTag)\" \| \"NoSuchKey\"", TWO),
    (r"s3 (get|head)_object \.TagCount \| \"absent\"", "API reference, CopyObject, x-amz-tagging-directive: by default the source's tags; moto leaves those of the object that was there"),
    (r"s3 get_bucket_encryption \.\S*BucketKeyEnabled \| \"absent\" \| false", ADDED),
    (r"s3 \w+ \.TransitionDefaultMinimumObjectSize \| \"absent\"", ADDED),
    (r"s3 get_bucket_notification_configuration \.EventBridgeConfiguration \| \{\} \| \"absent\"", "API reference, EventBridgeConfiguration: enables delivery; moto does not tell it"),
    (r"s3 create_bucket error \| \"InvalidBucketName\" \| \"done\"", "S3 User Guide, bucket naming rules: lower case, no underscore; moto takes A_B"),
    (r"s3 delete_objects \.Deleted \| \"absent\"", "API reference, DeleteObjects: in quiet mode only errors are returned; moto returns the deleted keys once there is one that is not"),
    (r"s3 (get|head)_object error \| \"(InvalidRange|416)\" \| \"done\"", "RFC 9110, 14.1.2: a suffix range of an empty object cannot be satisfied"),
    # EventBridge
    (r"events test_event_pattern (error|\.Result)", PATTERNS),
    (r"events put_rule error \| \"InvalidEventPatternException\"", PATTERNS),
    (r"events put_rule error \| \"ValidationException\" \| \"done\"", "EventBridge User Guide, rate expressions: 1 minute, 5 minutes; moto takes 1 minutes"),
    (r"events list_event_buses \.EventBuses\[\d+\]\.(CreationTime|LastModifiedTime) \| \"TIME\" \| \"absent\"", OPTIONAL),
    (r"events (create_event_bus|list_event_buses) \.(\w+\[\d+\]\.)?Description \| \"d\" \| \"absent\"", OPTIONAL),
    (r"events remove_targets \.Failed", TARGETS),
    (r"events put_events error \| \"done\" \| \"500\"", BREAKS + " if a rule compares a list with a number"),
    (r"events (untag_resource|tag_resource|list_tags_for_resource) error \| \"ResourceNotFoundException\" \| \"done\"", NOT_THERE),
    (r"events delete_event_bus error \| \"ValidationException\" \| \"done\"", "EventBridge User Guide, Deleting an event bus: its rules are deleted first"),
    # Firehose
    (r"firehose (start|stop)_delivery_stream_encryption error", "bflocal has no encryption of delivery streams, and says so by a modelled error; moto fails with 500"),
    (r"firehose list_delivery_streams error \| \"done\" \| \"500\"", BREAKS + " if ExclusiveStartDeliveryStreamName is of no stream of the type"),
    (r"firehose describe_delivery_stream \.DeliveryStreamDescription\.(DeliveryStreamEncryptionConfiguration|Source\.\S*\.DeliveryStartTimestamp) \| .* \| \"absent\"", OPTIONAL),
    (r"firehose describe_delivery_stream \.DeliveryStreamDescription\.Destinations\[0\]\.(Extended)?S3DestinationDescription\.\w+ \| .* \| \"absent\"",
     "botocore's model: BufferingHints, CompressionFormat, EncryptionConfiguration are required in both descriptions of a destination; moto tells what the caller gave, and nothing after an update"),
    (r"firehose describe_delivery_stream \.DeliveryStreamDescription\.LastUpdateTimestamp \| \"absent\"", "botocore's model: when the stream was last updated; moto tells one for a stream that never was"),
    (r"firehose put_record(_batch)? error \| \"InvalidArgumentException\" \| \"done\"", "Firehose Developer Guide: a stream with a Kinesis source takes no direct puts"),
    # Glue
    (r"glue \w+ \.\S*(CreatedBy|IsRegisteredWithLakeFormation|Retention|Compressed|NumberOfBuckets|SortColumns|StoredAsSubDirectories|UpdateTime|CatalogId) \| .* \| \"absent\"", OPTIONAL),
    (r"glue batch_\w+ \.(Errors|UnprocessedKeys) \| .* \| \"absent\"", OPTIONAL),
    (r"glue \w+ \.\S*VersionId \| \"\d+\" \| \"\d+\"", VERSIONS),
    (r"glue (get|delete)_table_version error", VERSIONS),
    (r"glue get_databases \.DatabaseList", "Athena User Guide: a catalog has the database default; moto's is empty"),
    (r"glue \w+ \.\S*PartitionKeys \| \[\] \| \"absent\"", OPTIONAL),
    (r"glue (create|update)_partition error \| \"InvalidInputException\" \| \"done\"", "API reference, PartitionInput: as many values as the table has partition keys; moto does not count"),
    (r"glue (update_partition error|batch_update_partition \.Errors\[\d+\]\.ErrorDetail\.ErrorCode) \| \"InvalidInputException\" \| \"EntityNotFoundException\"", TWO),
    # Athena
    (r"athena \w+ error \| \"\w+\" \| \"500\"", BREAKS + ": what is not there, and operations that it has not"),
    (r"athena start_query_execution error \| \"InvalidRequestException\" \| \"done\"", MODEL),
    (r"athena (delete|get)_work_group error \| \"InvalidRequestException\" \| \"done\"", "API reference, Errors of the operation: InvalidRequestException; moto takes any name"),
    (r"athena list_data_catalogs \.DataCatalogsSummary", "API reference, ListDataCatalogs: an account has AwsDataCatalog"),
    (r"athena get_data_catalog error \| \"InvalidRequestException\" \| \"done\"", "API reference, GetDataCatalog, Errors; moto takes any name"),
    (r"athena get_data_catalog \.DataCatalog \| .* \| \"absent\"", "API reference, ListDataCatalogs: an account has AwsDataCatalog"),
    (r"athena get_query_execution \.QueryExecution\.(EngineVersion|QueryExecutionContext|SubstatementType|WorkGroup) \| .* \| \"absent\"", OPTIONAL),
    (r"athena get_query_execution \.QueryExecution\.Status\.State \| \"SUCCEEDED\" \| \"CANCELLED\"", "API reference, StopQueryExecution: it stops a query that runs; moto cancels one that has ended"),
    (r"athena list_query_executions \.QueryExecutionIds", "API reference, ListQueryExecutions: without a workgroup those of primary, where a query without one runs; moto knows no default"),
    (r"athena (get_named_query|list_work_groups|get_work_group) \.\S*Description \| \"\" \| \"absent\"", OPTIONAL),
    (r"athena (list_databases|get_database) \.\S*Description \| \"absent\" \| \"\"", ADDED),
    (r"athena get_work_group \.WorkGroup\.Configuration\.(EnableMinimumEncryptionConfiguration|PublishCloudWatchMetricsEnabled|RequesterPaysEnabled) \| \"absent\" \| false", ADDED),
    (r"athena get_work_group \.WorkGroup\.Configuration\.ResultConfiguration \| \{\} \| \"absent\"", OPTIONAL),
    (r"athena create_prepared_statement error \| \"InvalidRequestException\" \| \"done\"", "API reference, CreatePreparedStatement, UpdatePreparedStatement: one is made, the other changes it; moto replaces it"),
    (r"athena get_query_runtime_statistics \.QueryRuntimeStatistics\.\S+ \| \"absent\"", ADDED),
    # Lambda
    (r"lambda \w+ \.(\S*\.)?(\w+\[\d+\]\.)?(LastUpdateStatus|LoggingConfig|RevisionId) \| .* \| \"absent\"", OPTIONAL),
    (r"lambda \w+ \.(\S*\.)?(\w+\[\d+\]\.)?Layers \| \"absent\" \| \[\]", ADDED),
    (r"lambda \w+_mappings? \.(\w+\[\d+\]\.)?(BisectBatchOnFunctionError|DestinationConfig|FunctionResponseTypes|LastProcessingResult|MaximumBatchingWindowInSeconds|MaximumRecordAgeInSeconds|"
     r"MaximumRetryAttempts|TumblingWindowInSeconds|ParallelizationFactor) \| .* \| \"absent\"", OPTIONAL),
    (r"lambda \w+_mappings? \.(\w+\[\d+\]\.)?StateTransitionReason", "API reference, StateTransitionReason: a text; no reference lists the values"),
    (r"lambda (update|delete)_event_source_mapping error \| \"ResourceNotFoundException\" \| \"done\"", NOT_THERE),
    (r"lambda (list_versions_by_function|add_permission) error \| \"ResourceNotFoundException\" \| \"done\"", NOT_THERE),
    (r"lambda (create_function|create_event_source_mapping|update_function_configuration) error \| \"(ValidationException|InvalidParameterValueException)\" \| \"(done|500|Resource\w+)\"", MODEL + "; or a runtime that bflocal does not run, a stream that is not there"),
    (r"lambda create_event_source_mapping error \| \"ResourceConflictException\" \| \"done\"", "API reference, CreateEventSourceMapping, Errors: one mapping for a function and a source; moto makes another"),
    (r"lambda add_permission error \| \"ResourceConflictException\" \| \"done\"", "API reference, AddPermission, Errors: the statement is there already; moto replaces it"),
    (r"lambda get_policy error \| \"ResourceNotFoundException\" \| \"done\"", "API reference, GetPolicy, Qualifier: the policy of that version or alias; moto has one for all"),
    (r"lambda get_function(_configuration)? \.(Configuration\.)?FunctionArn .* 'Qualifier': 'live'", "API reference, GetFunction, Qualifier: the ARN is the one that was asked for; moto's is that of the alias's version"),
    (r"lambda create_alias error \| \"ResourceConflictException\" \| \"ConflictException\"", "botocore's model: CreateAlias's error is ResourceConflictException"),
    (r"lambda create_alias error \| \"ResourceConflictException\" \| \"ResourceNotFoundException\"", TWO),
    (r"lambda list_aliases \.Aliases \| \[\]", "API reference, ListAliases, FunctionVersion: only aliases of that version; moto returns all"),
    (r"lambda delete_function error \| \"ResourceConflictException\" \| \"done\"", "API reference, DeleteFunction: a version that an alias references cannot be deleted"),
    (r"lambda delete_(function|alias) error \| \"done\" \| \"ResourceNotFoundException\"", "botocore's model: DeleteAlias has no ResourceNotFoundException; deletion of a version or an alias that is gone is repeated without an error"),
    (r"lambda (publish_version|list_versions_by_function) ", "API reference, PublishVersion: no version is published if code and configuration have not changed since the last one; moto forgets its first"),
    # DynamoDB
    (r"dynamodb \w+ \.\S*(LocalSecondaryIndexes|GlobalSecondaryIndexes) \| \"absent\" \| \[\]", ADDED),
    (r"dynamodb \w+ \.\S*WarmThroughput \| \"absent\"", ADDED),
    (r"dynamodb \w+ \.\S*(TableId|IndexArn|IndexSizeBytes|ItemCount|NumberOfDecreasesToday) \| .* \| \"absent\"", OPTIONAL),
    (r"dynamodb (create|delete)_table \.TableDescription\.\S*(Table|Index)Status", STATE),
    (r"dynamodb \w+ \.\S*LastUpdateToPayPerRequestDateTime \| \"TIME\" \| \"absent\"", OPTIONAL),
    (r"dynamodb delete_table \.TableDescription\.(AttributeDefinitions|CreationDateTime|KeySchema|GlobalSecondaryIndexes|LocalSecondaryIndexes) \| \"absent\"",
     "API reference, DeleteTable, the example's answer: state, sizes and throughput; moto describes the table in full"),
    (r"dynamodb \w+ \.(ConsumedCapacity|ItemCollectionMetrics) \| \"absent\"", UNASKED),
    (r"dynamodb query error \| \"ValidationException\" \| \"ResourceNotFoundException\"", "botocore's model: ResourceNotFoundException is of a table; DynamoDB says ValidationException for an index (dynamodb-conformance's tests)"),
    (r"dynamodb \w+ error \| \"(done|ConditionalCheckFailedException|ResourceNotFoundException|TransactionCanceledException)\" \| \"500\"", BREAKS + ": size() of a number or nothing, DescribeKinesisStreamingDestination"),
    (r"dynamodb transact_\w+_items error \| \"ResourceNotFoundException\"", "API reference, TransactWriteItems, Errors: ResourceNotFoundException; moto cancels the transaction"),
    (r"dynamodb (tag|untag)_resource error \| \"ResourceNotFoundException\" \| \"done\"", NOT_THERE),
    (r"dynamodb update_item \.Attributes(\.(id|n))? \| \"absent\"", UPDATED),
    (r"dynamodb get_item \.Item \| \"absent\" \| \{\"id\": \{\"S\": \"a\"\}\}", "API reference, AttributeUpdates, DELETE without an item: nothing happens; moto makes one with the key alone"),
    (r"dynamodb (query|scan) \.LastEvaluatedKey", LIMIT),
    (r"dynamodb \w+ \.\S*\.N \| \"[\d.-]+\" \| \"(1E3|1\.50)\"", NUMBERS),
    (r"dynamodb update_time_to_live error \| \"ValidationException\" \| \"done\"", "API reference, UpdateTimeToLive: what is disabled cannot be disabled (dynamodb-conformance's tests)"),
    (r"dynamodb (update|describe)_time_to_live error \| \"ResourceNotFoundException\" \| \"ResourceNotFound\"", "botocore's model: the error is ResourceNotFoundException"),
    (r"dynamodb update_item error \| \"ValidationException\" \| \"ConditionalCheckFailedException\"", MODEL),
    (r"dynamodb \w+ error \| \"\w+\" \| \"\w+\" \| .*'none'", TWO),
    (r"dynamodb scan error \| \"done\" \| \"ValidationException\" \| .*size", "API reference, Condition: size of an attribute that an item has not makes the condition false; moto refuses the scan"),
    (r"dynamodb get_item \.ConsumedCapacity\.CapacityUnits \| 1\.0 \| 0\.5", "Developer Guide, read consistency: a strongly consistent read takes twice the units"),
]
PATTERNS_OF = [(re.compile(pattern), pattern) for pattern, _ in KNOWN]


def of(line):
    """The entry that covers a line, or None."""
    return next((text for pattern, text in PATTERNS_OF if pattern.match(line)), None)


def services():
    """The service of each entry."""
    return {pattern: pattern.split(" ")[0] for pattern, _ in KNOWN}
