# SPDX-License-Identifier: Apache-2.0
"""Generated pictures."""

import struct
import zlib


def png(width: int, height: int, colour: tuple[int, int, int] = (200, 60, 30)) -> bytes:
    """Makes a picture of one colour, with metadata that contains a location."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(colour) * width for _ in range(height))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"tEXt", b"Comment\0taken at home") + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
