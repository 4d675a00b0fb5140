#include "cmd/bflocal/http/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/base/wait.h"

static const char *const kinds[BL_FAULT_KINDS] = {
    [BL_FAULT_NONE] = "",
    [BL_FAULT_THROTTLE] = "throttle",
    [BL_FAULT_PARTIAL] = "partial",
    [BL_FAULT_500] = "500",
    [BL_FAULT_503] = "503",
    [BL_FAULT_ERROR200] = "error200",
    [BL_FAULT_LATENCY] = "latency",
    [BL_FAULT_CUT] = "cut",
    [BL_FAULT_CRC] = "crc",
    [BL_FAULT_ITERATOR] = "iterator",
    [BL_FAULT_CONFLICT] = "conflict",
    [BL_FAULT_CLOCK] = "clock",
    [BL_FAULT_DISK] = "disk",
};

enum { MILLION = 1000000, DAY_MS = 86400000 };

void bl_fault_init(struct bl_faults *f, const struct bl_service *const *services)
{
    memset(f, 0, sizeof(*f));
    f->services = services;
    pthread_mutex_init(&f->mutex, NULL);
    bf_wait_init(&f->end);
}

/* The finalizer of splitmix64: one well-mixed number from three. */
static uint64_t mix(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t x = a * 0x9e3779b97f4a7c15u + b * 0xbf58476d1ce4e5b9u + c + 0x2545f4914f6cdd1du;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Parses "10%" or "0.5%" into millionths. */
static bool parse_percent(struct bf_str v, uint32_t *per_million, struct bf_err *e)
{
    char text[32], *end;
    if (v.n && v.p[v.n - 1] == '%')
        v.n--;
    if (v.n && v.n < sizeof(text) && v.p[0] >= '0' && v.p[0] <= '9') {
        memcpy(text, v.p, v.n);
        text[v.n] = '\0';
        double d = strtod(text, &end);
        if (*end == '\0' && d >= 0 && d <= 100) {
            *per_million = (uint32_t)(d * 10000 + 0.5);
            return true;
        }
    }
    return bf_err_set(e, BF_E_USAGE, "'%.*s' is not a percentage of 0 to 100", (int)v.n, v.p);
}

static bool parse_signed_ms(struct bf_str v, int64_t *ms, struct bf_err *e)
{
    bool minus = v.n && v.p[0] == '-';
    if (v.n && (v.p[0] == '-' || v.p[0] == '+')) {
        v.p++;
        v.n--;
    }
    uint64_t n;
    if (!bf_num_duration(v, &n, e))
        return false;
    *ms = minus ? -(int64_t)n : (int64_t)n;
    return true;
}

static bool parse_name(struct bf_str v, char *out, size_t size, struct bf_err *e)
{
    for (size_t i = 0; i < v.n; i++)
        if (i + 1 >= size ||
            !((v.p[i] >= 'a' && v.p[i] <= 'z') || (v.p[i] >= 'A' && v.p[i] <= 'Z') ||
              (v.p[i] >= '0' && v.p[i] <= '9')))
            return bf_err_set(e, BF_E_USAGE, "'%.*s' is not a name", (int)v.n, v.p);
    memcpy(out, v.p, v.n);
    out[v.n] = '\0';
    return true;
}

static bool parse_key(struct bl_fault_rule *r, struct bf_str key, struct bf_str v, struct bf_err *e)
{
    if (bf_str_is(key, "p"))
        return parse_percent(v, &r->per_million, e);
    if (bf_str_is(key, "n"))
        return bf_num_u64(v, &r->limit, e);
    if (bf_str_is(key, "after"))
        return bf_num_u64(v, &r->after, e);
    if (bf_str_is(key, "op"))
        return parse_name(v, r->op, sizeof(r->op), e);
    if (bf_str_is(key, "service"))
        return parse_name(v, r->service, sizeof(r->service), e);
    if (bf_str_is(key, "part") && r->kind == BL_FAULT_PARTIAL)
        return parse_percent(v, &r->part, e);
    if (bf_str_is(key, "ms") && r->kind == BL_FAULT_LATENCY)
        return bf_num_u64(v, &r->ms, e) &&
               (r->ms <= DAY_MS || bf_err_set(e, BF_E_USAGE, "ms: want at most a day"));
    if (bf_str_is(key, "by") && r->kind == BL_FAULT_CLOCK)
        return parse_signed_ms(v, &r->by_ms, e);
    if (bf_str_is(key, "max") && r->kind == BL_FAULT_DISK)
        return bf_num_size(v, &r->max_bytes, e);
    return bf_err_set(e, BF_E_USAGE, "%s has no key '%.*s'", kinds[r->kind], (int)key.n, key.p);
}

static bool parse_rule(struct bl_fault_rule *r, struct bf_str spec, struct bf_err *e)
{
    struct bf_str rest = spec, name, item;
    if (!bf_str_split(&rest, ':', &name))
        name = spec;
    for (int k = 1; k < BL_FAULT_KINDS; k++)
        if (bf_str_eq(name, bf_str_of(kinds[k])))
            r->kind = (enum bl_fault_kind)k;
    if (r->kind == BL_FAULT_NONE)
        return bf_err_set(e, BF_E_USAGE, "unknown fault '%.*s'", (int)name.n, name.p);
    r->per_million = MILLION;
    r->part = MILLION / 2;
    r->ms = 100;
    r->by_ms = 10 * 60 * 1000;
    while (rest.p && bf_str_split(&rest, ',', &item)) {
        struct bf_str value = item, key;
        if (!bf_str_split(&value, '=', &key) || !value.p)
            return bf_err_set(e, BF_E_USAGE, "'%.*s' is not KEY=VALUE", (int)item.n, item.p);
        if (!parse_key(r, key, value, e))
            return false;
    }
    return true;
}

static bool fail_service(const struct bl_faults *f, const char *name, struct bf_err *e)
{
    char room[256];
    struct bf_buf names = {.p = room, .cap = sizeof room, .max = sizeof room};
    bl_services_name(f->services, &names);
    return bf_err_set(e, BF_E_USAGE, "unknown service '%s'; want one of %.*s", name, (int)names.n,
                      names.p);
}

/* Refuses a rule that no call can match, so that the user notices the mistake. */
static bool check_rule(const struct bl_faults *f, const struct bl_fault_rule *r, struct bf_err *e)
{
    if (!bl_services_know(f->services, r->service, ""))
        return fail_service(f, r->service, e);
    if (!bl_services_know(f->services, r->service, r->op))
        return bf_err_set(e, BF_E_USAGE, "unknown operation '%s'%s", r->op,
                          *r->service ? " of that service" : "");
    return r->kind != BL_FAULT_DISK || r->max_bytes ||
           bf_err_set(e, BF_E_USAGE, "want a size: disk:max=10MB");
}

static bool parse_all(struct bl_faults *f, struct bf_str spec, struct bf_err *e)
{
    uint64_t seed = 1;
    size_t i = 0;
    while (i < spec.n) {
        size_t start = i;
        while (i < spec.n && !strchr("; \t\r\n", spec.p[i]))
            i++;
        struct bf_str word = bf_str(spec.p + start, i - start);
        i++;
        if (word.n == 0)
            continue;
        if (bf_str_starts(word, BF_STR("seed="))) {
            if (!bf_num_u64(bf_str(word.p + 5, word.n - 5), &seed, e))
                return bf_err_ctx(e, "fault: seed");
            continue;
        }
        if (f->n == BL_FAULT_RULES)
            return bf_err_set(e, BF_E_USAGE, "fault: more than %d rules", BL_FAULT_RULES);
        struct bl_fault_rule *r = &f->rules[f->n++];
        if (!parse_rule(r, word, e) || !check_rule(f, r, e))
            return bf_err_ctx(e, "fault: %.*s", (int)word.n, word.p);
        r->seed = seed;
        if (r->kind == BL_FAULT_CLOCK)
            f->clock_off_ms = r->by_ms;
        if (r->kind == BL_FAULT_DISK)
            f->disk_max = r->max_bytes;
    }
    return true;
}

bool bl_fault_set(struct bl_faults *f, struct bf_str spec, struct bf_err *e)
{
    struct bl_faults *fresh = calloc(1, sizeof(*fresh));
    if (!fresh)
        return bf_err_nomem(e);
    fresh->services = f->services;
    bool ok = parse_all(fresh, spec, e);
    if (ok) {
        pthread_mutex_lock(&f->mutex);
        memcpy(f->rules, fresh->rules, sizeof(f->rules));
        f->n = fresh->n;
        f->clock_off_ms = fresh->clock_off_ms;
        f->disk_max = fresh->disk_max;
        f->generation++;
        pthread_mutex_unlock(&f->mutex);
    }
    free(fresh);
    return ok;
}

uint64_t bl_fault_disk_max(struct bl_faults *f)
{
    pthread_mutex_lock(&f->mutex);
    uint64_t max = f->disk_max;
    pthread_mutex_unlock(&f->mutex);
    return max;
}

static bool rule_matches(const struct bl_fault_rule *r, const char *service, const char *op)
{
    return (r->op[0] == '\0' || strcmp(r->op, op) == 0) &&
           (r->service[0] == '\0' || strcmp(r->service, service) == 0);
}

/* Does rule i strike at its next matching call? */
static bool rule_strikes(struct bl_fault_rule *r, size_t i)
{
    uint64_t k = r->seen++;
    if (k < r->after || (r->limit && r->struck >= r->limit))
        return false;
    if (mix(r->seed, i, k) % MILLION >= r->per_million)
        return false;
    r->struck++;
    return true;
}

static void apply_rule(const struct bl_fault_rule *r, size_t i, struct bl_fault_hit *hit)
{
    switch (r->kind) {
    case BL_FAULT_LATENCY:
        hit->latency_ms += r->ms;
        break;
    case BL_FAULT_CUT:
        hit->cut = true;
        break;
    case BL_FAULT_CRC:
        hit->crc = true;
        break;
    case BL_FAULT_PARTIAL:
        hit->part = r->part;
        hit->part_seed = mix(r->seed, i, r->seen);
        break;
    default:
        if (hit->answer == BL_FAULT_NONE)
            hit->answer = r->kind;
    }
}

/* Is the fault possible for an operation with these abilities? A call to which it cannot happen
 * does not count as a matching call. */
static bool can_strike(enum bl_fault_kind kind, unsigned can)
{
    switch (kind) {
    case BL_FAULT_CLOCK:
    case BL_FAULT_DISK:
        return false;
    case BL_FAULT_ITERATOR:
        return can & BL_CAN_ITERATOR;
    case BL_FAULT_CONFLICT:
        return can & BL_CAN_CONFLICT;
    case BL_FAULT_PARTIAL:
        return can & BL_CAN_PARTIAL;
    case BL_FAULT_ERROR200:
        return can & BL_CAN_ERROR200;
    default:
        return true;
    }
}

void bl_fault_draw(struct bl_faults *f, const char *service, const char *op,
                   struct bl_fault_hit *hit)
{
    unsigned can = bl_services_can(f->services, service, op);
    memset(hit, 0, sizeof(*hit));
    pthread_mutex_lock(&f->mutex);
    for (size_t i = 0; i < f->n; i++) {
        struct bl_fault_rule *r = &f->rules[i];
        if (can_strike(r->kind, can) && rule_matches(r, service, op) && rule_strikes(r, i))
            apply_rule(r, i, hit);
    }
    pthread_mutex_unlock(&f->mutex);
}

void bl_fault_wait(struct bl_faults *f, const struct bl_fault_hit *hit)
{
    if (!hit->latency_ms)
        return;
    int64_t until = bf_clock_mono_ms() + (int64_t)hit->latency_ms;
    pthread_mutex_lock(&f->mutex);
    while (!f->ended && bf_wait_ms(&f->end, &f->mutex, until - bf_clock_mono_ms()))
        ;
    pthread_mutex_unlock(&f->mutex);
}

void bl_fault_end(struct bl_faults *f)
{
    pthread_mutex_lock(&f->mutex);
    f->ended = true;
    pthread_cond_broadcast(&f->end);
    pthread_mutex_unlock(&f->mutex);
}

bool bl_fault_entry(const struct bl_fault_hit *hit, size_t i, size_t n)
{
    if (hit->part == 0)
        return false;
    /* one entry of every batch succeeds, so that retries end */
    if (n > 1 && i == hit->part_seed % n)
        return false;
    return mix(hit->part_seed, 77, i) % MILLION < hit->part;
}

void bl_fault_print(struct bl_faults *f, struct bf_buf *out)
{
    pthread_mutex_lock(&f->mutex);
    bf_buf_lit(out, "{\"rules\":[");
    for (size_t i = 0; i < f->n; i++) {
        const struct bl_fault_rule *r = &f->rules[i];
        bf_buf_addf(out, "%s{\"kind\":\"%s\",\"p\":%g,\"op\":\"%s\",\"service\":\"%s\"",
                    i ? "," : "", kinds[r->kind], r->per_million / 10000.0, r->op, r->service);
        bf_buf_addf(out, ",\"seed\":%llu,\"seen\":%llu,\"struck\":%llu}",
                    (unsigned long long)r->seed, (unsigned long long)r->seen,
                    (unsigned long long)r->struck);
    }
    bf_buf_lit(out, "]}");
    pthread_mutex_unlock(&f->mutex);
}
