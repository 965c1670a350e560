"""Tell a story in numbered steps: what is done, what is observed, and whether it holds."""

import time
from collections.abc import Awaitable, Callable

import click

from lateen.base.errors import LateenError
from lateen.base.tasks import until_seen


class Story:
    """Prints steps as they happen; the first observation that does not hold ends the story with an error."""

    def __init__(self, title: str) -> None:
        self._number = 0
        self._begun = time.monotonic()
        click.secho(title, bold=True)

    def step(self, what: str) -> None:
        """Announce the next step."""
        self._number += 1
        click.echo()
        click.secho(f"{self._number}. {what}", bold=True)

    def did(self, what: str) -> None:
        """Say what was done, best as the command a person would type."""
        click.echo(f"   $ {what}")

    def holds(self, observed: str, truth: object = True, detail: str = "") -> None:
        """State an observation: a check mark when it is true, the end of the story when it is not."""
        if not truth:
            click.secho(f"   ✗ {observed}", fg="red")
            raise LateenError(f"step {self._number} does not hold: {observed}" + (f"\n{detail}" if detail else ""))
        click.secho(f"   ✓ {observed}", fg="green")

    async def becomes(self, observed: str, look: Callable[[], Awaitable[object]], seconds: float) -> float:
        """Look again and again until it holds; returns how many seconds that took."""
        begun = time.monotonic()
        try:
            await until_seen(look, seconds=seconds, what=observed)
        except TimeoutError as error:
            self.holds(observed, False, str(error))
        waited = time.monotonic() - begun
        self.holds(f"{observed} (after {waited:.2f} s)")
        return waited

    def end(self, what: str) -> None:
        """Close the story."""
        click.echo()
        click.secho(f"{what} ({self._number} steps, {time.monotonic() - self._begun:.1f} s)", bold=True)
