"""Threats that only a cloud can carry out: what the policy documents of this package say about them.

A small model of IAM evaluates the documents (``tests/iam.py``). Without the layer, it is the document that a careless
administrator writes: without the delimiter at the end of the path, with actions that list, with trust in the operator
or in every ServiceAccount of the cluster.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from components.iam.account import AwsAccount
from components.iam.policy import build_read_policy
from components.iam.trust import ORGANIZATION_TAG, build_operator_trust, build_web_identity_trust
from tests.attacks.attack import ALL, REACHED, STOPPED, STORE, WORKS, Attack, Attempt, Verdict
from tests.attacks.scene import Scene
from tests.iam import Request, allows

_ISSUER: Final = "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF"
_ACCOUNT: Final = "123456789012"
_OPERATOR: Final = f"arn:aws:iam::{_ACCOUNT}:role/external-secrets"
_SECRETS: Final = f"arn:aws:secretsmanager:eu-central-1:{_ACCOUNT}:secret:"
_GET: Final = "secretsmanager:GetSecretValue"
_WITHOUT: Final = "without identity"


def build_account(**keys: str) -> AwsAccount:
    """An account, with an OIDC provider or the operator's role."""
    return AwsAccount.model_validate({"accountId": _ACCOUNT, "region": "eu-central-1", **keys})


def build_policy(scene: Scene) -> dict[str, Any]:
    """What the attacker's role may do."""
    account = build_account(oidcProvider=_ISSUER)
    if scene.phase != _WITHOUT:
        return dict(build_read_policy(account, "SecretsManager", f"org/{scene.attack.attacker}/"))
    actions = [_GET, "secretsmanager:ListSecrets", "secretsmanager:BatchGetSecretValue"]
    resource = f"{_SECRETS}org/{scene.attack.attacker}*"
    listed = {"Effect": "Allow", "Action": actions[1:], "Resource": "*"}
    read = {"Effect": "Allow", "Action": actions[:1], "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [read, listed]}


def judge(policy: Any, request: Request) -> Verdict:
    """What IAM decides."""
    words = f"{request.action} on {request.resource}"
    return Verdict(REACHED, reason=words) if allows(policy, request) else Verdict(STOPPED, "identity", words)


def read_secret(scene: Scene) -> Attempt:
    """Get the victim's secret, whose name begins like the attacker's path."""
    yield
    return judge(build_policy(scene), Request(_GET, f"{_SECRETS}org/{scene.attack.victim}/git-AbCdEf"))


def call(action: str, scene: Scene) -> Attempt:
    """An action that looks for secrets."""
    yield
    return judge(build_policy(scene), Request(action, "*"))


def read_own(scene: Scene) -> Attempt:
    """Get a secret of its own."""
    yield
    verdict = judge(build_policy(scene), Request(_GET, f"{_SECRETS}org/{scene.attack.attacker}/git-AbCdEf"))
    return Verdict(WORKS) if verdict.outcome == REACHED else verdict


def forge_tags(scene: Scene) -> Attempt:
    """A store without ``auth`` makes the operator assume the victim's role, with forged session tags."""
    yield
    victim = scene.attack.victim
    trust: Any = build_web_identity_trust(
        build_account(oidcProvider=_ISSUER), [build_account(oidcProvider=_ISSUER)], "external-secrets", f"eso-{victim}"
    )
    if scene.phase == _WITHOUT:
        trust = build_operator_trust([build_account(operatorRoleArn=_OPERATOR)], victim)
    tags = {f"aws:RequestTag/{ORGANIZATION_TAG}": victim, "aws:TagKeys": [ORGANIZATION_TAG]}
    return judge(trust, Request("sts:AssumeRole", principal=("AWS", _OPERATOR), context=tags))


def use_own_account(scene: Scene) -> Attempt:
    """The attacker's ServiceAccount assumes the victim's role."""
    yield
    account = build_account(oidcProvider=_ISSUER)
    trust: Any = build_web_identity_trust(account, [account], "external-secrets", f"eso-{scene.attack.victim}")
    if scene.phase == _WITHOUT:
        trust = trust_every_account(trust)
    claims = {
        f"{_ISSUER}:sub": f"system:serviceaccount:external-secrets:eso-{scene.attack.attacker}",
        f"{_ISSUER}:aud": "sts.amazonaws.com",
    }
    provider = f"arn:aws:iam::{_ACCOUNT}:oidc-provider/{_ISSUER}"
    return judge(trust, Request("sts:AssumeRoleWithWebIdentity", principal=("Federated", provider), context=claims))


def trust_every_account(trust: Any) -> dict[str, Any]:
    """The document without the name of the ServiceAccount: with the audience alone, every one of the cluster fits."""
    careless = copy.deepcopy(trust)
    for statement in careless["Statement"]:
        del statement["Condition"]["StringEquals"][f"{_ISSUER}:sub"]
    return dict(careless)


def list_attacks() -> Iterator[Attack]:
    """The attacks of this module."""
    decided = {ALL: "identity", STORE: "identity", _WITHOUT: REACHED}
    for victim in ("acme2", "acme-corp"):
        yield Attack("T9", "IAM: name begins alike", f"t9-iam-{victim}", read_secret, decided, victim=victim)
    for action in ("ListSecrets", "BatchGetSecretValue"):
        yield Attack("T10", f"IAM: {action}", f"t10-iam-{action}", partial(call, f"secretsmanager:{action}"), decided)
    yield Attack("T5", "IAM: forged session tags", "t5-tags", forge_tags, decided)
    yield Attack("T5", "IAM: another's role by its own account", "t5-account", use_own_account, decided)


def list_legitimate() -> Iterator[Attack]:
    """What IAM must allow."""
    yield Attack("L5", "IAM: reads its own secret", "l5-iam", read_own, {ALL: WORKS, STORE: WORKS, _WITHOUT: WORKS})
