"""Validate numbers: ports, percentages, counts."""

from collections.abc import Iterator

from lateen.base.errors import Fault


def port_faults(path: str, number: int) -> Iterator[Fault]:
    """Yield a fault unless `number` is a port."""
    if not 1 <= number <= 65535:
        yield Fault(path, f"{number} is not a port", "1 to 65535")


def percent_faults(path: str, value: float | None) -> Iterator[Fault]:
    """Yield a fault unless `value` is 0 to 100, or None."""
    if value is not None and not 0 <= value <= 100:
        yield Fault(path, f"{value:g} is not a percentage", "0 to 100")


def count_faults(path: str, value: int | None) -> Iterator[Fault]:
    """Yield a fault if `value` is negative."""
    if value is not None and value < 0:
        yield Fault(path, f"{value} is negative", "0 or more")
