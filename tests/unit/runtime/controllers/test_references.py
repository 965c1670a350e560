from lateen.base.refs import Key
from lateen.runtime.controllers.references import controller_key, owned_by


def test_reference_leads_back_to_its_owner():
    owner = {"metadata": {"name": "web", "namespace": "shop", "uid": "u"}}
    child = {
        "metadata": {
            "name": "x",
            "namespace": "shop",
            "ownerReferences": [owned_by(owner, "apps/v1", "Deployment")],
        }
    }
    assert controller_key(child, "Deployment") == [Key("shop", "web")]
    assert controller_key(child, "ReplicaSet") == []
    assert controller_key(owner, "Deployment") == []
