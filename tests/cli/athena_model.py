"""athena_model.py SERVICE: reads lines "OPERATION REQUEST" and holds each request, which is JSON, against AWS's own model
of the service, as botocore has it: names of members, types, what is required, lengths."""
import json
import sys

import botocore.loaders
import botocore.model
import botocore.validate

service = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model(sys.argv[1], "service-2"))
n = 0
for line in sys.stdin:
    name, request = line.split(" ", 1)
    shape = service.operation_model(name).input_shape
    params = json.loads(request)
    report = botocore.validate.ParamValidator().validate(params, shape)
    unknown = [k for k in params if k not in shape.members]  # ClientRequestToken and newer members are in the model too
    if report.has_errors() or unknown:
        sys.exit("%s: %s %s" % (line.strip()[:300], report.generate_report(), unknown))
    n += 1
print(n)
