#!/usr/bin/env python3
"""What a service signs together with others, by the example beside this: each message is proved, and nothing else is. Exits 1
when one check failed."""

import json
import pathlib
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from leilao import verifies, verifies_one_of_several

example = json.loads(pathlib.Path(__file__).with_name("assinados-juntos.json").read_text())
public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(example["chave_publica"]))
messages = [text.encode() for text in example["mensagens"]]
signatures = [bytes.fromhex(text) for text in example["assinaturas"]]
failures = []


def that(what, good):
    print("ok   " if good else "FAIL ", what)
    if not good:
        failures.append(what)


that("the example has as many signatures as messages", len(messages) == len(signatures) > 2)
for place, signature in enumerate(signatures):
    proved = [other for other, message in enumerate(messages) if verifies_one_of_several(public, signature, message)]
    that(f"signature {place} proves its message and no other", proved == [place])
    changed = [bytes([*signature[:i], signature[i] ^ 1, *signature[i + 1:]]) for i in range(len(signature))]
    that("with one bit turned it proves nothing", not any(verifies_one_of_several(public, one, messages[place]) for one in changed))
    that("cut short, or with one step more, neither", not any(
        verifies_one_of_several(public, one, messages[place]) for one in (signature[:-32], signature[:64], signature + bytes(32))))
    that("it is no signature of the message alone", not verifies(public, signature, messages[place])
         and not verifies(public, signature[:64], messages[place]))
sys.exit(1 if failures else 0)
