"""What is put into a Kubernetes cluster, as manifests: pure."""
