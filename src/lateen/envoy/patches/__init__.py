"""What users change of Envoy's configuration, done to the smallest message that they name."""
