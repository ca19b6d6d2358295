"""Run a scenario: ``python run_scenario.py scenarios/city_day.yaml`` does what ``twin scenarios/city_day.yaml`` does."""

from __future__ import annotations

import sys

from twin.cli import main

if __name__ == "__main__":
    sys.exit(main())
