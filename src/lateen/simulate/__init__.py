"""Walk a described call through a proxy's generated resources, and say what happens and why."""
