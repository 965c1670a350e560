from typing import Any

import yaml

from lateen.install.settings import PROFILES


def test_profiles_are_listed_and_printed(lateen: Any) -> None:
    assert [line.strip() for line in lateen("profile", "list").stdout.splitlines()[1:]] == list(PROFILES)
    found = yaml.safe_load(lateen("profile", "dump", "demo").stdout)
    assert found["kind"] == "IstioOperator" and found["spec"]["meshConfig"]["accessLogFile"] == "/dev/stdout"


def test_two_profiles_are_compared(lateen: Any) -> None:
    differ = lateen("profile", "diff", "default", "demo")
    assert differ.exit_code == 1 and "+    accessLogFile: /dev/stdout" in differ.stdout
    same = lateen("profile", "diff", "default", "default")
    assert (same.exit_code, same.stdout) == (0, "Profiles are identical\n")
