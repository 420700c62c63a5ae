#!/usr/bin/env python3
"""Checks docs/asyncapi.yaml: that it is an AsyncAPI 3.0 document, that it hangs together, and that the golden files obey it.

The shape is that of the AsyncAPI 3.0.0 specification for the objects that this project uses; an object it does not use yet is
reported as unknown, and belongs into OBJECTS then. The payload inside an envelope of kind K is described by components.schemas.K;
every JSON file under docs/ and Tests/ that is such an envelope is held against it.
"""

import base64
import json
import pathlib
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PREFIX, SUFFIX = "application/vnd.leilao.", ".v1+json"

# object: (required members, optional members); a member's value is the object that it holds, [object] a list of it,
# {object} a map of names to it, None anything.
OBJECTS = {
    "document": (
        {"asyncapi": None, "info": "info"},
        {
            "id": None, "servers": {"server"}, "defaultContentType": None, "channels": {"channel"},
            "operations": {"operation"}, "components": "components",
        },
    ),
    "info": (
        {"title": None, "version": None},
        {"description": None, "termsOfService": None, "contact": None, "license": "license", "tags": ["tag"], "externalDocs": None},
    ),
    "license": ({"name": None}, {"url": None}),
    "tag": ({"name": None}, {"description": None, "externalDocs": None}),
    "server": (
        {"host": None, "protocol": None},
        {
            "protocolVersion": None, "pathname": None, "description": None, "title": None, "summary": None, "variables": None,
            "security": None, "tags": ["tag"], "externalDocs": None, "bindings": None,
        },
    ),
    "channel": (
        {},
        {
            "address": None, "messages": {"message"}, "title": None, "summary": None, "description": None, "servers": ["server"],
            "parameters": {"parameter"}, "tags": ["tag"], "externalDocs": None, "bindings": None,
        },
    ),
    "parameter": ({}, {"enum": None, "default": None, "description": None, "examples": None, "location": None}),
    "operation": (
        {"action": None, "channel": "channel"},
        {
            "title": None, "summary": None, "description": None, "security": None, "tags": ["tag"], "externalDocs": None,
            "bindings": None, "traits": None, "messages": ["message"], "reply": "reply",
        },
    ),
    "reply": ({}, {"address": None, "channel": "channel", "messages": ["message"]}),
    "message": (
        {},
        {
            "headers": "schema", "payload": "schema", "correlationId": None, "contentType": None, "name": None, "title": None,
            "summary": None, "description": None, "tags": ["tag"], "externalDocs": None, "bindings": None, "examples": None, "traits": None,
        },
    ),
    "components": (
        {},
        {
            "schemas": {"schema"}, "servers": {"server"}, "channels": {"channel"}, "operations": {"operation"},
            "messages": {"message"}, "securitySchemes": None, "parameters": {"parameter"}, "correlationIds": None, "replies": {"reply"},
            "replyAddresses": None, "operationTraits": None, "messageTraits": None, "serverBindings": None, "channelBindings": None,
            "operationBindings": None, "messageBindings": None, "tags": {"tag"}, "externalDocs": None,
        },
    ),
}


class Strict(yaml.SafeLoader):
    """YAML without duplicate names, which YAML 1.2 forbids and PyYAML takes."""

    def construct_mapping(self, node, deep=False):
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        for name in names:
            if names.count(name) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"the name {name!r} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


class Document:
    def __init__(self, tree):
        self.tree = tree
        self.problems = []

    def problem(self, where, what):
        self.problems.append(f"{where or '/'}: {what}")

    def resolve(self, reference):
        """The value behind '#/a/b', or KeyError."""
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise KeyError(reference)
        value = self.tree
        for part in reference[2:].split("/"):
            part = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(value, dict) or part not in value:
                raise KeyError(reference)
            value = value[part]
        return value

    def check_references(self, value, where=""):
        if isinstance(value, dict):
            if "$ref" in value:
                try:
                    self.resolve(value["$ref"])
                except KeyError:
                    self.problem(where, f"$ref {value['$ref']!r} leads nowhere")
            for name, member in value.items():
                self.check_references(member, f"{where}/{name}")
        elif isinstance(value, list):
            for index, member in enumerate(value):
                self.check_references(member, f"{where}/{index}")

    def check(self, value, kind, where=""):
        """Is the value an object of this kind, or a reference to something that is checked where it stands?"""
        if kind is None:
            return
        if isinstance(kind, list):
            if not isinstance(value, list):
                return self.problem(where, "should be a list")
            for index, member in enumerate(value):
                self.check(member, kind[0], f"{where}/{index}")
            return
        if not isinstance(value, dict):
            return self.problem(where, "should be an object")
        if isinstance(kind, set):
            (inner,) = kind
            for name, member in value.items():
                self.check(member, inner, f"{where}/{name}")
            return
        if "$ref" in value:
            return
        if kind == "schema":
            return self.check_schema(value, where)
        required, optional = OBJECTS[kind]
        for name in required:
            if name not in value:
                self.problem(where, f"{kind} has no {name!r}")
        for name, member in value.items():
            if name.startswith("x-"):
                continue
            if name not in required and name not in optional:
                self.problem(where, f"{kind} has an unknown member {name!r}")
            else:
                self.check(member, required.get(name, optional.get(name)), f"{where}/{name}")

    def check_schema(self, schema, where):
        # AsyncAPI's schema object is JSON Schema draft 7 and a few members more
        try:
            jsonschema.Draft7Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            self.problem(where, f"no valid JSON Schema: {error.message}")

    def check_operations(self):
        channels = self.tree.get("channels", {})
        used = set()
        for name, operation in self.tree.get("operations", {}).items():
            where = f"/operations/{name}"
            if operation.get("action") not in ("send", "receive"):
                self.problem(where, "action is neither 'send' nor 'receive'")
            reference = operation.get("channel", {}).get("$ref", "")
            channel = reference.removeprefix("#/channels/")
            if channel not in channels:
                self.problem(where, f"channel {reference!r} is none of the document's")
                continue
            used.add(channel)
            for message in operation.get("messages", []):
                if not message.get("$ref", "").startswith(f"{reference}/messages/"):
                    self.problem(where, f"message {message.get('$ref')!r} is none of its channel's")
        for channel in sorted(set(channels) - used):
            self.problem(f"/channels/{channel}", "no operation uses it")

    def validator(self, schema):
        return jsonschema.Draft7Validator(schema, resolver=jsonschema.RefResolver.from_schema(self.tree))


def validate(tree):
    """The problems of a document, one line each."""
    document = Document(tree)
    document.check(tree, "document")
    if document.problems:
        return document
    if not str(tree["asyncapi"]).startswith("3.0."):
        document.problem("/asyncapi", f"{tree['asyncapi']!r} is not 3.0.x")
    document.check_references(tree)
    if not document.problems:
        document.check_operations()
    return document


def envelopes():
    """The golden files: every DSSE envelope of a kind of ours, with its path, kind and payload."""
    for folder in ("docs", "Tests"):
        for path in sorted((ROOT / folder).rglob("*.json")):
            try:
                body = json.loads(path.read_bytes())
                kind = body["payloadType"]
            except (ValueError, KeyError, TypeError):
                continue
            if isinstance(kind, str) and kind.startswith(PREFIX) and kind.endswith(SUFFIX):
                yield path.relative_to(ROOT), kind[len(PREFIX) : -len(SUFFIX)], json.loads(base64.b64decode(body["payload"], validate=True))


def check_golden(document):
    schemas = document.tree.get("components", {}).get("schemas", {})
    count = 0
    for path, kind, payload in envelopes():
        count += 1
        if kind not in schemas:
            document.problem(path, f"components.schemas has no {kind!r}")
            continue
        for error in document.validator(schemas[kind]).iter_errors(payload):
            document.problem(path, f"/{'/'.join(map(str, error.absolute_path))}: {error.message}")
    if count == 0:
        document.problem("docs and Tests", "no golden envelope was found")
    return count


def check_itself():
    """The checks can fail: each of these documents is wrong in one way."""
    good = {
        "asyncapi": "3.0.0",
        "info": {"title": "t", "version": "1"},
        "channels": {"c": {"address": "a", "messages": {"m": {"payload": {"type": "object"}}}}},
        "operations": {"o": {"action": "send", "channel": {"$ref": "#/channels/c"}, "messages": [{"$ref": "#/channels/c/messages/m"}]}},
    }

    def spoilt(change):
        copy = json.loads(json.dumps(good))
        change(copy)
        return validate(copy).problems

    assert validate(good).problems == []
    assert spoilt(lambda d: d["info"].pop("title"))
    assert spoilt(lambda d: d.update(asyncapi="2.6.0"))
    assert spoilt(lambda d: d.update(topics={}))
    assert spoilt(lambda d: d["channels"]["c"]["messages"]["m"].update(payload={"type": "strng"}))
    assert spoilt(lambda d: d["operations"]["o"].update(action="publish"))
    assert spoilt(lambda d: d["operations"]["o"].update(channel={"$ref": "#/channels/d"}))
    assert spoilt(lambda d: d["operations"]["o"].update(messages=[{"$ref": "#/components/messages/m"}]))
    assert spoilt(lambda d: d["operations"].clear())
    try:
        yaml.load("a: 1\na: 2\n", Strict)
        raise AssertionError("a name that stands twice was taken")
    except yaml.YAMLError:
        pass


def main():
    check_itself()
    path = ROOT / "docs" / "asyncapi.yaml"
    try:
        tree = yaml.load(path.read_text(encoding="utf-8"), Strict)
    except (OSError, yaml.YAMLError) as error:
        sys.exit(f"docs/asyncapi.yaml: {error}")
    document = validate(tree)
    count = check_golden(document)
    for problem in document.problems:
        print(problem)
    if document.problems:
        sys.exit(1)
    print(f"docs/asyncapi.yaml is valid; {count} golden envelopes obey it")


if __name__ == "__main__":
    main()
