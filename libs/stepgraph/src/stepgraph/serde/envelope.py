"""Envelope: the first byte of everything that is saved, which says what the rest is.

=========  =========================================================
0x00       never given: bytes that were wiped
0x01       format 1 of `MsgpackSerializer`
0x02-0x7f  kept for its later formats
0x80       never given
0x81       format 1 of `EncryptedSerializer`
0x82-0xff  kept for its later formats
=========  =========================================================

A number, once given, is read for ever.
"""

from __future__ import annotations

from typing import Any, Final

from stepgraph.errors import DeserializationError, NewerCheckpointError

__all__ = ["ENCRYPTED", "PLAIN", "check_encrypted", "check_plain", "is_encrypted"]

PLAIN: Final = 0x01
ENCRYPTED: Final = 0x81


def is_encrypted(data: bytes) -> bool:
    """Return whether bytes are in one of the encrypted formats, later ones included."""
    return bool(_saved(data)[0] > 0x80)


def check_plain(data: bytes) -> None:
    """Refuse bytes that are not in the plain format of this version.

    Raises:
        DeserializationError: They are no saved bytes, or encrypted.
        NewerCheckpointError: They are in a later format.
    """
    if is_encrypted(data):
        raise DeserializationError("these bytes are encrypted: give the saver an EncryptedSerializer with their key")
    _check_format(data[0], PLAIN)


def check_encrypted(data: bytes) -> None:
    """Refuse bytes that are not in the encrypted format of this version.

    Raises:
        DeserializationError: They are no saved bytes, or not encrypted.
        NewerCheckpointError: They are in a later format.
    """
    if not is_encrypted(data):
        raise DeserializationError(
            "expected encrypted bytes, got plain ones: somebody changed them, or they were saved before encryption was "
            "turned on; while you move over, accept them with EncryptedSerializer(…, accept_plain=True)"
        )
    _check_format(data[0], ENCRYPTED)


def _check_format(got: int, expected: int) -> None:
    if got in (0x00, 0x80):
        raise DeserializationError("saved bytes are damaged: they have no format")
    if got != expected:
        raise NewerCheckpointError(f"expected bytes of format {expected}, got format {got}: update stepgraph")


def _saved(data: Any) -> Any:
    if not isinstance(data, (bytes, bytearray, memoryview)):  # what databases return
        raise DeserializationError(f"expected saved bytes, got {type(data).__name__}")
    if not len(data):
        raise DeserializationError("expected saved bytes, got none: they were cut off")
    return data
