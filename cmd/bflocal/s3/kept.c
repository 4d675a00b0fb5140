/* S3: configurations of a bucket that deployments write and that change nothing here: default encryption, public access block
 * and life cycle. They are stored as they were sent, and told back. A new bucket has the defaults of S3. */
#include "cmd/bflocal/s3/route.h"
#include "cmd/bflocal/wire/xml.h"

static const struct kept {
    const char *query, *root;
    const char *initial; /* the document of a new bucket; NULL: it has none */
    bool always;         /* deleting it gives the initial one again */
    enum bl_s3_error absent;
} kinds[] = {
    {"encryption", "ServerSideEncryptionConfiguration",
     BL_XML_HEAD
     "<ServerSideEncryptionConfiguration" BL_XML_NS "><Rule><ApplyServerSideEncryptionByDefault>"
     "<SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>"
     "<BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>",
     true, BL_S3_InternalError},
    {"publicAccessBlock", "PublicAccessBlockConfiguration",
     BL_XML_HEAD
     "<PublicAccessBlockConfiguration" BL_XML_NS "><BlockPublicAcls>true</BlockPublicAcls>"
     "<IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy>"
     "<RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>",
     false, BL_S3_NoSuchPublicAccessBlockConfiguration},
    {"lifecycle", "LifecycleConfiguration", NULL, false, BL_S3_NoSuchLifecycleConfiguration},
};

static const struct kept *kind_of(const struct bl_call *c)
{
    for (size_t i = 0; i < BF_COUNT(kinds); i++)
        if (bl_s3_has_query(c, kinds[i].query))
            return &kinds[i];
    return NULL; /* the routes do not come here without one */
}

/* Well-formed, with the root of its kind and something in it. */
static bool check_document(struct bl_call *c, const struct kept *k)
{
    struct bf_xml x;
    enum bf_xml_token t;
    size_t elements = 0;
    bf_xml_init(&x, c->req.body);
    while ((t = bf_xml_next(&x)) != BF_XML_END)
        if (t == BF_XML_ERROR ||
            (t == BF_XML_OPEN && elements++ == 0 && !bf_str_eq(x.name, bf_str_of(k->root))))
            return bl_s3_fail(c, BL_S3_MalformedXML);
    return elements > 1 || bl_s3_fail(c, BL_S3_MalformedXML);
}

/* An empty document: it was deleted. */
static void store_document(struct bl_call *c, const struct kept *k, struct bf_str document)
{
    struct bf_err e = {0};
    if (!bl_store_begin(c->store, &e)) {
        bl_s3_fail_err(c, &e);
        return;
    }
    sqlite3_stmt *q = bl_sql(c->store, "INSERT OR REPLACE INTO s3_kept VALUES (?, ?, ?)");
    bl_bind_text(q, 1, bl_s3_of(c)->bucket);
    bl_bind_text(q, 2, bf_str_of(k->query));
    bl_bind_blob(q, 3, document);
    bl_run(c->store, q);
    if (!bl_store_commit(c->store, &e))
        bl_s3_fail_err(c, &e);
}

void bl_s3_put_kept(struct bl_call *c)
{
    const struct kept *k = kind_of(c);
    if (k && check_document(c, k))
        store_document(c, k, c->req.body);
}

void bl_s3_delete_kept(struct bl_call *c)
{
    const struct kept *k = kind_of(c);
    if (!k)
        return;
    c->ans.status = 204;
    store_document(c, k, bf_str("", 0));
}

void bl_s3_get_kept(struct bl_call *c)
{
    const struct kept *k = kind_of(c);
    if (!k)
        return;
    bl_store_lock(c->store);
    sqlite3_stmt *q =
        bl_sql(c->store, "SELECT document FROM s3_kept WHERE bucket = ? AND kind = ?");
    bl_bind_text(q, 1, bl_s3_of(c)->bucket);
    bl_bind_text(q, 2, bf_str_of(k->query));
    bool found = bl_step(c->store, q);
    if (found)
        bf_buf_adds(&c->ans.body, bl_column_blob(q, 0));
    bl_done(q);
    if (!bl_s3_end_read(c) || bf_buf_view(&c->ans.body).n)
        return;
    if (k->initial && (!found || k->always))
        bf_buf_adds(&c->ans.body, bf_str_of(k->initial));
    else
        bl_s3_fail(c, k->absent);
}
