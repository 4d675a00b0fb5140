# The table of partitions in C is that of the data file, and names what it came from.
. "$(dirname "$0")/lib.sh"

cd "$root" || exit 1
python=python3
[ -x /usr/bin/python3 ] && python=/usr/bin/python3
ok 'the table is made of the data file' sh -c "
    $python -B tools/partitions.py table -o '$T/table.h' && cmp '$T/table.h' lib/aws/config/partition_table.h"
ok 'the data file names its source' grep -Eq '^# Source: botocore [0-9.]+ ' lib/aws/config/partitions.tsv
ok 'and its date' grep -Eq '^# Taken:  [0-9]{4}-[0-9]{2}-[0-9]{2}$' lib/aws/config/partitions.tsv
plan
