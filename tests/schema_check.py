"""Holds scenario files against schema/scenario.schema.json, assignments against schema/assignment.schema.json.

    /usr/bin/python3 tests/schema_check.py FILE…

One line per file, in order: `valid FILE`, `refused FILE: WHY`, or `unreadable FILE: WHY` when the YAML
is broken and the schema never saw a value. The status is 0 when all were looked at.

The schema speaks of JSON, so scalars must become JSON first, and here that must not apply YAML 1.1's
guesses (`no`, `1:30`, `0755` are text). Plain true and false, null, and decimal numbers are what JSON
calls them; everything else, and whatever stands in quotes, is text.
"""
import json
import os
import re
import sys

import jsonschema
import yaml

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
INTEGER = re.compile(r"-?(0|[1-9][0-9]*)\Z")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+\Z")
PLAIN_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


class Loader(yaml.BaseLoader):
    """BaseLoader makes every scalar text; here the plain ones get JSON's types, and keys stay text."""


def construct_scalar(loader, node):
    if node.style is not None:
        return node.value
    if node.value in PLAIN_WORDS:
        return PLAIN_WORDS[node.value]
    if INTEGER.match(node.value):
        return int(node.value)
    if DECIMAL.match(node.value):
        return float(node.value)
    return node.value


def construct_mapping(loader, node):
    mapping = {}
    yield mapping
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.YAMLError("a key that is not a scalar")
        mapping[key.value] = loader.construct_object(value, deep=True)


Loader.add_constructor("tag:yaml.org,2002:str", construct_scalar)
Loader.add_constructor("tag:yaml.org,2002:map", construct_mapping)


def check_pattern(validator, pattern, instance, schema):
    # As ECMA 262 has it: `$` is the very end, not also the place before a last line break.
    if pattern.endswith("$"):
        pattern = pattern[:-1] + r"\Z"
    if isinstance(instance, str) and not re.search(pattern, instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


def main():
    validators = {}
    for kind in ("scenario", "assignment"):
        with open(os.path.join(TOP, f"schema/{kind}.schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft7Validator.check_schema(schema)
        validators[kind] = jsonschema.validators.extend(
            jsonschema.Draft7Validator, {"pattern": check_pattern})(schema)
    for path in sys.argv[1:]:
        outcome, why = "valid", None
        try:
            with open(path, "rb") as file:
                documents = list(yaml.load_all(file, Loader))
            if not documents:
                outcome, why = "refused", "no document"
            for document in documents:
                is_assignment = isinstance(document, dict) and "assignment" in document
                validator = validators["assignment" if is_assignment else "scenario"]
                error = jsonschema.exceptions.best_match(validator.iter_errors(document))
                if error:
                    outcome, why = "refused", f"{error.json_path}: {error.message[:200]}"
                    break
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            outcome, why = "unreadable", type(error).__name__
        print(f"{outcome} {path}{': ' + why if why else ''}".replace("\n", " "))


main()
