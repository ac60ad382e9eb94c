"""The front desk's screens."""
