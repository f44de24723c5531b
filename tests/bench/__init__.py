"""Measurements: `make bench` prints ratios of one run on one server; no absolute promise."""
