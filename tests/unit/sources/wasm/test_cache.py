import os
from pathlib import Path

from lateen.sources.wasm.cache import ModuleCache


def test_a_module_is_kept_once_and_found_at_every_place(tmp_path: Path):
    cache = ModuleCache(tmp_path / "modules")
    assert cache.find("a") is None
    cache.keep("a", b"one")
    cache.keep("b", b"one")
    assert (cache.find("a"), cache.find("b"), cache.find("c")) == (b"one", b"one", None)
    assert len(list((tmp_path / "modules").glob("*.wasm"))) == 1
    cache.keep("a", b"two")
    assert (cache.find("a"), cache.find("b")) == (b"two", b"one")
    assert ModuleCache(tmp_path / "modules").find("a") == b"two"


def test_others_cannot_read_it(tmp_path: Path):
    ModuleCache(tmp_path / "modules").keep("a", b"one")
    assert (tmp_path / "modules").stat().st_mode & 0o077 == 0


def test_what_was_changed_on_disk_is_not_taken(tmp_path: Path):
    cache = ModuleCache(tmp_path)
    cache.keep("a", b"one")
    next(tmp_path.glob("*.wasm")).write_bytes(b"bad")
    assert cache.find("a") is None


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path):
    cache = ModuleCache(tmp_path, limit=250)
    for age, name in enumerate(("a", "b", "c")):
        cache.keep(name, name.encode() * 100)
        for path in tmp_path.glob("*.wasm"):
            if path.read_bytes().startswith(name.encode()):
                os.utime(path, (1000 + age, 1000 + age))
        if name == "b":
            cache.find("a")
    assert [name for name in "abc" if cache.find(name)] == ["a", "c"]
    assert len(list(tmp_path.glob("*.place"))) == 2


def test_one_that_is_larger_than_all_may_be_is_kept_alone(tmp_path: Path):
    cache = ModuleCache(tmp_path, limit=10)
    cache.keep("a", bytes(100))
    assert cache.find("a") == bytes(100)


def test_where_nothing_can_be_kept_that_is_no_fault(tmp_path: Path):
    (tmp_path / "file").write_text("")
    cache = ModuleCache(tmp_path / "file" / "modules")
    cache.keep("a", b"one")
    assert cache.find("a") is None
