"""Host names as Istio reads them: short names, wildcards, which of two matches is closer."""


def fqdn(host: str, namespace: str, domain: str = "cluster.local") -> str:
    """Resolve a short service name as Istio does: only a name without dots gets its namespace's domain.

    `*` and names with a dot stand as they are.
    """
    if host == "*" or "." in host:
        return host
    return f"{host}.{namespace}.svc.{domain}"


def covers(pattern: str, host: str) -> bool:
    """Say whether `pattern` (a name, `*`, or `*.suffix`) covers `host` (which may be a pattern itself)."""
    if pattern in ("*", host):
        return True
    return pattern.startswith("*") and len(host) > len(pattern) - 1 and host.endswith(pattern[1:])


def overlap(one: str, other: str) -> str | None:
    """Return the narrower of two patterns where one covers the other, None where they share no name."""
    if covers(one, other):
        return other
    return one if covers(other, one) else None


def closeness(pattern: str) -> tuple[int, int, str]:
    """Sort key: exact names before wildcards, longer before shorter ones, then by alphabet; `*` last."""
    return (1 if pattern.startswith("*") else 0, -len(pattern), pattern)
