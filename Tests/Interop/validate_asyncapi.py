#!/usr/bin/env python3
"""Checks docs/asyncapi.yaml against itself and against the golden files; exits non-zero on any problem.

Needs PyYAML and jsonschema. With --atualizar the examples are first taken anew from the golden files.
"""
import base64
import copy
import json
import pathlib
import re
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "asyncapi.yaml"
GOLDEN = ROOT / "Tests" / "AuctionWireTests" / "Golden"
ENVELOPE = {"payload", "payloadType", "signatures"}

problems = []


def problem(text):
    problems.append(text)


def update():
    """Each example is one line of JSON under its name, which is the golden file's."""

    def line(match):
        body = (GOLDEN / f"{match['name']}.json").read_text(encoding="utf-8")
        return f"{match['head']}{match['name']}{match['middle']}{json.dumps(json.loads(body), ensure_ascii=False)}\n"

    text = DOCUMENT.read_text(encoding="utf-8")
    pattern = r"(?P<head> +- name: )(?P<name>[a-z0-9-]+)(?P<middle>\n +payload: ).*\n"
    DOCUMENT.write_text(re.sub(pattern, line, text), encoding="utf-8")


def resolve(document, reference):
    value = document
    for step in reference.removeprefix("#/").split("/"):
        value = value[step.replace("~1", "/").replace("~0", "~")]
    return value


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def envelopes_in(value):
    """Every envelope inside a signed payload."""
    if isinstance(value, dict):
        if ENVELOPE <= value.keys():
            yield value
            return
        for inner in value.values():
            yield from envelopes_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from envelopes_in(inner)


def main():
    if sys.argv[1:] == ["--atualizar"]:
        update()
    document = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    if not str(document.get("asyncapi", "")).startswith("3."):
        problem("asyncapi: version 3 is meant")
    for part in ("info", "servers", "channels", "operations", "components"):
        if not document.get(part):
            problem(f"{part} is missing")
    for reference in references(document):
        try:
            resolve(document, reference)
        except (KeyError, TypeError):
            problem(f"{reference} leads nowhere")
    if problems:
        return

    components = document["components"]
    for name, schema in components["schemas"].items():
        try:
            jsonschema.Draft7Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            problem(f"schema {name}: {error.message}")

    def errors(schema, value):
        # The whole document's components stand beside, so that its references lead somewhere.
        whole = {"allOf": [schema], "components": components}
        return [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in jsonschema.Draft7Validator(whole).iter_errors(value)]

    def kind(name):
        return re.sub(r"(?<!^)([A-Z])", lambda m: "-" + m[1].lower(), name)

    signed = {kind(name): message["x-signed-payload"] for name, message in components["messages"].items() if "x-signed-payload" in message}

    def check(where, schema, value):
        for error in errors(schema, value):
            problem(f"{where}: {error}")
        # A schema that accepts anything proves nothing: each demanded member is taken away once.
        for member in value:
            smaller = {k: v for k, v in value.items() if k != member}
            if not errors(schema, smaller):
                problem(f"{where}: nobody misses {member}")
            wrong = copy.deepcopy(value)
            wrong[member] = {"nothing": "like it"}
            if not errors(schema, wrong):
                problem(f"{where}: {member} may be anything")

    def check_envelope(where, envelope):
        name = envelope["payloadType"].removeprefix("application/vnd.leilao.").removesuffix(".v1+json")
        if name not in signed:
            return problem(f"{where}: no message is a {name}")
        payload = json.loads(base64.b64decode(envelope["payload"], validate=True))
        check(f"{where} ({name})", signed[name], payload)
        for inner in envelopes_in(payload):
            check_envelope(f"{where} > {name}", inner)
        for inner in envelope.get("envelopes", []):
            check_envelope(f"{where} beside {name}", inner)

    used = set()
    for name, message in components["messages"].items():
        examples = message.get("examples", [])
        if not examples:
            problem(f"message {name} has no example")
        for example in examples:
            where, value = example["name"], example["payload"]
            used.add(where)
            file = GOLDEN / f"{where}.json"
            if not file.exists() or json.loads(file.read_text(encoding="utf-8")) != value:
                problem(f"{where} is not what {file.relative_to(ROOT)} holds; --atualizar takes it anew")
                continue
            check(where, message["payload"], value)
            if "x-signed-payload" in message:
                if value["payloadType"] != f"application/vnd.leilao.{kind(name)}.v1+json":
                    problem(f"{where}: a {name} is not a {value['payloadType']}")
                check_envelope(where, value)
    golden = {file.stem for file in GOLDEN.glob("*.json")} - {"chaves"}
    for name in sorted(golden - used):
        problem(f"{name} is no message's example")


main()
for text in problems:
    print(text, file=sys.stderr)
print(f"{DOCUMENT.relative_to(ROOT)}: {len(problems)} problems")
sys.exit(1 if problems else 0)
