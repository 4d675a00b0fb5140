#include "lib/aws/config/partition.h"

/* One row of the table. where: "=REGION", a partition's name, or "*". In the URL {region}, {dns}
 * and {dual} are replaced by the region and its partition's suffixes; NULL: there is no such
 * endpoint. */
struct endpoint {
    enum bf_aws_service service;
    bool fips, dualstack;
    const char *where, *url, *signing_region;
};

#include "lib/aws/config/partition_table.h"

/* "\w+-\d+" of the SDKs' expressions for a partition's regions. */
static bool ends_like_region(const char *s)
{
    static const char digits[] = "0123456789", word[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    size_t n = strspn(s, word);
    return n > 0 && s[n] == '-' && s[n + 1] && strspn(s + n + 1, digits) == strlen(s + n + 1);
}

static bool has_region(const struct bf_partition *p, const char *region)
{
    struct bf_str rest = bf_str_of(p->prefixes), prefix;
    if (p->named && strcmp(p->named, region) == 0)
        return true;
    while (bf_str_split(&rest, ' ', &prefix))
        if (prefix.n && bf_str_starts(bf_str_of(region), prefix) &&
            ends_like_region(region + prefix.n))
            return true;
    return false;
}

const struct bf_partition *bf_partition_of(const char *region)
{
    for (size_t i = 0; i < BF_COUNT(partitions); i++)
        if (has_region(&partitions[i], region))
            return &partitions[i];
    return &partitions[0];
}

/* The most specific row for a service; never NULL with a complete table. */
static const struct endpoint *find(enum bf_aws_service service, const char *region,
                                   const char *partition, bool fips, bool dualstack)
{
    const struct endpoint *best = NULL;
    for (size_t i = 0; i < BF_COUNT(endpoints); i++) {
        const struct endpoint *p = &endpoints[i];
        if (p->service != service || p->fips != fips || p->dualstack != dualstack)
            continue;
        if (p->where[0] == '=' && strcmp(p->where + 1, region) == 0)
            return p;
        bool here = strcmp(p->where, partition) == 0;
        if (here || (p->where[0] == '*' && !best))
            best = p;
    }
    return best;
}

static void fill(char *url, size_t size, const char *template, const char *region,
                 const struct bf_partition *p)
{
    const struct {
        const char *hole, *text;
    } holes[] = {{"{region}", region}, {"{dns}", p->dns}, {"{dual}", p->dual_dns}};
    struct bf_buf b = {.p = url, .cap = size, .max = size};
    while (*template) {
        size_t i = 0;
        while (i < BF_COUNT(holes) && strncmp(template, holes[i].hole, strlen(holes[i].hole)) != 0)
            i++;
        if (i == BF_COUNT(holes)) {
            bf_buf_addc(&b, *template ++);
            continue;
        }
        bf_buf_adds(&b, bf_str_of(holes[i].text));
        template += strlen(holes[i].hole);
    }
    bf_buf_addc(&b, '\0');
}

bool bf_partition_endpoint(enum bf_aws_service service, const char *region, bool fips,
                           bool dualstack, char *url, size_t size, const char **signing_region)
{
    const struct bf_partition *p = bf_partition_of(region);
    const struct endpoint *fact = find(service, region, p->name, fips, dualstack);
    if (!fact || !fact->url)
        return false;
    fill(url, size, fact->url, region, p);
    *signing_region = fact->signing_region ? fact->signing_region : region;
    return true;
}
