from lateen.kinds.security.dry_run import DRY_RUN, dry_run_faults


def test_the_annotation_is_true_or_false():
    assert list(dry_run_faults({})) == []
    assert list(dry_run_faults({DRY_RUN: "true"})) == []
    assert [fault.path for fault in dry_run_faults({DRY_RUN: "yes"})] == ['metadata.annotations["istio.io/dry-run"]']
