import pytest

TARGET = {"group": "", "kind": "Service", "name": "a"}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, []),
        ({"targetRefs": [TARGET, TARGET]}, ["spec.targetRefs[1]"]),
        ({"retryConstraint": {"budget": {"interval": "100ms"}}}, ["spec.retryConstraint.budget.interval"]),
        ({"retryConstraint": {"minRetryRate": {"interval": "2h"}}}, ["spec.retryConstraint.minRetryRate.interval"]),
    ],
)
def test_its_settings_are_bounded(paths, more, expected):
    spec = {"targetRefs": [TARGET], **more}
    assert paths("XBackendTrafficPolicy", spec, version="v1alpha1", experimental=True) == expected
