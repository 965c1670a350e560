"""`lateen gateway-api report`: how the mesh fares with the Gateway API's own cases, in the API's own form."""

import json
from importlib.metadata import version
from typing import TextIO

import click
import yaml

from lateen.advise.conformance_report import conformance_report
from lateen.base.errors import LateenError


@click.group()
def command() -> None:
    """The Gateway API and this mesh."""


@command.command()
@click.argument("results", type=click.File())
@click.option("-o", "--output", type=click.File("w"), default="-", help="Where to write it (standard output).")
@click.option("--organization", default="Lateen", show_default=True, help="Who makes the implementation.")
@click.option("--url", default="https://lateen.dev", show_default=True, help="Where it is described.")
@click.option("--contact", multiple=True, help="Whom to ask; may be given several times.")
def report(results: TextIO, output: TextIO, organization: str, url: str, contact: tuple[str, ...]) -> None:
    """Write the ConformanceReport of RESULTS, which `python -m tests.conformance --results` wrote (- = stdin)."""
    try:
        found = json.load(results)
    except ValueError as error:
        raise LateenError(f"{results.name} is no JSON: {error}", "name the file of results") from error
    if not isinstance(found, dict):
        raise LateenError(f"{results.name} holds no results", "name the file of results")
    who = {"organization": organization, "project": "lateen", "url": url, "contact": list(contact)}
    made = conformance_report(found, who | {"version": version("lateen")})
    if note := found.get("note"):
        output.write(f"# {note}\n")
    yaml.safe_dump(made, output, sort_keys=False, width=120)
