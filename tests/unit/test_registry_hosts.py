"""Every registry becomes the key that clients look up, or the error has the right form."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from components.registries.credential import RegistryCredential
from components.registries.hosts import RegistryHost, check_server
from components.schema.sources import RemoteRef
from components.secrets.external_secret import SecretTemplate, Target
from components.settings.organization import Organization
from tests.unit.plans import credentials
from tests.unit.registries import ACR, ARTIFACTS, ECR, ECR_HOST, KEYS, LOGIN
from tests.unit.samples import AT_ACME, REGISTRY_NAMES, Raw, acme, assert_rejected, organization

FORM = "is not the address of a registry; expected host[:port][/path] in lower case"
HUB = 'is Docker Hub, which clients look up as "https://index.docker.io/v1/"; use that, or registry: dockerhub'
DOTLESS = (
    "has neither a dot nor a port, so clients would look for its images on Docker Hub; expected host[:port]"
)  # fmt: skip


def _right(reason: str, form: str) -> str:
    return f'has {reason}; use what clients look up, "{form}"'


@pytest.mark.parametrize(("host", "key"), KEYS, ids=lambda value: value if isinstance(value, str) else None)
def test_key(host: Raw, key: str) -> None:
    assert RegistryHost.model_validate(host).auths_key == key
    user = "AWS" if "ecr" in key else "_json_key" if key.endswith(("gcr.io", "pkg.dev")) else "bot"
    found = organization(registries=[{**host, **LOGIN, "username": user}]).registries
    assert found is not None
    assert found[0].auths_key == key


@pytest.mark.parametrize(
    "server",
    [
        "https://index.docker.io/v1/",
        "ghcr.io",
        "ghcr.io/acme",
        "ghcr.io/acme/my_app.v1--beta",
        "docker.io/acme",
        "localhost",
        "localhost:5000",
        "registry:5000",
        "127.0.0.1:65535",
        "[::1]:5000",
        "xn--nxasmq6b.example",
        "registry.example/v2",
        "a." + "b" * 63 + ".example",
    ],
)
def test_server(server: str) -> None:
    assert check_server(server) == server


@pytest.mark.parametrize(
    ("server", "problem"),
    [
        pytest.param("docker.io", HUB, id="docker-hub-as-images-name-it"),
        pytest.param("docker.io/", HUB, id="docker-hub-with-a-slash"),
        pytest.param("index.docker.io", HUB, id="docker-hub-without-its-address"),
        pytest.param("index.docker.io/acme", HUB, id="docker-hub-with-a-path"),
        pytest.param("https://docker.io", HUB, id="docker-hub-with-a-scheme"),
        pytest.param("http://index.docker.io/v1/", HUB, id="docker-hub-by-http"),
        pytest.param("https://index.docker.io/v1", HUB, id="docker-hub-without-the-slash"),
        pytest.param("https://index.docker.io/v2/", HUB, id="docker-hub-of-another-version"),
        pytest.param("registry-1.docker.io", HUB, id="docker-hub's-servers"),
        pytest.param("Hub.Docker.com", HUB, id="docker-hub's-pages"),
        pytest.param("https://ghcr.io", _right("a scheme", "ghcr.io"), id="https"),
        pytest.param("HTTP://ghcr.io/", _right("a scheme", "ghcr.io"), id="http"),
        pytest.param(f"https://{ECR_HOST}", _right("a scheme", ECR_HOST), id="as-the-ecr-token-says"),
        pytest.param("https://registry.example/v2/", _right("a scheme", "registry.example"), id="address-of-the-api"),
        pytest.param("https://registry.example/acme", _right("a scheme", "registry.example/acme"), id="https-and-path"),
        pytest.param("ghcr.io/", _right("a slash at the end", "ghcr.io"), id="slash"),
        pytest.param("ghcr.io/acme//", _right("a slash at the end", "ghcr.io/acme"), id="slashes"),
        pytest.param("GHCR.io", _right("upper case", "ghcr.io"), id="upper-case"),
        pytest.param("ghcr.io/Acme", _right("upper case", "ghcr.io/acme"), id="upper-case-path"),
        pytest.param(
            "ghcr.io/acme/app:v1", _right("the tag or digest of an image", "ghcr.io/acme/app"), id="image-with-a-tag"
        ),
        pytest.param(
            "registry.example:5000/app:v1",
            _right("the tag or digest of an image", "registry.example:5000/app"),
            id="image-behind-a-port",
        ),
        pytest.param(
            "https://GHCR.io/acme:v1/",
            _right("a scheme and upper case and the tag or digest of an image", "ghcr.io/acme"),
            id="all-at-once",
        ),
        pytest.param("github.com", 'is not a registry; expected "ghcr.io"', id="github"),
        pytest.param("https://gitlab.com/acme", 'is not a registry; expected "registry.gitlab.com"', id="gitlab"),
        pytest.param("registry", DOTLESS, id="no-dot"),
        pytest.param("acme/app", DOTLESS, id="image-of-docker-hub"),
        pytest.param("nginx:latest", FORM, id="image-with-a-tag-of-docker-hub"),
        pytest.param("", FORM, id="empty"),
        pytest.param("https://", FORM, id="nothing-behind-the-scheme"),
        pytest.param("a b.io", FORM, id="blank"),
        pytest.param("ghcr.io\n", FORM, id="newline"),
        pytest.param("ghcr.io//acme", FORM, id="empty-part"),
        pytest.param("ghcr.io/-acme", FORM, id="part-that-begins-with-a-hyphen"),
        pytest.param("-ghcr.io", FORM, id="host-that-begins-with-a-hyphen"),
        pytest.param("ghcr.io.", FORM, id="dot-at-the-end"),
        pytest.param("quay.io/🐳", FORM, id="beyond-ascii"),
        pytest.param("quay.io:65536", FORM, id="port-too-high"),
        pytest.param("quay.io:0", FORM, id="port-zero"),
        pytest.param("quay.io:", FORM, id="no-port"),
        pytest.param("a.io/" + "b" * 251, FORM, id="256-characters"),
        pytest.param("ftp://ghcr.io", FORM, id="another-scheme"),
        pytest.param('a.io"}}{{', FORM, id="template"),
        pytest.param("${x}.io", FORM, id="expression"),
    ],
)
def test_server_is_refused(server: str, problem: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        check_server(server)
    assert str(caught.value) == problem


def test_server_of_255_characters() -> None:
    assert len(check_server("a.io/" + "b" * 250)) == 255


def test_the_message_has_the_place() -> None:
    assert_rejected(
        acme(registries=[{"server": "docker.io", **LOGIN}]), f'{AT_ACME}.registries[0].server: "docker.io" {HUB}'
    )


@pytest.mark.parametrize(
    ("server", "problem"),
    [
        (
            "https://bot:hunter2@ghcr.io",
            "looks like a URL with a password; store it in the secret manager, and write its name",
        ),
        ("bot:hunter2@ghcr.io", "has an @; expected host[:port][/path] in lower case"),
        ("ghcr.io/app@sha256:abc", _right("the tag or digest of an image", "ghcr.io/app")),
    ],
)
def test_what_may_be_a_password_is_not_shown(server: str, problem: str) -> None:
    where = f"{AT_ACME}.registries[0].server: (value not shown) "
    assert_rejected(acme(registries=[{"server": server, **LOGIN}]), where + problem)


NAMES = f"expected one of: {REGISTRY_NAMES}"


@pytest.mark.parametrize(
    ("host", "problem"),
    [
        pytest.param({}, ": names no registry; expected exactly one of server, registry", id="none"),
        pytest.param(
            {"server": "ghcr.io", "registry": "ghcr"},
            ": names both server and registry; expected exactly one of server, registry",
            id="both",
        ),
        pytest.param({"registry": "docker"}, f'.registry: "docker" is not a known registry; {NAMES}', id="unknown"),
        *(
            pytest.param(
                {"registry": name},
                f'.registry: "{name}" has no fixed address; use server: host[:port][/path] instead of registry',
                id=name,
            )
            for name in ("harbor", "artifactory", "nexus", "gitea", "forgejo")
        ),
        pytest.param({"registry": "ecr"}, ": lacks account, region, which registry ecr needs", id="parameters-missing"),
        pytest.param(
            {"registry": "artifact-registry"}, ": lacks location, which registry artifact-registry needs", id="location"
        ),
        pytest.param({"registry": "acr"}, ": lacks name, which registry acr needs", id="name"),
        pytest.param(
            {"registry": "ghcr", "location": "eu"}, ": has location, which registry ghcr does not use", id="idle"
        ),
        pytest.param(
            {"server": ECR_HOST, "account": "123456789012", "region": "eu-central-1"},
            ": has account, region, which server does not use",
            id="beside-an-address",
        ),
        pytest.param({**ECR, "account": 123456789012}, ".account: must be a string, not a number", id="number"),
        pytest.param(
            {**ECR, "account": "1234"},
            '.account: "1234" is not the number of an AWS account; expected 12 digits in quotation marks',
            id="account",
        ),
        pytest.param(
            {**ACR, "environmentType": "GermanCloud"},
            '.environmentType: "GermanCloud" must be one of PublicCloud, USGovernmentCloud, ChinaCloud',
            id="cloud-that-was-closed",
        ),
        pytest.param(
            {**ACR, "name": "acmeprod.azurecr.io"},
            '.name: "acmeprod.azurecr.io" is not the name of an Azure registry; '
            'expected 5 to 50 lower-case letters and digits, without the domain',
            id="address-for-a-name",
        ),
        pytest.param(
            {**ARTIFACTS, "location": "europe-west3-a/b"},
            '.location: "europe-west3-a/b" is not a location of Artifact Registry; '
            "expected a region such as europe-west3, or asia, europe or us; did you mean europe-west3?",
            id="no-location",
        ),
    ],
)  # fmt: skip
def test_host_is_refused(host: Raw, problem: str) -> None:
    assert_rejected(acme(registries=[{**host, **LOGIN}]), f"{AT_ACME}.registries[0]{problem}")


@pytest.mark.parametrize(
    ("server", "name"),
    [
        (ECR_HOST, "ecr"),
        (f"{ECR_HOST}/acme", "ecr"),
        ("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com", "ecr"),
        ("123456789012.dkr-ecr.us-east-1.on.aws", "ecr"),
        ("public.ecr.aws", "ecr-public"),
        ("acmeprod.azurecr.io", "acr"),
        ("gcr.io/acme-prod", "gcr"),
        ("us.gcr.io", "gcr"),
        ("europe-west3-docker.pkg.dev", "artifact-registry"),
        ("ghcr.io", None),
        ("https://index.docker.io/v1/", None),
        ("notgcr.io", None),
        ("gcr.io.evil.example", None),
        ("azurecr.io.evil.example", None),
        (f"{ECR_HOST}:443", None),
    ],
)
def test_server_of_a_registry_in_the_catalog(server: str, name: str | None) -> None:
    entry = RegistryHost(server=server).catalog_entry
    assert (entry.name if entry else None) == name


def test_what_only_one_cloud_has() -> None:
    ghcr = RegistryHost(registry="ghcr")
    with pytest.raises(ValueError, match=r"^ghcr\.io is not an ECR registry$"):
        _ = ghcr.aws_region
    with pytest.raises(ValueError, match=r"^ghcr\.io is not an ACR registry$"):
        _ = ghcr.azure_cloud
    assert RegistryHost(server="acmeprod.azurecr.cn").azure_cloud == "ChinaCloud"
    assert RegistryHost(registry="ecr-public").aws_region == "us-east-1"


ANY_TEXT = st.text(max_size=30) | st.text(alphabet='abA.:/-_*@{}$"\\v12[]', max_size=30)
LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
SERVERS = st.builds(
    lambda labels, port, parts: ".".join(labels) + port + "".join(f"/{part}" for part in parts),
    st.lists(LABELS, min_size=2, max_size=4),
    st.just("") | st.integers(1, 65535).map(lambda port: f":{port}"),
    st.lists(st.from_regex(r"[a-z0-9]+([._-][a-z0-9]+)?", fullmatch=True), max_size=3),
)


@given(server=ANY_TEXT | SERVERS)
@hypothesis_settings(deadline=None, max_examples=300)
def test_any_text_is_a_key_or_refused(server: str) -> None:
    """A key is accepted as it is, never mended in silence; what a message offers instead is itself accepted."""
    try:
        assert check_server(server) == server
    except ValueError as error:
        offered = str(error).rpartition('what clients look up, "')[2]
        if offered != str(error):
            assert check_server(offered.removesuffix('"')) != server
        return
    assert server.isascii()
    assert server == server.lower()


@given(server=SERVERS)
@hypothesis_settings(deadline=None, max_examples=100)
def test_a_key_is_quoted_in_the_template(server: str) -> None:
    if server.startswith(("docker.io", "github.com", "gitlab.com")):
        return
    registry = RegistryCredential(server=server, username=r'a"\{{', password=RemoteRef(remote_key="a"))
    if registry.catalog_entry is not None:
        return
    (made,) = credentials(Organization(name="acme", registries=(registry,)), Target("acme", "ns", "s", "1h0m0s"))
    assert isinstance(made.content, SecretTemplate)
    assert made.content.templates is not None
    template = str(made.content.templates[".dockerconfigjson"])
    assert template.count(f"set $auths {json.dumps(server)} (dict") == 1
    assert template.count(r'{{- $user := "a\"\\{{" -}}') == 1
