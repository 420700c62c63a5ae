"""A small client of the auction house, written from docs/protocol.md and docs/asyncapi.yaml: keys, envelopes, strict
payloads, the chain of blocks, and the broker. It trusts nothing that is not signed and checked."""

import base64
import binascii
import collections
import hashlib
import json
import os
import pathlib
import re
import time
import uuid

try:
    import pika
except ImportError:                                    # whoever verifies a file needs no broker
    pika = None
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding, PublicFormat, load_der_public_key, load_pem_private_key, load_pem_public_key)

LIMIT = 2**53 - 1
ENVELOPE_TYPE = "application/vnd.dsse.envelope.v1+json"
REPLY_TO = "amq.rabbitmq.reply-to"


class Refused(Exception):
    """Something that came does not keep to the protocol."""


def need(condition, why):
    if not condition:
        raise Refused(why)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def now_us():
    return time.time_ns() // 1000


def clock(em_us=None, incerteza_us=5000, estado="sem_ntp"):
    return {"em_us": now_us() if em_us is None else em_us, "incerteza_us": incerteza_us, "estado": estado}


# Keys ------------------------------------------------------------------------------------------------------------------

PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)


def spki_of(public):
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def verifies(public, signature, message):
    """The algorithm follows from the key."""
    try:
        if isinstance(public, ed25519.Ed25519PublicKey):
            public.verify(signature, message)
        elif isinstance(public, rsa.RSAPublicKey) and 2048 <= public.key_size <= 4096:
            public.verify(signature, message, PSS, hashes.SHA256())
        elif isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP256R1):
            public.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        else:
            return False
        return True
    except InvalidSignature:
        return False


def verifies_one_of_several(public, signature, message):
    """What a service signed together with others: the root's signature, place, count, and the way up the tree (RFC 9162, 2.1.3.2)."""
    steps, rest = divmod(len(signature) - 66, 32)
    if not isinstance(public, ed25519.Ed25519PublicKey) or steps < 1 or rest:
        return False
    place, count = signature[64], signature[65]
    if not 2 <= count <= 64 or place >= count:
        return False
    sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
    node, last, root = place, count - 1, sha(b"\0", message)
    for step in range(steps):
        sibling = signature[66 + 32 * step:98 + 32 * step]
        if last == 0:
            return False
        if node % 2 or node == last:
            root = sha(b"\1", sibling, root)
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            root = sha(b"\1", root, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and verifies(public, signature[:64], b"leilao-lote-v1\0" + bytes([count]) + root)


class Key:
    """A private key, with the id of its owner."""

    def __init__(self, owner, private):
        self.owner, self.private = owner, private
        self.public = private.public_key()
        self.spki = spki_of(self.public)
        self.keyid = sha256(self.spki)

    @classmethod
    def make(cls, owner, kind="ed25519"):
        make = {
            "ed25519": ed25519.Ed25519PrivateKey.generate,
            "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
            "rsa": lambda: rsa.generate_private_key(65537, 2048),
        }
        return cls(owner, make[kind]())

    @classmethod
    def load(cls, folder, owner):
        path = pathlib.Path(folder, "private", f"{owner}.pem")
        return cls(owner, load_pem_private_key(path.read_bytes(), None))

    def sign(self, message):
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(message)
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(message, PSS, hashes.SHA256())
        return self.private.sign(message, ec.ECDSA(hashes.SHA256()))

    def register(self, folder):
        """The public half goes to its final name by rename; dot files are not looked at."""
        final = pathlib.Path(folder, "public", f"{self.owner}.pem")
        draft = final.with_name(f".{self.owner}.{os.getpid()}")
        draft.write_bytes(self.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        draft.chmod(0o644)
        draft.rename(final)
        return final


# Envelopes -------------------------------------------------------------------------------------------------------------

SPEAKS = {
    "ms_leilao": {"leilao-agendado", "leilao-iniciado", "leilao-suspenso", "leilao-retomado", "leilao-finalizado",
                  "leilao-cancelado", "leilao-repassado", "comando-respondido"},
    "ms_lance": {"lance-validado", "lance-invalidado", "leilao-prorrogado", "leilao-vencedor", "retrato",
                 "relogio-sincronizado", "livro-encerrado"},
    "bidder": {"lance-realizado"},
    "operador": {"lance-anular"},                      # the one command that stands in a chain
}


def payload_type(kind):
    return f"application/vnd.leilao.{kind}.v1+json"


def pae(kind_type, payload):
    return b"DSSEv1 %d %s %d %s" % (len(kind_type.encode()), kind_type.encode(), len(payload), payload)


def seal(kind, payload, key):
    """An envelope as a value; the payload is a value or the very bytes."""
    payload = payload if isinstance(payload, bytes) else compact(payload)
    kind_type = payload_type(kind)
    return {"payload": base64.b64encode(payload).decode(), "payloadType": kind_type,
            "signatures": [{"keyid": key.keyid, "sig": base64.b64encode(key.sign(pae(kind_type, payload))).decode()}]}


def from_base64(text):
    need(isinstance(text, str), "base64 is not a string")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(f"base64: {error}") from None
    need(base64.b64encode(data).decode() == text, "base64 is not canonical")
    return data


def parse(data, limit=112 * 1024):
    """JSON, strictly: no duplicates, integers within 2^53 - 1 only, at most 16 levels and 64 members."""
    need(len(data) <= limit, "oversize")

    def members(pairs):
        need(len(pairs) <= 64, "more than 64 members")
        value = dict(pairs)
        need(len(value) == len(pairs), "a member stands twice")
        return value

    def integer(text):
        need(len(text) <= 17 and abs(int(text)) <= LIMIT, f"number {text[:20]} is too large")
        return int(text)

    def never(text):
        raise Refused(f"{text} is not an integer")

    def walk(value, level):
        if isinstance(value, str):
            value.encode()                              # a lone surrogate has no UTF-8
        elif isinstance(value, (dict, list)):
            need(level <= 16, "more than 16 levels")
            for name in value if isinstance(value, dict) else ():
                name.encode()
            for member in value.values() if isinstance(value, dict) else value:
                walk(member, level + 1)

    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=members, parse_int=integer,
                           parse_float=never, parse_constant=never)
        walk(value, 1)
    except (ValueError, RecursionError) as error:       # UnicodeError and JSONDecodeError are ValueErrors
        raise Refused(f"JSON: {error}") from None
    need(isinstance(value, dict), "JSON: not an object")
    return value


Statement = collections.namedtuple("Statement", "kind value digest keyid envelope")


def open_envelope(envelope, key_of, more=()):
    """Shape, then key and kind, then signature, and only then the payload. `key_of(keyid)` gives (public key, kinds)."""
    need(isinstance(envelope, dict), "envelope: not an object")
    need(set(envelope) == {"payload", "payloadType", "signatures", *more}, "envelope: other members")
    kind_type, signatures = envelope["payloadType"], envelope["signatures"]
    match = isinstance(kind_type, str) and re.fullmatch(r"application/vnd\.leilao\.([a-z]+(-[a-z]+)?)\.v1\+json", kind_type)
    need(match, "envelope: payloadType")
    need(isinstance(signatures, list) and len(signatures) == 1, "envelope: not exactly one signature")
    need(isinstance(signatures[0], dict) and set(signatures[0]) == {"keyid", "sig"}, "envelope: signature")
    payload, signature = from_base64(envelope["payload"]), from_base64(signatures[0]["sig"])
    keyid, kind = signatures[0]["keyid"], match[1]
    public, kinds = key_of(keyid)
    need(public is not None, "the key is not known")
    need(kind in kinds, f"that key does not speak {kind}")
    message = pae(kind_type, payload)
    together = kind in SPEAKS["ms_leilao"] | SPEAKS["ms_lance"] and verifies_one_of_several(public, signature, message)
    need(together or verifies(public, signature, message), "the signature does not verify")
    value = parse(payload)
    check_payload(kind, value)
    return Statement(kind, value, sha256(payload), keyid, envelope)


class House:
    """The house's two public keys, out of band from the key folder."""

    def __init__(self, keys):
        """`keys`: public keys of ms_leilao, of ms_lance and of the operator."""
        self.keys = {sha256(spki_of(public)): (public, SPEAKS[name]) for name, public in keys.items()}
        self.names = {sha256(spki_of(public)): name for name, public in keys.items()}

    @classmethod
    def load(cls, folder):
        read = lambda name: load_pem_public_key(pathlib.Path(folder, "public", f"{name}.pem").read_bytes())
        return cls({name: read(name) for name in ("ms_leilao", "ms_lance", "operador")})

    def open(self, envelope, *kinds, more=(), also={}):
        """`also`: kinds that a key may speak here besides its own, by its owner."""
        if isinstance(envelope, bytes):
            envelope = parse(envelope)

        def key_of(keyid):
            public, kinds = self.keys.get(keyid, (None, ()))
            return public, {*kinds, *also.get(self.names.get(keyid), ())}

        statement = open_envelope(envelope, key_of, more)
        need(not kinds or statement.kind in kinds, f"{statement.kind} does not belong here")
        return statement


def slice_of(id_leilao):
    """Which slice an auction is in, whatever the house."""
    return hashlib.sha256(id_leilao.encode("ascii")).digest()[0] % 64


def auction_of(body, otherwise):
    """The auction that a bid names, if it can be read."""
    try:
        named = json.loads(base64.b64decode(json.loads(body)["payload"]))["id_leilao"]
        return named if AUCTION(named) else otherwise
    except (ValueError, TypeError, KeyError):
        return otherwise


def slice_key(id_leilao):
    """The second routing key of what is about an auction."""
    return {"CC": [f"fatia.{slice_of(id_leilao)}"]}


# Payloads --------------------------------------------------------------------------------------------------------------

def text(pattern):
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def count(low=0, high=LIMIT):
    return lambda value: type(value) is int and low <= value <= high


def free(length):
    return lambda value: isinstance(value, str) and len(value) <= length


def one_of(*values):
    return lambda value: isinstance(value, str) and value in values


def maybe(check):
    return lambda value: value is None or check(value)


def boolean(value):
    return isinstance(value, bool)


def obj(strict, optional=(), **members):
    """Every member is there and has its form; unknown ones are let pass, in events only."""
    def check(value):
        return (isinstance(value, dict) and (not strict or set(value) <= set(members))
                and all(name in value or name in optional for name in members)
                and all(form(value[name]) for name, form in members.items() if name in value))
    return check


def every(check, most=LIMIT):
    return lambda value: isinstance(value, list) and len(value) <= most and all(map(check, value))


AUCTION, WHO, DIGEST = text("[a-z0-9-]{1,40}"), text("[a-z0-9_]{1,32}"), text("[0-9a-f]{64}")
UUID = text("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MONEY, INSTANT = count(1), count()


def anything(value):
    return True


def clock_form(strict):
    return obj(strict, em_us=INSTANT, incerteza_us=count(0, 10_000_000),
               estado=one_of("sincronizado", "holdover", "sem_sincronia", "sem_ntp"))


def seen_form(strict):
    return obj(strict, bloco=count(), hash=DIGEST)


def terms(strict):
    increment = [obj(strict, tipo=one_of("fixo"), centavos=MONEY),
                 obj(strict, tipo=one_of("percentual"), base_pontos=count(1, 1_000_000)),
                 obj(strict, tipo=one_of("tabela"), faixas=every(obj(strict, ate_centavos=maybe(MONEY), centavos=MONEY), 64))]
    step = obj(strict, de_centavos=MONEY, centavos=MONEY, cada_s=count(1, 86_400), ate_centavos=MONEY)
    return {
        "id_leilao": AUCTION, "titulo": free(120), "descricao": free(2000), "vendedor": WHO,
        "moeda": one_of("BRL", "USD", "EUR", "JPY", "BHD"), "formato": one_of("ingles", "fechado", "vickrey", "holandes"),
        "lance_inicial_centavos": MONEY, "incremento": lambda value: any(form(value) for form in increment),
        "inicio_us": INSTANT, "fim_us": INSTANT, "relogio": clock_form(strict),
        "regras": obj(strict, prorrogacao_s=count(0, 86_400), fim_maximo_us=maybe(INSTANT), tolerancia_ms=count(0, 60_000),
                      relogio_exigido=boolean, reserva_compromisso=maybe(DIGEST), compra_imediata_centavos=maybe(MONEY),
                      passo=maybe(step)),
    }


CLOCK = clock_form(False)
SALT = text("[0-9a-f]{32}")
STATE = dict(preco_centavos=maybe(MONEY), lider=maybe(WHO), minimo_centavos=MONEY, fim_us=INSTANT)
HAPPENINGS = {
    "lance": anything, "anulacao": anything, "suspensao": anything, "retomada": anything,      # opened by themselves
    "indisponibilidade": obj(False, de_us=INSTANT, ate_us=INSTANT),
    "chave": obj(False, id_usuario=WHO, keyid=DIGEST, spki=anything, situacao=one_of("ativa", "revogada")),
    "revelacao": lambda value: (
        obj(False, id_lance=UUID, id_usuario=WHO, maximo_centavos=count(1), sal=SALT)(value)
        if "id_lance" in value else obj(False, reserva_centavos=count(1), sal=SALT)(value)),
}

RECEIVED = ("lance", "anulacao", "suspensao", "retomada")


def entry(value):
    what = [name for name in HAPPENINGS if isinstance(value, dict) and name in value]
    return (len(what) == 1 and HAPPENINGS[what[0]](value[what[0]])
            and obj(False, ("reserva_atingida",), **STATE, reserva_atingida=boolean)(value)
            and ("recebido_us" in value) == (what[0] in RECEIVED) and INSTANT(value.get("recebido_us", 0)))


BLOCK = dict(id_leilao=AUCTION, edicao=DIGEST, bloco=count(), anterior=DIGEST, relogio=CLOCK)
NOTICE = dict(id_leilao=AUCTION, edicao=DIGEST, sequencia=count(1), relogio=CLOCK)
OUTCOME = one_of("vendido", "condicional", "sem_lances", "cancelado")
RESULT = obj(False, situacao=OUTCOME, vencedor=maybe(WHO),
             valor_centavos=maybe(MONEY), lances_validos=count(), lances_recusados=count(), recusas_sha256=DIGEST, fim_us=INSTANT)
HOLDER = obj(False, para=WHO, valor_centavos=MONEY, sequencia=count(1), em_us=INSTANT)
SUMMARY = obj(False, ("reserva_atingida", "repasse"), reserva_atingida=boolean, repasse=HOLDER, id_leilao=AUCTION, edicao=DIGEST, status=one_of("agendado", "ativo", "suspenso", "encerrado"),
              bloco=maybe(count()), hash=maybe(DIGEST), situacao=maybe(OUTCOME), encerrado_us=maybe(INSTANT), **STATE)
BID = dict(id_leilao=AUCTION, id_lance=UUID, edicao=DIGEST, id_usuario=WHO, visto=maybe(seen_form(True)),
           maximo_compromisso=DIGEST, relogio=clock_form(True))
REASONS = ("limite_de_ritmo", "usuario_desconhecido", "assinatura_invalida", "chave_revogada", "formato",
           "identidade_divergente", "leilao_desconhecido", "edicao_divergente", "lance_repetido_divergente",
           "leilao_nao_iniciado", "leilao_suspenso", "leilao_encerrado", "vendedor_nao_pode", "relogio_implausivel",
           "lance_vencido", "visto_divergente", "compromisso_invalido", "ja_lidera", "empate_perdido", "abaixo_do_minimo")

PASSING = dict(resultado_sha256=DIGEST, de=maybe(WHO), para=WHO, valor_centavos=MONEY, motivo=free(500))
CHANGE = obj(True, id_leilao=AUCTION, id_comando=UUID, edicao=DIGEST, motivo=free(500), relogio=clock_form(True))

SPAN = count(-LIMIT)
SERVER = obj(False, nome=free(500), endereco=maybe(free(500)), usado=boolean, motivo=free(500), resposta=maybe(
    obj(False, deslocamento_us=SPAN, atraso_us=SPAN, dispersao_us=SPAN, incerteza_us=SPAN, idade_us=SPAN, estrato=count())))

FORMS = {
    "leilao-agendado": obj(False, **terms(False), versao_regras=count(1, 1), nonce=text("[0-9a-f]{32}")),
    "leilao-iniciado": obj(False, id_leilao=AUCTION, edicao=DIGEST, inicio_us=INSTANT, fim_us=INSTANT,
                           status=one_of("ativo"), agendamento=anything, relogio=CLOCK),
    "leilao-reserva": obj(False, id_leilao=AUCTION, edicao=DIGEST, reserva_centavos=count(1), sal=SALT, relogio=CLOCK),
    "leilao-suspenso": obj(False, **NOTICE, motivo=free(500)), "leilao-cancelado": obj(False, **NOTICE, motivo=free(500)),
    "leilao-retomado": obj(False, **NOTICE, fim_us=INSTANT), "leilao-finalizado": obj(False, **NOTICE, fim_us=INSTANT),
    "lance-validado": obj(False, ("abertura",), **BLOCK, entradas=every(entry, 64), abertura=anything),
    "leilao-vencedor": obj(False, **BLOCK, entradas=every(entry, 0), resultado=RESULT, encerramento=anything),
    "lance-invalidado": obj(False, id_leilao=maybe(AUCTION), id_lance=maybe(UUID), id_usuario=maybe(WHO),
                            lance_sha256=maybe(DIGEST), motivo=one_of(*REASONS), minimo_centavos=maybe(MONEY),
                            apos_bloco=maybe(count()), recebido_us=INSTANT, numero=maybe(count(1)), relogio=CLOCK),
    "leilao-prorrogado": obj(False, id_leilao=AUCTION, edicao=DIGEST, bloco=count(), fim_us=INSTANT, por=maybe(WHO),
                             motivo=one_of("lance", "indisponibilidade", "retomada"), relogio=CLOCK),
    "comando-respondido": obj(False, id_leilao=maybe(AUCTION), id_comando=UUID, situacao=one_of("aceito", "recusado"),
                              motivo=maybe(free(500)), edicao=maybe(DIGEST), relogio=CLOCK),
    "relogio-sincronizado": obj(False, numero=count(1), relogio=CLOCK, idade_us=maybe(SPAN), sistema_us=SPAN,
                                servidores=every(SERVER, 64)),
    "livro-encerrado": lambda value: (
        obj(False, id_leilao=AUCTION, edicao=DIGEST, cabeca=seen_form(False), recibos_perdidos=count(), relogios_de=maybe(count(1)),
            relogios_ate=maybe(count(1)), relogio=CLOCK)(value)
        and (value["relogios_ate"] is None if value["relogios_de"] is None else
             value["relogios_ate"] is not None and value["relogios_de"] <= value["relogios_ate"])),
    "lance-realizado": lambda value: (
        obj(True, ("maximo_compromisso",), **BID, valor_centavos=count())(value)
        and (value["valor_centavos"] >= 1 or "maximo_compromisso" in value)),
    "leilao-agendar": lambda value: (
        obj(True, ("reserva_centavos", "sal"), **terms(True), id_comando=UUID, reserva_centavos=count(1), sal=SALT)(value)
        and ("reserva_centavos" in value) == ("sal" in value)),
    "leilao-cancelar": CHANGE, "leilao-suspender": CHANGE, "leilao-retomar": CHANGE, "leilao-encerrar": CHANGE,
    "leilao-repassar": obj(True, id_leilao=AUCTION, id_comando=UUID, edicao=DIGEST, relogio=clock_form(True), **PASSING),
    "leilao-repassado": obj(False, **NOTICE, **PASSING),
    "lance-anular": obj(True, id_leilao=AUCTION, id_comando=UUID, edicao=DIGEST, id_lance=UUID, id_usuario=WHO, motivo=free(500),
                        relogio=clock_form(True)),
}
ANSWERS = {
    "leiloes": obj(False, leiloes=every(SUMMARY)),
    "blocos": obj(False, id_leilao=AUCTION, desde=count(), cabeca=maybe(seen_form(False))),
    "lance": obj(False, id_usuario=WHO, id_lance=UUID, decisao=one_of("aceito", "recusado", "desconhecido")),
    "livro": obj(False, id_leilao=AUCTION, apos=count(), cabeca=maybe(seen_form(False))),
}
FORMS["retrato"] = lambda value: (
    obj(False, ("particao",), id=UUID, tipo=one_of(*ANSWERS), relogio=CLOCK, mais=boolean,
        particao=obj(False, numero=count(), de=count(2)))(value) and ANSWERS[value["tipo"]](value))


def check_payload(kind, value):
    need(kind in FORMS, f"{kind}: no such kind")
    need(FORMS[kind](value), f"{kind}: not as described: {json.dumps(value)[:300]}")


# Secrets ----------------------------------------------------------------------------------------------------------------

def commitment(edicao, who, id_lance, maximum, salt):
    """`maximo_compromisso`; the salt as 32 hexadecimal digits."""
    return sha256(b"leilao-maximo-v1" + bytes.fromhex(edicao) + who.encode() + b"\0" + id_lance.encode() + bytes.fromhex(salt)
                  + maximum.to_bytes(8, "big"))


def reserve_commitment(auction, nonce, reserve, salt):
    """`reserva_compromisso`; nonce and salt as 32 hexadecimal digits."""
    return sha256(b"leilao-reserva-v1" + auction.encode() + b"\0" + bytes.fromhex(nonce) + bytes.fromhex(salt)
                  + reserve.to_bytes(8, "big"))


def step(terms, price):
    """What an `ingles` auction asks for beyond a price."""
    increment = terms["incremento"]
    if increment["tipo"] == "fixo":
        return increment["centavos"]
    if increment["tipo"] == "percentual":
        return max(1, -(-price * increment["base_pontos"] // 10_000))
    return next(band["centavos"] for band in increment["faixas"] if band["ate_centavos"] is None or price <= band["ate_centavos"])


Contest = collections.namedtuple("Contest", "price leader maximum")


def after_bid(terms, held, who, openly, maximum, reserve=None):
    """The contest after one more bid of an `ingles` auction, which goes up to `maximum` in secret."""
    held = ascend(terms, held, who, openly, maximum)
    return held if reserve is None or held.maximum < reserve else held._replace(price=max(held.price, reserve))


def ascend(terms, held, who, openly, maximum):
    at_once = terms["regras"]["compra_imediata_centavos"] or LIMIT
    maximum = min(maximum, at_once)
    if openly >= at_once:
        return Contest(at_once, who, at_once)
    if held.leader is None:
        return Contest(max(openly, terms["lance_inicial_centavos"]), who, maximum)
    if who == held.leader:
        return held._replace(maximum=max(held.maximum, maximum))
    if maximum > held.maximum:
        return Contest(min(max(openly, min(maximum, held.maximum + step(terms, held.maximum))), at_once), who, maximum)
    price = min(held.maximum, maximum + step(terms, maximum)) if maximum < held.maximum else maximum
    return held._replace(price=max(held.price, min(price, at_once)))


def after_bids(terms, offers, reserve=None):
    """The contest after (who, openly, maximum), one after another."""
    held = Contest(None, None, None)
    for offer in offers:
        held = after_bid(terms, held, *offer, reserve)
    return held


def unsealed(terms, bids, reserve=None):
    """(price, winner) of a `fechado` or `vickrey` auction; `bids`: (who, amount) in the order of acceptance."""
    last = {}
    for who, amount in bids:
        last.pop(who, None)                            # a later bid stands in its own place
        last[who] = amount
    if not last:
        return None, None
    who = max(last, key=last.get)                      # of equal ones the first
    second = max([terms["lance_inicial_centavos"]] + [amount for other, amount in last.items() if other != who])
    if reserve is not None and last[who] >= reserve:
        second = max(second, reserve)
    return (second if terms["formato"] == "vickrey" else last[who]), who


def heir(terms, offers, reserve, gone):
    """(who, price): to whom a lot goes when those who are `gone` had placed no bid; `offers`: (who, openly, maximum) of the bids that
    count, with all that was revealed. None: nobody is left."""
    left = [offer for offer in offers if offer[0] not in gone]
    if terms["formato"] == "ingles":
        price, who = after_bids(terms, left, reserve)[:2]
    else:
        price, who = unsealed(terms, [(who, maximum) for who, _, maximum in left], reserve)
    return None if who is None else (who, price)


def check_revealed(edicao, terms, bid, revealed):
    """That what is revealed is what the payload of a bid committed to."""
    need((bid["id_lance"], bid["id_usuario"]) == (revealed["id_lance"], revealed["id_usuario"]), "revelacao: not its turn")
    need(bid["maximo_compromisso"] == commitment(edicao, bid["id_usuario"], bid["id_lance"], revealed["maximo_centavos"],
                                                 revealed["sal"]), "revelacao: other than committed")
    need(terms["formato"] == "ingles" or revealed["maximo_centavos"] >= terms["lance_inicial_centavos"], "revelacao: too little")


def stated_after(happening):
    """Price, leader, and whether the reserve is met, which is None where there is none."""
    return happening["preco_centavos"], happening["lider"], happening.get("reserva_atingida")


class Record:
    """The accepted bids of a chain, which of them were voided, and what the others come to: as long as nothing is secret at once, then
    when all are open."""

    def __init__(self, chain):
        self.chain, self.held = chain, Contest(None, None, None)
        self.events, self.opened = [], 0               # [payload, stated (price, leader, reserve met), maximum] or (id_lance, stated)
        self.secret = False                            # a bid has committed to something

    @property
    def bids(self):
        return [event for event in self.events if isinstance(event, list)]

    @property
    def voided(self):
        return {event[0] for event in self.events if isinstance(event, tuple)}

    def take(self, value, stated):
        openly = value["valor_centavos"]
        if not self.secret:
            self.held = after_bid(self.chain.terms, self.held, value["id_usuario"], openly, openly)
        self.events.append([value, stated, None])

    def void(self, id_lance, stated):
        """What the others come to, or, where that is secret yet, what is stated."""
        need(id_lance not in self.voided, "anulacao: voided before")
        self.events.append((id_lance, stated))
        gone = self.voided
        left = [value for value, _, _ in self.bids if value["id_lance"] not in gone]
        if self.chain.terms["regras"]["reserva_compromisso"] is not None:
            self.secret = True                         # it may have made the price, as of a secret maximum
        if not self.secret:
            self.held = after_bids(self.chain.terms, [(value["id_usuario"], value["valor_centavos"], value["valor_centavos"]) for value in left])
            return self.held[:2]
        if self.chain.terms["formato"] != "ingles" or not left:
            return None, None
        price, leader, _ = stated
        need(price is not None and price >= self.chain.terms["lance_inicial_centavos"]
             and leader in {value["id_usuario"] for value in left}, "anulacao: nobody of those whose bids are left")
        return price, leader

    def open(self, revealed):
        """What the bids revealed so far come to, where they were sealed."""
        committed = [bid for bid in self.bids if "maximo_compromisso" in bid[0]]
        need(self.opened < len(committed), "revelacao: of no bid")
        bid, self.opened = committed[self.opened], self.opened + 1
        check_revealed(self.chain.edicao, self.chain.terms, bid[0], revealed)
        bid[2] = revealed["maximo_centavos"]
        gone = self.voided
        return unsealed(self.chain.terms, [(value["id_usuario"], maximum) for value, _, maximum in committed[:self.opened]
                                           if value["id_lance"] not in gone], self.chain.reserve)

    @property
    def offers(self):
        """(who, openly, maximum) of the bids that count, when all is revealed."""
        return [(value["id_usuario"], value["valor_centavos"], value["valor_centavos"] if maximum is None else maximum)
                for value, _, maximum in self.bids if value["id_lance"] not in self.voided]

    def settle(self):
        """Every stated price and leader was what the bids come to."""
        terms = self.chain.terms
        need(self.opened == sum("maximo_compromisso" in bid[0] for bid in self.bids), "not all secrets were revealed")
        if terms["formato"] != "ingles" or not self.secret and self.chain.reserve is None:
            return
        held, offers, reserve = Contest(None, None, None), {}, self.chain.reserve
        for event in self.events:
            if isinstance(event, tuple):
                del offers[event[0]]
                held, stated = after_bids(terms, offers.values(), reserve), event[1]
            else:
                value, stated, maximum = event
                openly, who = value["valor_centavos"], value["id_usuario"]
                maximum = openly if maximum is None else maximum
                need(maximum >= openly, "a maximum below what was offered openly")
                need(maximum >= terms["lance_inicial_centavos"] if held.leader is None
                     else maximum > held.price or who == held.leader, "a maximum that was too low")
                offers[value["id_lance"]] = (who, openly, maximum)
                held = after_bid(terms, held, who, openly, maximum, reserve)
            due = (*held[:2], self.chain.is_met(held.price))
            need(stated == due, f"stated {stated}, should have been {due}")


# A falling price ---------------------------------------------------------------------------------------------------------

def falls(terms):
    """Whether its price falls, by a schedule that can be followed."""
    if terms["formato"] != "holandes":
        return False
    rules, down = terms["regras"], terms["regras"]["passo"]
    need(down is not None and down["de_centavos"] > down["ate_centavos"] == terms["lance_inicial_centavos"]
         and rules["prorrogacao_s"] == 0 and rules["compra_imediata_centavos"] is None and rules["reserva_compromisso"] is None,
         "passo: not a schedule")
    return True


def asked(terms, fim_us, instant):
    """What a `holandes` auction asks at an instant, its end being that one then: what is left to it tells how long the price has fallen."""
    down = terms["regras"]["passo"]
    gone = instant - (fim_us - (terms["fim_us"] - terms["inicio_us"]))
    return max(down["ate_centavos"], down["de_centavos"] - max(0, gone) // (down["cada_s"] * 1_000_000) * down["centavos"])


def is_bought(terms, price):
    """Whether somebody has bought once the price stands there."""
    return price is not None and (terms["formato"] == "holandes" or price == terms["regras"]["compra_imediata_centavos"])


# The chain -------------------------------------------------------------------------------------------------------------

class Chain:
    """The blocks of one auction, verified as they come."""

    def __init__(self, house, id_leilao, edicao):
        self.house, self.id, self.edicao = house, id_leilao, edicao
        self.blocks = []                               # statements
        self.hashes = []
        self.after = []                                # state after each block
        self.keys = {}                                 # id_usuario: (keyid, public key, situacao)
        self.bids = {}                                 # id_lance: (number of its block, bid's statement)
        self.received, self.sequence, self.suspended, self.moved = 0, 0, None, 0
        self.opens = self.counted = self.back = 0      # when it opened; until when time was counted; since when the house is back
        self.record = Record(self)
        self.reserve, self.met = None, None            # once it is told; as stated last
        self.result = None
        self.holders, self.passed = [], []             # who has the lot, the last one now; what was said of that

    @property
    def head(self):
        return {"bloco": len(self.hashes) - 1, "hash": self.hashes[-1]} if self.hashes else None

    @property
    def state(self):
        return self.after[-1]

    def own(self, value, what):
        need(value["id_leilao"] == self.id and value["edicao"] == self.edicao, f"{what}: of another auction or edition")

    def add(self, envelope):
        """True for a new block, False for one that is known already."""
        statement = self.house.open(envelope, "lance-validado", "leilao-vencedor")
        value, number = statement.value, statement.value["bloco"]
        self.own(value, "block")
        if number < len(self.hashes):
            need(self.hashes[number] == statement.digest, f"two different blocks {number}: the house cheated")
            return False
        need(number == len(self.hashes), f"gap before block {number}")
        need(self.result is None, "a block after the closing block")
        need(value["anterior"] == (self.hashes[-1] if self.hashes else self.edicao), f"block {number}: anterior")
        need(("abertura" in value) == (number == 0), f"block {number}: abertura")
        if number == 0:
            state = self.open_auction(value)
        elif statement.kind == "leilao-vencedor":
            state = self.close_auction(value)
        else:
            need(value["entradas"], f"block {number}: no entries")
            state = self.state
            for happening, behind in zip(value["entradas"], value["entradas"][1:] + [None]):
                state = self.apply(state, happening, behind, number, value["relogio"]["em_us"])
        self.blocks.append(statement)
        self.hashes.append(statement.digest)
        self.after.append(state)
        return True

    def open_auction(self, value):
        need(value["entradas"] == [], "block 0: entries")
        opening = self.house.open(value["abertura"], "leilao-iniciado")
        self.own(opening.value, "leilao-iniciado")
        scheduled = self.house.open(opening.value["agendamento"], "leilao-agendado")
        need(scheduled.digest == self.edicao and scheduled.value["id_leilao"] == self.id, "leilao-agendado: of another edition")
        self.terms = scheduled.value
        late = opening.value["inicio_us"] - self.terms["inicio_us"]
        need(late >= 0 and opening.value["fim_us"] == self.terms["fim_us"] + late, "block 0: neither that of the terms nor evenly later")
        need(opening.value["relogio"]["em_us"] >= opening.value["inicio_us"], "block 0: before its time")
        self.opens = self.counted = opening.value["inicio_us"]
        self.falls = falls(self.terms)
        return {"preco_centavos": None, "lider": None, "minimo_centavos": self.least(None), "fim_us": opening.value["fim_us"]}

    def close_auction(self, value):
        result, state, cancelled = value["resultado"], self.state, False
        bought = is_bought(self.terms, state["preco_centavos"])
        need((value["encerramento"] is None) == bought, "encerramento: null exactly where the last bid bought at once")
        if not bought:
            # A house that went on from a copy of its journal gives the auction up itself.
            end = self.house.open(value["encerramento"], "leilao-finalizado", "leilao-cancelado",
                                  also={"ms_lance": ["leilao-cancelado"]})
            self.own(end.value, end.kind)
            cancelled = end.kind == "leilao-cancelado"
        need(result["lances_validos"] == len(self.bids) - len(self.record.voided), "result: lances_validos")
        need((result["vencedor"] is None) == (result["valor_centavos"] is None), "result: vencedor without valor")
        need((result["situacao"] == "cancelado") == cancelled, "result: cancelado")
        need(not bought or result["situacao"] == "vendido", "result: bought at once, and not sold")
        if not cancelled:
            need(value["relogio"]["em_us"] > result["fim_us"] or bought, "result: closed before the end")
            need(bought and result["fim_us"] == state["fim_us"] or not bought and
                 result["fim_us"] == end.value["fim_us"] >= state["fim_us"] and end.value["sequencia"] > self.sequence, "result: fim_us")
            need((result["situacao"] == "sem_lances") == (state["lider"] is None), "result: sem_lances")
            need((result["situacao"] == "condicional") == (state["lider"] is not None and self.met is False), "result: condicional")
            need((self.reserve is None) == (self.terms["regras"]["reserva_compromisso"] is None), "the reserve was not revealed")
            self.record.settle()
            if result["situacao"] == "vendido":
                need((result["vencedor"], result["valor_centavos"]) == (state["lider"], state["preco_centavos"]), "result: winner")
            if not bought:
                self.sequence = end.value["sequencia"]
        self.result = result
        self.holders = [result["vencedor"]] if result["vencedor"] else []
        return state

    def pass_on(self, envelope):
        """True for a lot that goes to another, False for what is known already. Give an answer's in its order: one that is missing there
        is no fault of the house's (ask again), and looks here like one of who does not have it."""
        def same(a, b):
            return all(a[name] == b[name] for name in ("edicao", "resultado_sha256", "de", "para", "valor_centavos"))

        said = self.house.open(envelope, "leilao-repassado").value
        self.own(said, "leilao-repassado")
        if said in self.passed:
            return False
        need(self.result is not None and self.result["situacao"] in ("vendido", "condicional"), "leilao-repassado: nothing to pass on")
        need(said["resultado_sha256"] == self.hashes[-1], "leilao-repassado: of another result")
        if any(same(one, said) for one in self.passed):
            return False                               # a house that has forgotten it says it again
        need(said["de"] == (self.holders[-1] if self.holders else None), "leilao-repassado: of one who does not have it")
        need((said["para"], said["valor_centavos"]) == self.heir(), f"leilao-repassado: {said}, and the bids give {self.heir()}")
        self.holders.append(said["para"])
        self.passed.append(said)
        return True

    def heir(self):
        return heir(self.terms, self.record.offers, self.reserve, set(self.holders))

    def least(self, price):
        """`minimo_centavos` at a price; of one that falls, before anything is said of it."""
        if self.falls:
            return self.terms["regras"]["passo"]["de_centavos"] if price is None else price
        if price is None or self.terms["formato"] != "ingles":
            return self.terms["lance_inicial_centavos"]
        return min(price + step(self.terms, price), self.terms["regras"]["compra_imediata_centavos"] or LIMIT)

    def apply(self, state, happening, behind, number, at):
        """The state after one entry, which the entry has to state too; `behind`: the next one; `at`: the block's instant."""
        new = dict(state)
        need(self.reserve is None and not self.record.opened or "revelacao" in happening, f"block {number}: something after a revelacao")
        need(not is_bought(self.terms, state["preco_centavos"]) or "revelacao" in happening,
             f"block {number}: something after the lot was bought at once")
        instant = happening.get("recebido_us")         # as of when it says what is asked
        if "lance" in happening:
            new.update(self.bid(state, happening, number))
        elif "chave" in happening:
            key = happening["chave"]
            spki = from_base64(key["spki"])
            need(sha256(spki) == key["keyid"], "chave: keyid is not that of spki")
            self.keys[key["id_usuario"]] = (key["keyid"], load_der_public_key(spki), key["situacao"])
            instant = behind and behind.get("recebido_us")
        elif "suspensao" in happening:
            need(self.suspended is None, "suspensao: it was suspended already")
            self.suspended = self.notice(happening, "suspensao", ("leilao-suspenso",))[1]
        elif "retomada" in happening:
            resumed, received = self.notice(
                happening, "retomada", ("leilao-retomado",) if self.suspended is None else ("leilao-retomado", "leilao-finalizado"))
            paused = 0 if self.suspended is None else received - self.suspended
            new["fim_us"], self.suspended = max(resumed["fim_us"], state["fim_us"] + paused), None
            self.moved += new["fim_us"] - state["fim_us"]
        elif "revelacao" in happening:
            bought = is_bought(self.terms, state["preco_centavos"])
            need(self.suspended is None and (bought or at > state["fim_us"]), "revelacao: before the end")
            revealed = happening["revelacao"]
            if "reserva_centavos" in revealed:
                need(self.reserve is None and not self.record.opened, "revelacao: a reserve told late, or twice")
                need(reserve_commitment(self.terms["id_leilao"], self.terms["nonce"], revealed["reserva_centavos"], revealed["sal"])
                     == self.terms["regras"]["reserva_compromisso"], "revelacao: another reserve")
                self.reserve = revealed["reserva_centavos"]
            else:
                need(self.record.secret, "revelacao: nobody kept a secret")
                comes_to = self.record.open(revealed)
                if self.terms["formato"] != "ingles":
                    new["preco_centavos"], new["lider"] = comes_to
        elif "anulacao" in happening:
            new["preco_centavos"], new["lider"] = self.void(happening)
            new["minimo_centavos"] = self.least(new["preco_centavos"])
        else:
            new["fim_us"], instant = self.absence(state, happening["indisponibilidade"], number, at), happening["indisponibilidade"]["ate_us"]
        if "suspensao" in happening or "retomada" in happening:
            self.counted = instant
        if self.falls and new["preco_centavos"] is None:
            need(instant is not None, f"block {number}: as of when?")
            new["minimo_centavos"] = asked(self.terms, new["fim_us"], instant)
        self.met = happening.get("reserva_atingida")
        need((self.met is None) == (self.terms["regras"]["reserva_compromisso"] is None), "reserva_atingida: exactly where there is one")
        need(self.reserve is None or self.met == self.is_met(new["preco_centavos"]), "reserva_atingida: not so")
        stated = {name: happening[name] for name in STATE}
        need(stated == new, f"block {number}: states {stated}, should be {new}")
        return new

    def is_met(self, price):
        return None if self.reserve is None else price is not None and price >= self.reserve

    def absence(self, state, away, number, at):
        """The end after an absence of the house; `at`: the block's instant."""
        since, until, end = away["de_us"], away["ate_us"], state["fim_us"]
        need(self.received <= since < until <= at, "indisponibilidade: not over, or something was received in it")
        need(self.suspended is None and since <= end, "indisponibilidade: while no bid could count")
        self.back, long = max(self.back, until), until - since > 5_000_000
        if self.falls:
            need(since >= self.counted and (long or since == self.counted), "indisponibilidade: too short, or time that counted already")
            self.counted = until
            return end + until - since
        need(long or number == 1 and since == self.opens, "indisponibilidade: too short")
        given = until + max(self.terms["regras"]["prorrogacao_s"], 30) * 1_000_000
        need(given > end, "indisponibilidade: not in the last moments")
        return given

    def stamp(self, received, what):
        """Stamps rise, and none lies in an absence."""
        need(received > self.received and received >= self.back, f"{what}: recebido_us does not rise, or the house was away")
        self.received = received

    def notice(self, happening, member, kinds):
        """What ms_leilao said, which an entry holds, and when ms_lance received it."""
        said, received = self.house.open(happening[member], *kinds).value, happening["recebido_us"]
        self.own(said, member)
        need(said["sequencia"] > self.sequence, f"{member}: sequencia does not rise")
        self.stamp(received, member)
        self.sequence = said["sequencia"]
        return said, received

    def void(self, happening):
        """Price and leader without the bid that an operator voids."""
        said, received = self.house.open(happening["anulacao"], "lance-anular").value, happening["recebido_us"]
        self.own(said, "anulacao")
        self.stamp(received, "anulacao")
        _, bid = self.bids.get(said["id_lance"], (None, None))
        need(bid is not None and bid.value["id_usuario"] == said["id_usuario"], "anulacao: of no accepted bid")
        return self.record.void(said["id_lance"], stated_after(happening))

    def bid(self, state, happening, number):
        need(self.suspended is None, "lance: while it was suspended")
        envelope, received, rules = happening["lance"], happening["recebido_us"], self.terms["regras"]
        keyring = {keyid: (public, SPEAKS["bidder"]) for keyid, public, situation in self.keys.values() if situation == "ativa"}
        bid = open_envelope(envelope, lambda keyid: keyring.get(keyid, (None, ())))
        value, who = bid.value, bid.value["id_usuario"]
        self.own(value, "lance")
        need(self.keys.get(who, (None,))[0] == bid.keyid, f"lance: not {who}'s key")
        need(value["id_lance"] not in self.bids, "lance: twice in the chain")
        self.stamp(received, "lance")
        need(received <= state["fim_us"], "lance: after the end")
        amount, seen, at_once = value["valor_centavos"], value["visto"], rules["compra_imediata_centavos"] or LIMIT
        need(who != self.terms["vendedor"], "lance: by the seller")
        if seen is not None:
            need(seen["bloco"] < number and self.hashes[seen["bloco"]] == seen["hash"], "lance: visto")
        self.bids[value["id_lance"]] = (number, bid)
        if self.falls:
            price = asked(self.terms, state["fim_us"], received)
            need("maximo_compromisso" not in value and amount >= price, "lance: below what was asked")
            return {"preco_centavos": price, "lider": who, "minimo_centavos": price, "fim_us": state["fim_us"]}
        self.record.secret |= "maximo_compromisso" in value
        self.record.take(value, stated_after(happening))
        if self.record.secret:
            return self.secret_bid(state, happening, value)
        need(self.terms["formato"] == "ingles", "lance: openly in a sealed auction")
        need(who != state["lider"] or amount >= at_once, "lance: by the leader")
        if amount < state["minimo_centavos"]:           # in flight: counts from the state that was seen, but exceeds the price
            need(seen is not None and amount >= self.after[seen["bloco"]]["minimo_centavos"], "lance: below the minimum")
            need(amount > (state["preco_centavos"] or 0), "lance: does not exceed the price")
        return self.standing(state, *self.record.held[:2], received)

    def secret_bid(self, state, happening, value):
        """One whose price can be worked out when all is revealed; until then it is what the house says, within bounds."""
        price, leader, who = happening["preco_centavos"], happening["lider"], value["id_usuario"]
        if self.terms["formato"] != "ingles":
            need("maximo_compromisso" in value and value["valor_centavos"] == 0, "lance: not sealed")
            return dict(state)
        need(price is not None and leader in (who, state["lider"]), "lance: leader")
        need(price >= (state["preco_centavos"] or 0), "lance: the price fell")
        return self.standing(state, price, leader, happening["recebido_us"])

    def standing(self, state, price, leader, received):
        """The state after a bid: it moves the end where it moved price or leader and nobody has bought at once."""
        rules, end = self.terms["regras"], state["fim_us"]
        window = rules["prorrogacao_s"] * 1_000_000
        moved = (price, leader) != (state["preco_centavos"], state["lider"])
        if moved and price != rules["compra_imediata_centavos"] and window and received > end - window:
            end = max(end, min(received + window, (rules["fim_maximo_us"] or LIMIT) + self.moved))
        return {"preco_centavos": price, "lider": leader, "minimo_centavos": self.least(price), "fim_us": end}


def refusals_digest(receipts):
    """`recusas_sha256` of an auction's journalled receipts."""
    ordered = sorted(receipts, key=lambda receipt: receipt.value["numero"])
    need([receipt.value["numero"] for receipt in ordered] == list(range(1, len(ordered) + 1)), "numero has gaps")
    return sha256(b"".join(bytes.fromhex(receipt.digest) for receipt in ordered))


# The broker ------------------------------------------------------------------------------------------------------------

Message = collections.namedtuple("Message", "exchange key properties body")


def together(pages):
    """One answer of many: of lists all that can be listed so far, in order."""
    statement, envelopes, message = pages[0]
    if statement.value["tipo"] != "leiloes" or len(pages) == 1:
        return pages[0]
    ends = [page[0].value["leiloes"][-1]["id_leilao"] for page in pages if page[0].value["mais"]]
    pairs = [pair for page in pages for pair in zip(page[0].value["leiloes"], page[1])]
    pairs = sorted((pair for pair in pairs if not ends or pair[0]["id_leilao"] <= min(ends)), key=lambda pair: pair[0]["id_leilao"])
    value = {**statement.value, "mais": bool(ends), "leiloes": [summary for summary, _ in pairs]}
    return statement._replace(value=value), [envelope for _, envelope in pairs], message


class Session:
    """One connection as one broker user: publishes confirmed, asks with direct reply-to, listens on a queue of its own."""

    def __init__(self, url, user):
        """`url`: amqp://host:port/vhost; in development a password is its user's name."""
        parameters = pika.URLParameters(url)
        parameters.credentials = pika.PlainCredentials(user, user)
        parameters.heartbeat = 30
        self.user = user
        self.connection = pika.BlockingConnection(parameters)
        self.inbox, self.replies = [], []
        self.listening = self.connection.channel()
        self.queue = self.listening.queue_declare("", exclusive=True).method.queue
        self.listening.basic_consume(self.queue, self.hear, auto_ack=True)
        self.speak_again()

    def speak_again(self):
        """A channel for publishing, with its direct reply-to; the broker closes it when something is not allowed."""
        self.channel = self.connection.channel()
        self.channel.basic_consume(REPLY_TO, lambda *delivery: self.replies.append(self.message(*delivery)), auto_ack=True)
        self.channel.confirm_delivery()

    @staticmethod
    def message(channel, method, properties, body):
        return Message(method.exchange, method.routing_key, properties, body)

    def hear(self, *delivery):
        self.inbox.append(self.message(*delivery))

    def bind(self, exchange, key):
        self.listening.queue_bind(self.queue, exchange, key)

    def publish(self, exchange, key, body, **properties):
        """Returns when the broker has confirmed; raises when it refused or could not route."""
        body = body if isinstance(body, bytes) else compact(body)
        properties = {"content_type": ENVELOPE_TYPE, "delivery_mode": 2, "user_id": self.user, **properties}
        self.channel.basic_publish(exchange, key, body, pika.BasicProperties(**properties), mandatory=True)

    def wait(self, found, seconds=10):
        """Lets messages in until `found()` gives something, and returns that; None when time is over."""
        end = time.monotonic() + seconds
        while True:
            result = found()
            if result:
                return result
            if time.monotonic() >= end:
                return None
            self.connection.process_data_events(min(0.05, max(0.001, end - time.monotonic())))

    def ask(self, house, tipo, seconds=10, **members):
        """(the retrato's statement, its envelopes, the message), or Refused. Without `id_leilao` all partitions are asked, if there are any."""
        query = {"id": str(uuid.uuid4()), "tipo": tipo, **members}
        mark = len(self.replies)
        auction = members.get("id_leilao")
        address = {"correlation_id": auction, "headers": slice_key(auction)} if auction else {"headers": {"CC": ["consulta.todas"]}}
        self.publish("consultas", "consulta", query, content_type="application/json", reply_to=REPLY_TO, **address)

        def answer():
            pages = {}
            for message in self.replies[mark:]:
                statement = house.open(message.body, "retrato", more=("envelopes",)) if b'"envelopes"' in message.body else None
                if statement and statement.value["id"] == query["id"]:
                    partition = statement.value.get("particao", {"numero": 0, "de": 1})
                    need(not auction or slice_of(auction) % partition["de"] == partition["numero"], "another partition's answer")
                    pages[partition["numero"]] = (statement, statement.envelope["envelopes"], message)
                    if tipo == "lance" and statement.value["decisao"] != "desconhecido":
                        return pages[partition["numero"]]
                    if auction or len(pages) == partition["de"]:
                        return together(list(pages.values()))
            return None

        answered = self.wait(answer, seconds)
        need(answered is not None, f"no answer to {tipo}")
        need(answered[0].value["tipo"] == tipo, "an answer to another question")
        return answered

    def close(self):
        if self.connection.is_open:
            self.connection.close()
