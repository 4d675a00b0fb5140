// AWS's SDK for JavaScript v3 with its defaults (CRC32 of every upload, streams in aws-chunked with a trailer) against
// AWS_ENDPOINT_URL: one line "name|got|as wanted" for each case. Kinesis gets JSON over HTTP/2, the SDK's
// default there, and CBOR over HTTP/1.1.
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as streams from "@aws-sdk/client-dynamodb-streams";
import * as kinesis from "@aws-sdk/client-kinesis";
import * as s3 from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import cbor from "cbor"; // kinesalite's

const Bucket = "sdk", TableName = "sdk";
const wait = { maxWaitTime: 600 };

// The name of the error; otherwise "as wanted".
async function caseOf(name, f) {
    const got = await f().then(v => (v === undefined || v === true ? "as wanted" : JSON.stringify(v)), e => `${e.name}: ${e.message}`);
    console.log(`${name}|${got.slice(0, 300)}|as wanted`);
}
const step = caseOf;
const fails = (promise, wanted) => promise.then(() => "taken", e => e.name === wanted || e.name);

async function objects() {
    const client = new s3.S3Client({ forcePathStyle: true });
    const big = randomBytes(11 << 20), key = "a b/+ä%.txt";
    const send = (name, more) => client.send(new s3[name + "Command"]({ Bucket, ...more }));
    const bytes = async Key => Buffer.from(await (await send("GetObject", { Key })).Body.transformToByteArray()); // the SDK checks the checksum
    await step("SDK: CreateBucket and waiter", async () => {
        await send("CreateBucket", {});
        await s3.waitUntilBucketExists({ client, ...wait }, { Bucket });
    });
    await step("SDK: PutObject, GetObject", async () => {
        await send("PutObject", { Key: key, Body: "hello", Metadata: { k: "v" } });
        return (await bytes(key)).equals(Buffer.from("hello"));
    });
    await step("SDK: a stream in aws-chunked with a trailer", async () => {
        await send("PutObject", { Key: "stream", Body: Readable.from([big.subarray(0, 100000), big.subarray(100000, 3000000)]), ContentLength: 3000000 });
        return (await bytes("stream")).equals(big.subarray(0, 3000000));
    });
    for (const sum of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
        await step("SDK: " + sum, async () => {
            const put = await send("PutObject", { Key: "sum", Body: "sum me", ChecksumAlgorithm: sum });
            const head = await send("HeadObject", { Key: "sum", ChecksumMode: "ENABLED" });
            return head["Checksum" + sum] !== undefined && head["Checksum" + sum] === put["Checksum" + sum];
        });
    await step("SDK: a wrong checksum", () => fails(send("PutObject", { Key: "x", Body: "x", ChecksumCRC32: "AAAAAA==" }), "BadDigest"));
    await step("SDK: If-None-Match", () => fails(send("PutObject", { Key: "stream", Body: "x", IfNoneMatch: "*" }), "PreconditionFailed"));
    await step("SDK: If-Match", async () => {
        await send("PutObject", { Key: "stream", Body: "x", IfMatch: (await send("HeadObject", { Key: "stream" })).ETag });
    });
    for (const ChecksumAlgorithm of [undefined, "CRC64NVME", "SHA256"])
        await step(`SDK: an upload in parts, ${ChecksumAlgorithm ?? "default checksum"}`, async () => {
            await new Upload({ client, params: { Bucket, Key: "parts", Body: Readable.from([big]), ChecksumAlgorithm } }).done();
            return (await bytes("parts")).equals(big);
        });
    await step("SDK: an upload in parts by hand", async () => {
        const Key = "parts", { UploadId } = await send("CreateMultipartUpload", { Key });
        const { ETag } = await send("UploadPart", { Key, UploadId, PartNumber: 1, Body: big });
        await send("CompleteMultipartUpload", { Key, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } });
        return (await bytes(Key)).equals(big);
    });
    await step("SDK: CopyObject", async () => {
        await send("CopyObject", { Key: "copy", CopySource: `${Bucket}/${encodeURIComponent(key)}` });
        return (await bytes("copy")).equals(Buffer.from("hello"));
    });
    await step("SDK: pages of ListObjectsV2", async () => {
        let n = 0;
        for await (const page of s3.paginateListObjectsV2({ client, pageSize: 2 }, { Bucket }))
            n += page.Contents.length;
        return n === 5 || n;
    });
    await step("SDK: DeleteObjects", async () => (await send("DeleteObjects", { Delete: { Objects: [{ Key: "copy" }, { Key: "parts" }] } })).Deleted.length === 2);
}

async function items() {
    const client = new dynamodb.DynamoDBClient(), tail = new streams.DynamoDBStreamsClient();
    const send = (name, call) => client.send(new dynamodb[name + "Command"](call));
    const follow = (name, call) => tail.send(new streams[name + "Command"](call));
    const first = { Put: { TableName, Item: { id: { S: "a" }, n: { N: "1" } }, ConditionExpression: "attribute_not_exists(id)" } };
    await step("SDK: CreateTable and waiter", async () => {
        await send("CreateTable", {
            TableName, BillingMode: "PAY_PER_REQUEST", StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
            AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }, { AttributeName: "n", AttributeType: "N" }],
            KeySchema: [{ AttributeName: "id", KeyType: "HASH" }, { AttributeName: "n", KeyType: "RANGE" }],
        });
        await dynamodb.waitUntilTableExists({ client, ...wait }, { TableName });
    });
    await step("SDK: BatchWriteItem, pages of Query", async () => {
        const puts = Array.from({ length: 25 }, (_, i) => ({ PutRequest: { Item: { id: { S: "a" }, n: { N: String(i) }, b: { B: new Uint8Array([0, 255]) } } } }));
        await send("BatchWriteItem", { RequestItems: { [TableName]: puts } });
        let n = 0;
        for await (const page of dynamodb.paginateQuery({ client, pageSize: 7 }, { TableName, KeyConditionExpression: "id = :i", ExpressionAttributeValues: { ":i": { S: "a" } } }))
            n += page.Count;
        return n === 25 || n;
    });
    await step("SDK: a condition", () => fails(send("PutItem", first.Put), "ConditionalCheckFailedException"));
    await step("SDK: a cancelled transaction", () => send("TransactWriteItems", { TransactItems: [first] }).then(() => "taken", e => e.CancellationReasons?.[0]?.Code === "ConditionalCheckFailed" || e.name));
    await step("SDK: the table's stream", async () => {
        const { StreamArn } = (await follow("ListStreams", { TableName })).Streams[0];
        const { ShardId } = (await follow("DescribeStream", { StreamArn })).StreamDescription.Shards[0];
        const { ShardIterator } = await follow("GetShardIterator", { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" });
        return (await follow("GetRecords", { ShardIterator })).Records.length === 25;
    });
}

// Makes the client use CBOR, as the SDK for Java does: its JSON is converted to CBOR, and answers back.
function speakCbor(client) {
    const packed = v => JSON.parse(v, (key, x) => key === "Data" ? Buffer.from(x, "base64") : key === "Timestamp" ? new cbor.Tagged(1, Math.round(x * 1000)) : x);
    const unpacked = v => JSON.stringify(v, (key, x) => x?.type === "Buffer" ? Buffer.from(x.data).toString("base64") : x);
    client.middlewareStack.add(next => async args => {
        const { request } = args;
        request.body = cbor.encode(packed(Buffer.from(request.body).toString()));
        Object.assign(request.headers, { "content-type": "application/x-amz-cbor-1.1", "content-length": String(request.body.length) });
        return next(args);
    }, { step: "build", priority: "low" });
    client.middlewareStack.add(next => async args => {
        const result = await next(args), { response } = result, body = Buffer.concat(await response.body.toArray());
        const json = body.length ? unpacked(cbor.decodeFirstSync(body, { tags: { 1: ms => ms / 1000 } })) : "";
        response.body = Readable.from([Buffer.from(json)]);
        return result;
    }, { step: "deserialize", priority: "low" });
}

async function records(StreamName, spoken) {
    const client = new kinesis.KinesisClient(spoken === "JSON" ? {} : { requestHandler: new NodeHttpHandler() });
    if (spoken === "CBOR")
        speakCbor(client);
    const step = (name, f) => caseOf(`${name}, ${spoken}`, f);
    const send = (name, call) => client.send(new kinesis[name + "Command"](call));
    await step("SDK: CreateStream and waiter", async () => {
        await send("CreateStream", { StreamName, ShardCount: 2 });
        await kinesis.waitUntilStreamExists({ client, ...wait }, { StreamName });
    });
    await step("SDK: PutRecords, GetRecords", async () => {
        const put = await send("PutRecords", { StreamName, Records: Array.from({ length: 20 }, (_, i) => ({ Data: Buffer.from("record " + i), PartitionKey: "k" + i })) });
        let n = put.FailedRecordCount;
        for (const { ShardId } of (await send("ListShards", { StreamName })).Shards) {
            const { ShardIterator } = await send("GetShardIterator", { StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" });
            n += (await send("GetRecords", { ShardIterator })).Records.filter(r => Buffer.from(r.Data).toString().startsWith("record ")).length;
        }
        return n === 20 || n;
    });
    await step("SDK: AT_TIMESTAMP, and when a record came", async () => {
        const { ShardId } = (await send("ListShards", { StreamName })).Shards[0], Timestamp = new Date(Date.now() - 3600000);
        const { ShardIterator } = await send("GetShardIterator", { StreamName, ShardId, ShardIteratorType: "AT_TIMESTAMP", Timestamp });
        const came = (await send("GetRecords", { ShardIterator })).Records[0].ApproximateArrivalTimestamp;
        return came > Timestamp && came < new Date(Date.now() + 60000) || came;
    });
    await step("SDK: an error by its name", () => fails(send("ListShards", { StreamName: "nowhere" }), "ResourceNotFoundException"));
    client.destroy(); // a session of HTTP/2 would keep the process
}

await objects();
await items();
await records("sdk", "JSON");
await records("sdk-cbor", "CBOR");
console.log("end");
