"""The kernels that a run calls are compiled before it begins, once, and not again by each of its workers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.cities import write_small_map
from support.commands import ROOT

COUNT = """
import importlib, sys
from pathlib import Path
from twin.city.warm_up import NEEDED, WARM_UP
from twin.domains import DESCRIPTIONS
from twin.core.recorder import Recorder
from twin.experiment.tasks import Task, Workshop, load_object
from twin.scenario.load import load_scenario

def compiled():
    found = {}
    for name in names:
        for kernel in vars(importlib.import_module(f"twin.kernels.{name}")).values():
            if hasattr(kernel, "signatures"):
                found[kernel.__name__] = {str(signature) for signature in kernel.signatures}
    return found

scenario = load_scenario(Path(sys.argv[1]))
taking_part = [DESCRIPTIONS[name] for name in scenario.domains]
names = [*NEEDED, *(name for domain in taking_part for name in domain.kernels)]
for address in (WARM_UP, *(domain.warm_up for domain in taking_part if domain.warm_up)):
    load_object(address)()
before = compiled()
workshop = Workshop(scenario)
for brain in (0, 1):
    workshop.twin(Task(0, brain), Recorder()).run()
after = compiled()
print({name: kinds - before[name] for name, kinds in after.items() if kinds - before[name]})
"""


@pytest.mark.parametrize("domain", ["emergency", "traffic"])
def test_a_run_compiles_nothing_that_the_warm_up_has_not(tmp_path: Path, domain: str) -> None:
    """Arrays of another kind (read-only, not contiguous) are another compilation, of seconds, in every worker."""
    write_small_map(tmp_path / "town", side=7, stations=2)
    scenario = tmp_path / "day.yaml"
    scenario.write_text(
        "title: day\nmap: ./town\nstart: 2021-03-15 08:00\nduration_h: 2\nseed: 1\nreplications: 1\n"
        f"domains: [{domain}]\nbrains: [traditional, city_brain]\n"
        "traffic: {trips_per_day: 5000, figures_for_residents: 0, off_street_spaces: 2000, roadside_spaces: 100,\n"
        "          mean_trip_km: {work: 1.5, school: 1, business: 1.5, leisure: 1.5, hospital: 1.5},\n"
        "          tariff_zone_km: [1, 2], buses: 3, bus_routes: 2}\n"
        "events:\n  - {at: '08:30', until: '09:30', road_closes: Main Street}\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-c", COUNT, str(scenario)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "{}"


def test_a_kernel_that_is_entered_directly_answers_as_numba_does_and_refuses_other_arguments() -> None:
    """Memory that is read as what it is not gives answers that look right."""
    from twin.kernels.compile import direct
    from twin.kernels.driving import sum_over

    directly = direct(sum_over)
    edges, first, second = np.arange(3, dtype=np.int32), np.ones(5, np.float32), np.full(5, 2.0)
    assert directly(edges, first, second) == sum_over(edges, first, second) == (3.0, 6.0)
    for wrong in ((edges.astype(np.int64), first), (edges, second), (edges.tolist(), first)):
        with pytest.raises(TypeError):
            directly(*wrong, second)  # type: ignore[arg-type]
    assert directly(edges, first, second) == (3.0, 6.0)
