# SPDX-License-Identifier: Apache-2.0
"""RSA keys and HTTP signatures (draft-cavage-12) with the OpenSSL library that the node uses too."""

import base64
import ctypes
import ctypes.util
import hashlib
from email.utils import formatdate

_crypto = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
for _name in ["EVP_PKEY_Q_keygen", "EVP_MD_CTX_new", "EVP_sha256"]:
    getattr(_crypto, _name).restype = ctypes.c_void_p
_DIGEST = ctypes.c_void_p(_crypto.EVP_sha256())


class Key:
    """An RSA key of 2048 bits."""

    def __init__(self):
        self._key = ctypes.c_void_p(_crypto.EVP_PKEY_Q_keygen(None, None, b"RSA", ctypes.c_size_t(2048)))
        if not self._key:
            raise RuntimeError("OpenSSL made no key")

    def pem(self) -> str:
        """The public key as SubjectPublicKeyInfo in PEM."""
        buffer = ctypes.create_string_buffer(_crypto.i2d_PUBKEY(self._key, None))
        end = ctypes.c_char_p(ctypes.addressof(buffer))
        size = _crypto.i2d_PUBKEY(self._key, ctypes.byref(end))
        text = base64.encodebytes(buffer.raw[:size]).decode()
        return f"-----BEGIN PUBLIC KEY-----\n{text}-----END PUBLIC KEY-----\n"

    def sign(self, data: bytes) -> bytes:
        """An RSA signature of PKCS #1 v1.5 with SHA-256."""
        context = ctypes.c_void_p(_crypto.EVP_MD_CTX_new())
        signature = ctypes.create_string_buffer(256)
        size = ctypes.c_size_t(256)
        good = _crypto.EVP_DigestSignInit(context, None, _DIGEST, None, self._key) == 1
        good = good and _crypto.EVP_DigestSign(
            context, signature, ctypes.byref(size), data, ctypes.c_size_t(len(data))) == 1
        _crypto.EVP_MD_CTX_free(context)
        if not good:
            raise RuntimeError("OpenSSL did not sign")
        return signature.raw[:size.value]


def signed_headers(key: Key, key_id: str, host: str, path: str, body: bytes) -> dict[str, str]:
    """The headers of a signed POST to this host and path."""
    digest = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
    date = formatdate(usegmt=True)
    text = f"(request-target): post {path}\nhost: {host}\ndate: {date}\ndigest: {digest}"
    signature = base64.b64encode(key.sign(text.encode())).decode()
    return {
        "Host": host, "Date": date, "Digest": digest, "Content-Type": "application/activity+json",
        "Signature": f'keyId="{key_id}",algorithm="rsa-sha256",headers="(request-target) host date digest",'
                     f'signature="{signature}"',
    }
