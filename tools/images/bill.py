"""A bill of materials: what an image was made of, as SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3/)."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from packages import Package


def write_bill(file: Path, image: str, debian: Sequence[Package], python: Iterable[Distribution], epoch: int) -> None:
    """Write which packages of Debian and of Python an image holds."""
    packages = [_debian(one) for one in debian] + [_python(one) for one in python]
    described = {"SPDXID": "SPDXRef-Image", "name": image, "downloadLocation": "NOASSERTION", "filesAnalyzed": False}
    made = datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    bill = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": image,
        "documentNamespace": f"https://lateen.dev/images/{image}",
        "creationInfo": {"created": made, "creators": ["Tool: lateen-images"]},
        "packages": [described, *packages],
        "relationships": [
            _related("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Image"),
            *(_related("SPDXRef-Image", "CONTAINS", one["SPDXID"]) for one in packages),
        ],
    }
    file.write_text(json.dumps(bill, indent=1) + "\n")


def _related(element: str, how: str, other: str) -> dict[str, str]:
    return {"spdxElementId": element, "relationshipType": how, "relatedSpdxElement": other}


def _debian(one: Package) -> dict[str, Any]:
    return _package(one.name, one.version, f"pkg:deb/debian/{one.name}@{one.version}") | {
        "checksums": [{"algorithm": "SHA256", "checksumValue": one.sha256}]
    }


def _python(one: Distribution) -> dict[str, Any]:
    name = one.metadata["Name"]
    return _package(name, one.version, f"pkg:pypi/{name.lower().replace('_', '-')}@{one.version}")


def _package(name: str, version: str, url: str) -> dict[str, Any]:
    kind = url.split("/")[0].removeprefix("pkg:")
    return {
        "SPDXID": f"SPDXRef-{kind}-{name.replace('+', '-plus').replace('_', '-')}",
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": url}],
    }
