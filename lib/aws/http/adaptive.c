#include "lib/aws/http/adaptive.h"

/* The SDKs' numbers. */
static const double least_rate = 0.5, least_capacity = 1, smooth = 0.8, beta = 0.7, scale = 0.4;

static double max(double a, double b)
{
    return a > b ? a : b;
}

static double min(double a, double b)
{
    return a < b ? a : b;
}

/* Newton's method: no need for the library of mathematics. */
static double cube_root(double x)
{
    double y = max(x, 1);
    if (x <= 0)
        return 0;
    for (int i = 0; i < 64; i++)
        y = (2 * y + x / (y * y)) / 3;
    return y;
}

static void fill(struct bf_adaptive *a, double now)
{
    if (a->filled_s > 0 && now > a->filled_s)
        a->tokens = min(a->capacity, a->tokens + (now - a->filled_s) * a->rate);
    a->filled_s = now;
}

uint64_t bf_adaptive_wait_us(struct bf_adaptive *a, uint64_t now_us)
{
    if (!a->limits)
        return 0;
    fill(a, (double)now_us / 1e6);
    a->tokens -= 1; /* below zero: those that wait have taken theirs in advance */
    return a->tokens >= 0 ? 0 : (uint64_t)(-a->tokens / a->rate * 1e6);
}

/* What went out in the halves of seconds before this one. */
static void measure(struct bf_adaptive *a, double now)
{
    double bucket = (double)(uint64_t)(now * 2) / 2;
    a->sent += 1;
    if (bucket <= a->bucket_s)
        return;
    if (a->bucket_s > 0)
        a->measured = a->sent / (bucket - a->bucket_s) * smooth + a->measured * (1 - smooth);
    a->sent = 0;
    a->bucket_s = bucket;
}

static void set_rate(struct bf_adaptive *a, double now, double rate)
{
    fill(a, now);
    a->rate = max(rate, least_rate);
    a->capacity = max(rate, least_capacity);
    a->tokens = min(a->tokens, a->capacity);
}

static void set_window(struct bf_adaptive *a)
{
    a->window_s = cube_root(a->last_max * (1 - beta) / scale);
}

void bf_adaptive_answer(struct bf_adaptive *a, uint64_t now_us, bool throttled)
{
    double now = (double)now_us / 1e6, rate;
    measure(a, now);
    if (throttled) {
        rate = a->limits ? min(a->measured, a->rate) : a->measured;
        a->last_max = rate;
        a->throttled_s = now;
        a->limits = true;
        rate *= beta;
    } else {
        double since = now - a->throttled_s;
        if (!a->limits)
            return;
        set_window(a);
        double t = since - a->window_s;
        rate = scale * t * t * t + a->last_max;
    }
    set_rate(a, now, min(rate, 2 * a->measured));
}
