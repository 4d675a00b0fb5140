# The flatten of cdcxform as people write it for jq.
def plain: to_entries[0] | if .key == "N" then .value | tonumber elif .key == "M" then .value | map_values(plain)
    elif .key == "L" then .value | map(plain) elif .key == "NULL" then null elif .key == "NS" then .value | map(tonumber) else .value end;
(if .eventName == "REMOVE" then .dynamodb.Keys else .dynamodb.NewImage end | map_values(plain))
    + {_op: .eventName, _ts: (.dynamodb.ApproximateCreationDateTime / 1000 | todate)}
