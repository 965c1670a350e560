"""Findings as text, JSON or YAML, in the form that istioctl gives them."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import yaml

from lateen.analysis.finding import Finding


def as_log(findings: Sequence[Finding]) -> str:
    """A line for each finding; how to mend it stands below."""
    lines = []
    for finding in findings:
        lines.append(str(finding))
        if finding.fix:
            lines.append(f"  fix: {finding.fix}")
    return "\n".join(lines)


def as_json(findings: Sequence[Finding]) -> str:
    """A list of findings."""
    return json.dumps(_plain(findings), indent="\t", ensure_ascii=False)


def as_yaml(findings: Sequence[Finding]) -> str:
    """A list of findings."""
    return str(yaml.safe_dump(_plain(findings), allow_unicode=True, width=10_000)).rstrip("\n")


def _plain(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    return [
        {
            "code": finding.code,
            "documentationUrl": finding.documentation,
            "level": finding.level,
            "message": finding.text,
            "origin": str(finding.resource),
        }
        | ({"reference": reference} if (reference := finding.resource.reference(finding.path)) else {})
        | ({"fix": finding.fix} if finding.fix else {})
        for finding in findings
    ]


REPORTS: dict[str, Callable[[Sequence[Finding]], str]] = {"log": as_log, "json": as_json, "yaml": as_yaml}
