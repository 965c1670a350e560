from lateen.runtime.backoff import Backoff


def test_first_restart_is_immediate_then_delays_double_to_five_minutes():
    backoff = Backoff()
    assert [backoff.after(0.1) for _ in range(12)] == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_a_long_run_is_forgiven():
    backoff = Backoff()
    for _ in range(5):
        backoff.after(1)
    assert backoff.after(601) == 0
