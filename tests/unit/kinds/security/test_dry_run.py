from lateen.kinds.security.dry_run import DRY_RUN, dry_run_faults, is_dry_run


def test_the_annotation_is_true_or_false():
    assert list(dry_run_faults({})) == []
    assert list(dry_run_faults({DRY_RUN: "true"})) == []
    assert [fault.path for fault in dry_run_faults({DRY_RUN: "yes"})] == ['metadata.annotations["istio.io/dry-run"]']


def test_only_what_says_true_is_a_dry_run():
    assert [is_dry_run({DRY_RUN: value}) for value in ("true", "1", "false", "x")] == [True, True, False, False]
    assert not is_dry_run({})
