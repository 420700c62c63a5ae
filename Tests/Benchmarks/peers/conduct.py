"""One run of one peer on a broker that is there: makes the bids, starts the four roles, lets the clock run from the first publish
to the follower's last delivery, and checks everything that was said against the bids themselves. Called by `run`."""

import argparse
import base64
import contextlib
import json
import os
import pathlib
import selectors
import signal
import sqlite3
import subprocess
import sys
import time

ROLES = ("judge", "notify", "follow", "load")
TICKS = os.sysconf("SC_CLK_TCK")


class NotWhole(Exception):
    """The run lost or misjudged something, or did not come to its end: it has no figure."""


def need(condition, why):
    if not condition:
        raise NotWhole(why)


def cpu_us(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1_000_000 // TICKS  # utime and stime


def broker_pid(node):
    pid = int((node / "rabbitmq.pid").read_text())
    name = pathlib.Path(f"/proc/{pid}/comm").read_text()
    need(name.startswith("beam"), f"{node}/rabbitmq.pid names a process called {name.strip()}")
    return pid


class Role:
    """A process of the peer, and what it says line by line."""

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)

    def line(self, until):
        need(self.selector.select(max(0, until - time.monotonic())), f"{self.name} did not come to its end in time")
        line = self.process.stdout.readline()
        need(line, f"{self.name} ended early")
        return line.decode().strip()

    def go(self):
        self.process.stdin.write(b"go\n")
        self.process.stdin.flush()

    def end(self):
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def read_bids(path):
    """What was signed, in order: (id_lance, id_leilao, id_usuario, valor_centavos), and the mean length of a body in bytes."""
    bids, size = [], 0
    for line in path.read_bytes().splitlines():
        body = line.split(b" ", 2)[2]
        size += len(body)
        payload = json.loads(base64.b64decode(json.loads(body)["payload"]))
        bids.append(tuple(payload[name] for name in ("id_lance", "id_leilao", "id_usuario", "valor_centavos")))
    return bids, round(size / len(bids))


def check(bids, work):
    """Every bid decided once and in order, durable, and received once and in order with its price; when each came (ns)."""
    with contextlib.closing(sqlite3.connect(work / "journal.sqlite")) as journal:
        rows = journal.execute("SELECT id_lance, id_leilao, id_usuario, valor_centavos FROM lances ORDER BY numero").fetchall()
        entries = journal.execute("SELECT entrada FROM lances ORDER BY numero").fetchall()
    need(rows == bids, f"the journal's {len(rows)} bids are not the {len(bids)} that were published, in order")
    for row, (entry,) in zip(rows, entries):
        entry = json.loads(entry)
        need((entry["preco_centavos"], entry["lider"]) == (row[3], row[2]), f"the state after bid {row[0]} is wrong")
    received = [line.split() for line in (work / "received").read_text().splitlines()]
    need([(one[0], int(one[1])) for one in received] == [(bid[0], bid[3]) for bid in bids],
         "what the follower received is not every bid once, in order, with its price")
    return [int(one[2]) for one in received]


def percentiles(latencies_ns):
    ordered = sorted(latencies_ns)
    at = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99_9": 0.999}
    found = {name: ordered[min(len(ordered) - 1, int(part * len(ordered)))] for name, part in at.items()}
    return {name: round(value / 1000) for name, value in {**found, "max": ordered[-1]}.items()}


def conduct(options):
    work, node = options.work, options.node
    common = ["--port", str(options.port), "--work", str(work), "--bids", str(options.bids), "--auctions", str(options.auctions)]
    subprocess.run([options.ideal, "prepare", *common, "--bidders", str(options.bidders), "--key", options.key,
                    "--spoil", str(options.spoil)], check=True)
    bids, size = read_bids(work / "bids")
    if options.peer == "ideal":
        program = [options.ideal]
    else:
        program = [sys.executable, str(pathlib.Path(__file__).with_name("peer.py")), "--form", options.peer]

    beam, until = broker_pid(node), time.monotonic() + options.limit
    with contextlib.ExitStack() as stack:
        roles = {}
        for name in ROLES:
            extra = ["--rate", str(options.rate)] if name == "load" else []
            role = roles[name] = Role(name, [*program, name, *common, *extra])
            stack.callback(role.end)
            need(role.line(until) == "ready", f"{name} was not ready")
        broker = -cpu_us(beam)
        roles["load"].go()
        said = {name: json.loads(roles[name].line(until)) for name in ("load", "judge", "notify", "follow")}
        broker += cpu_us(beam)

    came = check(bids, work)
    first, count = said["load"]["first_ns"], len(bids)
    cpu = {name: said[name]["cpu_us"] for name in said} | {"broker": broker}
    cpu["total"] = sum(cpu.values())
    cpu["house"] = cpu["judge"] + cpu["notify"] + cpu["broker"]
    seconds = (came[-1] - first) / 1e9
    figure = {
        "peer": options.peer, "mode": "latency" if options.rate else "throughput", "key": options.key, "bids": count,
        "auctions": options.auctions, "bid_bytes": size, "seconds": round(seconds, 3), "bids_per_s": round(count / seconds),
        "cpu_us_per_bid": {name: round(value / count, 1) for name, value in cpu.items()},
        "commits": said["judge"]["commits"],
    }
    if options.rate:
        # From the instant at which each bid was due, whenever it really left: what waits behind a stall counts.
        figure["rate"] = options.rate
        figure["latency_us"] = percentiles([at - first - number * 1_000_000_000 // options.rate for number, at in enumerate(came)])
    print(json.dumps(figure))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", required=True)
    parser.add_argument("--ideal", required=True)
    parser.add_argument("--node", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--key", default="ed25519")
    for name, value in (("port", 0), ("bids", 0), ("auctions", 1), ("bidders", 64), ("rate", 0), ("limit", 0), ("spoil", 0)):
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the roles end too
    try:
        conduct(options)
    except (NotWhole, subprocess.CalledProcessError) as failure:
        sys.exit(f"{options.peer}: no figure: {failure}")


main()
