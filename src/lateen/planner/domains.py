"""Under which names clients of a namespace call a service: the domains of its virtual host, without ports."""

from collections.abc import Iterable, Iterator

from lateen.registry.service import Service


def domains(service: Service, aliases: Iterable[Service], client_namespace: str) -> tuple[str, ...]:
    """Return the names of a service, its own host first; `aliases` are other hosts that mean it."""
    found: dict[str, None] = {}
    for known in (service, *aliases):
        found.update(dict.fromkeys(_host_names(known, client_namespace)))
    found.update(dict.fromkeys(_addresses(service)))
    return tuple(found)


def _host_names(service: Service, client_namespace: str) -> Iterator[str]:
    host = service.host.lower()
    yield host
    if not service.kubernetes:
        return
    short = _short_names(service.name, service.namespace, client_namespace)
    yield from short
    if service.resolution == "HEADLESS":
        # Pods of a headless service have names below it.
        yield from (f"*.{name}" for name in (host, *short))


def _short_names(name: str, namespace: str, client_namespace: str) -> tuple[str, ...]:
    qualified = (f"{name}.{namespace}", f"{name}.{namespace}.svc")
    return (name, *qualified) if namespace == client_namespace else qualified


def _addresses(service: Service) -> Iterator[str]:
    for address in service.addresses:
        if "/" not in address:
            yield f"[{address}]" if ":" in address else address
