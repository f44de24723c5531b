"""The course of one subject on one page: every lane on the same axis of time, every point a link to its form."""
