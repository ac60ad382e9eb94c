"""The only Qt widgets."""
