#!/usr/bin/env python3
"""Plays a whole scenario against a running house, as a client that knows only the protocol. One line per check; exits 1
when one failed. How to call it: README.md."""

import argparse
import base64
import json
import os
import pathlib
import secrets
import sys
import time
import urllib.parse
import uuid

import pika

from leilao import (asked, REPLY_TO, Chain, House, Key, Refused, Session, auction_of, clock, compact, from_base64, need, commitment, now_us, refusals_digest, seal, sha256, slice_key)

RUN = secrets.token_hex(3)
SURE = {"incerteza_us": 1000, "estado": "sincronizado"}         # a clock that claims to be good, for the clock's refusals


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def that(self, what, good, detail=""):
        if good:
            self.passed += 1
            print(f"ok    {what}", flush=True)
        else:
            self.failed += 1
            print(f"FAIL  {what}{': ' if detail else ''}{detail}", flush=True)
        return bool(good)

    def runs(self, what, action):
        """The action raises nothing; its result, or None."""
        try:
            result = action()
        except (Refused, pika.exceptions.AMQPError, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            self.that(what, False, f"{type(error).__name__}: {error}")
            return None
        self.that(what, True)
        return result


class Decision:
    """How a bid ended: `motivo` None when accepted; `where` is `block`, `cliente.<id>` or `direct`."""

    def __init__(self, motivo, where, statement=None, body=b""):
        self.motivo, self.where, self.statement, self.body = motivo, where, statement, body

    def __str__(self):
        return f"{self.motivo or 'accepted'} by {self.where}{' ' + self.body.decode() if self.body else ''}"


class Scenario:
    def __init__(self, url, keys):
        self.checks, self.keys, self.registered = Checks(), keys, []
        self.house = House.load(keys)
        self.bidder, self.operator_session = Session(url, "cliente"), Session(url, "operador")
        self.operator = Key.load(keys, "operador")
        self.operator_session.bind("leilao", "comando.respondido")
        for key in ("leilao.agendado", "leilao.iniciado"):
            self.bidder.bind("leilao", key)
        self.chains, self.read = {}, 0
        self.notices, self.receipts, self.trouble = [], [], []
        self.starts = {}

    # What comes ----------------------------------------------------------------------------------------------------------

    def take(self):
        """Everything that has come, verified."""
        while self.read < len(self.bidder.inbox):
            message = self.bidder.inbox[self.read]
            self.read += 1
            try:
                self.take_one(message)
            except Refused as error:
                self.trouble.append(f"{message.exchange} {message.key}: {error}: {message.body.decode(errors='replace')}")

    def take_one(self, message):
        kinds = {"leilao": {"leilao-agendado", "leilao-iniciado"}}.get(message.exchange, {"lance-invalidado"})
        if message.key.startswith("leilao.") and message.exchange == "notificacoes":
            kinds = {"lance-validado", "leilao-prorrogado", "leilao-suspenso", "leilao-retomado", "leilao-vencedor", "leilao-repassado",
                     "leilao-cancelado"}
        statement = self.house.open(message.body, *kinds)
        if statement.kind in ("lance-validado", "leilao-vencedor"):
            if message.key != f"leilao.{statement.value['id_leilao']}":
                raise Refused("a block under another auction's key")
            self.chains[statement.value["id_leilao"]].add(statement.envelope)
        elif statement.kind == "leilao-repassado":
            self.chains[statement.value["id_leilao"]].pass_on(statement.envelope)
        elif statement.kind == "lance-invalidado":
            self.receipts.append((message, statement))
        self.notices.append((message, statement))

    def wait(self, found, seconds=10):
        def look():
            self.operator_session.connection.process_data_events(0)
            self.take()
            return found()
        return self.bidder.wait(look, seconds)

    def heard(self, kind, id_leilao):
        return [pair for pair in self.notices if pair[1].kind == kind and pair[1].value["id_leilao"] == id_leilao]

    # Bidders ---------------------------------------------------------------------------------------------------------------

    def enrol(self, name, kind="ed25519"):
        key = Key.make(f"py_{name}_{RUN}", kind)
        self.registered.append(key.register(self.keys))
        self.bidder.bind("notificacoes", f"cliente.{key.owner}")
        return key

    def payload(self, key, chain, amount, **changes):
        return {"id_leilao": chain.id, "id_lance": str(uuid.uuid4()), "edicao": chain.edicao, "id_usuario": key.owner,
                "valor_centavos": amount, "visto": chain.head, "relogio": clock(), **changes}

    def decide_secret(self, key, chain, openly, maximum):
        """A bid that commits to a maximum, with what opens it beside the envelope."""
        value, salt = self.payload(key, chain, openly), uuid.uuid4().hex
        value["maximo_compromisso"] = commitment(chain.edicao, key.owner, value["id_lance"], maximum, salt)
        payload = compact(value)
        body = {**seal("lance-realizado", payload, key), "segredo": {"maximo_centavos": maximum, "sal": salt}}
        return self.decide_body(body, payload)

    def send(self, body, id_leilao="", id_lance=None, **properties):
        body = body if isinstance(body, bytes) else compact(body)
        properties = {"message_id": id_lance or str(uuid.uuid4()), "correlation_id": id_leilao, "reply_to": REPLY_TO,
                      "headers": slice_key(auction_of(body, id_leilao)),
                      **properties}                     # None leaves a property out
        self.bidder.publish("lances", "lance.realizado", body, **properties)

    def decide(self, value, key, seconds=8, **properties):
        """Signs, sends and waits for the decision. `value`: payload, or its very bytes (`id_lance` is then looked for by digest)."""
        payload = value if isinstance(value, bytes) else compact(value)
        return self.decide_body(seal("lance-realizado", payload, key), payload, seconds, **properties)

    def decide_body(self, body, payload, seconds=8, **properties):
        digest = sha256(payload) if payload is not None else None
        marks = len(self.receipts), len(self.bidder.replies)
        self.send(body, **properties)

        def ended():
            for chain in self.chains.values():
                for number, bid in chain.bids.values():
                    if bid.digest == digest:
                        return Decision(None, "block", bid)
            for where, message, statement in self.answers(*marks):
                if statement.value["lance_sha256"] == digest:
                    return Decision(statement.value["motivo"], where, statement, message.body)
            return None

        return self.wait(ended, seconds) or Decision("no answer", "nothing")

    def answers(self, receipts, replies):
        for message, statement in self.receipts[receipts:]:
            yield message.key, message, statement
        for message in self.bidder.replies[replies:]:
            if b'"envelopes"' not in message.body:
                yield "direct", message, self.house.open(message.body, "lance-invalidado")

    def refused(self, what, decision, motivo, where, journalled):
        good = decision.motivo == motivo and decision.where == where
        if good:
            good = (decision.statement.value["numero"] is not None) == journalled
        self.checks.that(f"{motivo}: {what}", good, f"{decision} (expected by {where}, {'' if journalled else 'not '}journalled)")
        return decision

    # The operator ------------------------------------------------------------------------------------------------------------

    def command(self, kind, value):
        """The signed answer and its message."""
        body, key = compact(seal(kind, value, self.operator)), kind.replace("-", ".", 1)
        mark = len(self.operator_session.inbox)
        self.operator_session.publish("comandos", key, body, message_id=value["id_comando"], correlation_id=value["id_leilao"])

        def answer():
            for message in self.operator_session.inbox[mark:]:
                statement = self.house.open(message.body, "comando-respondido")
                if statement.value["id_comando"] == value["id_comando"]:
                    return statement.value
            return None

        answered = self.operator_session.wait(answer, 10)
        need(answered is not None, f"no answer to {kind}")
        return answered

    def schedule(self, name, inicio_us, fim_us, seller, formato="ingles", reserve=None, **rules):
        id_leilao = f"py-{RUN}-{name}"
        self.bidder.bind("notificacoes", f"leilao.{id_leilao}")
        value = {
            "id_leilao": id_leilao, "id_comando": str(uuid.uuid4()), "titulo": f"Peça {name}", "descricao": "Vista de longe \"é\" 🏺\n",
            "vendedor": seller, "moeda": "BRL", "formato": formato, "lance_inicial_centavos": 10_000,
            "incremento": {"tipo": "fixo", "centavos": 500}, "inicio_us": inicio_us, "fim_us": fim_us,
            "regras": {"prorrogacao_s": 0, "fim_maximo_us": None, "tolerancia_ms": 250, "relogio_exigido": False,
                       "reserva_compromisso": None, "compra_imediata_centavos": None, "passo": None, **rules},
            **({"reserva_centavos": reserve, "sal": uuid.uuid4().hex} if reserve else {}), "relogio": clock(),
        }
        answer = self.command("leilao-agendar", value)
        need(answer["situacao"] == "aceito" and answer["edicao"], f"schedule: {answer}")
        self.chains[id_leilao] = Chain(self.house, id_leilao, answer["edicao"])
        return value, answer

    def cancel(self, chain):
        return self.change("leilao-cancelar", chain)

    def change(self, kind, chain):
        value = {"id_leilao": chain.id, "id_comando": str(uuid.uuid4()), "edicao": chain.edicao, "motivo": "peça retirada", "relogio": clock()}
        return self.command(kind, value)

    # The scenario ------------------------------------------------------------------------------------------------------------

    def play(self):
        that, runs = self.checks.that, self.checks.runs
        seller, ana, bia, caio = self.enrol("venda"), self.enrol("ana"), self.enrol("bia", "p256"), self.enrol("caio", "rsa")
        pressa, adeus = self.enrol("pressa"), self.enrol("adeus")
        bidders = [ana, bia, caio]
        begin, second = now_us(), 1_000_000
        main = runs("schedule an auction: answered aceito, signed by ms_leilao", lambda: self.schedule(
            "a", begin + 3 * second, begin + 63 * second, seller.owner, prorrogacao_s=3, tolerancia_ms=4000))
        other = runs("schedule a second one", lambda: self.schedule("b", begin + 3600 * second, begin + 7200 * second, seller.owner))
        third = runs("schedule a third one", lambda: self.schedule("c", begin + 3 * second, begin + 600 * second, seller.owner))
        if not (main and other and third):
            return
        a, b, c = (self.chains[f"py-{RUN}-{name}"] for name in "abc")
        again = runs("the same command again is answered again", lambda: self.command("leilao-agendar", main[0]))
        that("and done once: the same edition", again and again["edicao"] == a.edicao, again)
        twice = runs("another command for the same id is answered", lambda: self.command(
            "leilao-agendar", {**main[0], "id_comando": str(uuid.uuid4()), "relogio": clock()}))
        that("as leilao_ja_existe", twice and twice["motivo"] == "leilao_ja_existe", twice)
        if runs("terms at the upper bound of tolerancia_ms, 60 000, are accepted", lambda: self.schedule(
                "t", begin + 3600 * second, begin + 7200 * second, seller.owner, tolerancia_ms=10_000)):
            self.cancel(self.chains[f"py-{RUN}-t"])
        announced = self.wait(lambda: self.heard("leilao-agendado", a.id))
        that("leilao-agendado is heard, and its payload's digest is the edition", announced and announced[0][1].digest == a.edicao)
        that("it states what was asked for", announced and all(
            announced[0][1].value[name] == value for name, value in main[0].items() if name not in ("id_comando", "relogio")))

        self.before_opening(b, ana)
        self.wait(lambda: a.head and c.head, 15)
        if not that("block 0 comes at the opening", a.head and c.head):
            return
        that("not before inicio_us", a.blocks[0].value["relogio"]["em_us"] >= main[0]["inicio_us"])
        that("leilao-iniciado is heard", self.wait(lambda: self.heard("leilao-iniciado", a.id)))
        self.bid_in_turn(a, bidders)
        self.properties(a)
        self.repeat(a, ana, bia)
        self.unauthenticated(a, bidders)
        self.malformed(a, ana)
        self.authenticated(a, bidders, seller)
        self.clocks(a, bidders)
        self.in_flight(a, bidders)
        self.hurry(a, pressa)
        self.farewell(a, adeus)
        self.cancelled(b, c, ana)
        self.bought(seller, bidders)
        self.suspended(seller, bidders)
        self.voided(seller, bidders)
        self.secret(seller, bidders)
        self.falling(seller, bidders)
        self.ending(a, bidders)
        self.queries(a, b)
        that("everything that came was as documented and verified", not self.trouble, " | ".join(self.trouble)[:3000])

    def before_opening(self, b, ana):
        value = self.payload(ana, b, 10_000)
        self.refused("before the opening, visto null", self.decide(value, ana), "leilao_nao_iniciado", f"cliente.{ana.owner}", True)

    def bought(self, seller, bidders):
        that, begin, at_once = self.checks.that, now_us(), 30_000
        if not self.checks.runs("schedule an auction with compra_imediata_centavos", lambda: self.schedule(
                "d", begin + 2_000_000, begin + 600_000_000, seller.owner, compra_imediata_centavos=at_once)):
            return
        d, (first, buyer, late) = self.chains[f"py-{RUN}-d"], bidders
        if not that("it opens", self.wait(lambda: d.head, 15)):
            return
        self.decide(self.payload(first, d, 29_999), first)
        that("minimo_centavos does not exceed it", d.state["minimo_centavos"] == at_once, d.state)
        self.decide(self.payload(buyer, d, 2 * at_once), buyer)
        self.wait(lambda: d.result, 10)
        that("a bid of more ends the auction at once, at that price and with encerramento null",
             d.result and (d.result["situacao"], d.result["vencedor"], d.result["valor_centavos"]) == ("vendido", buyer.owner, at_once)
             and d.blocks[-1].value["encerramento"] is None, d.result)
        self.refused("a bid after that", self.decide(self.payload(late, d, 3 * at_once), late), "leilao_encerrado",
                     f"cliente.{late.owner}", True)

    def suspended(self, seller, bidders):
        that, runs, begin = self.checks.that, self.checks.runs, now_us()
        made = runs("schedule an auction to be suspended", lambda: self.schedule(
            "e", begin + 2_000_000, begin + 600_000_000, seller.owner))
        if not made:
            return
        e, (first, second, _) = self.chains[f"py-{RUN}-e"], bidders
        if not that("it opens", self.wait(lambda: e.head, 15)):
            return
        self.decide(self.payload(first, e, 10_000), first)
        halted = runs("leilao-suspender is answered", lambda: self.change("leilao-suspender", e))
        that("aceito", halted and halted["situacao"] == "aceito", halted)
        that("a block holds the suspensao", self.wait(lambda: any(
            "suspensao" in happening for block in e.blocks for happening in block.value["entradas"]), 10))
        self.refused("a bid while it is suspended", self.decide(self.payload(second, e, 20_000), second), "leilao_suspenso",
                     f"cliente.{second.owner}", True)
        again = runs("leilao-suspender once more is answered", lambda: self.change("leilao-suspender", e))
        that("leilao_nao_ativo", again and again["motivo"] == "leilao_nao_ativo", again)
        goes_on = runs("leilao-retomar is answered", lambda: self.change("leilao-retomar", e))
        that("aceito, too", goes_on and goes_on["situacao"] == "aceito", goes_on)
        that("the end is later", self.wait(lambda: e.state["fim_us"] > made[0]["fim_us"], 10), e.state)
        early = runs("leilao-encerrar before the end is answered", lambda: self.change("leilao-encerrar", e))
        that("antes_do_fim", early and early["motivo"] == "antes_do_fim", early)
        decision = self.decide(self.payload(second, e, 20_000), second)
        that("bids count again", decision.motivo is None, decision)

    def voided(self, seller, bidders):
        that, runs, begin, (first, second, _) = self.checks.that, self.checks.runs, now_us(), bidders
        if not runs("schedule an auction of which a bid is to be voided", lambda: self.schedule(
                "g", begin + 2_000_000, begin + 600_000_000, seller.owner)):
            return
        g = self.chains[f"py-{RUN}-g"]
        if not that("it opens", self.wait(lambda: g.head, 15)):
            return
        self.decide(self.payload(first, g, 10_000), first)
        dear = self.payload(second, g, 90_000)
        self.decide(dear, second)

        def void(chain, id_lance, who):
            return self.command("lance-anular", {
                "id_leilao": chain.id, "id_comando": str(uuid.uuid4()), "edicao": chain.edicao, "id_lance": id_lance, "id_usuario": who,
                "motivo": "valor errado", "relogio": clock()})

        answer = runs("lance-anular is answered", lambda: void(g, dear["id_lance"], second.owner))
        that("aceito", answer and answer["situacao"] == "aceito", answer)
        that("a block holds the anulacao, and price and leader are the others'", self.wait(lambda: g.record.voided, 10)
             and (g.state["preco_centavos"], g.state["lider"], g.state["minimo_centavos"]) == (10_000, first.owner, 10_500), g.state)
        mark = len(g.hashes)
        again = runs("lance-anular once more is answered", lambda: void(g, dear["id_lance"], second.owner))
        none = runs("lance-anular of no bid is answered", lambda: void(g, str(uuid.uuid4()), second.owner))
        that("aceito, both, since ms-leilao knows no bids", all(one and one["situacao"] == "aceito" for one in (again, none)), (again, none))
        self.decided("the query lance still says of it", dear, "aceito")
        decision = self.decide(self.payload(second, g, 10_500), second)
        that("a bid of the new minimum is taken, in the next block", decision.motivo is None and len(g.hashes) == mark + 1, decision)

    def secret(self, seller, bidders):
        """Sealed bids, secret maxima, reserves: what nobody sees until the end, and what it then comes to."""
        that, runs, begin, (first, second, third) = self.checks.that, self.checks.runs, now_us(), bidders
        # name, formato, reserve, how far the second goes; outcome, winner, what is paid
        cases = (("f", "fechado", None, 20_000, "vendido", first, 30_000), ("v", "vickrey", None, 20_000, "vendido", first, 20_000),
                 ("p", "ingles", None, 20_000, "vendido", first, 20_500), ("ra", "ingles", 25_000, 26_000, "vendido", first, 26_500),
                 ("rb", "vickrey", 30_001, 20_000, "condicional", None, None))
        for name, formato, reserve, *_ in cases:
            made = runs(f"schedule an auction {formato}, reserve {reserve}", lambda: self.schedule(
                name, begin + 2_000_000, begin + 20_000_000, seller.owner, formato=formato, reserve=reserve))
            if not made:
                return
        for name, formato, reserve, second_most, _, _, pays in cases:
            chain, openly, what = self.chains[f"py-{RUN}-{name}"], 10_000 if formato == "ingles" else 0, f"{formato} {reserve or ''}"
            if not that(f"{what} opens", self.wait(lambda: chain.head, 15)):
                return
            taken = self.decide_secret(first, chain, openly, 30_000)
            that(f"{what}: a secret is taken", taken.motivo is None, taken)
            that(f"{what}: and stands in no block", b"segredo" not in compact(taken.statement.value))
            taken = self.decide_secret(second, chain, openly and chain.state["minimo_centavos"], second_most)
            that(f"{what}: and another", taken.motivo is None, taken)
            bare = self.payload(third, chain, openly and chain.state["minimo_centavos"], maximo_compromisso="0" * 64)
            self.refused(f"{what}: a commitment without its secret", self.decide(bare, third),
                         "compromisso_invalido", f"cliente.{third.owner}", True)
            seen = (None, None) if formato != "ingles" else (pays, first.owner)
            that(f"{what}: what is seen of it", (chain.state["preco_centavos"], chain.state["lider"]) == seen, chain.state)
            that(f"{what}: whether the reserve is met", chain.met is (None if reserve is None else formato == "ingles"), chain.met)
        for name, formato, reserve, _, outcome, wins, pays in cases:
            result = self.wait(lambda: self.chains[f"py-{RUN}-{name}"].result, 40)
            that(f"{formato} {reserve or ''}: the result, worked out from what was revealed",
                 result and (result["situacao"], result["vencedor"], result["valor_centavos"])
                 == (outcome, wins and wins.owner, pays), f"{result} {self.trouble}")
            if result:
                self.passed_on(self.chains[f"py-{RUN}-{name}"], f"{formato} {reserve or ''}")

    def passed_on(self, chain, what):
        """The lot goes from hand to hand until nobody is left."""
        that, runs = self.checks.that, self.checks.runs

        def give(de, para, amount, result=None):
            return self.command("leilao-repassar", {
                "id_leilao": chain.id, "id_comando": str(uuid.uuid4()), "edicao": chain.edicao, "resultado_sha256": result or chain.hashes[-1],
                "de": de, "para": para, "valor_centavos": amount, "motivo": "não pagou", "relogio": clock()})

        last = chain.holders[-1] if chain.holders else None
        for refused, arguments in (("resultado_divergente", (last, "py_outro", 1, chain.edicao)),
                                   ("detentor_divergente", ("py_outro", "py_mais_um", 1)),
                                   ("destinatario_recusado", (last, chain.terms["vendedor"], 1))):
            answer = runs(f"{what}: leilao-repassar is answered", lambda: give(*arguments))
            that(f"{what}: as {refused}", answer and answer["motivo"] == refused, answer)
        times = 0
        while (due := chain.heir()) is not None and times < 3:
            times += 1
            answer = runs(f"{what}: leilao-repassar is answered, time {times}", lambda: give(last, *due))
            that(f"{what}: aceito", answer and answer["situacao"] == "aceito", answer)
            that(f"{what}: the lot is passed on to whom the bids give it",
                 self.wait(lambda: len(chain.passed) == times, 10) and chain.holders[-1] == due[0], f"{chain.passed} {self.trouble}")
            last = due[0]
        that(f"{what}: two bidders had it, one after the other", len(chain.holders) == 2, chain.holders)
        if chain.passed:
            said = chain.passed[0]
            answer = runs(f"{what}: the first one commanded again is answered", lambda: give(said["de"], said["para"], said["valor_centavos"]))
            that(f"{what}: and said again, as it was", answer and answer["situacao"] == "aceito" and chain.holders[-1] == last, answer)

        def told():
            statement, envelopes, _ = self.bidder.ask(self.house, "leiloes", apos=None)
            summary = next(one for one in statement.value["leiloes"] if one["id_leilao"] == chain.id)
            need((summary["repasse"]["para"], summary["repasse"]["sequencia"]) == (last, chain.passed[-1]["sequencia"]), f"leiloes: {summary}")
            for first in (len(chain.hashes) - 1, len(chain.hashes)):
                _, envelopes, _ = self.bidder.ask(self.house, "blocos", id_leilao=chain.id, desde=first)
                said = [self.house.open(one, "leilao-vencedor", "leilao-repassado") for one in envelopes]
                need([one.value for one in said if one.kind == "leilao-repassado"] == chain.passed, "blocos: another passing on")
        runs(f"{what}: leiloes and blocos tell it to who comes later", told)

    def falling(self, seller, bidders):
        """A price that falls, stands still while the auction is suspended, and is met."""
        that, runs, begin, (first, second, third) = self.checks.that, self.checks.runs, now_us(), bidders
        down = {"de_centavos": 50_000, "centavos": 1_000, "cada_s": 1, "ate_centavos": 10_000}
        made = runs("schedule an auction holandes", lambda: self.schedule(
            "h", begin + 2_000_000, begin + 602_000_000, seller.owner, formato="holandes", passo=down))
        if not made:
            return
        for what, passo, reserve in (("whose price does not fall to lance_inicial_centavos", {**down, "ate_centavos": 9_999}, {}),
                                     ("with a reserve", down, {"reserva_centavos": 20_000, "sal": uuid.uuid4().hex})):
            value = {**made[0], "id_leilao": f"py-{RUN}-i", "id_comando": str(uuid.uuid4()), "regras": {**made[0]["regras"], "passo": passo}}
            del value["relogio"]
            answer = runs(f"one {what} is answered", lambda: self.command("leilao-agendar", {**value, **reserve, "relogio": clock()}))
            that("termos_invalidos", answer and answer["motivo"] == "termos_invalidos", answer)
        h = self.chains[f"py-{RUN}-h"]
        if not that("it opens, and what it falls from is its minimum", self.wait(lambda: h.head, 15) and h.state["minimo_centavos"] == 50_000):
            return
        low = self.decide(self.payload(first, h, 9_999), first)
        self.refused("holandes: a bid below what it falls to", low, "abaixo_do_minimo", f"cliente.{first.owner}", True)
        said = low.statement.value
        that("its minimo_centavos is what was asked at recebido_us",
             said["minimo_centavos"] == asked(h.terms, h.state["fim_us"], said["recebido_us"]), said)
        self.refused("holandes: a commitment", self.decide_secret(second, h, 50_000, 50_000),
                     "compromisso_invalido", f"cliente.{second.owner}", True)
        halted = runs("it is suspended", lambda: self.change("leilao-suspender", h))
        that("and stands still at what its entry says", halted and self.wait(lambda: len(h.blocks) == 2, 10), h.state)
        still = self.decide(self.payload(third, h, 50_000), third)
        self.refused("holandes: while it is suspended", still, "leilao_suspenso", f"cliente.{third.owner}", True)
        that("with that as its minimum", still.statement.value["minimo_centavos"] == h.state["minimo_centavos"], still.statement.value)
        runs("it goes on", lambda: self.change("leilao-retomar", h))
        that("from there", self.wait(lambda: len(h.blocks) == 3, 10), h.state)

        def listed():
            page = self.bidder.ask(self.house, "leiloes", apos=f"py-{RUN}-g")[0].value
            [summary] = [summary for summary in page["leiloes"] if summary["id_leilao"] == h.id]
            now = page["relogio"]["em_us"]
            # Of partitions each has a clock of its own, and only one of them is told of here.
            need("particao" in page or summary["minimo_centavos"] == asked(h.terms, h.state["fim_us"], now), f"{summary} at {now}")
            return True
        runs("leiloes says what is asked at the instant of its relogio", listed)
        self.decide(self.payload(second, h, 50_000), second)
        result = self.wait(lambda: h.result, 10)
        that("who meets it has bought at what was asked, and with encerramento null",
             result and (result["situacao"], result["vencedor"], result["valor_centavos"]) == ("vendido", second.owner, h.state["preco_centavos"])
             and h.blocks[-1].value["encerramento"] is None and not self.trouble, f"{result} {self.trouble}")
        self.refused("holandes: a bid after that", self.decide(self.payload(first, h, 50_000), first), "leilao_encerrado",
                     f"cliente.{first.owner}", True)

    def bid_in_turn(self, a, bidders):
        that, amount = self.checks.that, 10_000
        for turn in range(60):
            who = bidders[turn % 3]
            decision = self.decide(self.payload(who, a, amount), who)
            if decision.motivo is not None:
                that(f"bid {turn + 1} of 60 in turn is accepted", False, str(decision))
                return
            amount = a.state["minimo_centavos"]
            time.sleep(0.02)
        that("60 bids in turn by an Ed25519, a P-256 and an RSA-PSS key are accepted", len(a.bids) == 60)
        that("each block verified: signature, chain, bidder's key, price, leader, minimum, end", not self.trouble, " | ".join(self.trouble)[:2000])
        that("each bidder's key was announced", set(a.keys) == {key.owner for key in bidders})

    def properties(self, a):
        blocks = [(message.properties, statement) for message, statement in self.notices if statement.kind == "lance-validado"
                  and statement.value["id_leilao"] == a.id]
        good = lambda p, s: (p.delivery_mode == 2 and p.content_type == "application/vnd.dsse.envelope.v1+json"
                             and p.message_id == f"{a.id}:{s.value['bloco']}" and p.correlation_id == a.id)
        bad = [str(p) for p, s in blocks if not good(p, s)]
        self.checks.that("the AMQP properties of blocks are as documented", blocks and not bad, bad[:1])

    def repeat(self, a, ana, bia):
        that = self.checks.that
        self.settle()
        who = ana if a.state["lider"] != ana.owner else bia
        value = self.payload(who, a, a.state["minimo_centavos"])
        body = compact(seal("lance-realizado", value, who))
        accepted = self.decide_body(body, compact(value))
        marks = len(self.bidder.inbox), len(self.bidder.replies)
        self.send(body, a.id, value["id_lance"])
        self.wait(lambda: False, 2)
        that("the same bytes again: nothing is said anew", accepted.motivo is None and not self.said(marks[0])
             and marks[1] == len(self.bidder.replies), f"{accepted}; {self.said(marks[0])}")
        self.decided("and the query lance gives the same decision", value, "aceito")
        other = {**value, "valor_centavos": value["valor_centavos"] + 500}
        self.refused("the id of an accepted bid with another payload", self.decide(other, who), "lance_repetido_divergente", f"cliente.{who.owner}", True)
        who = ana if a.state["lider"] != ana.owner else bia
        low = self.payload(who, a, 1)
        refused = self.decide(low, who)
        that("abaixo_do_minimo: an amount of 1", refused.motivo == "abaixo_do_minimo", str(refused))
        self.decided("the query lance gives the refusal too", low, "recusado", refused.statement)

    def said(self, mark):
        """What came since about the auctions followed here, and to the bidders of this run."""
        return [message.body for message in self.bidder.inbox[mark:] if message.exchange == "notificacoes"]

    def settle(self):
        self.wait(lambda: False, 0.3)

    def decided(self, what, value, decision, receipt=None):
        def ask():
            statement, envelopes, _ = self.bidder.ask(self.house, "lance", id_usuario=value["id_usuario"], id_lance=value["id_lance"])
            need(statement.value["decisao"] == decision, f"decisao {statement.value}")
            if decision == "desconhecido":
                need(envelopes == [], "envelopes of an unknown bid")
            elif decision == "aceito":
                number = self.chains[value["id_leilao"]].bids[value["id_lance"]][0]
                need([self.house.open(e).digest for e in envelopes] == [self.chains[value["id_leilao"]].hashes[number]], "not its block")
            elif receipt:
                need([self.house.open(e).digest for e in envelopes] == [receipt.digest], "not its receipt")
            return True
        self.checks.runs(what, ask)

    def unauthenticated(self, a, bidders):
        that, ana = self.checks.that, bidders[0]
        stranger = Key.make(f"py_ninguem_{RUN}")
        value = self.payload(stranger, a, a.state["minimo_centavos"])
        decision = self.refused("a key that nobody registered", self.decide(value, stranger), "usuario_desconhecido", "direct", False)
        if decision.where == "direct":
            nulls = ("id_leilao", "id_lance", "id_usuario", "minimo_centavos", "apos_bloco", "numero")
            that("an unauthenticated answer has everything null but motivo, lance_sha256, recebido_us and relogio",
                 all(decision.statement.value[name] is None for name in nulls), decision.body)
        value = self.payload(ana, a, a.state["minimo_centavos"])
        body = seal("lance-realizado", value, ana)
        wrong = bytearray(from_base64(body["signatures"][0]["sig"]))
        wrong[5] ^= 1
        body["signatures"][0]["sig"] = base64.b64encode(bytes(wrong)).decode()
        self.refused("a signature with one bit turned", self.decide_body(body, compact(value)), "assinatura_invalida", "direct", False)
        self.decided("an unauthenticated bid is desconhecido to the query lance", value, "desconhecido")

        value = self.payload(ana, a, a.state["minimo_centavos"])
        good = seal("lance-realizado", value, ana)
        text = compact(good).decode()
        envelopes = {
            "no JSON": (b"ola", None), "an unknown member": ({**good, "mais": 1}, ...), "no signature": ({**good, "signatures": []}, ...),
            "two signatures": ({**good, "signatures": good["signatures"] * 2}, ...),
            "a member twice": (text[:-1].encode() + b',"payload":"' + good["payload"].encode() + b'"}', ...),
            "base64 without padding": ({**good, "payload": good["payload"].rstrip("=") + "=" * (0 if good["payload"].endswith("=") else 4)}, ...),
            "keyid in capitals": ({**good, "signatures": [{**good["signatures"][0], "keyid": ana.keyid.upper()}]}, ...),
            "a bad payloadType": ({**good, "payloadType": "text/plain"}, ...),
        }
        for what, (body, digest) in envelopes.items():
            marks = len(self.receipts), len(self.bidder.replies)
            self.send(body, a.id, value["id_lance"])
            answer = self.wait(lambda: next(iter(self.answers(*marks)), None), 4)
            that(f"formato (envelope): {what}, answered on the direct reply-to",
                 answer and answer[0] == "direct" and answer[2].value["motivo"] == "formato", answer and f"{answer[0]} {answer[1].body}")
        fits = "," + " " * 16_384 + '"signatures"'
        marks = len(self.receipts), len(self.bidder.replies)
        self.send(text.replace(',"signatures"', fits).encode(), a.id)
        answer = self.wait(lambda: next(iter(self.answers(*marks)), None), 4)
        that("formato (envelope): more than 16 KiB", answer and answer[2].value["motivo"] == "formato", answer and answer[1].body)
        # the very bid, with white space, other order of members: good all the same
        who = next(key for key in bidders if key.owner != a.state["lider"])
        payload = compact(self.payload(who, a, a.state["minimo_centavos"]))
        good = seal("lance-realizado", payload, who)
        spaced = json.dumps({name: good[name] for name in ("signatures", "payloadType", "payload")}, indent=2).encode()
        decision = self.decide_body(spaced, payload)
        that("an envelope with white space and members in another order is accepted", decision.motivo is None, str(decision))
        # what the house itself said, played back
        marks = len(self.receipts), len(self.bidder.replies), len(self.bidder.inbox), a.head
        self.send(compact(a.blocks[-1].envelope), a.id, f"{a.id}:{a.head['bloco']}")
        self.send(compact(a.blocks[0].value["abertura"]), a.id)
        self.wait(lambda: False, 2)
        that("a captured house event in lances has no effect", not self.said(marks[2]) and marks[3] == a.head, f"{self.said(marks[2])}")
        reasons = [(where, s.value["motivo"]) for where, _, s in self.answers(*marks[:2])]
        that("both are answered formato (another kind), directly", reasons == [("direct", "formato")] * 2, reasons)
        value = self.payload(self.operator, a, a.state["minimo_centavos"])
        self.refused("a bid under the operator's key", self.decide(value, self.operator), "usuario_desconhecido", "direct", False)

    def malformed(self, a, ana):
        def bytes_of(**changes):
            return compact(self.payload(ana, a, a.state["minimo_centavos"], **changes))
        text = lambda **changes: bytes_of(**changes).decode()
        amount = f'"valor_centavos":{a.state["minimo_centavos"]}'
        inner = clock()
        payloads = {
            "a member twice": text().replace(amount, f"{amount},{amount}"),
            "a member twice, once escaped": text().replace(amount, amount + "," + amount.replace("valor", "\\u0076alor")),
            "an unknown member": text()[:-1] + ',"mais":1}',
            "an unknown member inside relogio": text(relogio={**inner, "mais": 1}),
            "a missing member": text().replace(amount + ",", ""),
            "a number with a point": text().replace(amount, amount + ".0"),
            "a number with an exponent": text().replace(amount, '"valor_centavos":1e6'),
            "2^53": text(valor_centavos=2**53), "a negative amount": text(valor_centavos=-10_000), "an amount of 0": text(valor_centavos=0),
            "an amount as text": text(valor_centavos="10000"), "a leading zero": text().replace(amount, '"valor_centavos":010000'),
            "true for a number": text(valor_centavos=True), "a lone surrogate": text()[:-1] + ',"x":"\\ud800"}',
            "id_lance in capitals": text(id_lance=str(uuid.uuid4()).upper()),
            "no object": "[]", "something after the object": text() + "1", "a byte order mark": "\ufeff" + text(),
            "17 levels": '{"x":' + "[" * 17 + "]" * 17 + "}",
        }
        for what, payload in payloads.items():
            self.refused(f"payload with {what}" if what != "no object" else "payload is no object",
                         self.decide(payload.encode(), ana), "formato", f"cliente.{ana.owner}", False)
            time.sleep(0.06)                            # below the rate
        value = self.payload(ana, a, a.state["minimo_centavos"])
        self.refused("payload with invalid UTF-8", self.decide(compact(value).replace(b"py_", b"py\xff"), ana), "formato", f"cliente.{ana.owner}", False)
        command = seal("leilao-cancelar", {"id_leilao": a.id, "id_comando": str(uuid.uuid4()), "edicao": a.edicao, "motivo": "x", "relogio": clock()}, ana)
        marks = len(self.receipts), len(self.bidder.replies)
        self.send(command, a.id)
        answer = self.wait(lambda: next(iter(self.answers(*marks)), None), 4)
        self.checks.that("formato: a bidder's signature under another kind, answered directly", answer and answer[0] == "direct"
                         and answer[2].value["motivo"] == "formato", answer and f"{answer[0]} {answer[1].body}")

    def authenticated(self, a, bidders, seller):
        ana, bia, _ = bidders
        mine = f"cliente.{ana.owner}"
        good = lambda **changes: self.payload(ana, a, a.state["minimo_centavos"], **changes)
        self.refused("another's id_usuario", self.decide(good(id_usuario=bia.owner), ana), "identidade_divergente", mine, False)
        self.refused("without user_id", self.decide(good(), ana, user_id=None), "identidade_divergente", mine, False)
        self.refused("an auction that does not exist", self.decide(good(id_leilao=f"py-{RUN}-nada"), ana), "leilao_desconhecido", mine, False)
        self.refused("another edition", self.decide(good(edicao="0" * 64), ana), "edicao_divergente", mine, False)
        self.refused("the seller", self.decide(self.payload(seller, a, a.state["minimo_centavos"]), seller), "vendedor_nao_pode", f"cliente.{seller.owner}", True)
        self.refused("a hash that is no block's", self.decide(good(visto={"bloco": 1, "hash": "f" * 64}), ana), "visto_divergente", mine, True)
        self.refused("a block that does not exist yet", self.decide(good(visto={"bloco": 9999, "hash": a.head["hash"]}), ana), "visto_divergente", mine, True)
        leader = next(key for key in bidders if key.owner == a.state["lider"])
        self.refused("the leader again", self.decide(self.payload(leader, a, a.state["minimo_centavos"]), leader), "ja_lidera", f"cliente.{leader.owner}", True)

    def clocks(self, a, bidders):
        who = next(key for key in bidders if key.owner != a.state["lider"])
        mine = f"cliente.{who.owner}"
        bid = lambda em_us, visto, **claims: self.payload(who, a, a.state["minimo_centavos"], visto=visto, relogio=clock(em_us, **(claims or SURE)))
        self.refused("from the future", self.decide(bid(now_us() + 60_000_000, a.head), who), "relogio_implausivel", mine, True)
        first = a.blocks[0].value["relogio"]["em_us"]
        self.refused("from before the block seen", self.decide(bid(first - 30_000_000, {"bloco": 0, "hash": a.hashes[0]}), who), "relogio_implausivel", mine, True)
        zero = {"bloco": 0, "hash": a.hashes[0]}
        self.wait(lambda: now_us() > first + 14_000_000, 20)       # 5 s, and 5 s of a house without NTP
        self.refused("over 5 s old beyond both uncertainties", self.decide(bid(first + 500_000, zero), who), "lance_vencido", mine, True)

    def in_flight(self, a, bidders):
        that = self.checks.that
        self.settle()
        late, quick = [key for key in bidders if key.owner != a.state["lider"]]
        seen, price = a.head, a.state["minimo_centavos"]
        first = self.decide(self.payload(quick, a, price), quick)
        self.refused("the same amount, just too late", self.decide(self.payload(late, a, price, visto=seen), late), "empate_perdido", f"cliente.{late.owner}", True)
        self.refused("not above the price, from an old state", self.decide(self.payload(late, a, price - 1, visto=seen), late),
                     "abaixo_do_minimo", f"cliente.{late.owner}", True)
        above = self.decide(self.payload(late, a, price + 1, visto=seen), late)
        that("in flight, one cent above the price counts from the state that was seen", first.motivo is None and above.motivo is None, f"{first}; {above}")

    def hurry(self, a, key):
        mark = len(self.receipts)
        ids = []
        for _ in range(100):
            value = self.payload(key, a, 1)
            ids.append(value["id_lance"])
            self.send(seal("lance-realizado", value, key), a.id, value["id_lance"])
        mine = lambda: [s.value["motivo"] for m, s in self.receipts[mark:] if m.key == f"cliente.{key.owner}"]
        self.wait(lambda: "limite_de_ritmo" in mine(), 5)
        self.wait(lambda: False, 1)
        reasons = mine()
        self.checks.that("limite_de_ritmo: a hundred bids at once", "limite_de_ritmo" in reasons, reasons[-5:])
        self.checks.that("the burst of 40 is decided first, at most one receipt a second says limite_de_ritmo",
                         40 <= reasons.count("abaixo_do_minimo") < 100 and 1 <= reasons.count("limite_de_ritmo") <= 4,
                         {reason: reasons.count(reason) for reason in set(reasons)})

    def farewell(self, a, key):
        that = self.checks.that
        that("a bid before the key is removed is accepted", self.decide(self.payload(key, a, a.state["minimo_centavos"]), key).motivo is None)
        pathlib.Path(self.keys, "public", f"{key.owner}.pem").unlink()
        decision, end = None, time.monotonic() + 20
        while time.monotonic() < end:
            decision = self.decide(self.payload(key, a, 1), key)
            if decision.motivo not in ("ja_lidera", "abaixo_do_minimo"):
                break
            time.sleep(0.5)
        self.refused("the key file was removed while the house runs", decision, "chave_revogada", f"cliente.{key.owner}", False)
        that("the revocation stands in the chain", self.wait(lambda: a.keys[key.owner][2] == "revogada", 5), a.keys[key.owner][2])

    def cancelled(self, b, c, ana):
        that, runs = self.checks.that, self.checks.runs
        wrong = runs("a cancellation of another edition is answered", lambda: self.command("leilao-cancelar", {
            "id_leilao": b.id, "id_comando": str(uuid.uuid4()), "edicao": "0" * 64, "motivo": "x", "relogio": clock()}))
        that("as edicao_divergente", wrong and wrong["motivo"] == "edicao_divergente", wrong)
        answer = runs("cancel the second auction", lambda: self.cancel(b))
        that("which is accepted", answer and answer["situacao"] == "aceito", answer)
        end = self.wait(lambda: self.heard("leilao-cancelado", b.id))
        that("its end is heard, signed by ms_leilao, and it has no chain", end and end[0][1].value["edicao"] == b.edicao and not b.blocks)
        answer = runs("cancelling again is answered", lambda: self.cancel(b))
        that("as leilao_encerrado", answer and answer["motivo"] == "leilao_encerrado", answer)
        bid = self.decide(self.payload(ana, c, 10_000), ana)
        answer = runs("cancel an open auction", lambda: self.cancel(c))
        closed = self.wait(lambda: c.result)
        that("its closing block says cancelado and holds the leilao-cancelado", bid.motivo is None and closed and closed["situacao"] == "cancelado"
             and closed["vencedor"] is None and closed["lances_validos"] == 1, closed)
        self.refused("a bid on the cancelled one", self.decide(self.payload(ana, c, 10_500), ana), "leilao_encerrado", f"cliente.{ana.owner}", True)

    def ending(self, a, bidders):
        that = self.checks.that
        self.wait(lambda: now_us() > a.state["fim_us"] - 2_000_000, 90)
        who = next(key for key in bidders if key.owner != a.state["lider"])
        before = a.state["fim_us"]
        last = self.decide(self.payload(who, a, a.state["minimo_centavos"]), who)
        moved = self.wait(lambda: [s.value for _, s in self.heard("leilao-prorrogado", a.id)], 5)
        that("a bid within prorrogacao_s of the end moves it, and leilao-prorrogado says so", last.motivo is None and a.state["fim_us"] > before
             and moved and moved[-1]["fim_us"] == a.state["fim_us"] and moved[-1]["por"] == who.owner and moved[-1]["motivo"] == "lance"
             and moved[-1]["bloco"] == a.head["bloco"], f"{last} {before} {a.state} {moved}")
        result = self.wait(lambda: a.result, 30)
        that("leilao-vencedor comes and verifies", result, " | ".join(self.trouble)[:2000])
        if result:
            that("the last bidder has won at his amount", result["situacao"] == "vendido" and result["vencedor"] == who.owner
                 and result["valor_centavos"] == a.state["preco_centavos"], result)
        late = next(key for key in bidders if key is not who)
        self.refused("a bid after the end", self.decide(self.payload(late, a, a.state["minimo_centavos"]), late), "leilao_encerrado", f"cliente.{late.owner}", True)

    # Queries -----------------------------------------------------------------------------------------------------------------

    def pages(self, tipo, start, onward, **members):
        """All envelopes of a paged query, the statements, and how many pages there were."""
        envelopes, statements, mark = [], [], start
        while True:
            statement, more, _ = self.bidder.ask(self.house, tipo, **members, **mark)
            statements.append(statement)
            envelopes += more
            if not statement.value["mais"]:
                return envelopes, statements
            need(more, "mais, but nothing came")
            need(len(statements) < 200, "no end of pages")
            mark = onward(statement, envelopes)

    def queries(self, a, b):
        that, runs = self.checks.that, self.checks.runs
        def reply_properties():
            statement, _, message = self.bidder.ask(self.house, "blocos", id_leilao=a.id, desde=0)
            need(message.properties.correlation_id == statement.value["id"], f"correlation_id is {message.properties.correlation_id}: {message.properties}")
            return True
        runs("the correlation_id of a retrato is the query's id", reply_properties)

        def blocks():
            envelopes, statements = self.pages("blocos", {"desde": 0}, lambda _, held: {"desde": len(held)}, id_leilao=a.id)
            need([self.house.open(e).digest for e in envelopes] == a.hashes, "other blocks than were followed")
            need(statements[-1].value["cabeca"] == a.head, "another head")
            return len(statements)
        pages = runs("blocos, page by page, are the blocks that were followed", blocks)
        that("they took more than one page", pages and pages > 1, pages)

        def middle():
            envelopes, statements = self.pages("blocos", {"desde": len(a.hashes) - 2}, lambda s, held: {"desde": len(a.hashes) - 2 + len(held)}, id_leilao=a.id)
            need([self.house.open(e).digest for e in envelopes] == a.hashes[-2:], "not the last two")
            past, head, _ = self.bidder.ask(self.house, "blocos", id_leilao=a.id, desde=len(a.hashes))
            need(head == [] and past.value["mais"] is False and past.value["cabeca"] == a.head, "past the head")
            return True
        runs("blocos from the middle, and past the head", middle)

        def unknown():
            for id_leilao in (f"py-{RUN}-nada", b.id):
                statement, envelopes, _ = self.bidder.ask(self.house, "blocos", id_leilao=id_leilao, desde=0)
                need(envelopes == [] and statement.value["cabeca"] is None, f"{id_leilao}: {statement.value}")
            return True
        runs("blocos of an unknown and of an unopened auction: cabeca null", unknown)

        def ledger():
            envelopes, statements = self.pages("livro", {"apos": 0}, lambda _, held: {"apos": len(held)}, id_leilao=a.id)
            opened = [self.house.open(e, "lance-validado", "leilao-vencedor", "lance-invalidado", "relogio-sincronizado", "livro-encerrado") for e in envelopes]
            chain = Chain(self.house, a.id, a.edicao)
            number = 0
            while number < len(opened) and opened[number].kind in ("lance-validado", "leilao-vencedor"):
                need(chain.add(opened[number].envelope), "a block twice")
                number += 1
            need(chain.hashes == a.hashes, "other blocks than were followed")
            rest = opened[number:]
            need(all(s.kind in ("lance-invalidado", "relogio-sincronizado", "livro-encerrado") for s in rest), "a block after the receipts")
            return len(statements), [s for s in rest if s.kind == "lance-invalidado"]
        whole = runs("livro, page by page, is the chain, then receipts", ledger)
        if whole:
            that("it took more than one page", whole[0] > 1, whole[0])
            receipts = [s for s in whole[1]]
            followed = [s for m, s in self.receipts if s.value["id_leilao"] == a.id and s.value["numero"] is not None]
            that("each journalled receipt that was followed stands in it, and no other",
                 {s.digest for s in receipts} == {s.digest for s in followed}, f"{len(receipts)} and {len(followed)}")
            until = [s for s in receipts if s.value["motivo"] != "leilao_encerrado"]
            runs("numero counts from 1 without gaps", lambda: refusals_digest(receipts))
            if a.result:
                that("lances_recusados counts the receipts before the closing", a.result["lances_recusados"] == len(until), f"{a.result} {len(until)}")
                that("recusas_sha256 is their digest", a.result["recusas_sha256"] == refusals_digest(until), a.result["recusas_sha256"])

        def auctions():
            envelopes, statements = self.pages("leiloes", {"apos": None}, lambda s, _: {"apos": s.value["leiloes"][-1]["id_leilao"]})
            listed = [summary for statement in statements for summary in statement.value["leiloes"]]
            ids = [summary["id_leilao"] for summary in listed]
            need(ids == sorted(ids) and len(set(ids)) == len(ids), "not by id_leilao")
            need([self.house.open(e, "leilao-agendado").digest for e in envelopes] == [summary["edicao"] for summary in listed], "other editions")
            return {summary["id_leilao"]: summary for summary in listed}
        listed = runs("leiloes: by id, each with its leilao-agendado", auctions)
        if listed:
            head = {"bloco": listed[a.id]["bloco"], "hash": listed[a.id]["hash"]}
            state = {name: listed[a.id][name] for name in a.state}
            that("leiloes says of the ended auction what was followed", listed[a.id]["status"] == "encerrado" and head == a.head and state == a.state, listed[a.id])
            that("leiloes says of the cancelled one: encerrado, bloco null", (listed[b.id]["status"], listed[b.id]["bloco"], listed[b.id]["hash"]) == ("encerrado", None, None), listed[b.id])
            that("leiloes says what became of both, and when", (listed[a.id]["situacao"], listed[b.id]["situacao"]) == (a.result["situacao"], "cancelado")
                 and listed[a.id]["encerrado_us"] > listed[a.id]["fim_us"] > 0 and listed[b.id]["encerrado_us"], listed[a.id])
            def after():
                statement, _, _ = self.bidder.ask(self.house, "leiloes", apos=a.id)
                need([s["id_leilao"] for s in statement.value["leiloes"]] == [i for i in sorted(listed) if i > a.id][:len(statement.value["leiloes"])], "other auctions")
                return True
            runs("leiloes after one of them", after)

        marks = len(self.bidder.replies)
        for query in (b"{}", b"x", compact({"id": str(uuid.uuid4()), "tipo": "leiloes", "apos": None, "mais": 1})):
            self.bidder.publish("consultas", "consulta", query, content_type="application/json", reply_to=REPLY_TO,
                                headers={"CC": ["consulta.todas"]})
        self.wait(lambda: False, 1.5)
        that("a query that cannot be read is dropped", len(self.bidder.replies) == marks, [m.body for m in self.bidder.replies[marks:]])

    def forbidden(self):
        """Last, since the broker closes the channel."""
        for what, exchange, key, properties in (("publish to leilao", "leilao", "lance.validado", {}),
                                                ("publish as another user", "lances", "lance.realizado", {"user_id": "operador"})):
            code = None
            try:
                self.bidder.publish(exchange, key, b"{}", **properties)
            except pika.exceptions.ChannelClosedByBroker as error:
                code = error.reply_code
            self.checks.that(f"the broker lets no bidder {what}", code == (406 if properties else 403), code)
            self.bidder.speak_again()

    def tidy(self):
        for path in self.registered:
            path.unlink(missing_ok=True)
        for session in (self.bidder, self.operator_session):
            session.close()


def broker(arguments):
    """The broker's address from the arguments, then from the environment; a user in RABBITMQ_URL is left out."""
    if arguments.url:
        parts = urllib.parse.urlsplit(arguments.url)
        return f"{parts.scheme}://{parts.hostname}:{parts.port or 5672}{parts.path or '/leilao'}"
    return f"amqp://{arguments.host}:{arguments.port}/leilao"


def main():
    host, _, port = os.environ.get("INTEROP_BROKER", "127.0.0.1:5672").rpartition(":")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default=os.environ.get("RABBITMQ_URL"))
    parser.add_argument("--host", default=os.environ.get("RABBITMQ_HOST", host))
    parser.add_argument("--port", type=int, default=os.environ.get("RABBITMQ_PORT", port))
    parser.add_argument("--keys", default=os.environ.get("LEILAO_KEYS", "keys"))
    arguments = parser.parse_args()
    scenario = Scenario(broker(arguments), arguments.keys)
    try:
        scenario.play()
        scenario.forbidden()
    finally:
        scenario.tidy()
    print(f"{scenario.checks.passed} passed, {scenario.checks.failed} failed")
    return 1 if scenario.checks.failed or not scenario.checks.passed else 0


if __name__ == "__main__":
    sys.exit(main())
