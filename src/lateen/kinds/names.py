"""Syntax of names: DNS labels and subdomains, label keys and values, ports' names."""

import re

NAMESPACE_RULE = 'lower-case letters, digits and "-", at most 63, no "-" at either end'
VALUE_RULE = 'letters, digits, "-", "_" and ".", at most 63, beginning and ending with a letter or digit'

_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_ANY_CASE_LABEL = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9]{0,61}[A-Za-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_QUALIFIED = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")


def is_label(text: str) -> bool:
    """Say whether `text` is a DNS-1123 label, as namespaces and most port names are."""
    return _LABEL.fullmatch(text) is not None


def is_any_case_label(text: str) -> bool:
    """Say whether `text` is a DNS label in either case, as Istio's port and subset names are."""
    return _ANY_CASE_LABEL.fullmatch(text) is not None


def is_subdomain(text: str) -> bool:
    """Say whether `text` is a DNS-1123 subdomain, as objects' names are."""
    return len(text) <= 253 and _SUBDOMAIN.fullmatch(text) is not None


def is_path_segment(text: str) -> bool:
    """Say whether `text` can stand between the slashes of a path, as the names of roles and bindings do."""
    return text not in ("", ".", "..") and not set(text) & {"/", "%"}


def is_label_key(text: str) -> bool:
    """Say whether `text` is a label's key: `name` or `prefix/name`."""
    prefix, slash, name = text.rpartition("/")
    return _QUALIFIED.fullmatch(name) is not None and (not slash or is_subdomain(prefix))


def is_label_value(text: str) -> bool:
    """Say whether `text` is a label's value; "" is one."""
    return not text or _QUALIFIED.fullmatch(text) is not None
