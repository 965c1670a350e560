"""JSON Patch (RFC 6902) as Kubernetes answers it: a path that does not exist is a 422 that names it."""

import copy
from typing import Any

from lateen.apiserver.status import Refusal, bad_request

OPERATIONS = 10_000  # Kubernetes' own bound on one patch


def json_patch(document: Any, patch: Any) -> Any:
    """Return `document` after all operations of `patch`, which leave `document` itself as it was.

    Raises Refusal: 400 for what is no patch, 422 when a path is missing or a `test` fails.
    """
    if not isinstance(patch, list) or not all(isinstance(step, dict) for step in patch):
        raise bad_request("a JSON patch is a list of operations")
    if len(patch) > OPERATIONS:
        raise Refusal(413, f"the patch has {len(patch)} operations, at most {OPERATIONS} are allowed")
    root = [copy.deepcopy(document)]  # a list of one: the whole document is replaceable like any member
    for step in patch:
        _apply(root, step)
    return root[0]


def _apply(root: list[Any], step: dict[str, Any]) -> None:
    operation, path = step.get("op"), _member(step, "path")
    match operation:
        case "add":
            _add(root, path, copy.deepcopy(_member(step, "value")))
        case "replace":
            _get(root, path)
            _set(root, path, copy.deepcopy(_member(step, "value")))
        case "remove":
            _remove(root, path)
        case "test":
            if _get(root, path) != _member(step, "value"):
                raise _missing(f"testing value {path} failed", path)
        case "copy":
            _add(root, path, copy.deepcopy(_get(root, _member(step, "from"))))
        case "move":
            source = _member(step, "from")
            if path.startswith(source + "/"):
                raise _missing(f"cannot move {source} into itself", path)
            _add(root, path, _remove(root, source))
        case _:
            raise bad_request(f"unknown operation {operation!r} in a JSON patch")


def _member(step: dict[str, Any], name: str) -> Any:
    if name not in step:
        raise bad_request(f"operation {step.get('op')!r} of the JSON patch has no {name!r}")
    if name in ("path", "from") and not (step[name] == "" or str(step[name]).startswith("/")):
        raise bad_request(f"{step[name]!r} is not a JSON pointer: it starts with /")
    return step[name]


def _missing(message: str, path: str) -> Refusal:
    cause = {"reason": "FieldValueInvalid", "message": message, "field": path}
    return Refusal(
        422, f"the server rejected our request due to an error in our request: {message}", details={"causes": [cause]}
    )


def _steps(path: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]


def _parent(root: list[Any], path: str) -> tuple[Any, str]:
    """Return the container that holds `path`, and the last step within it."""
    here: Any = root
    steps = ["0", *_steps(path)]
    for step in steps[:-1]:
        here = _child(here, step, path)
    return here, steps[-1]


def _child(here: Any, step: str, path: str) -> Any:
    if isinstance(here, dict) and step in here:
        return here[step]
    if isinstance(here, list):
        return here[_index(here, step, path, len(here) - 1)]
    raise _missing(f"missing path: {path} does not exist in the object", path)


def _index(here: list[Any], step: str, path: str, last: int) -> int:
    if not (step.isascii() and step.isdigit()) or (len(step) > 1 and step[0] == "0"):
        raise _missing(f"missing path: {step!r} in {path} is no index of a list", path)
    if int(step) > last:
        raise _missing(f"missing path: {path} is beyond the end of its list of {len(here)}", path)
    return int(step)


def _get(root: list[Any], path: str) -> Any:
    here, step = _parent(root, path)
    return _child(here, step, path)


def _set(root: list[Any], path: str, value: Any) -> None:
    here, step = _parent(root, path)
    here[int(step) if isinstance(here, list) else step] = value


def _add(root: list[Any], path: str, value: Any) -> None:
    here, step = _parent(root, path)
    if here is root:
        root[0] = value
    elif isinstance(here, list):
        here.insert(len(here) if step == "-" else _index(here, step, path, len(here)), value)
    elif isinstance(here, dict):
        here[step] = value
    else:
        raise _missing(f"missing path: {path} is inside a value that has no members", path)


def _remove(root: list[Any], path: str) -> Any:
    here, step = _parent(root, path)
    value = _child(here, step, path)
    del here[int(step) if isinstance(here, list) else step]
    return value
