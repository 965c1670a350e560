"""Distributed tracing of a Telemetry."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.model import Model, Percent
from lateen.kinds.paths import join
from lateen.kinds.schema_rules import AtMostOne
from lateen.kinds.telemetry.provider import ModeMatch, ProviderRef

_Text = Annotated[str, Meta(min_length=1)]


class LiteralTag(Model, frozen=True, kw_only=True):
    """The tag is this text."""

    value: _Text


class EnvironmentTag(Model, frozen=True, kw_only=True):
    """The tag is a variable of the proxy's environment."""

    name: _Text
    default_value: str = ""


class HeaderTag(Model, frozen=True, kw_only=True):
    """The tag is a header of the request."""

    name: _Text
    default_value: str = ""


class FormatterTag(Model, frozen=True, kw_only=True):
    """The tag is what Envoy's command operators in `value` make."""

    value: _Text


class CustomTag(Model, frozen=True, kw_only=True):
    """One of the four is set."""

    schema_rules: ClassVar = (AtMostOne(("literal", "environment", "header", "formatter")),)

    literal: LiteralTag | None = None
    environment: EnvironmentTag | None = None
    header: HeaderTag | None = None
    formatter: FormatterTag | None = None


class Tracing(Model, frozen=True, kw_only=True):
    """What is None is as the wider level says."""

    match: ModeMatch | None = None
    providers: tuple[ProviderRef, ...] = ()
    random_sampling_percentage: Percent | None = None
    disable_span_reporting: bool | None = None
    custom_tags: Mapping[str, CustomTag] = {}
    use_request_id_for_trace_sampling: bool | None = None
    enable_istio_tags: bool | None = None
    disable_context_propagation: bool | None = None


def tracing_faults(path: str, tracing: Tracing) -> Iterator[Fault]:
    """Yield what is wrong with tracing."""
    if len(tracing.providers) > 1:
        message = "multiple providers is not currently supported: the first is used"
        yield Fault(f"{path}.providers", message, "", "warning")
    for name, tag in tracing.custom_tags.items():
        sources = (tag.literal, tag.environment, tag.header, tag.formatter)
        place = join(f"{path}.customTags", name)
        if not name:
            yield Fault(place, "a tag's name may not be empty")
        if sum(source is not None for source in sources) != 1:
            yield Fault(place, "needs exactly one of literal, environment, header, formatter")
