"""The suite as one would write it in Python with pika and cryptography, in two forms. `straightforward`: a confirm and a commit for
every bid, one after the other. `tuned`: batches, pipelined confirms, multiple acknowledgements. The roles, the hops, the files and
what is said at the end are those of ideal.c."""

import argparse
import base64
import hashlib
import json
import pathlib
import sqlite3
import sys
import time

import pika
from pika.adapters.select_connection import IOLoop
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

OPENING, INCREMENT = 100_000, 5_000  # minor units
CLOSING_US = 4_102_444_800_000_000  # an end far away: auctions of a run never close
PREFETCH, WINDOW, BATCH = 1_000, 1_000, 256  # deliveries unacknowledged, publishes unconfirmed, bids in a transaction
PAYLOAD_TYPE = "application/vnd.leilao.lance-realizado.v1+json"
EDITION = "6c83000a700269f8c05abe2ea485f8657456a1e2ec6d4659dcb36b2bef82e2ca"
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)


class Refused(Exception):
    """All bids of a run are good: one that is refused means that something went wrong."""


def parameters(options, user):
    return pika.ConnectionParameters(
        "127.0.0.1", options.port, "leilao", pika.PlainCredentials(user, user), heartbeat=10, socket_timeout=10)


def properties(message_id, correlation_id, user_id=None):
    return pika.BasicProperties(
        delivery_mode=2, content_type="application/vnd.dsse.envelope.v1+json", message_id=message_id,
        correlation_id=correlation_id, user_id=user_id)


class Report:
    """Says "ready", and at the end one line of JSON."""

    def __init__(self, role):
        self.role = role
        print("ready", flush=True)
        self.cpu_ns = time.process_time_ns()

    def end(self, **figures):
        cpu_us = (time.process_time_ns() - self.cpu_ns) // 1000
        print(json.dumps({"role": self.role, **figures, "cpu_us": cpu_us}), flush=True)


# What a bid goes through ------------------------------------------------------------------------------------------------

class KeyRing:
    def __init__(self, folder):
        self.keys = {}
        for path in folder.glob("*.pem"):
            key = load_pem_public_key(path.read_bytes())
            spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            self.keys[hashlib.sha256(spki).hexdigest()] = (path.stem, key)

    def verify(self, keyid, signature, message):
        """The owner's id."""
        owner, key = self.keys[keyid]
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        else:
            key.verify(signature, message, PSS, hashes.SHA256())
        return owner


class Judge:
    """Verifies, then reads, then decides: (id_lance, id_leilao, id_usuario, valor_centavos, entry), or Refused."""

    def __init__(self, folder):
        self.ring = KeyRing(folder)
        self.books = {}  # id_leilao: (price, leader)

    def decide(self, body):
        try:
            envelope = json.loads(body)
            payload = base64.b64decode(envelope["payload"], validate=True)
            [signature] = envelope["signatures"]
            if envelope["payloadType"] != PAYLOAD_TYPE:
                raise Refused("formato")
            message = b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)
            owner = self.ring.verify(signature["keyid"], base64.b64decode(signature["sig"], validate=True), message)
            bid = json.loads(payload)
            auction, bidder, amount = bid["id_leilao"], bid["id_usuario"], bid["valor_centavos"]
        except InvalidSignature:
            raise Refused("assinatura_invalida")
        except (KeyError, ValueError) as error:
            raise Refused(f"formato: {error}")
        if bidder != owner or bid["edicao"] != EDITION:
            raise Refused("identidade ou edicao divergente")
        price, leader = self.books.get(auction, (OPENING - INCREMENT, None))
        if bidder == leader or not isinstance(amount, int) or amount < price + INCREMENT:
            raise Refused("ja_lidera ou abaixo_do_minimo")
        self.books[auction] = (amount, bidder)
        state = (f',"recebido_us":{time.time_ns() // 1000},"preco_centavos":{amount},"lider":"{bidder}",'
                 f'"minimo_centavos":{amount + INCREMENT},"fim_us":{CLOSING_US}}}')
        return bid["id_lance"], auction, bidder, amount, b'{"lance":' + body + state.encode()


class Journal:
    def __init__(self, path):
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")
        if self.db.execute("PRAGMA synchronous").fetchone() != (2,):
            sys.exit("journal: synchronous is not FULL")
        self.db.execute("CREATE TABLE lances (numero INTEGER PRIMARY KEY, id_lance TEXT NOT NULL UNIQUE, id_leilao TEXT NOT NULL,"
                        " id_usuario TEXT NOT NULL, valor_centavos INTEGER NOT NULL, entrada BLOB NOT NULL) STRICT")
        self.db.execute("CREATE TABLE enviados (ate INTEGER NOT NULL) STRICT")
        self.db.execute("INSERT INTO enviados VALUES (0)")
        self.commits = 0

    def commit(self, rows, sent):
        """One transaction, one fsync; `sent` entries are confirmed by the broker: after a crash the others would go again."""
        self.db.execute("BEGIN IMMEDIATE")
        self.db.executemany("INSERT INTO lances (id_lance, id_leilao, id_usuario, valor_centavos, entrada)"
                            " VALUES (?, ?, ?, ?, ?)", rows)
        self.db.execute("UPDATE enviados SET ate = ?", (sent,))
        self.db.execute("COMMIT")
        self.commits += 1


def read_bids(options):
    lines = (options.work / "bids").read_bytes().splitlines()
    return [(one.decode(), auction.decode(), body) for one, auction, body in (line.split(b" ", 2) for line in lines)]


def auctions(options):
    return [f"leilao.pares-{number:06}" for number in range(options.auctions)]


class Received:
    """What a follower was told, and when (CLOCK_MONOTONIC, as every program of a run)."""

    def __init__(self, options):
        self.options, self.rows = options, []

    def take(self, message_id, body):
        now = time.monotonic_ns()
        self.rows.append((message_id, json.loads(body)["preco_centavos"], now))
        return len(self.rows) == self.options.bids

    def write(self):
        (self.options.work / "received").write_text("".join(f"{one} {price} {at}\n" for one, price, at in self.rows))


def await_go():
    if not sys.stdin.readline():
        sys.exit("load: not told to go")


# One after the other ----------------------------------------------------------------------------------------------------

class Straightforward:
    def __init__(self, options):
        self.options = options

    def connect(self, user):
        channel = pika.BlockingConnection(parameters(self.options, user)).channel()
        channel.confirm_delivery()
        return channel

    def serve(self, channel, queue, handle):
        """Consumes until so many bids are done, each acknowledged once `handle` has returned."""
        done = 0
        channel.basic_qos(prefetch_count=PREFETCH)
        for method, about, body in channel.consume(queue):
            handle(about, body)
            channel.basic_ack(method.delivery_tag)
            done += 1
            if done == self.options.bids:
                break
        return done

    def load(self):
        bids, channel = read_bids(self.options), self.connect("cliente")
        report = Report("load")
        await_go()
        first = time.monotonic_ns()
        for number, (message_id, auction, body) in enumerate(bids):
            if self.options.rate:
                due = first + number * 1_000_000_000 // self.options.rate
                time.sleep(max(0, due - time.monotonic_ns()) / 1e9)
            about = properties(message_id, auction, "cliente")
            channel.basic_publish("lances", "lance.realizado", body, about, mandatory=True)
        report.end(bids=len(bids), first_ns=first)
        channel.connection.close()

    def judge(self):
        judge, journal = Judge(self.options.work / "keys"), Journal(self.options.work / "journal.sqlite")
        channel = self.connect("ms_lance")

        def handle(_, body):
            row = judge.decide(body)
            journal.commit([row], journal.commits)
            channel.basic_publish("leilao", "lance.validado", row[4], properties(row[0], row[1]), mandatory=True)

        report = Report("judge")
        done = self.serve(channel, "lance_realizado", handle)
        report.end(accepted=done, commits=journal.commits)
        channel.connection.close()

    def notify(self):
        channel = self.connect("ms_notificacao")
        report = Report("notify")
        done = self.serve(channel, "notificacao", lambda about, body: channel.basic_publish(
            "notificacoes", f"leilao.{about.correlation_id}", body, properties(about.message_id, about.correlation_id)))
        report.end(forwarded=done)
        channel.connection.close()

    def follow(self):
        received, channel = Received(self.options), self.connect("cliente")
        queue = channel.queue_declare("", exclusive=True).method.queue
        for key in auctions(self.options):
            channel.queue_bind(queue, "notificacoes", key)
        done = False

        def take(_channel, _method, about, body):
            nonlocal done
            done = received.take(about.message_id, body)

        # The consumer is there before the clock starts, not when the first message is asked for.
        channel.basic_consume(queue, take, auto_ack=True)
        report = Report("follow")
        while not done:
            channel.connection.process_data_events(time_limit=1)
        report.end(received=len(received.rows))
        received.write()
        channel.connection.close()


# As fast as pika goes ---------------------------------------------------------------------------------------------------

class Link:
    """A connection and its channel on a shared loop; publishes with pipelined confirms."""

    def __init__(self, loop, options, user, ready):
        self.ready, self.settled_more = ready, lambda: None
        self.published, self.settled, self.beyond = 0, 0, set()
        self.connection = pika.SelectConnection(
            parameters(options, user), custom_ioloop=loop, on_open_callback=lambda _: self.open(), on_open_error_callback=self.failed,
            on_close_callback=self.failed)

    def failed(self, _, reason):
        sys.exit(f"connection: {reason!r}")

    def open(self):
        self.connection.channel(on_open_callback=self.opened)

    def opened(self, channel):
        self.channel = channel
        channel.add_on_close_callback(self.failed)
        channel.add_on_return_callback(lambda *_: sys.exit("a message could not be routed"))
        channel.confirm_delivery(self.confirmed, callback=lambda _: self.ready())

    def publish(self, exchange, key, body, about, mandatory=True):
        self.published += 1
        self.channel.basic_publish(exchange, key, body, about, mandatory)

    def confirmed(self, frame):
        if isinstance(frame.method, pika.spec.Basic.Nack):
            sys.exit("the broker refused a message")
        tag = frame.method.delivery_tag
        if frame.method.multiple:
            self.settled = max(self.settled, tag)
            self.beyond = {one for one in self.beyond if one > self.settled}
        else:
            self.beyond.add(tag)
        while self.settled + 1 in self.beyond:
            self.settled += 1
            self.beyond.discard(self.settled)
        self.settled_more()

    @property
    def unsettled(self):
        return self.published - self.settled


class Tuned:
    def __init__(self, options):
        self.options, self.loop = options, IOLoop()

    def run(self, users, begin):
        """Opens a link for each user; calls `begin` with them once all are there; returns when the loop is stopped."""
        links, missing = [], len(users)

        def ready():
            nonlocal missing
            missing -= 1
            if missing == 0:
                begin(*links)

        links.extend(Link(self.loop, self.options, user, ready) for user in users)
        self.loop.start()

    def serve(self, link, queue, handle):
        """Consumes and hands over what came together, at most BATCH: [(tag, properties, body)]. Returns what ends the run."""
        batch = []

        def flush():
            if batch:
                together = batch.copy()
                batch.clear()
                handle(together)

        def take(_channel, method, about, body):
            batch.append((method.delivery_tag, about, body))
            if len(batch) == 1:
                self.loop.call_later(0, flush)
            elif len(batch) == BATCH:
                flush()

        report = None

        def consume(_):
            link.channel.basic_consume(queue, take, callback=started)

        def started(_):
            nonlocal report
            report = Report({"lance_realizado": "judge", "notificacao": "notify"}[queue])

        link.channel.basic_qos(prefetch_count=PREFETCH, callback=consume)

        def end(**figures):
            # A turn later, so that the last acknowledgement has left.
            report.end(**figures)
            self.loop.call_later(0.05, self.loop.stop)

        return end

    def load(self):
        bids = read_bids(self.options)

        def begin(link):
            report = Report("load")
            await_go()
            first, number, timed = time.monotonic_ns(), 0, False

            def pump():
                nonlocal number, timed
                timed = False
                while number < len(bids) and link.unsettled < WINDOW:
                    if self.options.rate:
                        left = first + number * 1_000_000_000 // self.options.rate - time.monotonic_ns()
                        if left > 0:
                            timed = True
                            self.loop.call_later(left / 1e9, pump)
                            return
                    message_id, auction, body = bids[number]
                    number += 1
                    link.publish("lances", "lance.realizado", body, properties(message_id, auction, "cliente"))

            def settled_more():
                if link.settled == len(bids):
                    report.end(bids=len(bids), first_ns=first)
                    self.loop.stop()
                elif not timed and link.unsettled <= WINDOW // 2:
                    pump()

            link.settled_more = settled_more
            pump()

        self.run(["cliente"], begin)

    def judge(self):
        judge, journal = Judge(self.options.work / "keys"), Journal(self.options.work / "journal.sqlite")

        def begin(source, out):
            def handle(batch):
                rows = [judge.decide(body) for _, _, body in batch]
                journal.commit(rows, out.settled)
                source.channel.basic_ack(batch[-1][0], multiple=True)
                for row in rows:
                    out.publish("leilao", "lance.validado", row[4], properties(row[0], row[1]))

            def settled_more():
                if out.settled == self.options.bids:
                    end(accepted=out.settled, commits=journal.commits)

            out.settled_more = settled_more
            end = self.serve(source, "lance_realizado", handle)

        self.run(["ms_lance", "ms_lance"], begin)

    def notify(self):
        def begin(source, out):
            acknowledged = 0

            def handle(batch):
                for _, about, body in batch:
                    out.publish("notificacoes", f"leilao.{about.correlation_id}", body,
                                properties(about.message_id, about.correlation_id), mandatory=False)

            def acknowledge():
                # The n-th delivery is the n-th publish.
                nonlocal acknowledged, planned
                planned = False
                if out.settled > acknowledged:
                    acknowledged = out.settled
                    source.channel.basic_ack(acknowledged, multiple=True)
                    if acknowledged == self.options.bids:
                        end(forwarded=acknowledged)

            planned = False

            def settled_more():
                nonlocal planned
                if not planned:
                    planned = True
                    self.loop.call_later(0, acknowledge)

            out.settled_more = settled_more
            end = self.serve(source, "notificacao", handle)

        self.run(["ms_notificacao", "ms_notificacao"], begin)

    def follow(self):
        received = Received(self.options)

        def begin(link):
            def take(_channel, _method, about, body):
                if received.take(about.message_id, body):
                    report.end(received=len(received.rows))
                    self.loop.stop()

            def consume(_):
                nonlocal report
                report = Report("follow")

            def declared(frame):
                keys = auctions(self.options)
                for number, key in enumerate(keys, 1):
                    last = number == len(keys)
                    link.channel.queue_bind(frame.method.queue, "notificacoes", key, callback=bound if last else None)

            def bound(_):
                link.channel.basic_consume("", take, auto_ack=True, callback=consume)

            report = None
            link.channel.queue_declare("", exclusive=True, callback=declared)

        self.run(["cliente"], begin)
        received.write()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--form", choices=["straightforward", "tuned"], required=True)
    parser.add_argument("role", choices=["load", "judge", "notify", "follow"])
    parser.add_argument("--work", type=pathlib.Path, required=True)
    for name, value in (("port", 0), ("bids", 0), ("auctions", 1), ("rate", 0)):
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    form = {"straightforward": Straightforward, "tuned": Tuned}[options.form](options)
    try:
        getattr(form, options.role)()
    except Refused as reason:
        sys.exit(f"{options.role}: a bid was refused: {reason}")


main()
