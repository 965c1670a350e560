"""What users write: one file per kind with its typed model, defaults, validation and spec line."""
