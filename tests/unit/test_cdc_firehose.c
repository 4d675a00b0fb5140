/* Firehose's transform events (lib/xform/firehose_event.h); more of them in tests/cli/cdcxform-firehose.sh. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/encoding/enc.h"
#include "lib/xform/firehose_event.h"
#include "lib/json/scan.h"

#define CHANGE(op, id)                                                                             \
    "{\"eventName\":\"" op "\",\"dynamodb\":{\"Keys\":{\"id\":{\"S\":\"" id                        \
    "\"}},\"NewImage\":{\"id\":{\"S\":\"" id "\"}}}}"

struct fixture {
    struct bf_firehose *f;
    struct bf_buf event, answer;
    struct bf_err e;
    size_t told;
};

static void told(void *ctx, struct bf_str record, const struct bf_err *why)
{
    struct fixture *x = ctx;
    assert_true(record.n > 1 && record.p[0] == '{' && record.p[record.n - 1] == '}');
    assert_true(why->code == BF_E_INPUT || why->code == BF_E_LIMIT);
    x->told++;
}

static void begin(struct fixture *x, uint64_t max_answer)
{
    struct bf_firehose_conf conf = {.max_answer = max_answer, .failed = told, .failed_ctx = x};
    *x = (struct fixture){0};
    bf_xform_conf_init(&conf.xform);
    conf.xform.row.nmeta = 0;
    x->f = bf_firehose_new(&conf, &x->e);
    assert_non_null(x->f);
    bf_buf_init(&x->event, 1 << 24);
    bf_buf_init(&x->answer, 1 << 24);
    bf_buf_lit(&x->event, "{\"records\":[");
}

static void record(struct fixture *x, unsigned id, const char *data)
{
    if (x->event.p[x->event.n - 1] == '}')
        bf_buf_addc(&x->event, ',');
    bf_buf_addf(&x->event, "{\"recordId\":\"%u\",\"data\":\"", id);
    bf_base64_encode(&x->event, bf_str_of(data));
    bf_buf_lit(&x->event, "\"}");
}

static bool finish(struct fixture *x)
{
    bf_buf_lit(&x->event, "]}");
    return bf_firehose_event(x->f, bf_buf_view(&x->event), &x->answer, &x->e);
}

static void end(struct fixture *x)
{
    bf_firehose_destroy(x->f);
    bf_buf_free(&x->event);
    bf_buf_free(&x->answer);
}

/* Whatever the limit, an answer is valid, keeps it, and has every id once and in order; or there is none. */
static void every_limit(void **state)
{
    (void)state;
    struct bf_err e;
    unsigned fitted = 0;
    for (uint64_t max = 1; max < 1400; max += 7) {
        struct fixture x;
        begin(&x, max);
        for (unsigned i = 0; i < 9; i++)
            record(&x, i,
                   i == 4 ? "no change"
                   : i == 6
                       ? "{\"bfpipe.mark\":{\"stream\":\"s\",\"shard\":\"t\",\"sequence\":\"1\"}}"
                       : CHANGE("INSERT", "aaaaaaaaaaaaaaaaaaaaaa"));
        bool ok = finish(&x);
        assert_int_equal(ok, x.answer.n > 0);
        if (!ok)
            assert_int_equal(x.e.code, BF_E_LIMIT);
        else {
            const char *at = bf_buf_cstr(&x.answer);
            fitted++;
            assert_true(x.answer.n <= max);
            assert_true(bf_json_check(bf_buf_view(&x.answer), &e));
            for (unsigned i = 0; i < 9; i++) {
                char id[32];
                snprintf(id, sizeof id, "{\"recordId\":\"%u\",", i);
                at = strstr(at, id);
                assert_non_null(at);
                assert_null(strstr(at + 1, id));
            }
            struct bf_firehose_count n = bf_firehose_count(x.f);
            assert_int_equal(n.records, 9);
            assert_int_equal(n.ok + n.dropped + n.failed, 9);
            assert_int_equal(n.failed, x.told);
        }
        end(&x);
    }
    assert_true(fitted > 10);
}

/* The spelling that the service uses is read on a way of its own: it answers as the others do. */
static void spellings(void **state)
{
    (void)state;
    static const char row[] = "{\"id\":\"a?b\"}\n"; /* its base64 has a slash */
    static const char *const records[] = {
        "{\"recordId\":\"1\",\"data\":\"%s\"}",
        "{\"data\":\"%s\",\"recordId\":\"1\"}",
        "{\"recordId\":\"1\",\"approximateArrivalTimestamp\":1795759200000,\"data\":\"%s\"}",
        "{\"recordId\":\"1\",\"approximateArrivalTimestamp\":0,\"data\":\"%s\"}",
        "{\"recordId\":\"1\",\"approximateArrivalTimestamp\":-1.5e3,\"data\":\"%s\"}",
        " { \"recordId\" : \"1\" , \"data\" : \"%s\" } ",
        "{\"recordId\":\"1\",\"kinesisRecordMetadata\":{\"shardId\":\"s\"},\"data\":\"%s\"}",
        "{\"recordId\":\"0\",\"recordId\":\"1\",\"data\":\"eA==\",\"data\":\"%s\"}",
        "{\"record\\u0049d\":\"1\",\"data\":\"%s\",\"x\":[{}]}",
    };
    static const char *const broken[] = {
        "{\"recordId\":\"1\",\"data\":\"%s\"",
        "{\"recordId\":\"1\",\"data\":\"%s\",}",
        "{\"recordId\":\"1\x01\",\"data\":\"%s\"}",
        "{\"recordId\":\"1\",\"data\":\"%s\n\"}",
        "{\"recordId\":\"1\",\"data\":\"%s\\q\"}",
        "{\"recordId\":\"1\",\"approximateArrivalTimestamp\":012,\"data\":\"%s\"}",
        "{\"data\":\"%s\"}",
    };
    struct bf_buf data;
    bf_buf_init(&data, 1 << 16);
    bf_base64_encode(&data, BF_STR(CHANGE("INSERT", "a?b")));
    for (size_t i = 0; i < BF_COUNT(records) + BF_COUNT(broken); i++) {
        struct fixture x;
        bool sound = i < BF_COUNT(records);
        begin(&x, 0);
        const char *form = sound ? records[i] : broken[i - BF_COUNT(records)],
                   *at = strchr(form, '%');
        bf_buf_add(&x.event, form, (size_t)(at - form));
        bf_buf_adds(&x.event, bf_buf_view(&data));
        bf_buf_adds(&x.event, bf_str_of(at + 2));
        assert_int_equal(finish(&x), sound);
        bf_buf_reset(&x.event);
        bf_buf_lit(&x.event, "{\"records\":[{\"recordId\":\"1\",\"result\":\"Ok\",\"data\":\"");
        bf_base64_encode(&x.event, bf_str(row, sizeof row - 1));
        bf_buf_lit(&x.event, "\"}]}");
        if (sound)
            assert_true(bf_str_eq(bf_buf_view(&x.answer), bf_buf_view(&x.event)));
        else
            assert_int_equal(x.e.code, BF_E_INPUT);
        end(&x);
    }
    bf_buf_free(&data);
}

/* What is refused leaves the answer buffer and the counts as they were. */
static void refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "[]",
                                      "{}",
                                      "{\"records\":{}}",
                                      "{\"records\":[1]}",
                                      "{\"records\":[{\"recordId\":1}]}",
                                      "{\"records\":[{\"recordId\":\"1\",\"data\":\"\"}",
                                      "{\"records\":[],\"records\":[]}",
                                      "{\"records\":[]}x"};
    struct fixture x;
    begin(&x, 0);
    bf_buf_lit(&x.answer, "before");
    for (size_t i = 0; i < BF_COUNT(bad); i++) {
        assert_false(bf_firehose_event(x.f, bf_str_of(bad[i]), &x.answer, &x.e));
        assert_int_equal(x.e.code, BF_E_INPUT);
        assert_true(bf_str_is(bf_buf_view(&x.answer), "before"));
        assert_int_equal(bf_firehose_count(x.f).records, 0);
    }
    record(&x, 1, CHANGE("INSERT", "a"));
    assert_true(finish(&x)); /* and the next one is served */
    assert_int_equal(bf_firehose_count(x.f).ok, 1);
    end(&x);
}

/* An event that comes in pieces; what stands behind them is of the event before. */
struct coming {
    struct bf_firehose_in in;
    struct bf_str event;
    char *at;
    size_t piece, calls, breaks; /* breaks: the call that fails */
};

static bool come(struct bf_firehose_in *in, struct bf_err *e)
{
    struct coming *c = in->ctx;
    size_t left = in->whole - in->have.n, n = left < c->piece ? left : c->piece;
    assert_true(n > 0);
    if (++c->calls == c->breaks)
        return bf_err_set(e, BF_E_IO, "broke");
    memcpy(c->at + in->have.n, c->event.p + in->have.n, n);
    in->have.n += n;
    return true;
}

static void coming(struct coming *c, struct bf_str event, size_t first, size_t piece)
{
    *c = (struct coming){.event = event, .piece = piece};
    c->at = malloc(event.n);
    assert_non_null(c->at);
    for (size_t i = 0; i < event.n; i++)
        c->at[i] = event.p[event.n - 1 - i];
    memcpy(c->at, event.p, first);
    c->in = (struct bf_firehose_in){{c->at, first}, event.n, c, come};
}

static void pieces_of(struct fixture *x, struct bf_str event, bool sound)
{
    struct bf_str want = bf_buf_view(&x->answer);
    struct bf_buf answer;
    bf_buf_init(&answer, 1 << 24);
    for (size_t piece = 1; piece <= event.n; piece += 1 + piece / 7)
        for (size_t first = 0; first < event.n; first += 1 + event.n / 11) {
            struct coming c;
            struct bf_err e;
            coming(&c, event, first, piece);
            bf_buf_reset(&answer);
            assert_int_equal(bf_firehose_event_in(x->f, &c.in, &answer, &e), sound);
            if (sound)
                assert_true(bf_str_eq(bf_buf_view(&answer), want));
            else
                assert_string_equal(e.text, x->e.text);
            for (size_t breaks = 1, calls = c.calls; sound && breaks <= calls; breaks += calls) {
                struct bf_firehose_count before = bf_firehose_count(x->f);
                free(c.at);
                coming(&c, event, first, piece);
                c.breaks = breaks;
                bf_buf_reset(&answer);
                assert_false(bf_firehose_event_in(x->f, &c.in, &answer, &e));
                assert_int_equal(e.code, BF_E_IO);
                assert_int_equal(answer.n, 0);
                assert_int_equal(bf_firehose_count(x->f).records, before.records);
            }
            free(c.at);
        }
    bf_buf_free(&answer);
}

static void pieces(void **state)
{
    (void)state;
    static const char *const spelled[] = {
        "{\"invocationId\":\"\\u0041\",\"records\":[",
        "{\"deliveryStreamArn\":[1,{\"records\":2}],\"region\":\"x\", \"records\" : [ "};
    static const char *const middle[] = {
        "",
        ",{\"recordId\":\"k\",\"kinesisRecordMetadata\":{\"shardId\":\"s\",\"n\":[1,2]},\"data\":"
        "\"e30=\"}",
        ", { \"recordId\" : \"s\" , \"data\":\"\" }",
        ",{\"recordId\":\"v\",\"kinesisRecordMetadata\":{\"shardId\":\"s},\"data\":\"e30=\"}",
        ",{\"recordId\":1}"};
    for (size_t i = 0; i < BF_COUNT(spelled); i++)
        for (size_t k = 0; k < BF_COUNT(middle); k++) {
            struct fixture x;
            begin(&x, 0);
            bf_buf_reset(&x.event);
            bf_buf_adds(&x.event, bf_str_of(spelled[i]));
            record(&x, 1, CHANGE("INSERT", "a"));
            bf_buf_adds(&x.event, bf_str_of(middle[k]));
            bf_buf_lit(&x.event, ",");
            record(&x, 2, CHANGE("INSERT", "bbbbbbbbbbbbbbbbbbbbbbbb"));
            bool sound = finish(&x);
            assert_int_equal(sound, k < 3);
            pieces_of(&x, bf_buf_view(&x.event), sound);
            end(&x);
        }
}

static void told_apart(void **state)
{
    (void)state;
    assert_true(bf_firehose_is(BF_STR("{\"invocationId\":\"x\",\"records\":[]}")));
    assert_true(bf_firehose_is(BF_STR("{\"deliveryStreamArn\":1")));
    assert_false(bf_firehose_is(BF_STR("{\"Records\":[],\"records\":[]}")));
    assert_false(bf_firehose_is(BF_STR("{}")));
    assert_false(bf_firehose_is(BF_STR("[")));
    assert_false(bf_firehose_is(BF_STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_limit), cmocka_unit_test(spellings),  cmocka_unit_test(refused),
        cmocka_unit_test(pieces),      cmocka_unit_test(told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
