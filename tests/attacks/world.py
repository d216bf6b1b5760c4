"""The attacked platform: a control plane, the operator with its own identity, OpenBao, and a stack of this project."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import yaml

from local.engine import Engine
from local.grants import MOUNT, bind_account, grant_paths, start_openbao
from local.obtain import list_operator_crds, obtain_programs
from local.openbao import OpenBao
from local.platform import CONTEXT, Platform
from local.seed import Seeder, get_data_plane_namespace, list_openchoreo_crds
from tests.attacks.api import Api
from tests.attacks.configuration import build_configuration, build_docker_config, configure
from tests.attacks.names import (
    LABEL,
    MANAGER,
    MANUAL,
    NAMED_ALIKE,
    ORGANIZATIONS,
    OUTSIDE,
    OWN_NAMESPACES,
    PLATFORM_KEY,
    RELEASE,
)
from tests.attacks.secret_api import create_api, grant_pushes
from tests.attacks.servers import Servers, start_servers
from tests.attacks.subjects import (
    AGENT,
    AGENT_RULES,
    OPERATOR,
    OPERATOR_RULES,
    SHIPPED,
    TENANT_RULES,
    TENANTS,
    WIDE,
    WIDE_RULES,
    bind_cluster_role,
    bind_in,
    create_account,
    create_cluster_role,
    list_documented_roles,
    user_of,
)
from tests.platform.aws import MotoAws, moto_server
from tests.platform.github import GitHub
from tests.platform.harness import Stack, eventually, make_project
from tests.platform.watchdog import stopped_at_the_end

Say = Callable[[str], None]
_EVERYTHING: Final = 'path "*" { capabilities = ["create", "read", "update", "delete", "list"] }'
"""Policy of OpenBao without any limit."""
_MARKED: Final = {"custom_metadata": {"managed-by": "external-secrets"}}
"""Metadata of values that ESO has pushed."""


@dataclass
class World:
    """The platform with everything on it."""

    platform: Platform
    stack: Stack
    refused: Stack
    """Another stack, whose previews are refused."""
    openbao: OpenBao
    aws: MotoAws
    servers: Servers
    github: GitHub
    admin: Api
    tenants: dict[str, Api]
    agent: Api
    canaries: dict[str, str] = field(default_factory=dict)
    """Remote key -> the value that nobody else may obtain."""
    previews: dict[str, str] = field(default_factory=dict)
    """What previews have printed that several attacks look at."""

    def build_namespace(self, organization: str) -> str:
        """Namespace of an organization's builds."""
        return RELEASE.build_namespace(organization)

    def workloads(self, organization: str) -> str:
        """Namespace of an organization's workloads."""
        return get_data_plane_namespace(organization)

    def deploy(self, isolation: str) -> None:
        """Update the stack with a value of ``isolation``."""
        configure(self.stack, **build_configuration(self.openbao, isolation))
        self.stack.up()

    def write_values(self) -> None:
        """Write every canary into OpenBao; the stock store reads all of them there.

        They have the mark of values that ESO has pushed, as OpenChoreo's have: ESO overwrites no others.
        """
        for key in self.canaries:
            self.write_value(key)

    def write_value(self, key: str, *marks: str) -> None:
        """Write one canary, with its mark.

        Args:
            key: path of the value below the mount.
            marks: more places where ESO looks for the mark.
        """
        canary = self.canaries[key]
        value = build_docker_config(canary) if key.endswith("pull") else canary
        self.openbao.call("PUT", f"{MOUNT}/data/{key}", {"data": {"token": value}})
        for mark in (key, *marks):
            self.openbao.call("PUT", f"{MOUNT}/metadata/{mark}", _MARKED)

    def grant(self, *, everything: bool = False) -> None:
        """Write the policy and the role of each organization in OpenBao.

        Args:
            everything: every role accepts every ServiceAccount, and its policy allows everything.
        """
        for organization in ORGANIZATIONS:
            role, account = f"eso-{organization}", (MANAGER, f"eso-bao-{organization}")
            if everything:
                self.openbao.call("PUT", f"sys/policies/acl/org-{organization}", {"policy": _EVERYTHING})
                account = ("*", "*")
            else:
                grant_paths(self.openbao, f"org-{organization}", (f"{MOUNT}/data/org/{organization}/*",))
            bind_account(self.openbao, role, account, f"org-{organization}")
        grant_paths(self.openbao, "org-shared", (f"{MOUNT}/data/org/*",))
        bind_account(self.openbao, "eso-shared", (MANAGER, "eso-bao"), "org-shared")
        if RELEASE.secret_api is not None:
            grant_pushes(self.openbao, _EVERYTHING if everything else None)


@contextmanager
def start_world(folder: Path, say: Say) -> Iterator[World]:
    """The platform with the deployed stack, stopped after the block."""
    say("starting the platform")
    with (
        moto_server() as aws,
        start_servers() as servers,
        GitHub() as github,
        stopped_at_the_end(Platform(folder / "platform", obtain_programs(say))) as platform,
    ):
        platform.start_control_plane()
        seeder = Seeder(platform.kubeconfig)
        seeder.apply_definitions(
            [*list_operator_crds(), *list_openchoreo_crds(RELEASE)], platform.process("kube-apiserver")
        )
        pki = platform.pki
        admin = Api(platform.server, pki.ca, certificate=(pki.certificate("admin"), pki.key("admin")))
        _start_operator(platform, admin, aws)
        openbao = start_openbao(platform, seeder)
        world = _create_world(platform, admin, openbao, (aws, servers, github))
        for organization in (*ORGANIZATIONS, "umbra"):
            seeder.create_organization(organization, RELEASE)
        _fill(world)
        if RELEASE.secret_api is not None:
            create_api(admin, openbao)
        say("deploying the stack")
        world.deploy("strict")
        _give_rights(world)
        yield world


def _start_operator(platform: Platform, admin: Api, aws: MotoAws) -> None:
    """Start ESO as the ServiceAccount of its chart, with credentials of AWS of its own."""
    token = create_account(admin, OPERATOR)
    create_cluster_role(admin, "external-secrets", OPERATOR_RULES)
    bind_cluster_role(admin, "external-secrets", OPERATOR)
    kubeconfig = yaml.safe_load(platform.kubeconfig.read_text())
    kubeconfig["users"] = [{"name": CONTEXT, "user": {"token": token}}]
    file = platform.folder / "operator.kubeconfig"
    file.touch(mode=0o600)
    file.write_text(yaml.safe_dump(kubeconfig))
    # ESO's generator of sessions reads the address of STS from the variable of AWS' own SDK.
    sts = {"AWS_ENDPOINT_URL_STS": aws.endpoint}
    own = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", **sts}
    platform.start_operator({**aws.environment, **own}, file)


def _create_world(platform: Platform, admin: Api, openbao: OpenBao, beside: tuple[MotoAws, Servers, GitHub]) -> World:
    engine = Engine(platform.folder, platform.programs, make_project(platform.folder / "project"))
    engine.prepare()
    stack, refused = (Stack(engine, name, platform.kubeconfig) for name in ("attacked", "refused"))
    for created in (stack, refused):
        created.init()

    def sign_in(account: tuple[str, str]) -> Api:
        return Api(platform.server, platform.pki.ca, token=create_account(admin, account))

    tenants = {name: sign_in((TENANTS, name)) for name in ORGANIZATIONS}
    keys = [key for name in ORGANIZATIONS for key in (f"org/{name}/git", f"{name}-sonar", f"{name}-pull")]
    canaries = {key: f"canary-{secrets.token_hex(16)}" for key in (*keys, PLATFORM_KEY, MANUAL)}
    refused.set_secret(f"manualSecrets.{MANUAL}", canaries[MANUAL])
    return World(platform, stack, refused, openbao, *beside, admin, tenants, sign_in(AGENT), canaries)


def _fill(world: World) -> None:
    """Write the values, grant what the documentation says, and create the namespaces and the tenants' rights."""
    admin = world.admin
    for namespace in (MANAGER, OUTSIDE):
        admin.ensure({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    world.write_values()
    world.aws.put_secret(PLATFORM_KEY, json.dumps({"token": world.canaries[PLATFORM_KEY]}))
    world.grant()
    for key, canary in world.canaries.items():
        if "/" not in key:
            value = build_docker_config(canary) if key.endswith("pull") else canary
            metadata = {"name": key, "namespace": MANAGER}
            admin.ensure({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"token": value}})
    for name, rules in (("tenant", TENANT_RULES), (SHIPPED, AGENT_RULES), (WIDE, WIDE_RULES)):
        create_cluster_role(admin, name, rules)
    for role in list_documented_roles():
        admin.ensure(role)
        bind_cluster_role(admin, role["metadata"]["name"], AGENT)
    for namespace in (NAMED_ALIKE, *OWN_NAMESPACES):
        labels = {} if namespace == NAMED_ALIKE else {LABEL: "acme"}
        admin.ensure({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}})


def _give_rights(world: World) -> None:
    """Give each tenant its rights in the namespaces of its organization, which exist now, and wait for them."""
    own = {name: [world.build_namespace(name), world.workloads(name)] for name in ORGANIZATIONS}
    own["acme"] += [NAMED_ALIKE, *OWN_NAMESPACES]
    for organization, namespaces in own.items():
        account = (TENANTS, organization)
        for namespace in namespaces:
            bind_in(world.admin, namespace, "tenant", account)
        for namespace in namespaces:
            eventually(
                partial(
                    world.admin.may,
                    user_of(account),
                    "create",
                    "external-secrets.io/externalsecrets",
                    namespace=namespace,
                ),
                f"rights of {organization} in {namespace}",
            )
