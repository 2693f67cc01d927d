"""Messages of every type with each field at its limit, beyond it, and of another kind: each with the fates that are right."""

import copy
import hashlib
import itertools
import json
import os

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from hostile_peer import (
    LARGEST, RAW, SMALLEST, age_encrypt, age_recipient, b64, compact, deep, der, identifier, message, now_milliseconds)

APPLIED, SCHEMA, MALFORMED = {"applied"}, {"schema"}, {"malformed"}
NESTED = json.loads(deep(24))
HALF_MIB = 512 * 1024
OTHER_KINDS = {
    str: [None, True, 0, -1, LARGEST, SMALLEST, [], ["x"], {}, {"x": 1}, NESTED],
    int: [None, True, "", "7", [], [7], {}, NESTED],
    list: [None, True, 0, LARGEST, "", "x", {}, {"x": []}]}
TIMES = [
    "", "x", "2026-11-28", "2026-11-28T00:00:00", "2026-11-28T00:00:00+08:00", "1969-12-31T23:59:59Z", "10889-01-01T00:00:00Z",
    "2026-99999999999-01T00:00:00Z", "2026-11-28T00:00:00.9223372036854775807Z", f"{LARGEST}-11-28T00:00:00Z",
    "-2026-11-28T00:00:00Z", "x" * 1_000, "9" * 100_000]
numbers = (f"2026-{number}" for number in itertools.count(900_001))


def spoiled(type, base, fields, code):
    """One message for each field of `base()` that is missing, of another kind, or as `fields` has it: for each path its kind
    and further values that are wrong."""
    for path, (kind, bad) in fields.items():
        for value in [..., *OTHER_KINDS[kind], *bad]:
            body = copy.deepcopy(base())
            *way, last = path if isinstance(path, tuple) else (path,)
            place = body
            for step in way:
                place = place[step]
            if value is ...:
                del place[last]
            else:
                place[last] = value
            yield f"{type}, {path} = {str(value)[:40]}", message(type, body), code


def right(type, *bodies, code=APPLIED, **more):
    for body in bodies:
        yield f"{type} with {str(body)[:60]}", message(type, body, **more), code


# Towards the intranet.


def draft(**fields):
    return {
        "mailbox": "mayor", "kind": "question", "title": "题", "text": "文", "mayPublish": False, "phone": "13900139000",
        "attachments": [], **fields}


def submitted(forger, inside=None, **fields):
    sealed = forger.seal(draft() if inside is None else inside)
    return {
        "number": next(numbers), "letter": b64(sealed), "letterKey": age_recipient(X25519PrivateKey.generate().public_key().public_bytes(*RAW)),
        "codeIndex": b64(os.urandom(32)), "salt": b64(os.urandom(16)), "wrappedKey": b64(os.urandom(48)), "blobs": [], **fields}


def locks(is_checked):
    return {
        "number": (str, ["1" * 33, "9" * 100_000] + ([] if not is_checked else ["", "x", "２０２６-０００００１", "2026-1\n", "../2026"])),
        "letter": (str, ["=", "AAA", "é", b64(bytes(HALF_MIB + 4))]),
        "codeIndex": (str, ["", "=", b64(bytes(31)), b64(bytes(33)), "A" * 100_000]),
        "salt": (str, ["", b64(bytes(15)), b64(bytes(17))]),
        "wrappedKey": (str, ["", b64(bytes(47)), b64(bytes(49))])}


def letters(forger):
    """`letter.submitted`: the message's own fields, then what is sealed in it."""
    type = "letter.submitted"
    yield from spoiled(type, lambda: submitted(forger), {
        **locks(True), "letterKey": (str, ["", "age1", "x" * 1025, "AGE-SECRET-KEY-1" + "Q" * 58, "age1" + "q" * 58])}, SCHEMA)
    yield from right(
        type, submitted(forger, number="7" * 32), submitted(forger, number="0"), submitted(forger, number="9223372036854775807"))
    yield from right(
        type, *(submitted(forger, **fields) for fields in (
            {"letter": ""}, {"letter": b64(bytes(HALF_MIB))}, {"letter": b64(age_encrypt(b"{}", os.urandom(32)))})), code={"letter"})
    same = submitted(forger)
    yield from right(type, same)
    yield from right(type, {**submitted(forger), "number": same["number"]}, code={"duplicate-letter"})
    for tag in (None, True, 7, "", [], {}, "=", b64(bytes(31)), b64(bytes(33)), "A" * 100_000):
        yield from right(type, submitted(forger, phoneTag=tag), code=SCHEMA)
    for blobs in (None, True, 7, "", {}, [7], [""], ["x" * 64], ["A" * 64], ["0" * 64] * 65, [NESTED]):
        yield from right(type, submitted(forger, blobs=blobs), code=SCHEMA)
    yield from right(type, submitted(forger, blobs=["0" * 64]), submitted(forger, blobs=["0" * 64] * 64), code=SCHEMA)
    for at in ("0000-00-00T00:00:00Z", "1969-12-31T23:59:59Z"):
        yield from right(type, submitted(forger), at=at, code=SCHEMA)
    for at in ("9999-12-31T23:59:59.999Z", "9999-99-99T99:99:99.999Z", "1970-01-01T00:00:00Z"):
        yield from right(type, submitted(forger), at=at, code=APPLIED | SCHEMA)


def sealed_letters(forger, photo):
    """What the intranet finds inside. `photo`: the digest of a blob that is there."""
    type, inside = "letter.submitted", {"letter", "schema"}
    for field, kind in (
            ("mailbox", str), ("kind", str), ("title", str), ("text", str), ("phone", str), ("attachments", list)):
        for value in [..., *OTHER_KINDS[kind]]:
            letter = {name: content for name, content in draft(**{field: value}).items() if content is not ...}
            yield from right(type, submitted(forger, letter), code=inside)
    many = "e" + "\u0301" * 30_000
    for fields, code in [
            ({"mailbox": "x"}, {"unknown-mailbox"}), ({"mailbox": "x" * 100_000}, {"unknown-mailbox"}), ({"kind": "x"}, {"letter"}),
            ({"title": "题" * 100}, APPLIED), ({"title": "题" * 101}, SCHEMA), ({"text": "文" * 10_000}, APPLIED),
            ({"text": "文" * 10_001}, SCHEMA), ({"text": "x" * 300_000}, SCHEMA), ({"title": many}, SCHEMA),
            ({"text": "👨‍👩‍👧‍👦" * 10_000}, SCHEMA), ({"mayPublish": "yes"}, inside), ({"mayPublish": 1}, inside),
            ({"mail": "x" * 100_000}, APPLIED | inside), ({"mail": 7}, inside), ({"unknown": NESTED}, APPLIED),
            ({"phone": ""}, APPLIED | inside), ({"phone": "x" * 100_000}, APPLIED | inside), ({"phone": "../../x"}, APPLIED | inside)]:
        yield from right(type, submitted(forger, draft(**fields)), code=code)
    for letter in (b"", b"[]", b"null", b"7", deep(100_000), b'{"mailbox":' + deep(100_000) + b"}", b"\xff\xfe", b'{"title":"\\ud800"}'):
        yield from right(type, submitted(forger, letter), code=inside)
    attachment = {"name": "a.jpg", "mediaType": "image/jpeg", "bytes": 3, "blob": photo, "sealedBytes": 232}
    for field, kind in (("name", str), ("mediaType", str), ("bytes", int), ("blob", str), ("sealedBytes", int)):
        for value in [..., *OTHER_KINDS[kind]]:
            one = {name: content for name, content in {**attachment, field: value}.items() if content is not ...}
            yield from right(type, submitted(forger, draft(attachments=[one]), blobs=[photo]), code=inside)
    for fields, code in [
            ({}, APPLIED), ({"name": "x" * 255}, APPLIED), ({"name": "x" * 256}, SCHEMA), ({"name": ""}, SCHEMA),
            ({"name": "../../etc/passwd\r\nX: y"}, APPLIED | SCHEMA), ({"mediaType": "x" * 100_000}, APPLIED | inside),
            ({"bytes": -1}, inside), ({"bytes": SMALLEST}, inside), ({"bytes": LARGEST}, inside), ({"bytes": LARGEST - 1}, inside),
            ({"bytes": 2**53}, inside), ({"bytes": 1e300}, inside), ({"sealedBytes": LARGEST}, {"policy-blob-size"} | inside),
            ({"sealedBytes": 22_020_097}, {"policy-blob-size"}), ({"sealedBytes": 22_020_096}, APPLIED),
            ({"sealedBytes": -1}, APPLIED | inside), ({"sealedBytes": SMALLEST}, APPLIED | inside), ({"blob": "0" * 64}, SCHEMA)]:
        yield from right(type, submitted(forger, draft(attachments=[{**attachment, **fields}]), blobs=[photo]), code=code)
    yield from right(type, submitted(forger, draft(attachments=[attachment] * 6), blobs=[photo] * 6), code=SCHEMA)
    yield from right(type, submitted(forger, draft(attachments=[attachment] * 5), blobs=[photo] * 5))


def notices(forger):
    for type in ("notice.sent", "notice.failed"):
        yield from spoiled(type, lambda: {"notice": "x"}, {"notice": (str, ["x" * 1025, "x" * 500_000])}, SCHEMA)
        yield from right(type, {"notice": ""}, {"notice": "x" * 64}, {"notice": "x", "unknown": NESTED})


def signing_letters(forger):
    yield from right("letter.submitted", *(submitted(forger, citizenKey=key) for key in ("", "=", 7, None, [], b64(bytes(31)), b64(bytes(33)))), code=SCHEMA)
    yield from right("letter.submitted", submitted(forger, citizenKey=b64(bytes(32))), submitted(forger, citizenKey=b64(os.urandom(32))))


def keepsakes(forger):
    type = "portal.keepsake"
    pepper = os.urandom(32)
    yield from spoiled(type, lambda: {"keepsake": b64(forger.seal(pepper))}, {
        "keepsake": (str, [
            "", "=", b64(bytes(4096)), b64(bytes(4100)), b64(forger.seal(pepper[1:])), b64(forger.seal(pepper + b"x")),
            b64(forger.seal(b"")), b64(age_encrypt(pepper, os.urandom(32)))])}, SCHEMA)
    yield from right(type, {"keepsake": b64(forger.seal(pepper))}, {"keepsake": b64(forger.seal(pepper))})


def answers(forger, letter):
    """`letter`: the id of one at the desk, of whose citizen nothing was asked."""
    type = "letter.supplemented"
    def base(subject=letter, **inside):
        content = {"letter": subject, "question": "q", "text": "答", **inside}
        return {"reply": identifier(), "question": "q", "text": b64(forger.seal(content))}
    yield from spoiled(type, base, {
        "reply": (str, ["", "x" * 65, "x" * 500_000]), "question": (str, ["", "x", "x" * 65, "x" * 500_000]),
        "text": (str, ["=", "é", b64(bytes(64 * 1024 + 4))])}, SCHEMA)
    yield from right(type, base(), {**base(), "reply": "x" * 64}, subject=letter, code={"unknown-question"})
    yield from right(type, base(letter=identifier()), base(question="x"), base(text=""), base(text="长" * 2_001), subject=letter, code=SCHEMA)
    yield from right(
        type, *({**base(), "text": b64(text)} for text in (b"", b"x", bytes(64 * 1024), age_encrypt(b"{}", os.urandom(32)))),
        base(text=None), base(text=7), base(letter=NESTED), {**base(), "text": b64(forger.seal(b"[]"))}, subject=letter, code={"letter"})
    other = identifier()
    yield from right(type, base(other), subject=other, code={"unknown-letter"})
    yield from right(type, base(), subject=letter, after=[identifier()], code=SCHEMA)


def spki(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def request(key, digest=None, name="dmz signing"):
    built = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
    return built.sign(key, digest).public_bytes(serialization.Encoding.DER)


def key_requests(forger):
    type = "trust.request"
    key, encryption = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
    base = {"signing": b64(request(key)), "encryption": b64(spki(encryption))}
    yield from right(type, base)
    yield from spoiled(type, lambda: dict(base), {
        "signing": (str, ["", "=", b64(bytes(70_000)), base["encryption"], b64(der(forger.certificate)), b64(request(key) + b"x")]),
        "encryption": (str, ["", "=", b64(bytes(70_000)), base["signing"], b64(spki(encryption) + b"x")])}, MALFORMED | {"weak-key"})
    broken = bytearray(request(key))
    broken[-1] ^= 1
    p256 = ec.generate_private_key(ec.SECP256R1())
    yield from right(type, {**base, "signing": b64(broken)}, code={"untrusted"})
    yield from right(
        type, {**base, "signing": b64(request(p256, SHA256()))},
        {**base, "encryption": b64(spki(key))}, {**base, "encryption": b64(spki(p256))}, code={"weak-key"})
    yield from right(type, {**base, "more": 1}, code=MALFORMED)


def key_statements(forger):
    type = "trust.certificates"
    pair = {"signing": b64(der(forger.certificate)), "encryption": b64(der(forger.own_encryption))}
    def base():
        return {"number": now_milliseconds(), "pairs": [dict(pair)]}
    yield from spoiled(type, base, {
        "number": (int, [0, -1, SMALLEST]), "pairs": (list, [[], [pair] * 5, [[]], ["x"], [{}], [{**pair, "more": 1}]]),
        ("pairs", 0, "signing"): (str, ["", "=", b64(bytes(70_000)), b64(der(forger.certificate) + b"x")]),
        ("pairs", 0, "encryption"): (str, ["", "=", b64(bytes(70_000))])}, MALFORMED)
    yield from right(
        type, {**base(), "number": LARGEST}, {**base(), "number": 2**53}, {**base(), "number": now_milliseconds() + 2 * 86_400_000},
        code={"not-yet-valid"})
    strange = [
        {**pair, "signing": pair["encryption"]}, {**pair, "encryption": pair["signing"]},
        {**pair, "signing": b64(der(forger.witness_certificate))}]
    yield from right(type, *({**base(), "pairs": [one]} for one in strange), code={"wrong-purpose", "untrusted", "weak-key"})
    yield from right(type, {"number": 1, "pairs": [pair]}, {**base(), "pairs": [pair] * 4}, base(), code=APPLIED | {"crl-rolled-back"})


# Both ways.


def cancellations(forger):
    type = "blob.cancelled"
    digests = [os.urandom(32).hex() for _ in range(64)]
    yield from spoiled(type, lambda: {"cancelled": list(digests)}, {
        "cancelled": (list, [[], digests + ["0" * 64], [""], ["x" * 64], [7], [None], [digests]])}, SCHEMA)
    yield from right(type, {"cancelled": digests[:1], "more": 1}, code=SCHEMA)
    yield from right(type, {"cancelled": digests[:1]}, {"cancelled": digests})


def note(forger, origin, size, root=None, key=None, kind=1, name=None, extra=""):
    """A checkpoint that the log's real key has signed."""
    key = key or forger.log_key
    text = f"{origin}\n{size}\n{b64(root or os.urandom(32))}\n{extra}"
    name = name or origin
    public = key.public_key().public_bytes(*RAW)
    key_id = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]
    return f"{text}\n— {name} {b64(key_id + key.sign(text.encode()))}\n"


def checkpoints(forger):
    type, nonsense = "audit.checkpoint", SCHEMA | {"malformed", "untrusted", "wrong-purpose", "weak-key"}
    origin = f"{forger.zone}/audit/2"
    def base():
        return {"note": note(forger, origin, 1), "proofs": [], "certificate": b64(der(forger.log_certificate))}
    hashes = [b64(os.urandom(32)) for _ in range(130)]
    yield from spoiled(type, base, {
        "note": (str, [
            "", "x", "\n\n", note(forger, origin, 0), note(forger, origin, -1), note(forger, origin, 2**63), note(forger, origin, SMALLEST),
            note(forger, origin, "007"), note(forger, f"{forger.zone}/audit/0", 1), note(forger, f"{forger.zone}/audit/01", 1),
            note(forger, f"{forger.zone}/audit/{2**40}", 1), note(forger, f"{forger.zone}/audit/{LARGEST}", 1),
            note(forger, f"{forger.peer}/audit/1", 1), note(forger, origin, 1, extra="more\n"), note(forger, origin, 1, name=f"{origin}x"),
            note(forger, origin, 1, key=forger.witness_key), "x" * 100_000, note(forger, origin, 1) * 40]),
        "proofs": (list, [[[1]] * 3, [[]], [["x"]], [[1, "x"]], [[1, *hashes]], [[1, 7]], [7], [None]]),
        "certificate": (str, ["", "=", b64(bytes(70_000)), b64(der(forger.certificate)), b64(der(forger.witness_certificate))])}, nonsense)
    yield from right(type, {**base(), "more": 1}, code=SCHEMA)
    # Each is the log's own word. What does not follow from the one before is an alarm, and no fault of the form.
    yield from right(
        type, base(), {**base(), "note": note(forger, origin, LARGEST)}, {**base(), "note": note(forger, origin, LARGEST - 1)},
        {**base(), "note": note(forger, origin, LARGEST), "proofs": [[1, *hashes[:60]], [LARGEST, *hashes[:60]]]},
        {**base(), "note": note(forger, origin, 2**62 + 1), "proofs": [[SMALLEST, *hashes[:60]], [1]]},
        {**base(), "note": note(forger, origin, 7), "proofs": [[1, *hashes[:3]], [-1]]}, code=APPLIED | SCHEMA)


def cosignatures(forger):
    type, nonsense = "audit.cosigned", SCHEMA | {"malformed", "untrusted", "wrong-purpose", "weak-key"}
    origin = f"{forger.peer}/audit/1"
    def base():
        return {
            "origin": origin, "size": 1_000_000, "signature": b64(os.urandom(76)),
            "certificate": b64(der(forger.witness_certificate)), "mirrored": 0, "held": None}
    held = note(forger, origin, 1_000_000)
    yield from spoiled(type, base, {
        "size": (int, [0, -1, SMALLEST]), "mirrored": (int, [-1, SMALLEST]),
        "signature": (str, ["", "=", b64(bytes(75)), b64(bytes(77)), "A" * 100_000]),
        "certificate": (str, ["", "=", b64(bytes(70_000)), b64(der(forger.certificate)), b64(der(forger.log_certificate))])}, nonsense)
    for value in (..., True, 7, "", "x", [], {}):
        body = {name: content for name, content in {**base(), "held": value}.items() if content is not ...}
        yield from right(type, body, code=nonsense)
    yield from right(
        type, base(), {**base(), "size": LARGEST, "mirrored": LARGEST}, {**base(), "held": held}, {**base(), "held": note(forger, origin, LARGEST), "size": LARGEST},
        {**base(), "origin": ""}, {**base(), "origin": "x" * 500_000}, {**base(), "origin": f"{forger.peer}/audit/{LARGEST}"},
        code={"unknown-checkpoint", "signature", "schema"})
    yield from right(type, {**base(), "more": 1}, code=SCHEMA)


def log_entries(forger):
    type = "audit.entries"
    def base():
        return {"log": f"{forger.zone}/audit/2", "first": 1, "entries": ["{}"]}
    yield from spoiled(type, base, {
        "log": (str, ["", "x/audit/1", f"{forger.peer}/audit/1", f"{forger.zone}/audit/0", f"{forger.zone}/audit/01",
                      f"{forger.zone}/audit/{2**40}", f"{forger.zone}/audit/{LARGEST}", f"{forger.zone}/audit/" + "1" * 128]),
        "first": (int, [-1, SMALLEST, LARGEST, 2**60 + 1]),
        "entries": (list, [[], [""], [7], [None], [[]], ["x"] * 4097, ["x" * 65_536]])}, SCHEMA)
    yield from right(
        type, base(), {**base(), "first": 2**60}, {**base(), "entries": ["x"] * 4096}, {**base(), "entries": ["x" * 65_535]})
    yield from right(type, {**base(), "more": 1}, code=SCHEMA)


# Towards the DMZ.


def steps(forger, victim, sealed):
    """`victim`: a letter that is there, with its number; `sealed`: a function that seals an outcome for its citizen."""
    for type in ("letter.signed-for", "letter.answered", "letter.declined"):
        body = {} if type == "letter.signed-for" else {"outcome": b64(b"x")}
        yield from right(type, body, code={"unknown-letter"})
        for at in ("0000-00-00T00:00:00Z", "1969-12-31T23:59:59Z"):
            yield from right(type, body, at=at, subject=victim.id, code=SCHEMA)
    for type in ("letter.answered", "letter.declined"):
        yield from spoiled(type, lambda: {"outcome": b64(b"x")}, {"outcome": (str, ["=", "é", b64(bytes(HALF_MIB + 4))])}, SCHEMA)
        yield from right(type, {"outcome": b64(bytes(HALF_MIB))}, code={"unknown-letter"})
    yield from spoiled("letter.progress", lambda: {"course": b64(b"x")}, {"course": (str, ["=", "é", b64(bytes(HALF_MIB + 4))])}, SCHEMA)
    yield from right("letter.progress", {"course": b64(bytes(HALF_MIB))}, code={"unknown-letter"})
    line = {"at": now_milliseconds(), "chinese": "签收", "english": "signed for", "stage": "signed-for"}
    asked = {"id": "q", "text": "问", "askedAt": now_milliseconds(), "endsAt": now_milliseconds(), "isOpen": True}
    for course in (
            b"", b"null", deep(100_000), {}, {"lines": [line], "questions": [asked]}, {"lines": [line] * 3_000, "questions": []},
            {"lines": [], "questions": [{**asked, "id": "q" * 1_000}] * 300}, {"lines": [{**line, "at": 1e300}], "questions": []},
            {"lines": [{**line, "stage": "x"}], "questions": []}, {"lines": [{**line, "at": SMALLEST}], "questions": []},
            {"lines": [{**line, "chinese": "e" + "\u0301" * 100_000}], "questions": []},
            {"lines": [], "questions": [{**asked, "endsAt": LARGEST}]}, {"lines": [], "questions": [{**asked, "text": None}]}):
        yield f"a course {str(course)[:60]}", message(
            "letter.progress", {"course": b64(sealed(compact(course) if isinstance(course, dict) else course))}, subject=victim.id), APPLIED
    public = {
        "number": victim.number, "mailbox": "mayor", "kind": "question", "title": "题", "text": "文", "answer": "答",
        "acceptedAt": now_milliseconds(), "answeredAt": now_milliseconds()}

    def published(value, code):
        return right("letter.answered", {"outcome": b64(b"x"), "published": value}, subject=victim.id, code=code)

    for value in (None, True, 7, [], {}, "", "x", "null", "[]", deep(100_000).decode(), '{"number":' + deep(100_000).decode() + "}",
                  "x" * (HALF_MIB + 1), "\ud7ff"):
        yield from published(value, SCHEMA)
    for name in public:
        kinds = OTHER_KINDS[str if isinstance(public[name], str) else int]
        for value in [..., *kinds]:
            one = {key: content for key, content in {**public, name: value}.items() if content is not ...}
            yield from published(compact(one).decode(), SCHEMA)
    for name in ("acceptedAt", "answeredAt"):
        for value in (LARGEST, SMALLEST, 1e300, -1e300, 1e19, 253_402_300_800_000, -62_135_596_800_001, 2**53):
            yield from published(compact({**public, name: value}).decode(), SCHEMA | APPLIED)
    for fields in ({"number": "2026-999999"}, {"number": ""}, {"number": "x" * 100_000}, {"kind": "x"}):
        yield from published(compact({**public, **fields}).decode(), SCHEMA)
    # What only the citizen opens, when the citizen looks.
    whole = {"stage": "answered", "text": "答", "isPublic": True, "at": now_milliseconds()}
    for outcome in (
            b"", b"null", deep(100_000), {**whole, "at": 1e300}, {**whole, "at": LARGEST}, {**whole, "at": SMALLEST},
            {**whole, "at": -1e300}, {**whole, "stage": "x"}, {**whole, "stage": "sent"}, {**whole, "text": "e" + "\u0301" * 100_000}):
        yield f"an outcome {str(outcome)[:60]}", message(
            "letter.answered", {"outcome": b64(sealed(compact(outcome)))}, subject=victim.id), APPLIED | SCHEMA


def requested_notices(forger):
    type = "notice.requested"
    def base():
        return {"notice": identifier(), "phone": "13900139000", "text": "x"}
    yield from spoiled(type, base, {
        "notice": (str, ["x" * 65]), "phone": (str, ["1" * 33]), "text": (str, ["x" * 2049, "文" * 683, "x" * 500_000])}, SCHEMA)
    yield from right(
        type, {**base(), "notice": "x" * 64}, {**base(), "text": "x" * 2048}, {**base(), "text": ""})
    yield from right(
        type, {**base(), "phone": ""}, {**base(), "phone": "../../x"}, {**base(), "notice": "../../x"}, {**base(), "notice": ""},
        {**base(), "phone": "1\r\nto: 2"}, {**base(), "notice": "x\0y"}, code=APPLIED | SCHEMA)
    yield from right(type, {**base(), "blobs": ["0" * 64]}, code=SCHEMA)
    yield from right(type, base(), after=[identifier()], code=SCHEMA)


def restored_portals(forger):
    type = "portal.restored"
    def base():
        return {"numbers": [{"year": 2026, "last": 7}], "peppers": [b64(os.urandom(32))]}
    yield from spoiled(type, base, {
        "numbers": (list, [[{"year": 2026, "last": 7}] * 1001, [7], [[]], [{}], [None]]),
        ("numbers", 0, "year"): (int, [1969, 10_000, 0, -1, LARGEST, SMALLEST]),
        ("numbers", 0, "last"): (int, [-1, 1_000_000_001, LARGEST, SMALLEST]),
        "peppers": (list, [[b64(bytes(32))] * 1001, [""], [7], [None], [b64(bytes(31))], [b64(bytes(33))], ["="]])}, SCHEMA)
    yield from right(
        type, base(), {"numbers": [], "peppers": []}, {"numbers": [{"year": year, "last": 10**9} for year in (1970, 2026, 9999)], "peppers": []},
        {"numbers": [{"year": 1970 + year, "last": 0} for year in range(1000)], "peppers": [b64(os.urandom(32))] * 1000})


def restored_letters(forger, victim):
    type = "letter.restored"
    def base():
        return {
            "number": next(numbers), "acceptedAt": "2026-11-28T00:00:00.000Z", "letter": b64(b"x"), "codeIndex": b64(os.urandom(32)),
            "salt": b64(os.urandom(16)), "wrappedKey": b64(os.urandom(48)),
            "events": [{"stage": "sent", "at": "2026-11-28T00:00:00.000Z"}, {"stage": "delivered", "at": "2026-11-28T00:00:00.000Z"}]}
    event = base()["events"][0]
    yield from spoiled(type, base, {
        **locks(False), "acceptedAt": (str, TIMES), "events": (list, [[event] * 4, [7], [[]], [{}], [None]]),
        ("events", 0, "stage"): (str, ["", "x", "answered", "declined", "refused", "x" * 100_000]), ("events", 0, "at"): (str, TIMES)}, SCHEMA)
    yield from right(
        type, base(), {**base(), "letter": b64(bytes(HALF_MIB))}, {**base(), "events": []}, {**base(), "events": [event] * 3})
    for at in ("9999-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z", "9999-99-99T99:99:99.999Z"):
        yield from right(type, {**base(), "acceptedAt": at}, code=APPLIED | SCHEMA)
    yield from right(type, {**base(), "number": ""}, {**base(), "number": "x" * 32}, {**base(), "number": "１" * 10}, code=APPLIED | SCHEMA)
    index = b64(os.urandom(32))
    yield from right(type, {**base(), "codeIndex": index})
    yield from right(type, {**base(), "codeIndex": index}, code={"duplicate-letter"})
    yield from right(type, base(), subject=victim.id)
    yield from right(type, {**base(), "number": victim.number}, code=APPLIED | {"duplicate-letter"})


def lists_of_revocations(forger, good):
    """`good`: the DER of a list that an authority of the deployment has made."""
    type = "trust.crl"
    strange = bytearray(good)
    strange[-1] ^= 1
    yield from spoiled(type, lambda: {"crl": b64(good)}, {
        "crl": (str, ["", "=", b64(bytes(524_289)), b64(good + b"x"), b64(good[:-1]), b64(der(forger.certificate))])}, MALFORMED)
    yield from right(type, {"crl": b64(good), "more": 1}, code=MALFORMED)
    yield from right(type, {"crl": b64(strange)}, code={"untrusted", "malformed"})
    yield from right(type, {"crl": b64(good)}, {"crl": b64(good)})


def issued_pairs(forger):
    type = "trust.issued"
    pair = {"signing": b64(der(forger.certificate)), "encryption": b64(der(forger.own_encryption))}
    def base():
        return {"number": 1, "pairs": [dict(pair)]}
    yield from spoiled(type, base, {
        "number": (int, [0, -1, SMALLEST]), "pairs": (list, [[], [pair] * 5, [{}]]),
        ("pairs", 0, "signing"): (str, ["", "=", b64(bytes(70_000))]), ("pairs", 0, "encryption"): (str, ["", "="])}, MALFORMED)
    yield from right(type, base(), {**base(), "number": LARGEST}, code={"key-mismatch", "untrusted", "wrong-purpose"})


def documents(forger):
    """Without files: what is right waits for them, and is sent by no test of these."""
    def digest():
        return os.urandom(32).hex()
    def facts():
        return {
            "number": "安政发〔2026〕12号", "title": "题", "issuer": "机关", "date": "2026-11-28",
            "ofd": {"sha256": digest(), "bytes": 7}, "pdf": {"sha256": digest(), "bytes": 7}}
    def published(**fields):
        body = {**facts(), **fields}
        files = [body.get(name) for name in ("ofd", "pdf")]
        return {"blobs": [file["sha256"] for file in files if isinstance(file, dict) and isinstance(file.get("sha256"), str)], **body}
    def withdrawn(**fields):
        return {**facts(), "publishedAt": "2026-11-28T00:00:00.000Z", "reason": "理由", **fields}
    line = ["", "题\n题", "题\u202e题", "题\0", "\ue000", "题\u2028", "x" * 100_000, "e" + "\u0301" * 30_000]
    fields = {
        "number": (str, ["", "x", "安政发", "〔2026〕12号", "安政发[2026]12号", "安政发〔2026〕012号", "安政发〔2026〕12号 ", "../〔2026〕12号",
                         "安" * 20 + "〔2026〕12号", "9" * 100_000]),
        "title": (str, [*line, "x" * 201]), "issuer": (str, [*line, "x" * 101]),
        "date": (str, ["", "x", "2026-02-30", "2026-13-01", "1969-12-31", "2026-11-28 ", "2026-1-1", "２０２６-11-28", "9" * 100_000]),
        ("ofd", "sha256"): (str, ["", "x" * 64, "A" * 64, "0" * 63, "../../x"]), ("ofd", "bytes"): (int, [0, -1, SMALLEST]),
        ("pdf", "sha256"): (str, ["", "x" * 64, "0" * 65]), ("pdf", "bytes"): (int, [0, -1, SMALLEST])}
    for type, base, more in [
            ("document.published", published, {}),
            ("document.withdrawn", withdrawn, {"publishedAt": (str, TIMES), "reason": (str, [*line, "x" * 501])})]:
        yield from spoiled(type, base, {**fields, **more}, SCHEMA | {"malformed"})
        for value in (None, True, 7, "x", [], {}, NESTED):
            yield from right(type, base(ofd=value), base(pdf=value), code=SCHEMA)
        one = {"sha256": digest(), "bytes": 7}
        yield from right(type, base(ofd=one, pdf=one), code=SCHEMA)
        for at in ("0000-00-00T00:00:00Z", "1969-12-31T23:59:59Z"):
            yield from right(type, base(), at=at, code=SCHEMA)
    yield from right("document.published", published(blobs=[]), published(blobs=[digest()]), published(blobs=[digest()] * 64), code=SCHEMA)
    for size in (33_554_433, LARGEST):
        large = {"sha256": digest(), "bytes": size}
        yield from right("document.published", published(ofd=large), published(pdf=large), code={"policy-blob-size"})
    yield from right(
        "document.withdrawn", withdrawn(), withdrawn(), withdrawn(reason="题" * 500), withdrawn(unknown=NESTED),
        withdrawn(ofd={"sha256": digest(), "bytes": LARGEST}), withdrawn(publishedAt="9999-12-31T23:59:59.999Z"))


# The envelope.


def envelopes(forger, type, body):
    """Messages that are malformed, and whose ids and types can be read. `type` and `body` are harmless."""
    for field in ("subject", "after", "at", "body"):
        for value in [..., *OTHER_KINDS[list if field == "after" else str]]:
            if field == "body" and isinstance(value, dict):
                continue
            content = {name: part for name, part in {**message(type, body), field: value}.items() if part is not ...}
            yield f"{field} = {str(value)[:40]}", content, SCHEMA
    good = message(type, body)
    for fields in (
            {"subject": ""}, {"subject": "x" * 36},
            {"subject": good["subject"].upper()}, {"subject": good["subject"] + " "}, {"subject": "00000000-0000-4000-8000-000000000000"},
            {"after": [""]}, {"after": [7]}, {"after": [None]}, {"after": [identifier()] * 65}, {"after": [[]]}, {"more": 1},
            {"body": {**body, "blobs": 7}}, {"body": {**body, "blobs": [identifier()]}}, *({"at": at} for at in TIMES if at[:4] != "1969")):
        yield f"{str(fields)[:60]}", {**message(type, body), **fields}, SCHEMA
