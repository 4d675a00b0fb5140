#!/usr/bin/env python3
"""partitions.py renew: writes lib/aws/config/partitions.tsv from the botocore that is installed (pip install botocore).
partitions.py table: writes lib/aws/config/partition_table.h from lib/aws/config/partitions.tsv; -o FILE writes elsewhere.

`make partitions` does both. Only facts are taken: which host each service has in each partition. They are found by
asking botocore's endpoint rules for every region in four variants; a row says a fact for all regions (*), for a
partition, or for one region (=region). What a more general row says already is left out.
"""
import datetime
import re
import sys

TSV = "lib/aws/config/partitions.tsv"
HEADER = "lib/aws/config/partition_table.h"
VARIANTS = {"plain": (False, False), "dualstack": (False, True), "fips": (True, False), "fips+dualstack": (True, True)}
# botocore's name of a service, and the toolkit's
SERVICES = {
    "dynamodb": "BF_AWS_DYNAMODB", "dynamodbstreams": "BF_AWS_STREAMS", "kinesis": "BF_AWS_KINESIS", "s3": "BF_AWS_S3",
    "firehose": "BF_AWS_FIREHOSE", "athena": "BF_AWS_ATHENA", "events": "BF_AWS_EVENTS", "sts": "BF_AWS_STS",
    "sso": "BF_AWS_SSO", "sso-oidc": "BF_AWS_SSO_OIDC", "signin": "BF_AWS_SIGNIN",
}
# one that botocore does not list, as people use it with DynamoDB Local
EXTRA_REGIONS = ["local"]


def partition_rows(data):
    for p in data["partitions"]:
        # "^eusc\-(de)\-\w+\-\d+$": what stands before "\w+-\d+", each of the alternatives
        parts = re.fullmatch(r"\^([a-z\\-]*?)(?:\(([a-z|]+)\)\\-)?\\w\+\\-\\d\+\$", p["regionRegex"])
        first = parts[1].replace("\\", "")
        prefixes = [first + way + "-" for way in parts[2].split("|")] if parts[2] else [first]
        prefix = " ".join(prefixes) if p["id"] != "aws" else "-"  # aws has what no other has
        named = [r for r in p["regions"] if r.endswith("-global")]
        yield p["id"], prefix, p["outputs"]["dnsSuffix"], p["outputs"]["dualStackDnsSuffix"], " ".join(named) or "-"


def template(url, region, dns, dual):
    """The URL with its region and suffix as holes."""
    if not url.startswith("https://"):  # that of region "local"
        return url
    for suffix, hole in sorted(((dns, "{dns}"), (dual, "{dual}")), key=lambda s: -len(s[0])):
        if url.endswith("." + suffix):
            url = url[: -len(suffix)] + hole
            break
    return url.replace(region, "{region}")


def most_common(values):
    return max(sorted(set(values)), key=values.count)


def endpoint_rows(data, rules):
    from botocore.endpoint_provider import EndpointProvider
    from botocore.exceptions import EndpointProviderError

    for service in SERVICES:
        provider = EndpointProvider(rules(service), data)
        for variant, (fips, dual_stack) in VARIANTS.items():
            facts = {}
            for p in data["partitions"]:
                out = p["outputs"]
                for region in list(p["regions"]) + (EXTRA_REGIONS if p["id"] == "aws" else []):
                    try:
                        e = provider.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual_stack)
                    except EndpointProviderError:
                        facts[p["id"], region] = ("-", "-")
                        continue
                    signing = (e.properties.get("authSchemes") or [{}])[0].get("signingRegion", region)
                    facts[p["id"], region] = (template(e.url, region, out["dnsSuffix"], out["dualStackDnsSuffix"]),
                                              "-" if signing == region else signing)
            everywhere = most_common(list(facts.values()))
            yield service, variant, "*", *everywhere
            for p in data["partitions"]:
                mine = {r: f for (pid, r), f in facts.items() if pid == p["id"]}
                here = most_common(list(mine.values()))
                if here != everywhere:
                    yield service, variant, p["id"], *here
                for region, fact in mine.items():
                    if fact != here:
                        yield service, variant, "=" + region, *fact


def renew():
    import botocore
    import botocore.session

    loader = botocore.session.get_session().get_component("data_loader")
    data = loader.load_data("partitions")
    with open(TSV, "w", encoding="utf-8") as f:
        f.write(f"# The partitions of AWS, and where each service is reached there; tab-separated.\n"
                f"# Source: botocore {botocore.__version__} (PyPI): data/partitions.json and data/*/endpoint-rule-set-1.json\n"
                f"# Taken:  {datetime.date.today()}\n"
                f"# Renew:  make partitions\n"
                f"#\n"
                f"# partition  name  its regions begin with  DNS suffix  suffix for dual stack  pseudo-regions\n")
        for row in partition_rows(data):
            f.write("\t".join(("partition", *row)) + "\n")
        f.write("#\n"
                "# endpoint  service  variant  where (=region, before partition, before *)  URL (-: there is none)  "
                "region to sign for (-: the same)\n")
        for row in endpoint_rows(data, lambda s: loader.load_service_model(s, "endpoint-rule-set-1")):
            f.write("\t".join(("endpoint", *row)) + "\n")


def text(value):
    return "NULL" if value == "-" else f'"{value}"'


def table(out):
    partitions, endpoints = [], []
    for line in open(TSV, encoding="utf-8"):
        row = line.rstrip("\n").split("\t")
        if row[0] == "partition":
            partitions.append(f'    {{"{row[1]}", {text(row[2])}, "{row[3]}", "{row[4]}", {text(row[5])}}},\n')
        elif row[0] == "endpoint":
            fips, dual = ("true" if v else "false" for v in VARIANTS[row[2]])
            endpoints.append(f'    {{{SERVICES[row[1]]}, {fips}, {dual}, "{row[3]}", {text(row[4])}, {text(row[5])}}},\n')
    with open(out, "w", encoding="utf-8") as f:
        f.write("/* Made from partitions.tsv by tools/partitions.py (`make partitions`); for partition.c alone. */\n"
                "/* clang-format off */\n"
                "static const struct bf_partition partitions[] = {\n" + "".join(partitions) + "};\n\n"
                "static const struct endpoint endpoints[] = {\n" + "".join(endpoints) + "};\n"
                "/* clang-format on */\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["renew"]:
        renew()
    elif sys.argv[1:2] == ["table"]:
        table(sys.argv[3] if sys.argv[2:3] == ["-o"] else HEADER)
    else:
        sys.exit(__doc__)
