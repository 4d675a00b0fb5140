#include "lib/ddb/names.h"

#include "lib/json/scan.h"

enum { NAMES_MAX = 1000, RECORDS_MAX = 64 };

void bf_names_init(struct bf_names *n)
{
    n->records = 0;
    bf_map_init(&n->map, NAMES_MAX);
}

void bf_names_free(struct bf_names *n)
{
    bf_map_free(&n->map);
}

static void note_image(struct bf_names *n, const struct bf_image *image)
{
    struct bf_buf decoded;
    bool added;
    bf_buf_init(&decoded, 64 * 1024);
    for (size_t i = 0; i < image->n; i++) {
        struct bf_str name = image->attr[i].name;
        if (image->attr[i].name_escaped) {
            bf_buf_reset(&decoded);
            bf_json_unescape(&decoded, name);
            name = bf_buf_view(&decoded);
        }
        if (bf_buf_ok(&decoded) && !bf_map_put(&n->map, name, &added))
            break;
    }
    bf_buf_free(&decoded);
}

bool bf_names_note(struct bf_names *n, const struct bf_change *c)
{
    note_image(n, &c->keys);
    note_image(n, &c->new_image);
    note_image(n, &c->old_image);
    return ++n->records < RECORDS_MAX;
}

void bf_names_merge(struct bf_names *n, const struct bf_names *other)
{
    bool added;
    for (size_t i = 0; i < other->map.n; i++)
        if (other->map.entries[i].live && !bf_map_put(&n->map, other->map.entries[i].key, &added))
            return;
}

void bf_names_offer(const struct bf_names *n, struct bf_near *near)
{
    for (size_t i = 0; i < n->map.n; i++)
        if (n->map.entries[i].live)
            bf_near_offer(near, n->map.entries[i].key);
}
