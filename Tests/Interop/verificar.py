#!/usr/bin/env python3
"""Verifies the ledger of an auction, offline, from docs/ledger.md and docs/protocol.md alone: signatures, chain, stamps, and every
decision taken again. One line for each fault; exit code 0 when all holds, 1 when something does not, 64 when the file cannot be read.

    python3 verificar.py FILE [--chave-da-casa PEM or folder]…
"""

import argparse
import bisect
import collections
import datetime
import json
import pathlib
import re
import sys

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

from leilao import (LIMIT, SPEAKS, STATE, Contest, Refused, after_bid, after_bids, asked, check_payload, check_revealed, compact, falls,
                    from_base64, heir, is_bought, need, obj, open_envelope, parse, pae, reserve_commitment, sha256, spki_of, step, unsealed,
                    verifies, AUCTION, DIGEST, WHO, boolean, count)

HEADER = obj(True, formato=lambda v: v == "leilao-livro", versao=count(2, 2), id_leilao=AUCTION, edicao=DIGEST, encerrado=boolean,
             cabeca=obj(True, bloco=count(), hash=DIGEST), chaves=count(), blocos=count(1), recibos=count(), recibos_perdidos=count(),
             relogios=count())
HOUSE_KEY = obj(True, chave_da_casa=obj(True, id_usuario=WHO, spki=lambda v: isinstance(v, str)))
PARTS = {"lance-validado": 1, "leilao-vencedor": 1, "lance-invalidado": 2, "relogio-sincronizado": 3,
         "livro-encerrado": 4}
SECOND, WIDEST = 1_000_000, 10_000_000
LARGEST, MOST_KEYS, MOST_UNREADABLE, MOST_FAULTS = 1 << 30, 1_000, 100, 1_000
OPERATOR = {"lance-anular"}


def house_role(owner):
    return owner.startswith("ms_") or owner.startswith("operador")


def kinds_of(owner):
    """What that one may say in a ledger."""
    return OPERATOR if owner.startswith("operador") else SPEAKS.get(owner, set())


def canonical(value, names):
    """The one spelling of an object: these members, in this order."""
    need(list(value) == names, "members in another order")
    return compact(value)


Read = collections.namedtuple("Read", "line value digest kind")


class Ledger:
    """The lines of a file, and what is wrong with them."""

    def __init__(self, data, pinned=None):
        self.faults, self.found, self.pinned = [], 0, pinned
        self.keys, self.spelled, self.blocks, self.receipts, self.records, self.used = {}, [], [], [], [], set()
        self.counts, self.retired = collections.Counter(), {}
        self.seals = []
        try:
            need(data, "the file is empty")
            first = data[:data.find(b"\n")] if b"\n" in data else data
            self.header = parse(first)
            need(HEADER(self.header), "not the first line of a ledger")
            spelled = canonical(self.header, ["formato", "versao", "id_leilao", "edicao", "encerrado", "cabeca", "chaves", "blocos",
                                              "recibos", "recibos_perdidos", "relogios"])
            need(spelled == first and list(self.header["cabeca"]) == ["bloco", "hash"], "another spelling")
        except Refused as error:
            self.fault(1, error)
            self.header = None
            return
        self.read(data)

    def fault(self, line, why):
        if len(self.faults) < MOST_FAULTS:
            self.faults.append((line, str(why)))
        self.found += 1

    def trying(self, line, action, *arguments):
        """None, and a fault, whatever it is that somebody has made of a line."""
        try:
            return action(*arguments)
        except Exception as error:  # pylint: disable=broad-except
            return self.fault(line, error if isinstance(error, Refused) else f"{type(error).__name__}: {error}")

    def lines(self, data):
        """(number, line) of all but the first, one by one: a file of nothing but line feeds has as many as bytes."""
        number, start = 1, data.find(b"\n") + 1 or len(data)
        if not data.endswith(b"\n"):
            self.fault(data.count(b"\n") + 1, "the file ends within a line")
        while start < len(data):
            number, end = number + 1, data.find(b"\n", start)
            end = len(data) if end < 0 else end
            yield number, data[start:end]
            start = end + 1

    def read(self, data):
        reached, envelopes, unreadable, number = 0, [], 0, 1
        for number, line in self.lines(data):
            if unreadable >= MOST_UNREADABLE or len(self.spelled) > MOST_KEYS:
                self.fault(number, "this is no ledger: the rest was not read")
                break
            part, before = None, self.found
            if line.startswith(b'{"chave_da_casa"'):
                part = 0
                self.trying(number, self.key, number, line)
            else:
                envelope = self.trying(number, self.envelope, line)
                if envelope is not None:
                    part = PARTS.get(kind_of(envelope))
                    envelopes.append((number, envelope))
                    if part is None:
                        self.fault(number, f"{kind_of(envelope)} is not of a ledger")
            unreadable += self.found > before
            if part is not None:
                if part < reached:
                    self.fault(number, "a line out of its place")
                reached = max(reached, part)
                self.counts[part] += 1
        for part, name in enumerate(["chaves", "blocos", "recibos", "relogios"]):
            if self.header[name] != self.counts[part]:
                self.fault(number, f"the first line says {self.header[name]} {name}, and there are {self.counts[part]}")
        if self.spelled != sorted(self.spelled):
            self.fault(2, "the keys are not in order")
        for number, envelope in envelopes:
            self.open(number, envelope)
        for before, record in zip(self.records, self.records[1:]):
            if record.value["numero"] != before.value["numero"] + 1:
                self.fault(record.line, "records of the clock with a gap")
        if self.counts[4] != (1 if self.header["encerrado"] else 0):
            self.fault(number, "the seal is missing, there is more than one, or the ledger is not over")
        for seal in self.seals[:1]:
            self.trying(seal.line, self.check_seal, seal)

    def check_seal(self, seal):
        """What the house signed of the whole ledger when the auction was over."""
        value, last = seal.value, self.blocks[-1] if self.blocks else None
        chain = last and {"id_leilao": self.header["id_leilao"], "edicao": self.header["edicao"], "relogio": last.value["relogio"],
                          "cabeca": {"bloco": last.value["bloco"], "hash": last.digest}}
        if chain and {name: value[name] for name in chain} != chain:
            self.fault(seal.line, "the seal of another chain")
        if value["recibos_perdidos"] != self.header["recibos_perdidos"]:
            self.fault(seal.line, f"the house signed that it had lost {value['recibos_perdidos']} receipts")
        numbers = [record.value["numero"] for record in self.records]
        found = (numbers[0], numbers[-1]) if numbers else (None, None)
        if found != (value["relogios_de"], value["relogios_ate"]):
            self.fault(seal.line, f"records {found} of the clock, and the house signed {value['relogios_de']}, {value['relogios_ate']}")

    def key(self, number, line):
        value = parse(line)
        need(HOUSE_KEY(value), "not a line of a key")
        key = value["chave_da_casa"]
        need(canonical(value, ["chave_da_casa"]) == line and list(key) == ["id_usuario", "spki"], "another spelling")
        spki, owner = from_base64(key["spki"]), key["id_usuario"]
        need(house_role(owner), f"{owner} does not speak for the house")
        public = load_der_public_key(spki)
        need(spki_of(public) == spki, "a key in another spelling")
        need(sha256(spki) not in self.keys, "a key that stands above already")
        if self.pinned is not None and (spki, owner) not in self.pinned and (spki, None) not in self.pinned:
            self.fault(number, f"the key of {owner} is none of those that were given as the house's")
        # Given as standing too, it stands.
        until = [instant for (known, _), instant in (self.pinned or {}).items() if known == spki]
        self.retired[sha256(spki)] = max(until) if until and None not in until else None
        self.keys[sha256(spki)] = (number, public, owner, kinds_of(owner))
        self.spelled.append(line)

    def envelope(self, line):
        value = parse(line)
        need(canonical(value, ["payload", "payloadType", "signatures"]) == line, "another spelling")
        need(isinstance(value["signatures"], list) and [list(one) for one in value["signatures"]] == [["keyid", "sig"]],
             "not exactly one signature")
        return value

    def key_of(self, keyid):
        need(isinstance(keyid, str), "a keyid that is no text")
        self.used.add(keyid)
        _, public, _, kinds = self.keys.get(keyid, (0, None, "", ()))
        return public, kinds

    def open(self, number, envelope):
        """What an envelope says, under the keys of the file; what cannot be verified is told of, and read all the same."""
        said = self.trying(number, open_envelope, envelope, self.key_of) or self.trying(number, unverified, envelope)
        if said is None:
            return
        self.check_retirement(number, said)
        one = Read(number, said.value, said.digest, said.kind)
        parts = {1: self.blocks, 2: self.receipts, 3: self.records, 4: self.seals}
        if said.kind in PARTS:
            parts[PARTS[said.kind]].append(one)

    def embedded(self, line, envelope, *kinds, by="ms_leilao", also=()):
        """What ms_leilao, or an operator, said that a block holds; `also`: kinds that ms_lance may say here too."""
        need(list(envelope) == ["payload", "payloadType", "signatures"], "an embedded envelope in another order")

        def key_of(keyid):
            need(isinstance(keyid, str), "a keyid that is no text")
            self.used.add(keyid)
            _, public, owner, _ = self.keys.get(keyid, (0, None, "", ()))
            return public, set(kinds) if owner == by or by == "operador" and owner.startswith(by) else set(also) if owner == "ms_lance" else set()

        said = self.trying(line, open_envelope, envelope, key_of) or unverified(envelope)
        self.check_retirement(line, said)
        return said

    def check_retirement(self, line, said):
        """What a key signs later than its retirement, by the instant that the statement gives itself, is not the house's word."""
        until = self.retired.get(said.keyid)
        if until is not None and said.value["relogio"]["em_us"] > until:
            self.fault(line, f"{said.kind}: under a key that was retired before")

    def owner(self, keyid):
        return self.keys.get(keyid, (0, None, "", ()))[2]


def kind_of(envelope):
    match = re.fullmatch(r"application/vnd\.leilao\.([a-z-]+)\.v1\+json", str(envelope.get("payloadType")))
    return match[1] if match else None


Said = collections.namedtuple("Said", "kind value digest keyid envelope")


def unverified(envelope):
    payload = from_base64(envelope["payload"])
    value, kind = parse(payload), kind_of(envelope)
    check_payload(kind, value)
    return Said(kind, value, sha256(payload), envelope["signatures"][0]["keyid"], envelope)


def spread(clock, loose):
    return max(clock["incerteza_us"], 5 * SECOND) if loose else clock["incerteza_us"]


def undisciplined(clock):
    return clock["estado"] in ("sem_sincronia", "sem_ntp")


class Replay:
    """The rules once more, fed with what the ledger says came in."""

    def __init__(self, ledger):
        self.ledger, self.header = ledger, ledger.header
        self.hashes, self.clocks = [], []              # of blocks
        self.prices = []                               # price after each block
        self.moves = []                                # (block, its clock) of those that moved the price
        self.keys, self.bids, self.decided = {}, set(), set()
        self.state, self.terms = None, None
        self.last, self.stamps = 0, []                 # the last stamp, and all of them
        self.back = 0                                  # since when the house is back from its last absence
        self.sequence, self.suspended, self.latest = 0, None, None
        self.accepted, self.over, self.result = 0, False, None
        self.cancelled = False
        self.receipts = collections.deque(ledger.receipts)
        self.held = Contest(None, None, None)          # price, leader, how far he goes
        self.offers, self.voided = {}, set()           # by (who, id_lance): (who, openly, maximum); those that count no longer
        told = [happening["revelacao"] for block in ledger.blocks for happening in block.value.get("entradas", [])
                if "revelacao" in happening]
        self.secrets = {(one["id_usuario"], one["id_lance"]): one for one in told if "id_lance" in one}
        self.reserve = next((one["reserva_centavos"] for one in told if "reserva_centavos" in one), None)
        self.reserves = 0                              # how many were told
        self.committed, self.revealed = [], []         # payloads of bids; (who, id_lance, amount)
        self.blind = False                             # something follows from what was not revealed
        self.revealing = None                          # the clock of the blocks that reveal
        self.heirs = []                                # to whom the lot may be passed on: (who, price)
        self.overtaken = self.cancelled_unopened()     # a cancellation that came before the opening

    def run(self):
        self.check_receipts()
        for place, block in enumerate(self.ledger.blocks):
            before = len(self.ledger.faults)
            self.at = block.line
            self.ledger.trying(block.line, self.block, place, block)
            if self.terms is None and self.result is None:
                return
            while len(self.hashes) <= place:           # a block that broke off: what follows still names it
                self.sealed(block)
            if len(self.ledger.faults) > before and block.value["bloco"] != place:
                return
        self.finish()

    def cancelled_unopened(self):
        """Whether it may be that bids were refused as on an auction that is over until the opening came behind its cancellation."""
        blocks = self.ledger.blocks
        ending = blocks[1].value.get("encerramento") if len(blocks) == 2 and blocks[1].kind == "leilao-vencedor" else None
        return (isinstance(ending, dict) and kind_of(ending) == "leilao-cancelado"
                and blocks[0].value["relogio"] == blocks[1].value["relogio"])

    def took(self, stamp):
        self.last = max(self.last, stamp)
        if stamp:
            bisect.insort(self.stamps, stamp)          # they rise, in a ledger that is right

    def say(self, good, why):
        if not good:
            self.ledger.fault(self.at, why)
        return good

    def block(self, place, block):
        value, header = block.value, self.header
        self.say(not self.over, "something after the end")
        self.say(value["bloco"] == place, f"block {value['bloco']} in the place of {place}")
        self.say(value["id_leilao"] == header["id_leilao"] and value["edicao"] == header["edicao"], "of another auction or edition")
        self.say(value["anterior"] == (self.hashes[-1] if self.hashes else header["edicao"]), "does not continue the one before")
        now = value["relogio"]["em_us"]
        self.say(not self.clocks or now >= self.clocks[-1]["em_us"], "the clock goes back")
        if self.blind:
            self.over, self.result = block.kind == "leilao-vencedor", value.get("resultado")
        elif block.kind == "leilao-vencedor":
            self.take_receipts(None, None)
            self.close(place, value)
        elif place == 0:
            self.open(value)
        else:
            need(self.say("abertura" not in value and value["entradas"], "not a block of entries"), "it is left out")
            self.entries(value)
        self.sealed(block)

    def sealed(self, block):
        self.hashes.append(block.digest)
        self.clocks.append(block.value["relogio"])
        price = self.state["preco_centavos"] if self.state else None
        if price != (self.prices[-1] if self.prices else None):
            self.moves.append((len(self.hashes) - 1, block.value["relogio"]["em_us"]))
        self.prices.append(price)

    # The opening -------------------------------------------------------------------------------------------------------

    def open(self, value):
        need(value["entradas"] == [] and "abertura" in value, "the ledger does not begin with an opening")
        opening = self.ledger.embedded(self.at, value["abertura"], "leilao-iniciado").value
        scheduled = self.ledger.embedded(self.at, opening["agendamento"], "leilao-agendado")
        terms = scheduled.value
        edition, auction = self.header["edicao"], self.header["id_leilao"]
        self.say(scheduled.digest == edition == opening["edicao"] and terms["id_leilao"] == auction == opening["id_leilao"],
                 "an opening of another edition")
        late = opening["inicio_us"] - terms["inicio_us"]
        self.say(late >= 0 and opening["fim_us"] == terms["fim_us"] + late, "the opening is not that of the terms, nor evenly later")
        self.say(opening["relogio"]["em_us"] >= opening["inicio_us"], "opened before its time")
        need(terms["regras"]["passo"] is None or terms["formato"] == "holandes", "these terms are not known here")
        self.falls = falls(terms)
        self.terms, self.rules = terms, terms["regras"]
        self.at_once = self.rules["compra_imediata_centavos"] or LIMIT
        self.latest = self.rules["fim_maximo_us"]
        self.state = {"preco_centavos": None, "lider": None, "minimo_centavos": self.least(None), "fim_us": opening["fim_us"]}
        self.head_before = None
        self.take_receipts(None, 0)
        self.opens = self.counted = opening["inicio_us"]  # until when time was counted
        self.say(value["relogio"]["em_us"] >= self.last, "older than what was refused before")

    def least(self, price):
        if self.falls:
            return self.terms["regras"]["passo"]["de_centavos"] if price is None else price
        if price is None or self.terms["formato"] != "ingles":
            return min(self.terms["lance_inicial_centavos"], self.at_once)
        return min(price + step(self.terms, price), self.at_once, LIMIT)

    def is_met(self, price):
        """None where there is no reserve; one that is not told matters to nobody's price."""
        if self.rules["reserva_compromisso"] is None:
            return None
        return price is not None and (self.reserve is None or price >= self.reserve)

    def bought(self):
        return is_bought(self.terms, self.state["preco_centavos"])

    # Entries -----------------------------------------------------------------------------------------------------------

    def entries(self, value):
        named = None                                   # a key that was named, and whose bid is to follow
        for place, happening in enumerate(value["entradas"], 1):
            what = next(name for name in ("lance", "chave", "suspensao", "retomada", "indisponibilidade", "revelacao", "anulacao")
                        if name in happening)
            self.say(what == "revelacao" or not self.bought(), "something after the lot was bought at once")
            self.say(what == "revelacao" or self.revealing is None, "something after secrets were revealed")
            if named and what != "lance":
                self.say(False, f"entry {place}: a key is named, and no bid follows")
            if what in ("lance", "anulacao", "suspensao", "retomada"):
                self.take_receipts(happening["recebido_us"], None)
                self.say(happening["recebido_us"] > self.last, f"entry {place}: recebido_us does not rise")
                self.say(happening["recebido_us"] >= self.back, f"entry {place}: received while the house was away")
                self.say(happening["recebido_us"] <= value["relogio"]["em_us"], "the block is older than what it holds")
            new, instant = dict(self.state), happening.get("recebido_us")
            if what == "lance":
                moved = self.bid(value, happening, named, place)
                if self.blind:
                    return
                new.update(moved)
                named = None
            elif what == "chave":
                named = self.key(happening["chave"], place)
                # It is named for the bid behind it, and says what is asked of that.
                instant = value["entradas"][place].get("recebido_us") if place < len(value["entradas"]) else None
            elif what == "suspensao":
                said = self.notice(happening[what], "leilao-suspenso")
                self.say(self.suspended is None, "suspended twice")
                self.suspended = happening["recebido_us"]
            elif what == "retomada":
                # A close resumes what was never heard to be resumed.
                also = ("leilao-finalizado",) if self.suspended is not None else ()
                said = self.notice(happening[what], "leilao-retomado", *also)
                paused = 0 if self.suspended is None else happening["recebido_us"] - self.suspended
                new["fim_us"] = max(said["fim_us"], self.state["fim_us"] + paused)
                if self.latest is not None:
                    self.latest += new["fim_us"] - self.state["fim_us"]
                self.suspended = None
            elif what == "indisponibilidade":
                gap = happening[what]
                self.say(gap["de_us"] < gap["ate_us"] <= value["relogio"]["em_us"], f"entry {place}: an absence that was not over")
                new["fim_us"], instant = self.outage(gap, place), gap["ate_us"]
            elif what == "revelacao":
                new.update(self.reveal(value, happening[what]))
            else:
                new.update(self.void(happening[what], place))
            self.took(happening.get("recebido_us", 0))
            self.counted = max(self.counted, (instant or 0) if what in ("suspensao", "retomada", "indisponibilidade") else 0)
            if self.falls and new["preco_centavos"] is None and instant is not None:
                new["minimo_centavos"] = asked(self.terms, new["fim_us"], instant)
            stated = {name: happening[name] for name in STATE}
            stated["reserva_atingida"], new["reserva_atingida"] = happening.get("reserva_atingida"), self.is_met(new["preco_centavos"])
            self.say(stated == new, f"entry {place} states {stated}; by the rules {new}")
            self.state = new
        self.say(named is None, "a key is named, and no bid follows")
        self.take_receipts(None, len(self.hashes))
        self.say(value["relogio"]["em_us"] >= self.last, "the block is older than what was decided before it")

    def key(self, key, place):
        """Who is to bid under it; None of a revocation."""
        owner = key["id_usuario"]
        spki = from_base64(key["spki"])
        need(sha256(spki) == key["keyid"] and not house_role(owner) and not owner.startswith("casa"), "a key that is not what its id says")
        before = self.keys.get(owner)
        if key["situacao"] == "revogada":
            self.say(before is not None and before[0] == key["keyid"] and before[2] == "ativa", "a key that did not stand is revoked")
        else:
            self.say(before is None or before[0] != key["keyid"] or before[2] != "ativa", f"entry {place}: a key is named again")
        self.keys[owner] = (key["keyid"], load_der_public_key(spki), key["situacao"])
        return owner if key["situacao"] == "ativa" else None

    def notice(self, envelope, *kinds):
        said = self.ledger.embedded(self.at, envelope, *kinds).value
        self.say(said["id_leilao"] == self.header["id_leilao"] and said["edicao"] == self.header["edicao"], "of another auction")
        self.say(said["sequencia"] > self.sequence, "sequencia does not rise")
        self.sequence = said["sequencia"]
        return said

    def outage(self, gap, place):
        self.take_receipts(gap["ate_us"], None)
        behind = bisect.bisect_right(self.stamps, gap["de_us"])
        self.say(behind == len(self.stamps) or self.stamps[behind] >= gap["ate_us"],
                 f"entry {place}: an absence in which something was received")
        self.back = max(self.back, gap["ate_us"])
        window = max(self.rules["prorrogacao_s"], 30) * SECOND
        end = self.state["fim_us"]
        if self.falls:
            long = gap["ate_us"] - gap["de_us"] > 5 * SECOND or gap["de_us"] == self.counted
            self.say(long and self.suspended is None and self.counted <= gap["de_us"] <= end, f"entry {place}: an outage that gives nothing back")
            return end + gap["ate_us"] - gap["de_us"]
        long = gap["ate_us"] - gap["de_us"] > 5 * SECOND or len(self.hashes) == 1 and gap["de_us"] == self.opens
        self.say(long and self.suspended is None and gap["de_us"] <= end < gap["ate_us"] + window,
                 f"entry {place}: an outage that gives nothing back")
        return gap["ate_us"] + window

    def bid(self, block, happening, named, place):
        envelope, received = happening["lance"], happening["recebido_us"]
        need(list(envelope) == ["payload", "payloadType", "signatures"], "a bid in another order")
        bid = unverified(envelope)
        need(bid.kind == "lance-realizado", "not a bid")
        value, who = bid.value, bid.value["id_usuario"]
        keyid, public, situation = self.keys.get(who, (None, None, None))
        message = pae(envelope["payloadType"], from_base64(envelope["payload"]))
        self.say(keyid == bid.keyid and situation == "ativa"
                 and verifies(public, from_base64(envelope["signatures"][0]["sig"]), message), f"a bid of {who} not under its key")
        self.say(named in (None, who), f"entry {place}: the key of {named} is named, and a bid of {who} follows")
        self.say(value["id_leilao"] == self.header["id_leilao"] and value["edicao"] == self.header["edicao"], "a bid on another auction")
        self.say((who, value["id_lance"]) not in self.bids and bid.digest not in self.decided, "a bid that was decided already")
        self.bids.add((who, value["id_lance"]))
        self.decided.add(bid.digest)
        clock = dict(block["relogio"], em_us=received)
        if clock["incerteza_us"] < WIDEST:             # less what was added to it since
            clock["incerteza_us"] = max(0, clock["incerteza_us"] - max(0, block["relogio"]["em_us"] - received))
        lacks_reserve = self.rules["reserva_compromisso"] is not None and self.reserve is None
        self.blind = self.terms["formato"] == "ingles" and (lacks_reserve or self.maximum(value) is None)
        if self.blind:
            return None
        reason = self.refusal(value, clock, received)
        self.say(reason is None, f"entry {place}: the bid of {who} should have been refused: {reason}")
        self.accepted += 1
        if self.falls:
            price = self.falling(received)
            return {"preco_centavos": price, "lider": who, "minimo_centavos": price}
        self.offers[who, value["id_lance"]] = None
        if "maximo_compromisso" in value:
            self.committed.append(value)
        if self.terms["formato"] != "ingles":
            return {}
        held, end = self.held, self.state["fim_us"]
        self.offers[who, value["id_lance"]] = who, value["valor_centavos"], self.maximum(value)
        self.held = after_bid(self.terms, held, who, value["valor_centavos"], self.maximum(value), self.reserve)
        price, leader = self.held[:2]
        new = {"preco_centavos": price, "lider": leader, "minimo_centavos": self.least(price), "fim_us": end}
        if self.held[:2] != held[:2] and price != self.rules["compra_imediata_centavos"] and self.rules["prorrogacao_s"]:
            extended = received + self.rules["prorrogacao_s"] * SECOND
            new["fim_us"] = max(end, extended if self.latest is None else min(extended, self.latest))
        return new

    def void(self, envelope, place):
        """Price, leader and minimum without the bid that an operator voids."""
        said = self.ledger.embedded(self.at, envelope, "lance-anular", by="operador").value
        key = said["id_usuario"], said["id_lance"]
        self.say(said["id_leilao"] == self.header["id_leilao"] and said["edicao"] == self.header["edicao"], "of another auction")
        if key not in self.offers or key in self.voided:
            self.say(False, f"entry {place}: a bid is voided that is none, or was voided before")
            return {}
        self.voided.add(key)
        self.accepted -= 1
        if self.terms["formato"] != "ingles":
            return {}
        held = after_bids(self.terms, [offer for other, offer in self.offers.items() if other not in self.voided], self.reserve)
        self.say(held.price is None or held.price != self.rules["compra_imediata_centavos"], "nobody buys because another's bid is voided")
        self.held = held
        return {"preco_centavos": held.price, "lider": held.leader, "minimo_centavos": self.least(held.price)}

    def falling(self, instant):
        """What a falling price asks then, as far as nobody has bought."""
        return asked(self.terms, self.state["fim_us"], instant if self.suspended is None else min(instant, self.suspended))

    def maximum(self, bid):
        """How far a bid goes; None: that was not revealed."""
        if "maximo_compromisso" not in bid:
            return bid["valor_centavos"]
        secret = self.secrets.get((bid["id_usuario"], bid["id_lance"]))
        return secret["maximo_centavos"] if secret else None

    def reveal(self, block, secret):
        """Price and leader of what was sealed, as far as it has been revealed."""
        clock = block["relogio"]
        self.say(self.suspended is None and (self.bought() or clock["em_us"] > self.state["fim_us"]), "revealed before the end")
        self.say(self.revealing in (None, clock), "revealed at several instants")
        self.revealing = clock
        if "reserva_centavos" in secret:
            self.reserves += 1
            self.say(self.reserves == 1 and not self.revealed, "a reserve told late, or twice")
            self.say(reserve_commitment(self.header["id_leilao"], self.terms["nonce"], secret["reserva_centavos"], secret["sal"])
                     == self.rules["reserva_compromisso"], "revelacao: another reserve")
            return {}
        need(len(self.revealed) < len(self.committed), "revelacao: of no bid")
        check_revealed(self.header["edicao"], self.terms, self.committed[len(self.revealed)], secret)
        self.revealed.append((secret["id_usuario"], secret["id_lance"], secret["maximo_centavos"]))
        if self.terms["formato"] == "ingles":
            return {}
        counting = [(who, amount) for who, id_lance, amount in self.revealed if (who, id_lance) not in self.voided]
        price, leader = unsealed(self.terms, counting, self.reserve)
        return {"preco_centavos": price, "lider": leader}

    def refusal(self, bid, clock, received):
        """The first reason for which the house should have refused it."""
        state, rules, openly, amount = self.state, self.rules, bid["valor_centavos"], self.maximum(bid)
        if self.suspended is not None:
            return "leilao_suspenso"
        if received > state["fim_us"]:
            return "leilao_encerrado"
        if bid["id_usuario"] == self.terms["vendedor"]:
            return "vendedor_nao_pode"
        claim, seen = bid["relogio"], bid["visto"]
        if rules["relogio_exigido"] and undisciplined(claim):
            return "relogio_implausivel"
        known = (seen is not None and seen["bloco"] < len(self.hashes) and self.hashes[seen["bloco"]] == seen["hash"])
        loose = undisciplined(claim) or undisciplined(clock)
        half, mine = max(claim["incerteza_us"], 1000), spread(clock, loose)
        if claim["em_us"] - half > received + mine:
            return "relogio_implausivel"
        if known:
            then = self.clocks[seen["bloco"]]
            if claim["em_us"] + half < then["em_us"] - spread(then, loose or undisciplined(then)):
                return "relogio_implausivel"
        if claim["em_us"] + half < received - mine - 5 * SECOND:
            return "lance_vencido"
        if seen is not None and not known:
            return "visto_divergente"
        price = state["preco_centavos"]
        if self.falls:
            return "compromisso_invalido" if "maximo_compromisso" in bid else "abaixo_do_minimo" if openly < self.falling(received) else None
        if self.terms["formato"] != "ingles":
            # What it offers is looked at when it is revealed.
            return None if openly == 0 and "maximo_compromisso" in bid else "compromisso_invalido"
        if openly > amount:
            return "compromisso_invalido"
        if bid["id_usuario"] == state["lider"]:
            further = "maximo_compromisso" in bid and min(amount, self.at_once) > self.held.maximum
            return None if openly >= self.at_once or further else "ja_lidera"
        if amount < self.least(price) or price is not None and amount <= price:
            if not self.in_flight(seen if known else None, received, amount) or amount <= (price or 0):
                return "abaixo_do_minimo"
        return None

    def in_flight(self, seen, received, amount):
        """Whether the price has just moved since what was seen, and the bid reaches what was asked for then."""
        number = seen["bloco"] if seen else -1
        tolerance = self.rules["tolerancia_ms"] * 1000
        later = [instant for block, instant in self.moves if block > number]
        pending = self.state["preco_centavos"] != (self.prices[-1] if self.prices else None)
        recent = received - later[0] < tolerance if later else pending
        quoted = self.prices[number] if seen else None
        risen = quoted is None or quoted < (self.state["preco_centavos"] or 0)
        return tolerance > 0 and recent and risen and amount >= self.least(quoted)

    # Receipts ----------------------------------------------------------------------------------------------------------

    def check_receipts(self):
        stamp, bids = 0, set()
        for due, receipt in enumerate(self.ledger.receipts, self.header["recibos_perdidos"] + 1):
            self.at, value = receipt.line, receipt.value
            self.say(value["numero"] == due, f"receipt {value['numero']} in the place of {due}")
            self.say(value["id_leilao"] == self.header["id_leilao"] and None not in (value["id_lance"], value["id_usuario"], value["lance_sha256"]),
                     "a receipt of another auction, or an incomplete one")
            self.say(value["recebido_us"] == value["relogio"]["em_us"], "two instants in a receipt")
            self.say(value["recebido_us"] > stamp, "recebido_us does not rise")
            self.say(value["lance_sha256"] not in bids, "a bid that was refused already")
            bids.add(value["lance_sha256"])
            stamp = value["recebido_us"]

    def take_receipts(self, stamp, block):
        """Those made before that stamp, or before that block; with neither, all that are left."""
        while self.receipts:
            value = self.receipts[0].value
            after = -1 if value["apos_bloco"] is None else value["apos_bloco"]
            if stamp is not None and value["recebido_us"] >= stamp or stamp is None and block is not None and after >= block:
                return
            receipt = self.receipts.popleft()
            self.at, line = receipt.line, self.at
            self.receipt(value)
            self.at = line
            self.took(value["recebido_us"])

    def receipt(self, value):
        head = len(self.hashes) - 1 if self.hashes else None
        self.say(value["apos_bloco"] == head, f"says after block {value['apos_bloco']}, and it was after {head}")
        self.say(value["recebido_us"] > self.last, "a stamp that is another's already")
        self.say(value["recebido_us"] >= self.back, "received while the house was away")
        if self.state is not None:                     # of a house that never knew the auction open the terms are not known
            least = self.state["minimo_centavos"]
            ended = self.terms["lance_inicial_centavos"]
            # Refused as on an auction that is over, of which a price that falls is known to be at its least.
            self.cancelled |= head is None and self.overtaken and (
                value["motivo"] == "leilao_encerrado" or self.falls and value["minimo_centavos"] == ended)
            if self.falls and not self.bought():
                least = self.falling(value["recebido_us"]) if head is not None else ended if self.cancelled else least
            self.say(value["minimo_centavos"] == least, f"says that {value['minimo_centavos']} was asked, and it was {least}")
        key = (value["id_usuario"], value["id_lance"])
        self.say(value["lance_sha256"] not in self.decided, "refuses a bid that had been decided")
        self.decided.add(value["lance_sha256"])
        self.bids.add(key)
        always = {"lance_repetido_divergente"}
        if head is None:
            possible = {"leilao_encerrado"} if self.cancelled else {"leilao_nao_iniciado"}
        elif self.suspended is not None:
            possible = {"leilao_suspenso"}
        elif self.bought() or value["recebido_us"] > self.state["fim_us"]:
            possible = {"leilao_encerrado"}
        elif value["id_usuario"] == self.terms["vendedor"]:
            possible = {"vendedor_nao_pode"}
        else:
            possible = {"relogio_implausivel", "lance_vencido", "visto_divergente", "compromisso_invalido"}
            if value["id_usuario"] == self.state["lider"]:
                possible.add("ja_lidera")
            else:
                possible |= {"abaixo_do_minimo"} | ({"empate_perdido"} if self.state["preco_centavos"] else set())
        self.say(value["motivo"] in possible | always, f"{value['motivo']} cannot be the reason")

    # The end -----------------------------------------------------------------------------------------------------------

    def close(self, place, value):
        self.over, self.result = True, value["resultado"]
        result, now = self.result, value["relogio"]["em_us"]
        refused = self.header["recibos_perdidos"] + len(self.ledger.receipts)
        self.say(result["lances_recusados"] == refused, f"counts {result['lances_recusados']} refusals, and there are {refused}")
        if not self.header["recibos_perdidos"]:
            digest = sha256(b"".join(bytes.fromhex(receipt.digest) for receipt in self.ledger.receipts))
            self.say(result["recusas_sha256"] == digest, "commits to other receipts")
        self.say(result["lances_validos"] == self.accepted, f"counts {result['lances_validos']} bids, and there are {self.accepted}")
        self.say(now >= self.last, "the result is older than what was decided before it")
        bought = self.terms is not None and self.bought()
        nobody = {"vencedor": None, "valor_centavos": None}
        state = self.state or {"preco_centavos": None, "lider": None, "fim_us": result["fim_us"]}
        sold = {"vencedor": state["lider"], "valor_centavos": state["preco_centavos"]}
        if value["encerramento"] is None:
            self.say(bought, "nothing ended it")
            self.all_revealed(value)
            due = {"situacao": "vendido", **sold, "fim_us": state["fim_us"]}
            self.say(self.state is not None, "a result without an auction")
        else:
            self.say(not bought, "bought at once, and ended by something else")
            said = self.ledger.embedded(self.at, value["encerramento"], "leilao-finalizado", "leilao-cancelado",
                                        also=["leilao-cancelado"])
            need(said.kind in ("leilao-finalizado", "leilao-cancelado"), "this ends no auction")
            self.say(place > 0 or said.kind == "leilao-cancelado" and self.ledger.owner(said.keyid) == "ms_lance",
                     "the ledger does not begin with an opening")
            self.say(said.value["id_leilao"] == self.header["id_leilao"] and said.value["edicao"] == self.header["edicao"],
                     "what ended it is of another auction")
            self.say(said.value["sequencia"] > self.sequence, "sequencia does not rise")
            if said.kind == "leilao-cancelado":
                self.say(self.revealing is None, "cancelled, and secrets revealed")
                due = {"situacao": "cancelado", **nobody, "fim_us": state["fim_us"]}
            else:
                self.all_revealed(value)
                end = said.value["fim_us"]
                self.say(end >= state["fim_us"], f"closed for {end}, and the end is {state['fim_us']}")
                self.say(said.value["relogio"]["em_us"] > end, "announced before the end")
                self.say(now > end, "the result is from before the end")
                due = {"situacao": "sem_lances", **nobody} if state["lider"] is None else {"situacao": "vendido", **sold}
                if state["lider"] is not None and self.is_met(state["preco_centavos"]) is False:
                    due = {"situacao": "condicional", **nobody}
                due["fim_us"] = end
        said = {name: result[name] for name in due}
        self.say(said == due, f"the result says {said}; by the rules {due}")
        if result["situacao"] in ("vendido", "condicional") and self.terms is not None and not self.blind:
            self.heirs = self.succession({result["vencedor"]})

    def succession(self, gone):
        """To whom the lot goes, one after the other as each defaults: five at most."""
        if self.terms["formato"] == "ingles":
            offers = [offer for key, offer in self.offers.items() if key not in self.voided]
        else:
            offers = [(who, 0, amount) for who, id_lance, amount in self.revealed if (who, id_lance) not in self.voided]
        heirs = []
        while len(heirs) < 5 and (one := heir(self.terms, offers, self.reserve, gone | {who for who, _ in heirs})) is not None:
            heirs.append(one)
        return heirs

    def all_revealed(self, block):
        self.say(len(self.revealed) == len(self.committed), "not all secrets were revealed")
        self.say((self.reserves == 0) == (self.rules["reserva_compromisso"] is None), "the reserve was not revealed, or there is none")
        self.say(self.revealing in (None, block["relogio"]), "revealed at another instant than the result's")

    def finish(self):
        self.at = self.ledger.blocks[-1].line if self.ledger.blocks else 1
        head = {"bloco": self.ledger.blocks[-1].value["bloco"], "hash": self.ledger.blocks[-1].digest} if self.ledger.blocks else None
        self.say(self.header["cabeca"] == head, "the first line promises another last block")
        self.say(self.header["encerrado"] == (self.result is not None), "the first line says something else about the end")
        if self.state is not None and not self.blind:
            self.take_receipts(None, None)
        if self.result is None:
            self.say(self.revealing is None, "secrets revealed before the end")
        elif self.blind:
            self.say(self.result["situacao"] == "cancelado", "a commitment that nobody opened")
            self.say(not self.secrets and self.reserve is None, "secrets revealed, and not all of them")


def verify(data, pinned=None, heirs=None):
    """The faults of a file, as (line, why), in the order of the file. `heirs`: a list that gets to whom its lot may be passed on."""
    ledger, told = Ledger(data, pinned), []

    def replay():
        rules = Replay(ledger)
        rules.run()
        told.extend(rules.heirs)

    if ledger.header is not None:
        if ledger.blocks:
            ledger.trying(1, replay)
        for keyid, (number, _, owner, _) in ledger.keys.items():
            if keyid not in ledger.used:
                ledger.fault(number, f"a key of {owner} that signed nothing here")
    if heirs is not None and not ledger.faults:
        heirs.extend(told)
    return sorted(ledger.faults, key=lambda fault: fault[0])


def instant_us(text):
    """A retired key's name says until when it spoke, in UTC: ms_lance-2026-11-21T12:00:00Z.pem"""
    instant = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if instant.tzinfo is None:
        raise ValueError(f"{text} is no instant in UTC")
    return round((instant - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) / datetime.timedelta(microseconds=1))


def load_pinned(paths):
    """{(SubjectPublicKeyInfo, owner or None): up to when it spoke, in µs; None: it still does}"""
    pinned = {}
    for path in map(pathlib.Path, paths):
        files = sorted(path.glob("*.pem")) if path.is_dir() else [path]
        for file in files:
            owner = file.stem.split("-")[0] if path.is_dir() else None
            if owner is None or house_role(owner):
                key, (who, _, until) = spki_of(load_pem_public_key(file.read_bytes())), file.stem.partition("-")
                instant = instant_us(until) if until and house_role(who) else None
                if pinned.get((key, owner), 0) is not None:
                    pinned[key, owner] = None if instant is None else max(instant, pinned.get((key, owner), instant))
    return pinned


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--chave-da-casa", action="append", metavar="PEM")
    parser.add_argument("--repasses", action="store_true", help="also to whom the lot may be passed on, one after the other")
    options = parser.parse_args()
    try:
        pinned = load_pinned(options.chave_da_casa) if options.chave_da_casa else None
        with open(options.file, "rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ValueError(f"{options.file} is larger than {LARGEST} bytes")
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        print(error, file=sys.stderr)
        return 64
    heirs = []
    faults = verify(data, pinned, heirs)
    for place, (who, price) in enumerate(heirs if options.repasses else [], 1):
        print(json.dumps({"ordem": place, "para": who, "valor_centavos": price}))
    for line, why in faults:
        print(f"{options.file}:{line}: {why}")
    print(json.dumps({"confere": not faults, "falhas": len(faults)}))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
