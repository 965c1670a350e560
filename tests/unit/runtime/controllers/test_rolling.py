import pytest

from lateen.runtime.controllers.rolling import Limits, Replicas, recreate, rolling


@pytest.mark.parametrize(
    ("desired", "surge", "unavailable", "limits"),
    [
        (4, "25%", "25%", (4, 1, 1)),
        (1, "25%", "25%", (1, 1, 0)),
        (10, 2, 0, (10, 2, 0)),
        (3, 0, 0, (3, 0, 1)),
        (0, "25%", "25%", (0, 0, 1)),
    ],
)
def test_limits_round_surge_up_and_unavailable_down(desired, surge, unavailable, limits):
    assert Limits.of(desired, surge, unavailable) == Limits(*limits)


def test_first_rollout_creates_everything_at_once():
    assert rolling(Limits.of(3, "25%", "25%"), Replicas("new", 0, 0), []) == {"new": 3}


def test_single_replica_is_replaced_only_when_the_new_one_is_available():
    limits = Limits.of(1, "25%", "25%")
    assert rolling(limits, Replicas("new", 0, 0), [Replicas("old", 1, 1)]) == {"new": 1, "old": 1}
    assert rolling(limits, Replicas("new", 1, 0), [Replicas("old", 1, 1)]) == {"new": 1, "old": 1}
    assert rolling(limits, Replicas("new", 1, 1), [Replicas("old", 1, 1)]) == {"new": 1, "old": 0}


def test_never_fewer_available_nor_more_in_all_than_allowed():
    limits = Limits.of(4, "25%", "25%")
    new, old = Replicas("new", 0, 0), Replicas("old", 4, 4)
    for _ in range(20):
        wanted = rolling(limits, new, [old])
        assert sum(wanted.values()) <= 5
        assert min(wanted["new"], new.available) + min(wanted["old"], old.available) >= 3
        if wanted == {"new": 4, "old": 0}:
            break
        new = Replicas("new", wanted["new"], min(wanted["new"], new.available + 1))
        old = Replicas("old", wanted["old"], wanted["old"])
    assert wanted == {"new": 4, "old": 0}


def test_unavailable_old_pods_go_first():
    limits = Limits.of(2, 1, 0)
    wanted = rolling(limits, Replicas("new", 1, 0), [Replicas("broken", 1, 0), Replicas("good", 1, 1)])
    assert wanted["good"] == 1


def test_stuck_new_pods_do_not_take_the_old_ones_down():
    limits = Limits.of(4, "25%", "25%")
    assert rolling(limits, Replicas("new", 2, 0), [Replicas("old", 3, 3)]) == {"new": 2, "old": 3}


def test_scaling_down_shrinks_the_new_set():
    assert rolling(Limits.of(2, "25%", "25%"), Replicas("new", 5, 5), []) == {"new": 2}
    assert rolling(Limits.of(0, "25%", "25%"), Replicas("new", 5, 5), []) == {"new": 0}


def test_recreate_waits_until_the_old_pods_are_gone():
    limits, olds = Limits.of(2, 1, 1), [Replicas("old", 2, 2)]
    assert recreate(limits, Replicas("new", 0, 0), olds, 2) == {"new": 0, "old": 0}
    assert recreate(limits, Replicas("new", 0, 0), olds, 0) == {"new": 2, "old": 0}
