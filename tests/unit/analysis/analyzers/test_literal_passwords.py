import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import findings

from lateen.analysis.analyzers.literal_passwords import ANALYZER

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: ratings, namespace: default}
spec:
  selector: {matchLabels: {app: ratings}}
  template:
    metadata: {labels: {app: ratings}}
    spec:
      containers:
      - name: ratings
        image: ratings
        env:
        - {name: MYSQL_DB_USER, value: root}
        - {name: MYSQL_DB_PASSWORD, %s}
"""


def test_row_8_a_literal_password_is_told_and_not_repeated() -> None:
    (one,) = findings(ANALYZER, DEPLOYMENT % "value: s3cret")
    assert one.path == "spec.template.spec.containers[0].env[1].value"
    assert "MYSQL_DB_PASSWORD" in one.text and "s3cret" not in one.text


def test_a_password_from_a_secret_is_nothing_to_tell() -> None:
    assert findings(ANALYZER, DEPLOYMENT % "valueFrom: {secretKeyRef: {name: db, key: password}}") == []
    assert findings(ANALYZER, DEPLOYMENT % "value: ''") == []
