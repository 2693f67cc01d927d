"""A peer that signs well and means ill: every kind of message with every field at and beyond its limits, both ways.

After each round the daemon lives, stops when it is asked to, has nothing half done, and takes the true peer's next letter
and sends its answer. GUANDU_SOAK=1 runs the long rounds too.
"""

import base64
import hashlib
import itertools
import os

import pytest

from deployment import Clerk, Client, Deployment, eventually, expect, look_up, write_letter
from hostile_messages import (
    answers, cancellations, checkpoints, cosignatures, documents, envelopes, issued_pairs, keepsakes, key_requests, key_statements, letters,
    lists_of_revocations, log_entries, note, notices, requested_notices, restored_letters, restored_portals, sealed_letters, signing_letters,
    steps)
from hostile_peer import (
    IN_JSON, LARGEST, MAGIC, SMALLEST, TAR_END, ZEROES, Forger, Stream, age_encrypt, archive, b64, compact, deep, der,
    identifier, message, now_milliseconds, tar_entry, unpadded)

IS_LONG = os.environ.get("GUANDU_SOAK") == "1"
phones = (f"138{number:08}" for number in itertools.count())


class Letter:
    """One that a citizen has written on the true portal."""

    def __init__(self, deployment, files=()):
        self.number, self.code, self.password = write_letter(deployment, next(phones), "真信", "正文", files)
        self.id = deployment.rows("dmz", "SELECT id FROM citizen_letter WHERE number = ?", [self.number])[0][0]


class Life:
    """Two true daemons, and somebody with the keys of `zone`."""

    def __init__(self, folder, zone, prepare=lambda deployment: None):
        self.deployment = Deployment(folder)
        self.deployment.set_limits("incomplete_seconds", 1)
        self.deployment.set_limits("checkpoint_seconds", 1)
        prepare(self.deployment)
        self.forger = Forger(self.deployment, zone)
        self.target = self.forger.peer
        self.deployment.start("dmz", "intranet")
        self.is_sound = True
        self.serve()

    def stream(self, lane="m", node="a"):
        """A stream of an epoch that the zone has not come to."""
        epochs = self.deployment.rows(self.forger.zone, "SELECT MAX(epoch) FROM outgoing_stream") + self.forger.rows(
            "SELECT MAX(epoch) FROM incoming_stream WHERE stream LIKE ?", f"{self.forger.zone}/a/%")
        return Stream(f"{self.forger.zone}/{node}/{max(epoch or 0 for (epoch,) in epochs) + 1}/{lane}")

    def serve(self, files=()):
        """A true letter crosses and is delivered, and so is its answer."""
        deployment = self.deployment
        letter = Letter(deployment, files)
        eventually(
            lambda: deployment.count("intranet", f"SELECT COUNT(*) FROM desk_letter WHERE number = '{letter.number}'"),
            f"the true letter {letter.number} is on the desk")
        self.reaches(letter, "delivered")
        clerk = Clerk(deployment)
        expect(303, clerk.sign_for(letter.number))
        expect(303, clerk.answer(letter.number, "答复"))
        self.reaches(letter, "answered")
        eventually(
            lambda: deployment.count("intranet", f"SELECT outcome_delivered FROM desk_letter WHERE number = '{letter.number}'"),
            "the answer's receipt is in the intranet")
        return letter

    def reaches(self, letter, stage):
        eventually(
            lambda: self.deployment.count(
                "dmz", f"SELECT COUNT(*) FROM citizen_letter_event WHERE letter = '{letter.id}' AND stage = '{stage}'"),
            f"the true letter is {stage}")

    def after(self, files=()):
        """What must hold after every round."""
        for file in self.forger.folder.glob("*.gdp"):
            if file.is_file() and not file.name.startswith((f"{self.forger.zone}.a.", ".")):
                file.unlink()  # what waits for its turn, for ever
        for zone in ("dmz", "intranet"):
            assert self.deployment.daemons[zone].poll() is None, f"guandu-{zone} has died"
        nothing_is_half_done(self.deployment, self.target)
        self.deployment.stop(self.target)
        self.deployment.start(self.target)
        self.serve(files)
        self.is_sound = True


def nothing_is_half_done(deployment, zone):
    rows = lambda sql: deployment.rows(zone, sql)
    assert rows("PRAGMA integrity_check") == [("ok",)]
    assert rows("PRAGMA foreign_key_check") == []
    assert rows("SELECT hex(id) FROM refused_message WHERE id NOT IN (SELECT id FROM applied_message)") == []
    assert rows("SELECT * FROM waiting_for WHERE message_id NOT IN (SELECT id FROM waiting_message)") == []
    assert rows("SELECT id FROM waiting_message WHERE id NOT IN (SELECT message_id FROM waiting_for)") == []
    data = deployment.folder / zone / "data"
    for digest, total in rows("SELECT digest, total FROM incoming_blob WHERE complete = 1"):
        assert hashlib.sha256((data / "blobs" / digest).read_bytes()).hexdigest() == digest
    assert not list((data / "spool").iterdir())
    for file in (data / "quarantine").glob("*.gdp"):
        assert file.with_name(file.name + ".reason").exists(), f"{file} lies there without a word"
    if zone == "intranet":
        assert rows("""SELECT number FROM desk_letter WHERE
            (SELECT COUNT(*) FROM desk_letter_event WHERE letter = desk_letter.id AND stage IN ('sent', 'delivered')) < 2""") == []
    else:
        assert rows("SELECT number FROM published_letter WHERE number NOT IN (SELECT number FROM citizen_letter)") == []


@pytest.fixture(scope="module")
def lives(tmp_path_factory):
    made = {}

    def life(zone):
        """The one that goes on; another where it did not stand the last test."""
        if zone not in made or not made[zone].is_sound:
            if zone in made:
                made[zone].deployment.kill_all()
            made[zone] = Life(tmp_path_factory.mktemp("life") / "zones", zone)
        made[zone].is_sound = False
        return made[zone]

    yield life
    for one in made.values():
        one.deployment.kill_all()


both_ways = pytest.mark.parametrize("zone", ["dmz", "intranet"])


def harmless(zone):
    return ("notice.sent", {"notice": "x"}) if zone == "dmz" else ("portal.restored", {"numbers": [], "peppers": []})


def receipt(stream, applied=0, digest=ZEROES, **fields):
    return {
        "stream": stream, "applied": applied, "digest": digest, "effective": applied, "secured": applied, "refused": [], **fields}


def refusal(sequence=1, code="x", **fields):
    return {"seq": sequence, "code": code, **fields}


# Heads.


def spoiled_manifests(forger, stream):
    """Pairs of what is wrong with a head and the packet; each is quarantined as `manifest`."""
    strings = [..., None, True, 7, "", "x" * 300, [], {}]
    numbers = [..., None, True, "1", [], {}, -1, LARGEST, SMALLEST, 2**53]
    part = {"sha256": "0" * 64, "offset": 0, "bytes": 1, "total": 1}
    values = {
        "suite": [..., None, 7, "x" * 65], "id": [*strings, "x" * 36, identifier().upper(), "00000000-0000-4000-8000-000000000000"],
        "from": [..., None, 7, "", "X", "x" * 33, "é"], "to": [..., None, 7, "", "X", "x" * 33],
        "stream": [*strings, *(f"{forger.zone}/a/{epoch}/m" for epoch in (
            0, -1, "01", "+1", "1e3", "", 2**53, LARGEST, LARGEST - 1, 2**63, SMALLEST, "9" * 100)), f"{forger.zone}/a/1/x",
            f"{forger.zone}/a/1/m/", f"{forger.zone}/A/1/m", f"{forger.zone}//1/m", f"{forger.peer}/a/1/m", "///"],
        "seq": [*numbers, 0], "prev": [*strings, "0" * 63, "A" * 64],
        "created": [*strings, "2026-11-28", "2026-11-28T00:00:00+00:00", "x" * 24, "9" * 1000],
        "classification": [*strings, "Internal", "none"],
        "messages": [..., None, 7, "", [], {"": 1}, {"X": 1}, {"x" * 65: 1}, {"x": 0}, {"x": -1}, {"x": 1_000_001}, {"x": LARGEST},
                     {"x": "1"}, {"x": None}, {f"x{number}": 1 for number in range(65)}],
        "blobs": [..., None, 7, "", {}, [7], [[]], [part] * 257, *([{**part, **wrong}] for wrong in (
            {"sha256": ""}, {"sha256": "A" * 64}, {"offset": -1}, {"offset": 1}, {"offset": LARGEST}, {"offset": IN_JSON}, {"bytes": 0},
            {"bytes": 2}, {"bytes": -1}, {"bytes": LARGEST}, {"total": 0}, {"total": SMALLEST}, {"total": 2**53}, {"more": 1}))],
        "receipts": [..., None, 7, "", {}, [7], [[]], [{}]],
        "recipients": [..., None, 7, "", {}, [7], [""], ["A" * 64], ["0" * 64] * 17],
        "payload": [..., None, 7, "", [], {}, *({"bytes": 1, "sha256": "0" * 64, **wrong} for wrong in (
            {"bytes": 0}, {"bytes": -1}, {"bytes": LARGEST}, {"bytes": 2**53}, {"sha256": ""}, {"more": 1}))],
        "more": [1]}
    for field, wrongs in values.items():
        for value in wrongs:
            yield f"{field} {str(value)[:50]}", forger.packet(stream, fields={field: value})
    ours = f"{forger.peer}/a/1/m"
    for wrong in [
            *({field: value} for field in ("applied", "effective", "secured") for value in numbers),
            *({"stream": value} for value in [*strings, *(
                f"{forger.peer}/a/{epoch}/m" for epoch in (0, 2**53, LARGEST, LARGEST - 1, 2**63))]),
            *({"digest": value} for value in [*strings, "A" * 64]),
            {"effective": 1}, {"applied": 5, "effective": 6, "secured": 0}, {"applied": 5, "effective": 3, "secured": 4},
            *({"refused": value} for value in (
                ..., None, 7, "", {}, [7], [[]], [{}], [refusal()] * 512, [refusal(sequence=0)], [refusal(sequence=2**53)],
                [refusal(sequence=LARGEST)], [refusal(code="")], [refusal(code="X")], [refusal(code="x" * 65)], [refusal(code=7)],
                [refusal(message="")], [refusal(message=None)], [refusal(message=7)], [refusal(more=1)])), {"more": 1}]:
        one = {name: value for name, value in {**receipt(ours), **wrong}.items() if value is not ...}
        yield f"receipt {str(wrong)[:50]}", forger.packet(stream, receipts=[one])
    yield "513 refusals", forger.packet(stream, receipts=[receipt(ours, refused=[refusal()] * 513)])
    yield "receipts and refusals", forger.packet(stream, receipts=[receipt(ours, refused=[refusal()] * 256)] * 2)
    for name, line in {
            "deep": lambda manifest: deep(20_000) + b"\n", "deep in a field": lambda manifest: compact(manifest)[:-1] + b',"more":' + deep(40) + b"}\n",
            "twice": lambda manifest: compact(manifest)[:-1] + b',"seq":1}\n', "float": lambda manifest: compact({**manifest, "seq": 1.0}) + b"\n",
            "huge": lambda manifest: compact({**manifest, "seq": 1e300}) + b"\n", "2^63": lambda manifest: compact({**manifest, "seq": 2**63}) + b"\n",
            "digits": lambda manifest: compact(manifest).replace(b'"seq":1', b'"seq":' + b"9" * 30_000) + b"\n",
            "latin": lambda manifest: compact(manifest).replace(b"internal", b"\xff") + b"\n", "empty": lambda manifest: b"\n",
            "null": lambda manifest: b"null\n", "two": lambda manifest: compact(manifest) + b"{}\n"}.items():
        yield f"line {name}", forger.packet(stream, line=line)
    first = forger.packet(stream, previous="1" * 64)
    yield "the first has a prev", first
    control = Stream(stream.name[:-1] + "c")
    yield "messages in lane c", forger.packet(control, [message(*harmless(forger.zone))])


def foreign_heads(forger, stream):
    """Triples: what is wrong, the file, the code that it is quarantined with."""
    good = forger.packet(stream)
    sealed = age_encrypt(b"x", forger.recipient)
    yield "empty", b"", "incomplete"
    yield "half", good.content[:300], "incomplete"
    yield "a payload of 2^53 - 1 bytes", forger.packet(stream, payload={"bytes": IN_JSON, "sha256": "0" * 64}), "incomplete"
    yield "magic", b"guandu-packet/v2\n" + good.content[17:], "magic"
    yield "long manifest", MAGIC + b"{" * 70_000, "head"
    yield "long signature", forger.packet(stream, signed="A" * 8_192), "head"
    yield "long certificate", forger.packet(stream, certificate="A" * 32_768), "head"
    yield "longer", good.content + b"x", "size"
    yield "larger than the link takes", MAGIC + bytes(8_388_609 - len(MAGIC)), "size"
    yield "another zone's", forger.packet(stream, fields={"from": "xyz", "stream": "xyz/a/1/m"}), "addressee"
    yield "to another zone", forger.packet(stream, to="xyz"), "addressee"
    yield "suite", forger.packet(stream, suite="x" * 64), "suite"
    yield "signature", forger.packet(stream, signed=b64(bytes(64))), "signature"
    yield "no signature", forger.packet(stream, signed=""), "signature"
    yield "no certificate", forger.packet(stream, certificate=""), "certificate"
    yield "no der", forger.packet(stream, certificate=b64(bytes(20_000))), "certificate"
    yield "for encryption", forger.packet(stream, certificate=b64(der(forger.own_encryption))), "certificate"
    yield "the log's", forger.packet(stream, certificate=b64(der(forger.log_certificate))), "peer"
    yield "the receiver's own", forger.packet(stream, certificate=b64(der(forger.peer_signing))), "peer"
    yield "another payload", forger.packet(stream, sealed=sealed, payload={"bytes": len(sealed), "sha256": "1" * 64}), "payload"


@both_ways
def test_heads_that_are_wrong_are_put_away(lives, zone):
    life = lives(zone)
    forger, stream = life.forger, life.stream()
    names = {forger.drop(packet): (label, "manifest") for label, packet in spoiled_manifests(forger, stream)}
    names.update({forger.drop(file): (label, code) for label, file, code in foreign_heads(forger, stream)})
    eventually(lambda: forger.alive() and not any((forger.folder / name).exists() for name in names), "all are quarantined")
    codes = forger.put_away()
    wrong = [f"{label}: {codes.get(name)}, not {code}" for name, (label, code) in names.items() if codes.get(name) != code]
    assert not wrong, "\n".join(wrong)
    assert forger.position(stream) == 0
    life.after()


# Payloads.


def wrong_archives(forger):
    """What is wrong with an archive, and a function of the packet's name that makes it."""
    def of(files, end=TAR_END):
        return lambda named: b"".join(files(named)) + end

    entry, messages = tar_entry, [message(*harmless(forger.zone))]
    first = lambda named: entry("packet.json", compact(named))
    body = entry("messages/00000001.json", compact(messages[0]))
    yield "empty", lambda named: b""
    yield "no end", of(lambda named: [first(named), body], b"")
    yield "half an end", of(lambda named: [first(named), body], bytes(512))
    yield "more after the end", of(lambda named: [first(named), body], TAR_END + b"x" * 512)
    yield "out of order", of(lambda named: [body, first(named)])
    yield "no message", of(lambda named: [first(named)])
    yield "two messages", of(lambda named: [first(named), body, entry("messages/00000002.json", compact(messages[0]))])
    yield "the same twice", of(lambda named: [first(named), body, body])
    for name in ("messages/1.json", "../messages/00000001.json", "/etc/passwd", "", "messages/00000001.json\0x", "x" * 100, "messages/é", "a b"):
        yield f"called {name!r}", of(lambda named, name=name: [first(named), entry(name, compact(messages[0]))])
    for kind in b"\x00", b"1", b"2", b"3", b"5", b"6", b"7", b"x", b"g", b"L", b"K", b"S":
        yield f"of type {kind}", of(lambda named, kind=kind: [first(named), entry("messages/00000001.json", compact(messages[0]), kind=kind)])
    for size in (b"77777777777\0", b"777777777777", b"\x80" + b"\xff" * 11, b"\xff" * 12, b"-1", b"", b"8", b"0x10", b" " * 12):
        yield f"of size {size}", of(lambda named, size=size: [first(named), entry("messages/00000001.json", compact(messages[0]), size=size)])
    for more in ({"link": b"packet.json"}, {"prefix": b"x"}, {"magic": b"ustar  \0"}, {"magic": bytes(8)}, {"checksum": b"0000000\0"},
                 {"checksum": b"\xff" * 8}):
        yield f"with {more}", of(lambda named, more=more: [first(named), entry("messages/00000001.json", compact(messages[0]), **more)])
    for wrong in ({"id": identifier()}, {"from": "xyz"}, {"to": "xyz"}, {"stream": f"{forger.zone}/a/1/b"}, {"seq": 7}, {"seq": LARGEST},
                  {"seq": "1"}, {"more": 1}, {"id": None}):
        yield f"bound to {wrong}", of(lambda named, wrong=wrong: [entry("packet.json", compact({**named, **wrong})), body])
    for content in (b"", b"null", deep(50_000), b"\xff"):
        yield f"packet.json {content[:20]}", of(lambda named, content=content: [entry("packet.json", content), body])


@both_ways
def test_payloads_that_are_wrong_are_refused(lives, zone):
    life = lives(zone)
    forger, stream = life.forger, life.stream()
    type, body = harmless(zone)
    right, label_of = {}, {}

    def send(label, code, messages=(), **more):
        forger.send(stream, messages, wait=False, **more)
        right[stream.sequence], label_of[stream.sequence] = code, label

    for label, make in wrong_archives(forger):
        send(label, "archive", raw_archive=make, counts={type: 1})
    good = message(type, body)
    for label, counts in {
            "of another type": {"x": 1}, "of more": {type: 2}, "of a million": {type: 1_000_000},
            "of 64 million": {f"x{number}": 1_000_000 for number in range(64)}, "of none": {}}.items():
        send(f"counts {label}", "archive", [good], counts=counts)
    # One that is malformed switches no check off.
    lying = [message(type, body), message("blob.cancelled", {"cancelled": ["0" * 64]}), message(type, body, more=1)]
    send("counts three of one type", "archive", lying, counts={type: 3})
    recipient = forger.recipient
    plain = archive([("packet.json", b"{}")])
    sealed = age_encrypt(plain, recipient)
    for label, content in {
            "no age file": b"x", "for somebody else": age_encrypt(plain, os.urandom(32)), "cut": sealed[:-1], "longer": sealed + b"x",
            "without a chunk": sealed[:-len(plain) - 16], "of one chunk of two": age_encrypt(bytes(70_000), recipient)[:-5_000],
            "changed": sealed[:-1] + bytes([sealed[-1] ^ 1]), "with a long header": age_encrypt(
                plain, recipient, b"-> x\n" + (b"A" * 64 + b"\n") * 1_100 + b"\n"),
            "with a password": age_encrypt(plain, recipient, f"-> scrypt {unpadded(os.urandom(16))} 63\n{unpadded(bytes(32))}\n".encode()),
            "of the second version": sealed.replace(b"/v1", b"/v2", 1)}.items():
        send(f"sealed {label}", "decryption", sealed=content, counts={type: 1})
    for label, content in {
            "deep": b'{"id":"' + identifier().encode() + b'","body":' + deep(40) + b"}", "a float": compact({**good, "body": {"x": 1.5}}),
            "2^63": compact({**good, "body": {"x": 2**63}}), "a key twice": compact(good)[:-1] + b',"at":1}', "no json": b"x", "empty": b"",
            "latin": compact(good).replace(b"body", b"b\xff"), "a lone surrogate": compact({**good, "x": "?"}).replace(b"?", b"\\ud800"),
            "a control character": compact({**good, "x": "?"}).replace(b"?", b"\x01"), "a list": b"[]", "without an id": compact({**good, "id": ""}),
            "with an id of version 4": compact({**good, "id": "00000000-0000-4000-8000-000000000000"}),
            "with a number for an id": compact({**good, "id": LARGEST}),
            **{f"of the type {str(wrong)[:20]}": compact({**good, "type": wrong}) for wrong in ("", "x" * 65, "X", "信", "7", None, 7, [], {})},
            "very deep": deep(400_000),
            "over a mebibyte": compact({**good, "body": {"x": "x" * 1_048_576}})}.items():
        send(f"message {label}", "message", [content, message(type, body)], counts={type: 2})
    forger.taken(stream)
    codes = forger.packet_codes(stream)
    wrong = [
        f"{label_of[sequence]}: {codes.get(sequence)}, not {code}" for sequence, code in right.items() if codes.get(sequence) != code]
    assert not wrong, "\n".join(wrong)
    assert forger.fates([good["id"]]) == ["never seen"]
    life.after()


# Messages.


@both_ways
def test_malformed_messages_are_refused_alone(lives, zone):
    life = lives(zone)
    forger, stream = life.forger, life.stream()
    type, body = harmless(zone)
    cases = list(envelopes(forger, type, body))
    cases += [("a good one beside them", message(type, body), {"applied"})]
    forger.judge(stream, cases, counted_as=type)
    largest = message(type, {**body, "more": ""})
    largest["body"]["more"] = "x" * (1_048_576 - len(compact(largest)))
    twice = message(type, body)
    theirs = "letter.answered" if zone == "dmz" else "letter.submitted"
    forger.judge(stream, [
        ("of a mebibyte", largest, {"applied"}), ("twice", twice, {"applied"}), ("twice", twice, {"applied"}),
        ("after itself", (itself := message(type, body)) | {"after": [itself["id"]]}, {"applied"}),
        ("after 64", message(type, body, after=[twice["id"]] * 64), {"applied"}),
        ("of the other direction", message(theirs, body), {"policy-type"}), ("of no type", message("x" * 64, body), {"policy-type"}),
        ("of the year 10889", message(type, body, id=identifier(2**48 - 1)), {"applied"}),
        ("of 1970", message(type, body, id=identifier(0)), {"applied"})])
    life.after()


def test_messages_of_a_lying_portal_do_no_harm(lives):
    life = lives("dmz")
    forger, stream, deployment = life.forger, life.stream(), life.deployment
    photo = age_encrypt(b"\xff\xd8\xff", forger.recipient)
    digest = hashlib.sha256(photo).hexdigest()
    blobs = Stream(stream.name[:-1] + "b")
    forger.send(blobs, blobs=[({"sha256": digest, "offset": 0, "bytes": len(photo), "total": len(photo)}, photo)])
    before = {number for (number,) in forger.rows("SELECT number FROM desk_letter")}
    forger.judge(stream, itertools.chain(letters(forger), sealed_letters(forger, digest), notices(forger), signing_letters(forger),
        keepsakes(forger), cancellations(forger)))
    forger.judge(stream, answers(forger, forger.rows("SELECT id FROM desk_letter")[0][0]))
    # Whatever was let in can be read at the desk.
    clerk = Clerk(deployment)
    let_in = [number for (number,) in forger.rows("SELECT number FROM desk_letter") if number not in before]
    assert let_in
    for path in ["/folders/to-do", *(f"/letters/{number}" for number in let_in)]:
        assert clerk.get(path)[0] == 200, path
        forger.alive()
    life.after([("photo.jpg", b"\xff\xd8\xff" * 1000)])


def peer_word(life):
    """What the attacked zone has written down of its peer's certificates."""
    path = life.deployment.folder / life.target / "keys/rotated/peers" / f"{life.forger.zone}.json"
    return path.read_bytes() if path.exists() else None


@both_ways
def test_a_refused_packet_brings_no_certificates(lives, zone):
    life = lives(zone)
    forger, stream = life.forger, life.stream()
    word = peer_word(life)
    statement = {
        "number": now_milliseconds(), "pairs": [{"signing": b64(der(forger.certificate)), "encryption": b64(der(forger.own_encryption))}]}
    forger.send(stream, [message("trust.certificates", statement), b"{}"], counts={"trust.certificates": 2})
    assert forger.packet_codes(stream) == {1: "message"}
    assert peer_word(life) == word
    life.after()


@both_ways
def test_lies_about_trust_and_logs_do_no_harm(lives, zone):
    life = lives(zone)
    forger, stream, deployment = life.forger, life.stream(), life.deployment
    if zone == "dmz":
        cases = itertools.chain(key_requests(forger), key_statements(forger), log_entries(forger))
    else:
        ca = deployment.folder / "ca/issuing"
        if not (ca / "crl.pem").exists():
            ended = deployment.guandu("ca", "revoke", deployment.folder / "people/administrator.pem", "--ca", ca)
            assert ended.returncode == 0, ended.stderr
        text = (ca / "crl.pem").read_text()
        good = base64.b64decode("".join(line for line in text.splitlines() if "-" not in line))
        cases = itertools.chain(lists_of_revocations(forger, good), issued_pairs(forger), key_statements(forger), cancellations(forger))
    forger.judge(stream, itertools.chain(cases, checkpoints(forger), cosignatures(forger)))
    life.after()


def test_a_false_log_leaves_the_true_one_a_number(lives):
    """Whoever has a zone's keys has its log's, too: the highest number that a log may have is used up."""
    life = lives("dmz")
    forger, stream, deployment = life.forger, life.stream(), life.deployment
    for epoch in (2**40 - 1, 2**40 - 2):
        forger.send(stream, [message("audit.checkpoint", {
            "note": note(forger, f"dmz/audit/{epoch}", LARGEST), "proofs": [], "certificate": b64(der(forger.log_certificate))})])
    life.serve()

    def witnessed():
        return deployment.rows("dmz", """SELECT 1 FROM checkpoint_cosigned JOIN audit_log
            WHERE origin = 'dmz/audit/' || audit_log.epoch AND size > 1""")

    eventually(witnessed, "the true log is witnessed again", 20)
    life.after()


class Victim(Letter):
    """A letter that the lying office answers as it likes."""

    def __init__(self, life):
        super().__init__(life.deployment)
        self.life = life
        sql = f"SELECT letter_key FROM desk_letter WHERE id = '{self.id}'"
        self.key = eventually(lambda: life.deployment.rows("intranet", sql), "the letter is on the desk")[0][0]

    def sealed(self, plaintext):
        return age_encrypt(plaintext, self.key)


def test_messages_of_a_lying_office_do_no_harm(lives):
    life = lives("intranet")
    forger, stream = life.forger, life.stream()
    victim = Victim(life)
    forger.judge(stream, itertools.chain(
        requested_notices(forger), restored_portals(forger), restored_letters(forger, victim), steps(forger, victim, victim.sealed),
        documents(forger)))
    life.after()
    assert not (life.deployment.folder / "x").exists() and not (life.deployment.folder.parent / "x").exists()


def test_outcomes_that_only_the_citizen_opens_do_no_harm(lives):
    life = lives("intranet")
    forger, stream = life.forger, life.stream()
    victim = Victim(life)

    def look():
        client = Client(life.deployment, "dmz")
        status, _ = client.post("/lookup", "/lookup", code=victim.code, password=victim.password)
        return status if status != 303 else client.get("/letter")[0]

    for _, content, _ in steps(forger, victim, victim.sealed):
        if content["subject"] == victim.id and "published" not in content["body"] and content["type"] in ("letter.answered", "letter.progress"):
            forger.send(stream, [content])
            assert look() in (200, 503)
            forger.alive()
    whole = {"stage": "answered", "text": "答", "isPublic": False, "at": now_milliseconds()}
    forger.send(stream, [message("letter.answered", {"outcome": b64(victim.sealed(compact(whole)))}, subject=victim.id)])
    assert look() == 200
    life.after()


# Receipts, epochs, numbers, stamps, nodes.


@both_ways
def test_receipts_at_their_limits_stop_nothing(lives, zone):
    life = lives(zone)
    forger, stream = life.forger, life.stream()
    ours, lanes = f"{forger.peer}/a", "mbc"
    digest = "1" * 64
    lies = [
        [receipt(f"{zone}/a/1/m", IN_JSON)], [receipt(f"xyz/a/{IN_JSON}/m", IN_JSON)], [receipt(f"{ours}/1/m", IN_JSON, digest)],
        [receipt(f"{ours}/1/{lane}", 1, digest) for lane in lanes], [receipt(f"{ours}/1/m")] * 300,
        [receipt(f"{ours}/1/m", refused=[refusal(number) for number in range(1, 512)])],
        [receipt(f"{ours}/1/m", IN_JSON, digest, effective=0, secured=0, refused=[refusal(IN_JSON, "x" * 64, message=identifier())])],
        [receipt(f"{forger.peer}/b/{IN_JSON}/m", IN_JSON, digest)], [],
        [receipt(f"{ours}/{IN_JSON}/{lane}", IN_JSON, digest) for lane in lanes], [receipt(f"{ours}/{IN_JSON - 1}/m", IN_JSON, digest)],
        [receipt(f"{ours}/{2**40}/m", 1, digest)]]
    for receipts in lies:
        forger.send(stream, receipts=receipts)
        forger.alive()
    life.after()


@both_ways
def test_epochs_and_numbers_at_their_limits_stop_nothing(lives, zone):
    life = lives(zone)
    forger = life.forger
    for epoch in (2**53, LARGEST - 1, LARGEST):
        for lane in "mbc":
            forger.drop(forger.packet(Stream(f"{zone}/a/{epoch}/{lane}")))
    stream = life.stream()
    forger.drop(forger.packet(stream, sequence=IN_JSON, previous="1" * 64))
    forger.drop(forger.packet(Stream(stream.name[:-1] + "c"), sequence=IN_JSON))
    eventually(lambda: len([name for name in os.listdir(forger.folder) if not name.startswith(zone)]) <= 1, "what is wrong is quarantined")
    assert forger.rows("SELECT stream FROM incoming_stream WHERE epoch >= ?", 2**53) == []
    life.after()


@both_ways
def test_an_epoch_at_its_limit_stops_nothing(lives, zone):
    life = lives(zone)
    forger = life.forger
    for epoch in (2**53 - 2, 2**53 - 1):
        for lane in "mbc":
            forger.drop(forger.packet(Stream(f"{zone}/a/{epoch}/{lane}")))
    eventually(lambda: forger.alive() and not [name for name in os.listdir(forger.folder) if not name.startswith(zone)], "they are dealt with")
    life.after()


@both_ways
def test_stamps_of_the_year_10889_and_of_1970_make_nobody_deaf(lives, zone):
    life = lives(zone)
    forger = life.forger
    epoch = life.deployment.count(zone, "SELECT MAX(epoch) FROM outgoing_stream")
    control = Stream(f"{zone}/a/{epoch}/c")
    for at in (0, 1, 2**48 - 1, now_milliseconds() + 2 * 86_400_000):
        forger.drop(forger.packet(control, sequence=max(1, at), id=identifier(at)))
        eventually(lambda: forger.alive() and not [name for name in os.listdir(forger.folder) if not name.startswith(zone)], "it is dealt with")
    messages = life.stream()
    forger.send(messages, id=identifier(2**48 - 1))
    forger.send(messages, id=identifier(0))
    life.after()


@both_ways
def test_streams_of_other_nodes_push_nothing_out(lives, zone):
    life = lives(zone)
    forger = life.forger
    letter = Letter(life.deployment)
    for node in ("b", "c"):
        for epoch in (1, 1000, 1001):
            forger.drop(forger.packet(Stream(f"{zone}/{node}/{epoch}/m"), [message(*harmless(zone))]))
    eventually(lambda: forger.alive() and not [name for name in os.listdir(forger.folder) if not name.startswith(zone)], "they are dealt with")
    assert forger.rows("SELECT stream FROM incoming_stream WHERE stream NOT LIKE ?", f"{zone}/a/%") == []
    life.reaches(letter, "delivered")
    life.after()


# What grows.


@both_ways
def test_a_flood_of_refusals_holds_up_no_receipt(lives, zone):
    life = lives(zone)
    forger, stream = life.forger, life.stream()
    type, body = harmless(zone)
    forger.send(stream, [message(type, body, more=1) for _ in range(8_000 if IS_LONG else 1_000)])
    assert set(forger.codes().values()) >= {"schema"}
    life.after()


@both_ways
def test_a_chain_of_messages_that_wait_for_each_other_is_taken_in(lives, zone):
    life = lives(zone)
    forger, stream = life.forger, life.stream()
    packets, each = (16, 6_250) if IS_LONG else (2, 1_000)
    ids = [identifier() for _ in range(packets * each)]
    type, body = harmless(zone)
    for start in range(0, len(ids), each):
        forger.send(stream, [
            message(type, body, id=ids[at], after=ids[at + 1:at + 2]) for at in range(start, start + each)], wait=False)
    forger.taken(stream)
    eventually(lambda: forger.alive() and not forger.rows("SELECT 1 FROM waiting_message LIMIT 1"), "nothing waits any more", 900)
    assert set(forger.fates(ids)) == {"applied"}
    circle = [identifier() for _ in range(100)]
    forger.send(stream, [message(type, body, id=circle[at], after=[circle[at - 1]]) for at in range(len(circle))])
    assert set(forger.fates(circle)) == {"waits"}
    life.after()


def test_peppers_without_end_kill_no_lookup(lives):
    life = lives("intranet")
    forger, stream = life.forger, life.stream()
    letter = Letter(life.deployment)
    for _ in range(10 if IS_LONG else 1):
        forger.send(stream, [
            message("portal.restored", {"numbers": [], "peppers": [b64(os.urandom(32)) for _ in range(1_000)]})
            for _ in range(20 if IS_LONG else 3)])
    # As many as an office keeps: each takes memory in every look-up.
    assert forger.rows("SELECT COUNT(*) FROM restored_pepper")[0][0] <= 1_000
    for _ in range(2):
        assert look_up(life.deployment, letter.code, letter.password)
    forger.alive()
    life.after()


@pytest.mark.parametrize("zone", ["dmz"])
def test_blobs_that_never_end_fill_nothing(lives, zone):
    life = lives(zone)
    forger, stream = life.forger, Stream(life.stream().name[:-1] + "b")
    for _ in range(40 if IS_LONG else 1):
        forger.send(stream, blobs=[
            ({"sha256": os.urandom(32).hex(), "offset": 0, "bytes": 1, "total": 22_020_096}, b"x") for _ in range(256)], wait=False)
    forger.taken(stream)
    part = {"sha256": os.urandom(32).hex(), "offset": 0, "bytes": 1, "total": 1}
    wrong = [
        [(part, b"x")], [({**part, "offset": 1, "total": 2}, b"x")], [({**part, "total": 3}, b"x"), ({**part, "offset": 2, "total": 3}, b"x")],
        [({**part, "total": 2}, b"x"), ({**part, "offset": 1, "total": 3}, b"x")]]
    first = stream.sequence
    for blobs in wrong:
        forger.send(stream, blobs=blobs, wait=False)
    large = [({**part, "sha256": os.urandom(32).hex(), "total": total}, b"x") for total in (22_020_097, IN_JSON)]
    forger.send(stream, blobs=large)
    codes = forger.packet_codes(stream)
    assert [codes.get(first + number) for number in range(1, 5)] == ["archive"] * 4
    assert forger.rows("SELECT DISTINCT refused FROM begun_blob WHERE digest IN (?, ?)", *(part["sha256"] for part, _ in large)) == [
        ("policy-blob-size",)]
    assert len(list((life.deployment.folder / "intranet/data/incoming").iterdir())) <= 1_000
    life.after([("photo.jpg", b"\xff\xd8\xff" * 100_000)])


def without_files(deployment):
    """The portal takes no files, as one that publishes no documents."""
    file = deployment.folder / "dmz/zone.yaml"
    text = file.read_text()
    assert "blob_max_bytes: 33554432" in text
    file.write_text(text.replace("blob_max_bytes: 33554432", "blob_max_bytes: 0"))


def test_blobs_where_none_may_cross_leave_nothing(tmp_path, request):
    life = Life(tmp_path / "zones", "intranet", without_files)
    request.addfinalizer(life.deployment.kill_all)
    forger, stream = life.forger, Stream(life.stream().name[:-1] + "b")
    nothing = hashlib.sha256(b"").hexdigest()
    forger.send(stream, blobs=[({"sha256": os.urandom(32).hex(), "offset": 0, "bytes": 1, "total": 1}, b"x") for _ in range(256)])
    forger.send(stream, blobs=[({"sha256": "1" * 64, "offset": 0, "bytes": 0, "total": 0}, b"")])
    forger.send(stream, blobs=[({"sha256": nothing, "offset": 0, "bytes": 0, "total": 0}, b"")] * 2, raw_archive=archive([]))
    assert forger.packet_codes(stream) | {1: None} == {1: None, 2: "archive", 3: "archive"}
    data = life.deployment.folder / "dmz/data"
    assert not list((data / "incoming").iterdir())
    assert forger.rows("SELECT (SELECT COUNT(*) FROM incoming_blob) + (SELECT COUNT(*) FROM begun_blob WHERE refused IS NULL)") == [(0,)]
    life.after()
