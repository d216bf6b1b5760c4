"""One context of the user's kubeconfigs: the server and the user, with absolute paths.

Source: ``clientcmd`` of client-go 0.33, and the Kubernetes provider 4.25, which reads $KUBECONFIG by client-go's own
rules, but a file that ``kubeconfig`` names without its folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from ...errors import ClusterError
from ...settings.clusters import ClusterSettings
from .fields import Content, Server, User, read_content

_AMBIENT = "$KUBECONFIG, else ~/.kube/config"
_F = TypeVar("_F", Server, User)


@dataclass(frozen=True)
class Access:
    """What a context leads to."""

    where: str
    """Plane and context, for messages."""
    cluster: str
    """Name of the server in the kubeconfig."""
    server: Server
    login: str
    """Name of the user in the kubeconfig."""
    user: User
    read_again: Callable[[], Access] = field(compare=False, repr=False)
    """The same context as the files are now."""

    def problem(self, field: str, text: str) -> ClusterError:
        """An error about a field of the server.

        Args:
            field: name of the field.
            text: what is wrong, and what to do.
        """
        return ClusterError(f'{self.where}: clusters["{self.cluster}"].cluster.{field}: {text}')

    def user_problem(self, field: str, text: str) -> ClusterError:
        """An error about a field of the user; arguments as above."""
        return ClusterError(f'{self.where}: users["{self.login}"].user{field and f".{field}"}: {text}')

    def read_authority(self) -> bytes:
        """Certificates, in PEM, that verify the server. Empty: those of the system.

        Raises:
            ClusterError: the file cannot be read.
        """
        path = self.server.certificate_authority
        return (
            read_file(path, self.problem, "certificate-authority") if path else self.server.certificate_authority_data
        )


def read_file(path: str, problem: Callable[[str, str], ClusterError], field: str) -> bytes:
    """The content of a file that a kubeconfig names.

    Args:
        path: of the file.
        problem: creates the error, from the name of the field and the text.
        field: that names the file.

    Raises:
        ClusterError: the file cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no path"
        raise problem(field, f"{path} cannot be read: {reason}; write the path of the file") from None


def read_access(plane: str, settings: ClusterSettings) -> Access:
    """Server and user of a context; no program is run, and nothing is sent.

    Args:
        plane: name of the plane for messages, such as ``build plane``.
        settings: kubeconfig and context.

    Raises:
        ClusterError: a file cannot be read, or the context is missing or incomplete.
    """
    where = f'{plane} (context "{settings.context}")'
    explicit = None if settings.kubeconfig is None else _expand(settings.kubeconfig)
    if explicit is not None and not explicit.is_file():
        msg = f"{where}: no kubeconfig at {settings.kubeconfig} (seen from {Path.cwd()})"
        raise ClusterError(msg)
    files = _ambient_files() if explicit is None else [explicit]
    contents = [(file, read_content(file, where)) for file in files if explicit is not None or file.exists()]
    # The first file that has a name wins, with the whole entry.
    contexts = {entry.name: entry.context for _, content in reversed(contents) for entry in content.contexts}
    servers = {entry.name: (file, entry.cluster) for file, content in reversed(contents) for entry in content.clusters}
    users = {entry.name: (file, entry.user) for file, content in reversed(contents) for entry in content.users}
    context = contexts.get(settings.context)
    if context is None:
        raise _unknown_context(where, settings, [file for file, _ in contents], sorted(contexts))
    if context.cluster not in servers:
        raise _unknown_entry(where, settings.context, "cluster", context.cluster)
    server_file, server = servers[context.cluster]
    # client-go does not sign in without TLS, so that `kubectl proxy` needs no user.
    if context.user not in users and not server.server.startswith("http://"):
        raise _unknown_entry(where, settings.context, "user", context.user)
    user_file, user = users.get(context.user, (server_file, User()))
    if explicit is not None:
        _check_current_context(where, explicit, contents[0][1])
    located = Access(where, context.cluster, server, context.user, user, partial(read_access, plane, settings))
    if explicit is not None:
        _check_paths(located, explicit)
    return replace(located, server=_resolve(server, server_file), user=_resolve_user(user, user_file))


def _expand(path: str) -> Path:
    return Path(path).expanduser() if path == "~" or path.startswith("~/") else Path(path)


def _ambient_files() -> list[Path]:
    """Files that client-go reads without a named one. It leaves out missing ones, and does not expand ``~``."""
    listed = os.environ.get("KUBECONFIG")
    if not listed:
        return [Path("~/.kube/config").expanduser()]
    return [Path(file) for file in dict.fromkeys(listed.split(os.pathsep)) if file]


def _unknown_context(
    where: str, settings: ClusterSettings, files: Sequence[Path], names: Sequence[str]
) -> ClusterError:
    source = settings.kubeconfig or _AMBIENT
    msg = f"{where}: no such context in the kubeconfig ({source}); it has: {', '.join(names) or 'none'}"
    if not files:
        missing = ", ".join(str(file) for file in _ambient_files())
        msg = f"{where}: no such context: there is no kubeconfig at {missing}"
        if "KUBERNETES_SERVICE_HOST" in os.environ:
            msg += "; in a pod, write a kubeconfig for its ServiceAccount with that context"
        else:
            msg += "; create it, or set clusters.<plane>.kubeconfig or $KUBECONFIG"
    return ClusterError(msg)


def _unknown_entry(where: str, context: str, field: str, name: str) -> ClusterError:
    problem = f'there is no {field} "{name}"' if name else "is empty"
    return ClusterError(
        f'{where}: contexts["{context}"].context.{field}: {problem}; name one of the {field}s of the file'
    )


def _check_current_context(where: str, file: Path, content: Content) -> None:
    """Refuse what the Kubernetes provider refuses in a named file, although another context is used."""
    if content.current_context and content.current_context not in {entry.name for entry in content.contexts}:
        msg = (
            f'{where}: {file}: current-context: there is no context "{content.current_context}", and the Kubernetes '
            f"provider refuses such a file; kubectl config unset current-context --kubeconfig {file}"
        )
        raise ClusterError(msg)


def _files_of(fields: Server | User) -> Iterator[str]:
    """Fields with paths."""
    names = (
        ("certificate_authority",) if isinstance(fields, Server) else ("client_certificate", "client_key", "token_file")
    )
    return (name for name in names if getattr(fields, name))


def _resolve(fields: _F, file: Path) -> _F:
    """The same fields; a relative path is relative to the folder of the kubeconfig."""
    folder = Path(os.path.abspath(file)).parent  # noqa: PTH100 -- as client-go, without resolving links
    return fields.model_copy(update={name: str(folder / getattr(fields, name)) for name in _files_of(fields)})


def _resolve_user(user: User, file: Path) -> User:
    resolved = _resolve(user, file)
    plugin = resolved.plugin
    if plugin is None or "/" not in plugin.command:
        return resolved
    folder = Path(os.path.abspath(file)).parent  # noqa: PTH100 -- see above
    return resolved.model_copy(update={"plugin": plugin.model_copy(update={"command": str(folder / plugin.command)})})


def _check_paths(access: Access, file: Path) -> None:
    """Refuse relative paths of a named file, unless the Kubernetes provider, in its own folder, means the same file."""
    if Path(os.path.abspath(file)).parent == Path.cwd():  # noqa: PTH100 -- see above
        return
    text = (
        "is a relative path, which the Kubernetes provider does not look up beside the kubeconfig; "
        "write an absolute path, or set $KUBECONFIG instead of kubeconfig"
    )
    for fields, problem in ((access.server, access.problem), (access.user, access.user_problem)):
        for name in _files_of(fields):
            if not Path(getattr(fields, name)).is_absolute():
                field = type(fields).model_fields[name].alias or name
                raise problem(field, text)
    plugin = access.user.plugin
    if plugin is not None and "/" in plugin.command and not Path(plugin.command).is_absolute():
        raise access.user_problem("exec.command", text)
