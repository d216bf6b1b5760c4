"""Which texts seem to be secrets, and which names never do."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from components.errors import SettingsError
from components.schema.plain_secrets import describe_secret, refuse_plain_secret
from components.schema.sources import RemoteRef
from components.schema.text import clip, flatten, quote
from tests.unit.deferrable import Later
from tests.unit.token_samples import NAMES, TOKENS

RANDOM = frozenset({TOKENS["random"][1], TOKENS["aws-key"][1]})
"""Refused for their characters alone."""


def _advice(token: str) -> str:
    unless = ", or list the text in notSecrets if it is no secret" if token in RANDOM else ""
    return f"store it in the secret manager, and write its name{unless}"


@pytest.mark.parametrize(("what", "token"), TOKENS.values(), ids=TOKENS)
def test_token(what: str, token: str) -> None:
    assert describe_secret(token) == what
    assert describe_secret(f"teams/acme: {token}") == (None if what == "a key of AWS" else what)


@pytest.mark.parametrize("name", NAMES)
def test_name(name: str) -> None:
    assert describe_secret(name) is None


WORDS = st.sampled_from(
    [
        "acme",
        "Prod",
        "GitHub",
        "token",
        "PAT",
        "v2",
        "CI",
        "Registry",
        "eu-central-1",
        "2024",
        "Build",
        "node",
        "of",
        "AWS",
    ]
)
PARTS = (
    st.lists(WORDS, min_size=1, max_size=8).map("".join)
    | st.lists(WORDS, min_size=1, max_size=6).map("_".join)
    | st.lists(WORDS, min_size=1, max_size=6).map("-".join)
    | st.uuids().map(str)
    | st.binary(min_size=4, max_size=32).map(bytes.hex)
    | st.integers(0, 10**12).map(str)
    | st.text(string.ascii_letters + string.digits, min_size=1, max_size=22)
)


@given(parts=st.lists(PARTS, min_size=1, max_size=5), separator=st.sampled_from("/.:-_"))
@hypothesis_settings(deadline=None, max_examples=500)
def test_paths_of_words_ids_and_digests_are_names(parts: list[str], separator: str) -> None:
    """Ids of up to 22 characters are below the length from which text counts as random."""
    name = separator.join(part for part in parts if not part.startswith(("AKIA", "ASIA", "ghp_")))
    assert describe_secret(name) is None


def test_most_random_texts_are_refused() -> None:
    source = random.Random(7)  # noqa: S311 -- the same texts in every run
    texts = ["".join(source.choices(string.ascii_letters + string.digits, k=32)) for _ in range(1000)]
    assert sum(describe_secret(text) == "a random secret" for text in texts) > 850
    assert not any(describe_secret(text, random=False) for text in texts)


@pytest.mark.parametrize(("what", "token"), TOKENS.values(), ids=TOKENS)
def test_message(what: str, token: str) -> None:
    for value, start in ((token, ""), ([token], "has a text that "), ({"team": token}, "has a text that ")):
        with pytest.raises(ValueError, match="looks like") as refused:
            refuse_plain_secret(value)
        assert str(refused.value) == f"{start}looks like {what}; {_advice(token)}"


@pytest.mark.parametrize("value", ["acme", ["acme", 1], {"team": "acme", "size": 1}, 5, None])
def test_other_values_are_left_alone(value: object) -> None:
    refuse_plain_secret(value)


@pytest.mark.parametrize(("what", "token"), TOKENS.values(), ids=TOKENS)
def test_no_message_shows_a_token(what: str, token: str) -> None:
    assert (clip(token), quote(token)) == ("(value not shown)", "(value not shown)"), what
    if what not in {"a random secret", "a key of AWS"}:
        assert token not in flatten(f"the server says: {token}")


@pytest.mark.parametrize(("what", "token"), TOKENS.values(), ids=TOKENS)
def test_output(what: str, token: str) -> None:
    """It is checked when it is known, by the same rules."""
    with pytest.raises(SettingsError) as refused:
        RemoteRef(remote_key=Later(token))
    assert str(refused.value) == (
        "RemoteRef: 1 problem; resources that use the value were not changed\n"
        f"  - remoteKey: (value not shown) looks like {what}; {_advice(token)}"
    )
