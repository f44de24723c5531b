"""A synthetic study of any size, from a seed alone: no clock, the same on every machine."""
