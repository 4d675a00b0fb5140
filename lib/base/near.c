#include "lib/base/near.h"

enum { NAME_MAX_LEN = 64, SHORT = 5 };

void bf_near_init(struct bf_near *n, struct bf_str name)
{
    *n = (struct bf_near){.name = name, .distance = name.n < 3 ? 1 : name.n < SHORT ? 2 : 3};
}

/* Levenshtein distance, names of up to NAME_MAX_LEN bytes. */
static size_t levenshtein(struct bf_str a, struct bf_str b)
{
    size_t row[NAME_MAX_LEN + 1];
    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t best = diagonal + (a.p[i - 1] != b.p[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b.n];
}

/* Do a and b differ only in that two neighbouring bytes are swapped? */
static bool swapped(struct bf_str a, struct bf_str b)
{
    size_t i = 0;
    while (i < a.n && i < b.n && a.p[i] == b.p[i])
        i++;
    return a.n == b.n && i + 1 < a.n && a.p[i] == b.p[i + 1] && a.p[i + 1] == b.p[i] &&
           memcmp(a.p + i + 2, b.p + i + 2, a.n - i - 2) == 0;
}

void bf_near_offer(struct bf_near *n, struct bf_str name)
{
    if (n->name.n > NAME_MAX_LEN || name.n > NAME_MAX_LEN)
        return;
    size_t d = bf_str_same(n->name, name) ? 0
               : swapped(n->name, name)   ? 1
                                          : levenshtein(n->name, name);
    if (d < n->distance || (d == 0 && !n->best.p)) {
        n->distance = d;
        n->best = name;
    }
}
