"""The authority of a local mesh is in a folder, with the next one beside it while a rotation lasts."""

import pytest

from lateen.app.settings import Settings
from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.cli.authority_store import Folder, authority_store
from lateen.server.pki_files import make_files


async def test_a_folder_keeps_the_present_and_the_next_authority(settings: Settings) -> None:
    store = authority_store(settings)
    assert isinstance(store, Folder)
    with pytest.raises(LateenError, match="no authority yet"):
        await store.current()
    first, coming = make_files("cluster.local", SystemClock()), make_files("cluster.local", SystemClock())
    await store.replace(first)
    assert (await store.current(), await store.draft()) == (first, None)
    await store.set_draft(coming)
    assert (await store.current(), await store.draft()) == (first, coming)
    await store.set_draft(None)
    await store.set_draft(None)
    assert await store.draft() is None
    assert list(settings.pki.iterdir()) == [settings.pki / "mesh"]
