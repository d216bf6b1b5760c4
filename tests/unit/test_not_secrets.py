"""Texts that a person declares to be no secrets: they are accepted where they are written, and nothing else is."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest
import yaml
from hypothesis import given, strategies as st

from components.errors import SettingsError
from components.external.credential import ExternalCredential
from components.managers.cluster_secret_store import render_store
from components.schema.plain_secrets import NotSecret, describe_secret
from components.schema.sources import RemoteRef
from tests.unit.deferrable import Later, revealed
from tests.unit.managers import AWS_OWN, custom
from tests.unit.samples import AT_ACME, GIT, KUBERNETES, Raw, acme, assert_rejected, planned, settings
from tests.unit.token_samples import TOKENS

_, RANDOM = TOKENS["random"]
OTHER = RANDOM[::-1]
INSTEAD = "store it in the secret manager, and write its name"
ADVICE = f"{INSTEAD}, or list the text in notSecrets if it is no secret"


def _declared(text: str, **keys: Any) -> Raw:
    return {**acme(**keys), "secretStores": {"default": AWS_OWN}, "notSecrets": [text]}


def test_a_declared_text_is_accepted() -> None:
    labels = {"team": RANDOM}
    external: Raw = {"name": "sonar", "keys": {"token": {"remoteKey": RANDOM}}, "labels": labels}
    checked = settings(_declared(RANDOM, git={"remoteKey": RANDOM}, external=[external])).organizations[0]
    assert checked.build_reads == {"default": (RANDOM,)}
    (service,) = checked.external or ()
    assert [(type(text), text) for text in service.labels.values()] == [(str, RANDOM)]


def test_a_block_of_a_provider() -> None:
    block: Raw = {"project": RANDOM, "auth": {RANDOM: "{organization}"}}
    store = settings({**_declared(RANDOM, git=GIT), "secretStores.default": custom("doppler", block)}).secret_stores
    rendered = render_store(planned(KUBERNETES, manager=store["default"].manager), {}, None)
    assert yaml.safe_load(yaml.safe_dump(rendered["spec"]["provider"])) == {
        "doppler": {"project": RANDOM, "auth": {RANDOM: "acme"}}
    }


def test_nothing_else_is_accepted() -> None:
    assert_rejected(
        _declared(
            RANDOM, git={"remoteKey": OTHER}, external=[{"name": "a", "keys": {"b": {"remoteKey": RANDOM + "x"}}}]
        ),
        f"{AT_ACME}.git.remoteKey: (value not shown) looks like a random secret; {ADVICE}",
        f"{AT_ACME}.external[0].keys.b.remoteKey: (value not shown) looks like a random secret; {ADVICE}",
    )


@pytest.mark.parametrize(
    ("what", "token"),
    [pytest.param(*sample, id=name) for name, sample in TOKENS.items() if name not in {"random", "aws-key"}],
)
def test_known_forms_cannot_be_declared(what: str, token: str) -> None:
    problem = f"looks like {what}; {INSTEAD}"
    assert_rejected(
        _declared(token, git={"remoteKey": token}),
        f"{AT_ACME}.git.remoteKey: (value not shown) {problem}",
        f"notSecrets[0]: (value not shown) looks like {what}, for which there is no exception; {INSTEAD}",
    )


@pytest.mark.parametrize(
    ("listed", "problem"),
    [
        (["acme-git"], '[0]: "acme-git" does not look like a random secret, so it needs no exception; remove it'),
        ("acme-git", ": must be a list, not a string"),
        ([5], "[0]: must be a string, not a number"),
    ],
)
def test_lists_with_a_mistake(listed: object, problem: str) -> None:
    assert_rejected({"notSecrets": listed}, f"notSecrets{problem}")


def test_programs() -> None:
    assert RemoteRef(remote_key=NotSecret(RANDOM)).remote_key == RANDOM
    assert revealed(RemoteRef(remote_key=Later(NotSecret(RANDOM))).remote_key) == RANDOM
    keys = {"token": {"remoteKey": "a"}}
    service = ExternalCredential(name="a", keys=keys, labels={"team": NotSecret(RANDOM)})  # type: ignore[arg-type]
    assert service.labels == {"team": RANDOM}
    with pytest.raises(SettingsError) as refused:
        RemoteRef(remote_key=NotSecret(TOKENS["github"][1]))
    assert str(refused.value) == (
        f"RemoteRef: 1 problem\n  - remoteKey: (value not shown) looks like a GitHub token; {INSTEAD}"
    )


@given(seed=st.integers(0, 2**32))
def test_every_refused_random_text_has_the_way_out(seed: int) -> None:
    """Also names that a program has generated, which no rule can tell from a secret."""
    source = random.Random(seed)  # noqa: S311 -- the same texts in every run
    text = "".join(source.choices(string.ascii_letters + string.digits, k=source.randint(28, 60)))
    if describe_secret(text) != "a random secret":
        return
    assert settings(_declared(text, git={"remoteKey": text})).organizations[0].build_reads == {"default": (text,)}
