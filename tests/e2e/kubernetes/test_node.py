"""The cluster that these tests run on does what a cluster does, so that what fails below is ours."""

import yaml
from clusters import Mesh, eventually

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: plain}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: web
        image: localhost/tools:1
        imagePullPolicy: Never
        command: [sh, -c, "mkdir -p /tmp/w; hostname > /tmp/w/index.html 2>/dev/null || echo web > /tmp/w/index.html; httpd -f -p 8080 -h /tmp/w"]
        readinessProbe: {httpGet: {port: 8080, path: /}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: plain}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
"""


def test_workloads_services_names_logs_and_commands(cluster: Mesh) -> None:
    cluster.namespace("plain")
    cluster.apply(WEB)
    cluster.kubectl("wait", "-n", "plain", "deployment/web", "--for=condition=Available", "--timeout=60s")
    client = cluster.client("plain")
    assert eventually(lambda: client.call("http://web.plain.svc.cluster.local/").status == 200)
    assert "uid=0" in cluster.kubectl("exec", "-n", "plain", "deploy/web", "--", "id")
    assert yaml.safe_load(cluster.kubectl("get", "node", "-o", "yaml"))["items"][0]["metadata"]["name"] == "node"
    cluster.kubectl("delete", "namespace", "plain", "--wait=false")
