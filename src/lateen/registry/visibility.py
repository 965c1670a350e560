"""Who sees an object: exportTo as Istio documents it."""

from collections.abc import Sequence

EXPORT_TO = "networking.istio.io/exportTo"
EVERYONE = ("*",)


def export_to(values: Sequence[str], namespace: str, default: Sequence[str] = EVERYONE) -> tuple[str, ...]:
    """Return the namespaces that see an object of `namespace`: "*" for all, () for none ("~").

    `values`: what the object says, "." being its own namespace; `default` counts when it says nothing.
    """
    said = [value.strip() for value in values or default]
    if "*" in said:
        return EVERYONE
    return tuple(sorted({namespace if value == "." else value for value in said if value and value != "~"}))


def sees(exported: Sequence[str], namespace: str) -> bool:
    """Say whether `namespace` is among those an object is exported to."""
    return "*" in exported or namespace in exported
