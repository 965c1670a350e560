"""Puts the house together: settings, the pipeline on one page, the control plane's tasks and lifetimes."""
