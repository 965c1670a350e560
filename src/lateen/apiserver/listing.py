"""Answer a list: a page of objects as of one revision, and a token that goes on exactly behind it."""

import base64
import binascii
from collections.abc import Mapping

import msgspec

from lateen.apiserver.forms import Page
from lateen.apiserver.options import forbidden_option, unsupported
from lateen.apiserver.selectors import Selector
from lateen.apiserver.status import Refusal, bad_request
from lateen.apiserver.storage import Storage
from lateen.base.refs import Key

_BATCH = 500  # rows looked at together when a selector has to pick from them


def list_page(storage: Storage, resource: str, namespace: str, selector: Selector, query: Mapping[str, str]) -> Page:
    """Read the page that `limit`, `continue`, `resourceVersion` and `resourceVersionMatch` ask for."""
    limit = _number(query.get("limit", ""), "limit")
    at, after = _start(storage, query)
    bodies, last = _pick(storage, (resource, namespace), selector, (at, after, limit))
    if last is None:
        return Page(bodies, at)
    remaining = 0 if selector else storage.count(resource, namespace, last)
    return Page(bodies, at, _token(at, last), remaining)


def _start(storage: Storage, query: Mapping[str, str]) -> tuple[int, Key | None]:
    asked = _number(query.get("resourceVersion", ""), "resourceVersion")
    check_match(query, watch=False)
    if token := query.get("continue"):
        if asked:
            raise bad_request("specifying resource version is not allowed when using continue")
        return _read_token(token)
    if asked > storage.revision:
        raise _too_large(asked, storage.revision)
    exact = query.get("resourceVersionMatch") == "Exact"
    return (asked if exact and asked else storage.revision), None


def check_match(query: Mapping[str, str], *, watch: bool) -> None:
    """Refuse (422) a resourceVersionMatch or sendInitialEvents that does not fit what stands beside it."""
    name, match = "resourceVersionMatch", query.get("resourceVersionMatch", "")
    version, initial = query.get("resourceVersion", ""), query.get("sendInitialEvents")
    if initial is not None:
        if not watch:
            raise forbidden_option("ListOptions", "sendInitialEvents", "is forbidden for list")
        if match != "NotOlderThan":
            raise forbidden_option("ListOptions", name, "sendInitialEvents requires it to be NotOlderThan")
        return
    if not match:
        return
    if watch:
        raise forbidden_option("ListOptions", name, "is forbidden for watch unless sendInitialEvents is given")
    if not version:
        raise forbidden_option("ListOptions", name, "is forbidden unless resourceVersion is provided")
    if match not in ("Exact", "NotOlderThan"):
        raise unsupported("ListOptions", name, match, "Exact", "NotOlderThan", "")
    if match == "Exact" and version == "0":
        raise forbidden_option("ListOptions", name, '"Exact" is forbidden for resourceVersion "0"')


def _too_large(asked: int, current: int) -> Refusal:
    message = f"Too large resource version: {asked}, current: {current}"
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    return Refusal(504, message, reason="Timeout", details={"causes": [cause], "retryAfterSeconds": 1})


def _pick(
    storage: Storage, place: tuple[str, str], selector: Selector, window: tuple[int, Key | None, int]
) -> tuple[list[bytes], Key | None]:
    """Return the bodies of one page, and the last key when more may follow."""
    at, after, limit = window
    batch = (limit if not selector else max(limit, _BATCH)) if limit else -1
    found: list[bytes] = []
    while True:
        rows = storage.objects(*place, at=at, after=after, limit=batch + 1 if limit else -1)
        for key, body in rows[:batch] if limit else rows:
            after = key
            if not selector or selector.matches(msgspec.json.decode(body)):
                found.append(body)
            if limit and len(found) == limit:
                more = key != rows[-1][0]
                return found, key if more else None
        if not limit or len(rows) <= batch:
            return found, None


def _number(text: str, name: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()):
        raise bad_request(f"{name} {text!r} is not a number")
    return int(text)


def _token(at: int, last: Key) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([at, *last])).decode()


def _read_token(token: str) -> tuple[int, Key]:
    try:
        at, namespace, name = msgspec.json.decode(base64.urlsafe_b64decode(token), type=tuple[int, str, str])
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise bad_request("continue token is not one of this server's") from None
    return at, Key(namespace, name)
