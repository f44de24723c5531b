"""Services for the tests: the environment's, else the embedded ones, stopped when nobody uses them any more."""

from __future__ import annotations

import atexit
import os

from deploy import services as parts
from deploy.environment import read_dotenv


def services() -> parts.Services:
    """Running services, put into the environment for settings and child processes; call before Django is set up."""
    read_dotenv()
    parts.hold()
    atexit.register(parts.release)
    found = parts.ensure()
    os.environ.update(found.environment())
    return found
