"""Texts of AuthorizationPolicies as matches: exact, `prefix*`, `*suffix`, `*` for anything that is there.

Of identities only the whole URI can be matched, so that most of these become regular expressions; what users write is
never part of one unescaped.
"""

from lateen.plan.matching import StringMatch, escape

SPIFFE = "spiffe://"
ANYTHING = StringMatch("regex", ".+")


def text(value: str) -> StringMatch:
    """Match a text."""
    if value == "*":
        return ANYTHING
    if value.startswith("*"):
        return StringMatch("suffix", value[1:])
    return StringMatch("prefix", value[:-1]) if value.endswith("*") else StringMatch("exact", value)


def header(value: str, ignore_case: bool = False) -> StringMatch:
    """Match a header's value, which may be empty where anything matches."""
    found = StringMatch("present") if value == "*" else text(value)
    return StringMatch(found.kind, found.value, ignore_case and found.kind != "present")


def principal(value: str) -> StringMatch:
    """Match the URI of an identity, written without its scheme: `cluster.local/ns/shop/sa/web`."""
    if value == "*":
        return ANYTHING
    if value.startswith("*"):
        return StringMatch("regex", f"{SPIFFE}.*{escape(value[1:])}")
    found = text(value)
    return StringMatch(found.kind, SPIFFE + found.value)


def namespace(value: str) -> StringMatch:
    """Match the URI of an identity by its namespace."""
    return StringMatch("regex", f".*/ns/{_wild(value, '.*')}/.*")


def service_account(value: str, own_namespace: str) -> StringMatch:
    """Match the URI of an identity by its service account, `namespace/name` or `name` in `own_namespace`."""
    place, _, name = value.rpartition("/")
    return StringMatch("regex", f"{SPIFFE}.+/ns/{escape(place or own_namespace)}/(.+/|)sa/{escape(name)}(/.+)?")


def trust_domain(value: str) -> StringMatch:
    """Match the URI of an identity by its trust domain."""
    if "*" in value:
        return StringMatch("regex", f"{SPIFFE}{_wild(value, '[^/]*')}/.*")
    return StringMatch("prefix", f"{SPIFFE}{value}/")


def path_template(value: str) -> str:
    """Return a template as Envoy writes it, "" where a path holds no operator."""
    if "{*}" in value or "{**}" in value:
        return value.replace("{*}", "*").replace("{**}", "**")
    return ""


def _wild(value: str, anything: str) -> str:
    return anything.join(escape(part) for part in value.split("*"))
