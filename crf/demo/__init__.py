"""The demonstration study: 23 invented subjects at three invented sites. Not patient data."""
