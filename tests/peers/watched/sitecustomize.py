"""Python imports this before all else if its folder is in PYTHONPATH. In the Python of BF_PYTHON each client of botocore then has its
answers held against its shapes (tests/services/shapes.py), so the suites of tests/services, the AWS CLI and other programs need no word of it."""
import os
import sys

if os.environ.get("SHAPES_SEEN") and os.path.dirname(sys.executable) == os.path.dirname(os.environ.get("BF_PYTHON", "")):
    sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "services"))
    import botocore.client
    import shapes

    create = botocore.client.ClientCreator.create_client

    def watched(self, *args, **kwargs):
        return shapes.watch(create(self, *args, **kwargs))

    botocore.client.ClientCreator.create_client = watched
