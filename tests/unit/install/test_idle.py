import copy

from lateen.install.idle import IDLE, idle, without_idle
from lateen.install.settings import defaults, settings


def test_what_does_nothing_is_told_when_somebody_says_it():
    assert not list(idle(settings(values=["profile=demo"])))
    told = list(idle(settings(values=["values.pilot.traceSampling=5", "values.global.network=n"])))
    assert told == [
        "values.global.network has no effect: all workloads are taken to be in one network",
        "values.pilot.traceSampling has no effect: proxies send no traces yet",
    ]


def test_each_is_a_setting():
    for path in IDLE:
        tree = defaults()
        for step in path.split("."):
            tree = tree[step]


def test_values_without_them():
    values = copy.deepcopy(defaults()["values"])
    left = without_idle(values)
    assert "traceSampling" not in left["pilot"] and "logging" not in left["global"] and left["pilot"]["env"] == {}
    assert values == defaults()["values"]
