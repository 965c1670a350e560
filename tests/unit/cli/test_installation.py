from pathlib import Path

import pytest

from lateen.base.errors import Invalid, LateenError
from lateen.cli.installation import seconds_of, settings_of_options


def test_files_values_and_the_revision_come_to_settings(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {profile: demo, hub: mine}\n")
    found = settings_of_options((str(file),), ("tag=t",), "canary")
    assert (found["profile"], found["hub"], found["tag"], found["revision"]) == ("demo", "mine", "t", "canary")


def test_a_file_is_named_by_its_fault(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("kind: IstioOperator\nspec: {hubb: x}\n")
    with pytest.raises(Invalid, match=r"mine\.yaml"):
        settings_of_options((str(file),), (), "")


def test_durations_are_gos() -> None:
    assert seconds_of("5m0s") == 300
    with pytest.raises(LateenError, match="no duration"):
        seconds_of("soon")
