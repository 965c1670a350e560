from lateen.simulate.call import Call, Outcome


def test_a_client_offers_what_such_a_client_does():
    assert Call(port=1).offered == ()
    assert Call(port=1, tls="tls", protocol="http2").offered == ("h2",)
    assert Call(port=1, tls="mtls", protocol="tcp").offered == ("istio",)
    assert Call(port=1, tls="mtls", alpn=()).offered == ()


def test_a_tls_client_names_the_host_it_calls():
    assert Call(port=1, tls="tls", host="a.x:443").server_name == "a.x"
    assert Call(port=1, tls="mtls", host="a.x").server_name == ""
    assert Call(port=1, tls="mtls", host="a.x", sni="b.x").server_name == "b.x"


def test_an_outcome_without_clusters_has_no_first_one():
    assert Outcome().cluster == "" and Outcome(clusters=(("a", 1), ("b", 2))).cluster == "a"
