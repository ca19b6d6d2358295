"""Run a scenario: ``python run_scenario.py FILE`` does what ``twin FILE`` does."""

from __future__ import annotations

import sys

from twin.cli import main

if __name__ == "__main__":
    sys.exit(main())
