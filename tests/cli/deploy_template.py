"""deploy_template.py FILE: a CloudFormation template as JSON. The short forms of functions become what the tests compare:
!Sub its text, !Ref {"Ref": name}, others {"Fn::NAME": value}; the texts of a Join are joined, and nothing is encoded."""
import json
import re
import sys

import yaml


class Loader(yaml.SafeLoader):
    pass


def value_of(loader, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


def function(loader, name, node):
    value = value_of(loader, node)
    if name == "Ref":
        return {"Ref": value}
    if name == "Sub":
        return value if isinstance(value, str) else value[0]
    if name == "Join":
        text = value[0].join(p["Fn::Base64"] if isinstance(p, dict) else p for p in value[1])
        view = re.fullmatch(r"/\* Presto View: (.*) \*/", text, re.S)  # the text that Athena puts around a view
        return view.group(1) if view else text
    return {"Fn::" + name: value}


Loader.add_multi_constructor("!", function)
with open(sys.argv[1], encoding="utf-8") as f:
    json.dump(yaml.load(f, Loader), sys.stdout)
