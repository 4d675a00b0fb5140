#include "lib/aws/put/put_key.h"

#include "lib/encoding/md5.h"
#include "lib/json/find.h"

enum { KEY_MAX_BYTES = 1024 * 1024 };

void bf_put_keyer_init(struct bf_put_keyer *k, const char *member, bool hash, bool random)
{
    *k = (struct bf_put_keyer){.member = member, .hash = hash, .random = random};
    bf_rng_seed(&k->rng, bf_rng_entropy());
    bf_buf_init(&k->text, KEY_MAX_BYTES);
}

void bf_put_keyer_free(struct bf_put_keyer *k)
{
    bf_buf_free(&k->text);
}

static bool from_field(struct bf_put_keyer *k, struct bf_str line, struct bf_err *why)
{
    struct bf_json_val v;
    if (line.n == 0)
        return bf_err_set(why, BF_E_INPUT, "an empty line has no member '%.80s'", k->member);
    if (!bf_json_find_path(line, bf_str_of(k->member), &v, why))
        return false;
    if (v.type == BF_JSON_NULL)
        return bf_err_set(why, BF_E_INPUT, "member '%.80s' is null", k->member);
    if (v.type == BF_JSON_STRING && v.escaped)
        bf_json_unescape(&k->text, v.text);
    else
        bf_buf_adds(&k->text, v.text);
    return bf_buf_ok(&k->text) ||
           bf_err_set(why, BF_E_LIMIT, "member '%.80s': a key of more than %d bytes", k->member,
                      KEY_MAX_BYTES);
}

/* The attributes of an item's key, sorted by their names. */
static bool add_keys(struct bf_buf *out, struct bf_json *j)
{
    struct {
        struct bf_str name, value;
    } key[2];
    struct bf_json_key name;
    struct bf_json_val v;
    struct bf_err ignored = {0};
    enum bf_json_more more;
    size_t n = 0;
    if (!bf_json_enter(j, BF_JSON_OBJECT, &ignored))
        return false;
    while ((more = bf_json_member(j, &name, &ignored)) == BF_JSON_MORE) {
        if (n == BF_COUNT(key) || !bf_json_value(j, &v, &ignored))
            return false;
        key[n].name = name.text;
        key[n++].value = v.raw;
    }
    if (more != BF_JSON_END || n == 0)
        return false;
    size_t first = n == 2 && bf_str_cmp(key[1].name, key[0].name) < 0 ? 1 : 0;
    for (size_t i = 0; i < n; i++) {
        bf_buf_adds(out, key[(first + i) % n].name);
        bf_buf_addc(out, '\n'); /* no JSON string contains it */
        bf_buf_adds(out, key[(first + i) % n].value);
    }
    return bf_buf_ok(out);
}

/* Steps to a member of the object at the cursor; false if it is missing. */
static bool step_to(struct bf_json *j, struct bf_str name)
{
    struct bf_json_key key;
    struct bf_err ignored = {0};
    if (!bf_json_enter(j, BF_JSON_OBJECT, &ignored))
        return false;
    while (bf_json_member(j, &key, &ignored) == BF_JSON_MORE) {
        if (bf_json_key_eq(&key, name))
            return true;
        if (!bf_json_skip(j, &ignored))
            return false;
    }
    return false;
}

static void set_hash(struct bf_put_keyer *k, struct bf_str of)
{
    char hex[32];
    bf_md5_hex(of, hex);
    bf_buf_reset(&k->text);
    bf_buf_add(&k->text, hex, sizeof hex);
}

/* The partition key of a change line of DynamoDB: 32 hex digits derived from the item's key, as AWS derives them. */
static bool from_item(struct bf_put_keyer *k, struct bf_str line)
{
    struct bf_json j;
    bf_json_init(&j, line);
    if (line.n < 2 || line.p[0] != '{' || !step_to(&j, BF_STR("dynamodb")) ||
        !step_to(&j, BF_STR("Keys")) || !add_keys(&k->text, &j))
        return false;
    set_hash(k, bf_buf_view(&k->text));
    return true;
}

bool bf_put_keyer_find(struct bf_put_keyer *k, struct bf_str line, struct bf_str *key,
                       bool *ordered, struct bf_err *why)
{
    bool ok = true;
    bf_buf_reset(&k->text);
    *ordered = true;
    if (k->member)
        ok = from_field(k, line, why);
    else if (k->hash)
        set_hash(k, line);
    else if (k->random || !from_item(k, line)) {
        bf_buf_reset(&k->text);
        bf_buf_addf(&k->text, "%016llx", (unsigned long long)bf_rng_next(&k->rng));
        *ordered = false;
    }
    *key = bf_buf_view(&k->text);
    return ok;
}
