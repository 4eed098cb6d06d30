"""Passwords: which are good enough, how they are kept (argon2id), and how one is compared."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST, KINDS = 10, 128, 3
"""Length and kinds of characters as GB/T 22239 asks of level 2 (身份鉴别) and offices commonly write down."""

RULE = f"密码须为{SHORTEST}至{LONGEST}个字符，至少包含大写字母、小写字母、数字、其他字符中的三类。"
TOO_COMMON = "这个密码过于常见，请换一个。"
HOLDS_NAME = "密码不得包含账号名。"

_COMMON = ("password", "passw0rd", "p@ssw0rd", "p@ssword", "qwerty", "1q2w3e", "1qaz2wsx", "admin", "administrator",
           "welcome", "letmein", "iloveyou", "abc123", "abcd1234", "a1b2c3", "zaq12wsx", "123456", "654321", "111111",
           "000000", "888888", "666666", "123123", "woaini", "hecha", "zhengfu", "gongkai", "zwgk")  # fmt: skip
_LETTERS, _FIGURES = "abcdefghjkmnpqrstuvwxyz", "23456789"
_AT_ONCE = threading.BoundedSemaphore(2)
"""One comparison takes 64 MB and a core for 50 ms: many at once would be a way to bring the service down."""

_hasher = PasswordHasher()


def weakness(password: str, name: str) -> str | None:
    """Return in one sentence why `password` is not good enough for the account `name`, None when it is."""
    kinds = {_kind(character) for character in password}
    if not SHORTEST <= len(password) <= LONGEST or len(kinds) < KINDS:
        return RULE
    plain = password.lower()
    if len(name) > 2 and name.lower() in plain:
        return HOLDS_NAME
    rest = plain
    for common in sorted(_COMMON, key=len, reverse=True):
        rest = rest.replace(common, "")
    # what is left when the common parts are gone is all that would have to be guessed
    if len(rest) < min(len(plain), SHORTEST // 2):
        return TOO_COMMON
    return TOO_COMMON if len(set(plain)) < SHORTEST // 2 else None


def _kind(character: str) -> str:
    if character.isascii() and character.isalpha():
        return "upper" if character.isupper() else "lower"
    return "figure" if character.isdigit() else "other"


def one_time() -> str:
    """Return a password to be told to a person and replaced at once: no characters that are taken for each other."""
    groups = ("".join(secrets.choice(_LETTERS + _FIGURES) for _ in range(4)) for _ in range(3))
    # one of each kind, whatever was drawn
    return "-".join((*groups, secrets.choice(_LETTERS.upper()) + secrets.choice(_FIGURES)))


def hashed(password: str) -> str:
    """Return what is stored of a password."""
    with _AT_ONCE:
        return _hasher.hash(_plain(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one that is stored. Takes as long where nothing is stored (`stored` None)."""
    if len(password) > 4 * LONGEST:
        return False
    with _AT_ONCE:
        nobodys = _nobodys()
        try:
            return _hasher.verify(stored or nobodys, _plain(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(stored: str) -> bool:
    """Whether a stored password should be hashed anew: today's parameters are stronger."""
    return _hasher.check_needs_rehash(stored)


def _plain(password: str) -> str:
    # the same characters, however a keyboard composes them
    return unicodedata.normalize("NFC", password)


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe())
