"""Secrets that someone typed in plain text: known forms of tokens, URLs with a password, and random text.

Sources: "GitHub's token formats"; GitLab, "Token overview"; the rules of gitleaks 8 for the other providers. The words
around a token are not looked at, so a name that only mentions one (``acme/ghp_token``) is no secret.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Final

_FORMS: Final = {
    "a GitHub token": r"gh[opusr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{20,}",
    "a GitLab token": r"gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas)-(?=[\w-]*[A-Z])[\w-]{20,}",
    "a token of Atlassian": r"(?:ATBB|ATCTT3|ATATT3)[A-Za-z0-9_=-]{16,}",
    "a Docker token": r"dckr_[op]at_[\w-]{16,}",
    "a key of AWS": r"\A(?:AKIA|ASIA)[A-Z2-7]{16}\Z",
    "a key of Google": r"ya29\.[\w-]{16,}|AIza[\w-]{35}|GOCSPX-[\w-]{20,}",
    "a secret of Microsoft Entra": r"[\w.~]{3}[0-9]Q~[\w.~-]{31,34}",
    "a JSON Web Token": r"eyJ[\w-]{10,}\.[\w-]{10,}",
    "a Vault token": r"hv[sbr]\.[\w-]{20,}",
    "a Slack token": r"xox[abeoprs]-[A-Za-z0-9-]{10,}",
    "an npm token": r"npm_[A-Za-z0-9]{36,}",
    "a PyPI token": r"pypi-AgE[\w-]{20,}",
    "a token of 1Password": r"ops_eyJ[\w-]{20,}",
    "a token of Doppler": r"dp\.(?:st|pt|ct|sa)\.(?:[\w-]+\.)?[A-Za-z0-9]{40,}",
    "a SonarQube token": r"sq[pua]_[0-9a-f]{40}",
    "an Artifactory token": r"AKCp[A-Za-z0-9]{60,}|cmVmdGtu[A-Za-z0-9]{50,}",
    "a Pulumi token": r"pul-[0-9a-f]{40}",
    "a Stripe key": r"[rs]k_live_[A-Za-z0-9]{20,}",
    "a SendGrid key": r"SG\.[\w-]{20,}\.[\w-]{30,}",
    "a DigitalOcean token": r"do[opr]_v1_[0-9a-f]{64}",
    "a Hugging Face token": r"hf_[A-Za-z]{34}",
    "a private key": r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY|AGE-SECRET-KEY-1[A-Z0-9]{20,}",
    "a URL with a password": r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@{}]*:[^\s/@{}]+@",
}
_NAMES: Final = tuple(_FORMS)
_KNOWN: Final = re.compile("|".join(f"(?<![A-Za-z0-9])(?:{form})" for form in _FORMS.values()), re.ASCII)
_EACH: Final = tuple(re.compile(f"(?<![A-Za-z0-9])(?:{form})", re.ASCII) for form in _FORMS.values())

_RUN: Final = re.compile(r"[A-Za-z0-9+=]{28,}", re.ASCII)
"""Shorter ones are ids: those of Keeper have 22 characters, a KSUID has 27."""
_AWS_KEY: Final = re.compile(r"[A-Za-z0-9/+]{40}", re.ASCII)
_LOWER: Final = re.compile("[a-z]+")
_LONGEST_WORDS: Final = 2.2
"""Mean length of the runs of lower-case letters: 1.7 in random text, at least 3 in words that are written together."""
_LEAST_ENTROPY: Final = 4.2
"""Bits for each character; 28 random ones have 4.5 on average."""

PUBLIC_FIELDS: Final = frozenset({"ca_bundle", "known_hosts", "not_secrets", "template"})
"""Fields with long text that is public, such as keys and certificates. Known forms are refused there, too."""
HIDDEN: Final = "(value not shown)"
"""Instead of a text that seems to be a secret."""
INSTEAD: Final = "store it in the secret manager, and write its name"
RANDOM: Final = "a random secret"
_AWS: Final = "a key of AWS"
UNLESS: Final = ", or list the text in notSecrets if it is no secret"
"""After what to do about a text whose characters are the only reason to refuse it."""


class NotSecret(str):
    """A text that looks random and is no secret: ``RemoteRef(remote_key=NotSecret("q7Zp2LxV9mKc4RtY8wBn3HsJ6dFg"))``.

    Known forms of tokens are refused nevertheless.
    """

    __slots__ = ()


def mark_texts(tree: Any, texts: Collection[str]) -> Any:
    """JSON data in which texts, also as keys, are declared to be no secrets."""
    if isinstance(tree, str):
        return NotSecret(tree) if tree in texts else tree
    if isinstance(tree, Mapping):
        return {mark_texts(key, texts): mark_texts(value, texts) for key, value in tree.items()}
    return [mark_texts(value, texts) for value in tree] if isinstance(tree, (list, tuple)) else tree


def describe_secret(text: str, *, random: bool = True) -> str | None:
    """What a text seems to be, such as ``a GitHub token``. None: no secret.

    Args:
        text: of a person, who may have typed a secret in the wrong place.
        random: also refuse long random text, which some public values are: certificates, public keys.
    """
    if _KNOWN.search(text):
        return next(name for name, form in zip(_NAMES, _EACH, strict=True) if form.search(text))
    if not random or isinstance(text, NotSecret):
        return None
    if _AWS_KEY.fullmatch(text) and _is_random(text.replace("/", "")):
        return _AWS
    return RANDOM if any(map(_is_random, _RUN.findall(text))) else None


def is_only_random(text: str) -> bool:
    """Whether a text is refused for its characters alone. Then it may be an id that a program has generated."""
    return describe_secret(text) is not None and describe_secret(text, random=False) is None


def advise(text: str, instead: str = INSTEAD) -> str:
    """What to do about a text that seems to be a secret.

    Args:
        text: the text.
        instead: what to do if it is one.
    """
    return f"{instead}{UNLESS}" if is_only_random(text) else instead


def refuse_plain_secret(value: object, *, random: bool = True, written: object = None) -> None:
    """Raise a `ValueError` for a text, or a text in a list or mapping, that seems to be a secret.

    The message does not contain the text.

    Args:
        value: text, list or mapping.
        random: as for `describe_secret`.
        written: the same before its validation, which turns a `NotSecret` into another text.
    """
    declared = {text for text in _list_texts(written) if isinstance(text, NotSecret)}
    for text in _list_texts(value):
        secret = describe_secret(text, random=random and text not in declared)
        if secret is not None:
            where = "" if text is value else "has a text that "
            msg = f"{where}looks like {secret}; {advise(text)}"
            raise ValueError(msg)


def _list_texts(value: object) -> list[str]:
    """A text, or the texts of a list or a mapping."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for pair in value.items() for text in pair if isinstance(text, str)]
    return [text for text in value if isinstance(text, str)] if isinstance(value, (list, tuple)) else []


def hide_secrets(text: str) -> str:
    """The text of a program with its known tokens replaced."""
    return _KNOWN.sub(HIDDEN, text)


def _is_random(run: str) -> bool:
    """Whether a run of letters and digits is not made of words: mixed case, digits, and hardly any lower-case words."""
    words = _LOWER.findall(run)
    if not words or not any(map(str.isupper, run)) or not any(map(str.isdigit, run)):
        return False
    entropy = -sum(count / len(run) * math.log2(count / len(run)) for count in Counter(run).values())
    return sum(map(len, words)) / len(words) <= _LONGEST_WORDS and entropy >= _LEAST_ENTROPY
