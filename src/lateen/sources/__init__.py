"""Where objects come from: a Kubernetes API (a cluster's or the embedded one) and files; the one way back is status."""
