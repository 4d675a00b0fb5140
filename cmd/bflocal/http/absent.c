#include "cmd/bflocal/http/absent.h"

#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/http/service.h"
#include "cmd/bflocal/wire/xml.h"

/* Scope names of services and their titles. */
static const struct {
    const char *scope, *name;
} services[] = {
    {"cloudformation", "CloudFormation"},
    {"ec2", "EC2"},
    {"ecr", "ECR"},
    {"ecs", "ECS"},
    {"execute-api", "API Gateway"},
    {"iam", "IAM"},
    {"kinesisanalytics", "Managed Service for Apache Flink"},
    {"kms", "KMS"},
    {"lakeformation", "Lake Formation"},
    {"logs", "CloudWatch Logs"},
    {"monitoring", "CloudWatch"},
    {"pipes", "EventBridge Pipes"},
    {"s3express", "S3 Express"},
    {"s3-outposts", "S3 on Outposts"},
    {"s3tables", "S3 Tables"},
    {"scheduler", "EventBridge Scheduler"},
    {"schemas", "EventBridge Schemas"},
    {"secretsmanager", "Secrets Manager"},
    {"sns", "SNS"},
    {"sqs", "SQS"},
    {"ssm", "Systems Manager"},
    {"states", "Step Functions"},
    {"sts", "STS"},
    {"tagging", "Resource Groups Tagging"},
    {"xray", "X-Ray"},
};

/* Field n of the credential scope "ID/20261127/us-east-1/sqs/aws4_request": 2 is the region, 3
 * the service. */
static struct bf_str scope_field(const struct bl_call *c, int n)
{
    static const struct bf_str mark = BF_STR("Credential=");
    struct bf_str rest = bl_header(c, "authorization"), field = {NULL, 0};
    while (rest.n > mark.n && !bf_str_starts(rest, mark))
        rest = bf_str(rest.p + 1, rest.n - 1);
    for (int i = 0; i <= n; i++)
        if (!rest.p || !bf_str_split(&rest, '/', &field))
            return bf_str(NULL, 0);
    return rest.p ? field : bf_str(NULL, 0);
}

const char *bl_signed_for(const struct bl_call *c)
{
    struct bf_str service = scope_field(c, 3);
    if (bl_services_sign(c->local->services, service))
        return NULL;
    for (size_t i = 0; service.n && i < BF_COUNT(services); i++)
        if (bf_str_eq(service, bf_str_of(services[i].scope)))
            return services[i].name;
    return NULL;
}

bool bl_signed_with(const struct bl_call *c, const char *scope)
{
    return bf_str_eq(scope_field(c, 3), bf_str_of(scope));
}

const char *bl_signed_region(const struct bl_call *c, const char *own)
{
    return bf_str_is(scope_field(c, 2), "us-east-1") ? "us-east-1" : own;
}

/* The operation in "AWSEvents.PutEvents" or "Action=SendMessage&..."; empty if there is none. */
static struct bf_str operation(const struct bl_call *c)
{
    struct bf_str target = bl_header(c, "x-amz-target"), rest = c->req.body, item;
    while (target.n && bf_str_split(&target, '.', &item))
        if (!target.p)
            return item;
    while (rest.n && bf_str_split(&rest, '&', &item))
        if (bf_str_starts(item, BF_STR("Action=")))
            return bf_str(item.p + 7, item.n - 7);
    return bf_str(NULL, 0);
}

/* The text of the error: the service has no such operation (STS), or bflocal has no such
 * service. */
static struct bf_str explain(struct bl_call *c)
{
    const char *name = bl_signed_for(c);
    struct bf_str op = operation(c);
    struct bf_buf all;
    if (op.n > 60)
        op.n = 60;
    if (c->service)
        return bl_arena_printf(&c->arena, "bflocal's %s has no %.*s", c->service->title,
                               op.n ? (int)op.n : 14, op.n ? op.p : "such operation");
    bf_buf_init(&all, 1024);
    bl_services_title(c->local->services, &all);
    const char *titles = bf_buf_cstr(&all);
    struct bf_str text = bl_arena_printf(&c->arena, "bflocal has no %s%s%.*s: it is %s",
                                         name ? name : "such service", op.n ? ", " : "", (int)op.n,
                                         op.n ? op.p : "", titles ? titles : "");
    bf_buf_free(&all);
    return text;
}

static void answer_query(struct bl_call *c, struct bf_str text)
{
    struct bf_buf *out = &c->ans.body;
    bf_buf_reset(out);
    c->ans.status = 400;
    c->ans.content_type = "text/xml";
    bf_buf_lit(out, "<ErrorResponse><Error><Type>Sender</Type><Code>UnknownOperationException"
                    "</Code>");
    bl_xml_element(out, "Message", text);
    bf_buf_lit(out, "</Error>");
    bl_xml_element(out, "RequestId", bf_str_of(c->request_id));
    bf_buf_lit(out, "</ErrorResponse>");
}

void bl_absent_answer(struct bl_call *c)
{
    struct bf_str text = explain(c);
    bool query =
        bf_str_starts(bl_header(c, "content-type"), BF_STR("application/x-www-form-urlencoded"));
    if (query && !bl_header(c, "x-amz-target").p) {
        answer_query(c, text);
        return;
    }
    bl_fail(c, BL_UnknownOperationException, "%s", text.p);
    if (!bl_header(c, "x-amz-target").p)
        bl_answer_header(c, "x-amzn-ErrorType", BF_STR("UnknownOperationException"));
}
