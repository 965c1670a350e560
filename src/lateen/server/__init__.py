"""The control plane's sockets: ADS, certificates, debug. It carries what others compute."""
