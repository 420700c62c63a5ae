#!/usr/bin/env python3
"""Ledgers, good and doctored, by verificar.py and by cliente-tui verificar, which must agree on each: the corpus that ServiceTests writes
(NAME.livro is good, NAME.DOCTORING.livro is not, and NAME.DOCTORING.conferencia names the check of cliente-tui's that must find it out),
and what this house has told of its own auctions."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from verificar import load_pinned, verify

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIENT = pathlib.Path(os.environ.get("LEILAO_BIN", ROOT / ".build/debug"), "cliente-tui")


def client(*arguments):
    return subprocess.run([CLIENT, *map(str, arguments)], capture_output=True, text=True)


def write_corpus(folder):
    done = subprocess.run(["swift", "test", "--disable-xctest", "--skip-build", "--filter", "LedgerCorpusTests"], cwd=ROOT,
                          env={**os.environ, "LEILAO_LIVROS": str(folder)}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"the corpus was not written:\n{done.stdout}\n{done.stderr}")


def export_house(folder):
    """The ledgers of the house that `run` has started."""
    bidder = f"amqp://cliente:cliente@{os.environ['INTEROP_BROKER']}/leilao"
    listed = client("leiloes", "--json", "--broker", bidder)
    assert listed.returncode == 0, listed.stderr
    for line in listed.stdout.splitlines():
        auction = json.loads(line)
        told = client("livro", auction["id_leilao"], "--broker", bidder)
        if auction["bloco"] is None:
            assert told.returncode == 1 and not told.stdout, told
            continue
        assert told.returncode == 0, told.stderr
        pathlib.Path(folder, f"{auction['id_leilao']}.livro").write_text(told.stdout, encoding="utf-8", newline="")
        again = client("livro", auction["id_leilao"], "--broker", bidder)
        assert auction["status"] != "encerrado" or again.stdout == told.stdout, "another file the second time"


def compare(folder, keys, expected):
    """How many files there were, and what was wrong with the verdicts."""
    wrong, passed, files = [], 0, sorted(folder.glob("*.livro"))
    for file in files:
        folder = keys(file)
        heirs = []
        faults = verify(file.read_bytes(), load_pinned([folder]), heirs)
        run = client("verificar", file, "--chave-da-casa", folder, "--json")
        verdict = [json.loads(line) for line in run.stdout.splitlines() if '"verificacao"' in line]
        good = expected(file)
        told = [(one["para"], one["valor_centavos"]) for one in map(json.loads, run.stdout.splitlines()) if one["tipo"] == "repasse"]
        if told != heirs:
            wrong.append(f"{file.name}: passed on, by cliente-tui, to {told}; by verificar.py to {heirs}")
        passed += len(heirs)
        if run.returncode != (0 if good else 1) or [one["confere"] for one in verdict] != [good]:
            wrong.append(f"{file.name}: cliente-tui says {run.returncode}: {run.stdout[-500:]}{run.stderr}")
        check = file.with_suffix(".conferencia")
        found = {one["o_que"] for one in map(json.loads, run.stdout.splitlines()) if one["tipo"] == "falha"}
        if not good and check.read_text() not in found:
            wrong.append(f"{file.name}: cliente-tui finds faults of {found}, none of {check.read_text()}")
        if bool(faults) == good:
            wrong.append(f"{file.name}: verificar.py says {faults[:3]}")
    print(f"      {passed} times a lot could be passed on")
    return len(files), wrong


def main():
    failed = []
    with tempfile.TemporaryDirectory() as scratch:
        corpus, house = pathlib.Path(scratch, "corpus"), pathlib.Path(scratch, "house")
        write_corpus(corpus)
        good = lambda file: file.name.count(".") == 1
        count, wrong = compare(corpus, lambda file: corpus / file.name.split(".")[0], good)
        doctored = sum(not good(file) for file in corpus.glob("*.livro"))
        print(f"{'FAIL' if wrong else 'ok  '}  {count} ledgers of the corpus, {doctored} of them doctored")
        failed += wrong
        if doctored < 40 or count - doctored < 17:
            failed.append("the corpus is too small")
        if "INTEROP_BROKER" in os.environ:
            house.mkdir()
            export_house(house)
            count, wrong = compare(house, lambda file: pathlib.Path(os.environ["LEILAO_KEYS"], "public"), lambda file: True)
            print(f"{'FAIL' if wrong or not count else 'ok  '}  {count} ledgers of this house")
            failed += wrong or ([] if count else ["no ledger to be had"])
    for line in failed:
        print(f"FAIL  {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
