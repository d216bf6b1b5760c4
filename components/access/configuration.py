"""The access graph of a plan: its stores, the rooms of its organizations, and every planned read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ..managers.cluster_secret_store import render_store
from ..managers.manager import Endpoint, PlannedStore
from ..manifests import Manifest
from ..object_names import format_object, name_object
from ..plan.organization import OrganizationPlan
from ..plan.stack import Plan
from .graph import BUILD, Configured, GeneratorUse, ManualValue, PlaneUse, Read, Store
from .rooms import Condition, Room, format_labels, read_conditions
from .sign_in import Account, Annotations, SignIn, plain, read_sign_in
from .uses import STORE, Use, list_uses

_ENDPOINT: Final = Endpoint("https://from-the-kubeconfig", "")


def read_plan(plan: Plan) -> Configured:
    """What a plan says about access. It is pure, and reads the plan once."""
    rooms: list[Room] = []
    reads: list[Read] = []
    values: list[ManualValue] = []
    generators: list[GeneratorUse] = []
    for organization in plan.organizations:
        rooms += _list_rooms(plan, organization)
        reads += _list_reads(plan, organization)
        values += _list_values(plan, organization)
        generators += _list_generators(organization)
    control = {
        organization.release.control_plane_namespace(organization.name): organization.name
        for organization in plan.organizations
    }
    return Configured(
        stores=tuple(_read_stores(plan)),
        rooms=tuple(rooms),
        reads=tuple(dict.fromkeys(reads)),
        values=tuple(dict.fromkeys(values)),
        generators=tuple(dict.fromkeys(generators)),
        names=tuple(sorted({organization.name for organization in plan.organizations})),
        control_namespaces=control,
        planes=tuple(
            dict.fromkeys(use for organization in plan.organizations for use in _list_planes(plan, organization))
        ),
        accepted=frozenset(key for entry in plan.settings.secret_stores.values() for key in entry.shared_keys or ()),
    )


def read_store(
    plane: str, manifest: Mapping[str, Any], annotations: Annotations, planned: PlannedStore | None = None
) -> Store:
    """A store from its manifest.

    Args:
        plane: cluster of the store.
        manifest: ClusterSecretStore or SecretStore.
        annotations: those of the ServiceAccounts on that cluster.
        planned: the plan of the store. None: it has none.
    """
    metadata, spec = manifest["metadata"], manifest.get("spec") or {}
    kind, name, namespace = str(manifest["kind"]), str(metadata["name"]), metadata.get("namespace")
    words = format_object(kind, name, namespace)
    sign_in = read_sign_in(spec.get("provider") or {}, plane, words, annotations, namespace)
    names = () if planned is None else planned.organizations
    return Store(
        plane=plane,
        kind=kind,
        name=name,
        namespace=namespace,
        conditions=read_conditions(spec) if namespace is None else (Condition(frozenset({namespace})),),
        sign_in=sign_in,
        identity=sign_in.identity if planned is None else _describe_identity(planned, sign_in),
        organizations=names,
        keys=() if planned is None else tuple(sorted({plain(key) for key in planned.keys})),
        shared=len(names) > 1,
        labels=metadata.get("labels") or {},
    )


def _read_stores(plan: Plan) -> Iterator[Store]:
    for planned in plan.stores:
        # Values are never read: the block of a fake store needs a text for each of its keys.
        manifest = render_store(planned, defaultdict(str), _ENDPOINT)
        yield read_store(planned.plane, manifest, _list_annotations(planned.identity), planned)


def _list_annotations(manifests: Iterable[Manifest]) -> Annotations:
    return {
        (manifest["metadata"].get("namespace") or "", manifest["metadata"]["name"]): (
            manifest["metadata"].get("annotations") or {}
        )
        for manifest in manifests
        if manifest["kind"] == "ServiceAccount"
    }


def _describe_identity(planned: PlannedStore, sign_in: SignIn) -> str:
    """The identity with the Role that the stack creates for it."""
    roles = [name_object(manifest) for manifest in planned.identity if manifest["kind"] == "Role"]
    return ", ".join([sign_in.identity, *roles])


def _list_rooms(plan: Plan, organization: OrganizationPlan) -> Iterator[Room]:
    names = (organization.name,)
    labels = organization.namespace_manifest["metadata"].get("labels") or {}
    yield Room(BUILD, organization.namespace, labels, names, builds=True)
    if organization.builds_only:
        return
    for selector in organization.data_plane_selectors:
        yield Room(plan.pull_plane, "", selector, names)


def _list_reads(plan: Plan, organization: OrganizationPlan) -> Iterator[Read]:
    name, builds = organization.name, f"builds in {organization.namespace}"
    for planned in organization.secrets:
        if planned.external_secret is None:
            continue
        text = name_object(planned.external_secret)
        text = f"ExternalSecret of each build run, for {planned.name}" if planned.per_run else text
        for use in list_uses(planned.external_secret["spec"]):
            yield Read(name, BUILD, builds, text, use)
    for reference in organization.secret_references:
        for entry in reference.manifest["spec"]["data"]:
            use = Use(STORE, plain(reference.store), plain(entry["remoteRef"]["key"]))
            yield Read(name, BUILD, builds, name_object(reference.manifest), use)
    yield from _list_pull_reads(plan, organization)


def _list_pull_reads(plan: Plan, organization: OrganizationPlan) -> Iterator[Read]:
    labels = " or ".join(map(format_labels, organization.data_plane_selectors))
    name, subject = organization.name, f"workloads with {labels}"
    if organization.fan_out is not None:
        text = name_object(organization.fan_out)
        for use in list_uses(organization.fan_out["spec"]["externalSecretSpec"]):
            yield Read(name, plan.pull_plane, subject, text, use, builds=False)
    if organization.pull_entry is not None:
        text = f"ExternalSecret of each component ({organization.pull_entry.id})"
        for use in list_uses(organization.pull_entry.template["spec"]):
            yield Read(name, plan.pull_plane, subject, text, use, builds=False)


def _list_planes(plan: Plan, organization: OrganizationPlan) -> Iterator[PlaneUse]:
    """The stores that the planes of an organization name, also those that the stack does not create."""
    for owner, place in organization.placed_objects:
        builds, own = place.role == "build plane", owner.organization
        block = own.build_plane if builds else own.data_plane
        if block is not None and place.role in {"build plane", "data plane"}:
            text = format_object(place.kind.name, place.name, place.namespace)
            yield PlaneUse(own.name, BUILD if builds else plan.pull_plane, text, plain(block.secret_store_ref))


def _list_values(plan: Plan, organization: OrganizationPlan) -> Iterator[ManualValue]:
    name, namespace = organization.name, organization.namespace
    for manual in organization.manual_secrets:
        text = format_object("Secret", manual.name, namespace)
        for entry in manual.entries:
            yield ManualValue(name, BUILD, namespace, text, f"manualSecrets.{entry}", builds=True)
    for where, manual in organization.pull_manual:
        text = format_object("Secret", manual.name, where)
        for entry in manual.entries:
            yield ManualValue(name, plan.pull_plane, where, text, f"manualSecrets.{entry}", builds=False)


def _list_generators(organization: OrganizationPlan) -> Iterator[GeneratorUse]:
    annotations = _list_annotations(organization.generators)
    for manifest in organization.generators:
        if manifest["kind"] != "ServiceAccount":
            yield _read_generator(organization.name, manifest, annotations)


def _read_generator(organization: str, manifest: Manifest, annotations: Annotations) -> GeneratorUse:
    metadata, spec, kind = manifest["metadata"], manifest["spec"], manifest["kind"]
    account: Account = (metadata["namespace"], metadata["name"])
    own = annotations.get(account, {})
    signs = sorted(f"{key.rpartition('/')[2]} {plain(value)}" for key, value in own.items())
    signs += [f"{key} {plain(spec[key])}" for key in ("appID", "installID") if key in spec]
    words = ", ".join(signs) or f"ServiceAccount {'/'.join(account)}"
    return GeneratorUse(organization, name_object(manifest), f"{kind} {words}", words)
