"""Kinds of our own (lateen.dev)."""
