"""Tell a story in numbered steps: what is done, what is observed, and whether it holds."""

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from lateen.base.errors import LateenError
from lateen.base.tasks import until

T = TypeVar("T")


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
        while True:
            seen = await look()
            waited = time.monotonic() - begun
            if seen or waited > seconds:
                self.holds(f"{observed} (after {waited:.2f} s)" if seen else observed, seen, f"waited {seconds:g} s")
                return waited
            await _pause()

    def end(self, what: str) -> None:
        """Close the story."""
        click.echo()
        click.secho(f"{what} ({self._number} steps, {time.monotonic() - self._begun:.1f} s)", bold=True)


async def _pause(seconds: float = 0.05) -> None:
    """Give the mesh a moment between two looks."""
    passed = time.monotonic() + seconds
    await until(lambda: time.monotonic() >= passed, seconds=seconds + 1, what="the next look")
