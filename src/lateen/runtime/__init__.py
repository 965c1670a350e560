"""The one-machine mesh: pods as processes in namespaces, their network, and the controllers around them."""
