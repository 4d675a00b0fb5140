#!/bin/sh
# bfgen: the contents of the data. The seed is fixed, so every figure is exact; the bounds describe the expected shape.
. "$(dirname "$0")/lib.sh"

bfgen -n 20000 -o cdc >"$T/cdc"
bfgen -n 20000 >"$T/writes"

# total = quantity x unit price - discount for every image, in whole cents; the discount is the coupon's
# part, rounded half up.
jq -r '.dynamodb | (.NewImage, .OldImage) | select(.) |
    [.quantity.N, .unit_price.N, .discount.N, .total.N, (.coupon.S // "BF0")] | @tsv' "$T/cdc" >"$T/money"
cat >"$T/money.awk" <<'EOF'
function cents(s,   part, n) {
    n = split(s, part, ".")
    if (s !~ /^[0-9]+(\.[0-9]?[1-9])?$/) { print "not money: " s; bad++ }
    return part[1] * 100 + (n < 2 ? 0 : length(part[2]) == 1 ? part[2] * 10 : part[2])
}
{
    gross = $1 * cents($2)
    if (cents($3) != int((gross * substr($5, 3) + 50) / 100)) { print "discount: " $0; bad++ }
    if (cents($4) != gross - cents($3)) { print "total: " $0; bad++ }
}
END { print NR - bad " right" }
EOF
check "every total and discount is exact to the cent" -o "$(wc -l <"$T/money") right" -- awk -F '\t' -f "$T/money.awk" "$T/money"
check "there are images enough to say so" -m '^2[0-9]{4}$' -- sh -c 'wc -l <"$1" | tr -d " "' - "$T/money"

# The mix, within one percent of what was asked for.
check "the mix" -o 'INSERT 70 MODIFY 25 REMOVE 5' -- sh -c \
    "jq -r .eventName \"\$1\" | sort | uniq -c | awk '{ printf \"%s%s %d\", s, \$2, \$1 / 200 + 0.5; s = \" \" } END { print \"\" }'" - "$T/cdc"
check "another mix" -o 'delete 20 put 40 update 40' -- sh -c \
    "bfgen -n 20000 --mix insert=2,update=2,delete=1 | grep -o '^{\"[a-z]*' | sort | uniq -c |
     awk '{ printf \"%s%s %d\", s, substr(\$2, 3), \$1 / 200 + 0.5; s = \" \" } END { print \"\" }'"

# The curve: 100,000 inserts over the day, each hour within 5 % and 80 of its weight.
cat >"$T/curve.awk" <<'EOF'
BEGIN {
    n = split("90 70 40 22 15 25 45 65 85 100 110 100 90 80 75 75 80 90 105 120 125 110 80 50", w, " ")
    for (i = 1; i <= n; i++) all += w[i]
}
{ seen[substr($1, 12, 2) + 1]++ }
END {
    for (i = 1; i <= 24; i++) {
        d = seen[i] - NR * w[i] / all
        if (d < 0) d = -d
        if (d > NR * w[i] / all / 20 + 80) { print "hour " i - 1 ": " seen[i]; bad++ }
    }
    print 24 - bad " hours as they should be"
}
EOF
bfgen -n 100000 -o csv | sed 1d >"$T/csv"
check "the day's curve" -o "24 hours as they should be" -- sh -c "sed 's/.*,\\(2026[^,]*Z\\),.*/\\1/' \"\$1/csv\" | awk -f \"\$1/curve.awk\"" - "$T"
check "times never run backwards" -o sorted -- sh -c \
    "jq .dynamodb.ApproximateCreationDateTime \"\$1\" | sort -nc && echo sorted" - "$T/cdc"

# Zipf: the product of rank k is sold H/k of the time, H = 1/7.485 for a thousand.
cat >"$T/zipf.awk" <<'EOF'
{ seen[substr($3, 3) + 0]++ }
END {
    for (k = 1; k <= 1000; k++) H += 1 / k
    for (k = 1; k <= 512; k *= 2) {
        want = NR / k / H
        d = seen[k] - want
        if (d * d > 16 * want + 100) { print "rank " k ": " seen[k] ", not about " want; bad++ }
    }
    print 10 - bad " ranks as they should be"
}
EOF
check "products are Zipf-distributed" -o "10 ranks as they should be" -- awk -F, -f "$T/zipf.awk" "$T/csv"

# Log-normal: the logarithm of the price is normal, so its quantiles at 16, 50 and 84 % are one sigma apart.
cat >"$T/log.awk" <<'EOF'
{ p[NR] = $1 }
END {
    low = log(p[int(NR * 0.1587)]); mid = log(p[int(NR * 0.5)]); high = log(p[int(NR * 0.8413)])
    printf "median %.0f, sigma %.2f and %.2f\n", exp(mid), mid - low, high - mid
}
EOF
check "prices are log-normal" -o "median 60, sigma 0.90 and 0.90" -- sh -c \
    'bfgen --schema order -n 200000 -o csv | sed 1d | cut -d , -f 4 | sort -n | awk -f "$1"' - "$T/log.awk"
check "a product has one price" -o "1000 products" -- sh -c \
    'cut -d , -f 3,7 "$1" | sort -u | cut -d , -f 1 | uniq -c | awk "\$1 > 1 { bad++ } END { print NR - bad \" products\" }"' - "$T/csv"

# The life of orders: played back, each old image is the last new one, no key is inserted twice, and an
# update changes something. What is left is what the write lines leave.
cat >"$T/replay.jq" <<'EOF'
reduce inputs as $l ({state: {}, wrong: 0}; $l.dynamodb as $d | $d.Keys.order_id.S as $k |
    if (if $l.eventName == "INSERT" then .state[$k] == null and $d.OldImage == null
        elif $l.eventName == "MODIFY" then .state[$k] == $d.OldImage and $d.OldImage != $d.NewImage
        else .state[$k] == $d.OldImage and $d.NewImage == null end) then . else .wrong += 1 end |
    if $d.NewImage then .state[$k] = $d.NewImage else del(.state[$k]) end)
EOF
cat >"$T/untype.jq" <<'EOF'
def plain: to_entries[0] | if .key == "N" then .value | tonumber
    elif .key == "M" then .value | map_values(plain)
    elif .key == "L" then .value | map(plain)
    elif .key == "NULL" then null else .value end;
.wrong, (.state | map_values(map_values(plain)))
EOF
cat >"$T/apply.jq" <<'EOF'
reduce inputs as $l ({}; if $l.put then .[$l.put.order_id] = $l.put
    elif $l.update then .[$l.update.order_id] |= (. + $l.set | delpaths([($l.remove // [])[] | [.]]))
    else del(.[$l.delete.order_id]) end)
EOF
head -n 4000 "$T/cdc" | jq -n -f "$T/replay.jq" | jq -S -f "$T/untype.jq" >"$T/replayed"
head -n 4000 "$T/writes" | jq -n -S -f "$T/apply.jq" >"$T/applied"
check "old images are the images before" -o 0 -- head -n 1 "$T/replayed"
check "change lines and write lines end in the same table" -o same -- \
    sh -c 'sed 1d "$1/replayed" | cmp - "$1/applied" && echo same' - "$T"
check "orders move on, and only forward" -o \
    '-PLACED PAID- PAID-CANCELLED PAID-SHIPPED PLACED- PLACED-CANCELLED PLACED-PAID PLACED-PLACED' -- sh -c \
    "jq -r '\"\\(.dynamodb.OldImage.status.S // \"\")-\\(.dynamodb.NewImage.status.S // \"\")\"' \"\$1\" | sort -u | paste -sd ' ' -" - "$T/cdc"
check "a cart until the order is paid or cancelled" -o 'true PLACED' -- sh -c \
    "jq -r '.dynamodb.NewImage // empty | select(has(\"cart_id\")) | \"true \\(.status.S)\"' \"\$1\" | sort -u" - "$T/cdc"
check "captured when it is paid" -o 'CANCELLED false PAID true PLACED false SHIPPED true' -- sh -c \
    "jq -r '.dynamodb.NewImage // empty | \"\\(.status.S) \\(.payment.M.captured.BOOL)\"' \"\$1\" | sort -u | paste -sd ' ' -" - "$T/cdc"

# SizeBytes: the keys and the images by the rules for item sizes.
cat >"$T/sizes.jq" <<'EOF'
def item: def size: to_entries[0] | if .key == "S" then .value | utf8bytelength
      elif .key == "N" then (.value | gsub("\\."; "") | sub("^0+"; "") | sub("0+$"; "") | (length + 1) / 2 | floor) + 1
      elif .key == "M" then 3 + (.value | item) + (.value | length)
      elif .key == "L" then 3 + ([.value[] | size + 1] | add)
      else 1 end;
    [to_entries[] | (.key | utf8bytelength) + (.value | size)] | add;
.dynamodb | .SizeBytes == ([.Keys, .NewImage, .OldImage | values | item] | add)
EOF
check "SizeBytes" -o true -- sh -c 'head -n 3000 "$1/cdc" | jq -f "$1/sizes.jq" | sort -u' - "$T"
plan
