"""What may be wrong with a mesh's objects: one file per finding, stable codes, over objects and what they come to."""
