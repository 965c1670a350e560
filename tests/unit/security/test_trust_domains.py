from lateen.security.trust_domains import with_aliases

DOMAINS = ("td1", "old.td")


def test_a_principal_of_one_trust_domain_is_known_in_all_of_the_mesh() -> None:
    assert with_aliases(["old.td/ns/a/sa/b"], DOMAINS) == ("td1/ns/a/sa/b", "old.td/ns/a/sa/b")
    assert with_aliases(["td1/ns/a/sa/b"], DOMAINS) == ("td1/ns/a/sa/b", "old.td/ns/a/sa/b")


def test_cluster_local_points_to_the_meshs_own() -> None:
    assert with_aliases(["cluster.local/ns/a/sa/b"], ("td1",)) == ("td1/ns/a/sa/b",)


def test_principals_of_other_trust_domains_and_of_any_stay_as_they_are() -> None:
    kept = ("else/ns/a/sa/b", "*", "*/ns/a/sa/b", "prefix-*")
    assert with_aliases(kept, DOMAINS) == kept


def test_a_wildcard_stands_for_the_domains_that_it_takes() -> None:
    assert with_aliases(["*.td/ns/a"], DOMAINS) == ("td1/ns/a", "*.td/ns/a")
    assert with_aliases(["td*/ns/a"], DOMAINS) == ("td*/ns/a", "old.td/ns/a")
