"""The control plane's memory settings."""

import gc

from lateen.app.memory import tune_garbage_collection


def test_cycles_are_looked_for_less_often() -> None:
    before = gc.get_threshold()
    try:
        tune_garbage_collection()
        assert gc.get_threshold()[0] > before[0]
    finally:
        gc.set_threshold(*before)
