"""Signs and checks one PDF with pyHanko, again and again, in this process: `sign RATE` and `validate RATE`, in documents a second.
usage: sign-pdf.py PDF SECONDS"""

import datetime
import io
import sys
import time

from asn1crypto import keys, x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore


def certificate(name, issuer=None):
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.timezone.utc)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    is_root = issuer is None
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject if is_root else issuer[0].subject)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(not is_root, not is_root, False, False, False, is_root, is_root, False, False), critical=True)
        .sign(key if is_root else issuer[1], hashes.SHA256()))
    return made, key


def converted(made):
    return asn1_x509.Certificate.load(made.public_bytes(serialization.Encoding.DER))


def rate(seconds, work):
    work()
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        work()
        count += 1
    return count / (time.perf_counter() - started)


document = open(sys.argv[1], "rb").read()
seconds = float(sys.argv[2])
root = certificate("Root")
own, key = certificate("Signer", root)
store = SimpleCertificateStore()
store.register(converted(root[0]))
signer = signers.SimpleSigner(
    signing_cert=converted(own), cert_registry=store,
    signing_key=keys.PrivateKeyInfo.load(key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())))
metadata = signers.PdfSignatureMetadata(
    field_name="Signature1", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, certify=True,
    docmdp_permissions=fields.MDPPerm.NO_CHANGES)


def sign():
    return signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(document)), metadata, signer=signer).getvalue()


signed = sign()


def validate():
    status = validate_pdf_signature(
        PdfFileReader(io.BytesIO(signed)).embedded_signatures[0], ValidationContext(trust_roots=[converted(root[0])]))
    assert status.bottom_line, status.summary()


print("sign", rate(seconds, sign))
print("validate", rate(seconds, validate))
