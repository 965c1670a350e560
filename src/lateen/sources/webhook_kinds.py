"""Configurations of admission webhooks: whom an API server asks before it stores an object.

They are kinds of a cluster's own: the embedded API server asks nobody, and does not serve them.
https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
"""

from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.spec import KindSpec


class WebhookConfiguration(OpenModel, frozen=True, kw_only=True):
    """As far as a model is wanted: webhooks are read as they are written."""

    api_version: str
    kind: str
    metadata: ObjectMeta


def _kind(name: str) -> KindSpec:
    group, versions = "admissionregistration.k8s.io", ("v1",)
    return KindSpec(group, name, f"{name.lower()}s", versions, WebhookConfiguration, namespaced=False, open=True)


MUTATING, VALIDATING = _kind("MutatingWebhookConfiguration"), _kind("ValidatingWebhookConfiguration")
