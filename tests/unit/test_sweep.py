"""What a sweep promises: every point on the same days, one tidy table, and what the result hangs on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.commands import write_scenario

from twin.core.errors import TwinError
from twin.core.language import CODES, Code, Language, chinese_table
from twin.experiment.studies.answers import answer_json, read_answer
from twin.experiment.studies.axes import assumed_axes, read_axes
from twin.experiment.studies.designs import DESIGNS, Design, latin_hypercube, points_of
from twin.experiment.studies.sweep import Question, sweep
from twin.experiment.studies.sweep_answers import Sweep
from twin.report.studies.naming import Naming
from twin.report.studies.sweep_command import Asked
from twin.report.studies.sweep_page import sweep_page
from twin.report.studies.sweep_words import MEASURES, MOST_NAMED, ends_of, lead_of, sweep_lines
from twin.scenario.load import load_scenario
from twin.scenario.scenario import Scenario

KPI = "emergency.response_min.mean"
DAYS = 4
CALLS, SEATS, ELDERLY = "emergency.calls_per_day", "emergency.seats", "emergency.elderly_share"


@pytest.fixture(scope="module")
def scenario(small_map_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    more = "domains: [emergency]\nbrains: [traditional, city_brain]\n"
    return load_scenario(write_scenario(tmp_path_factory.mktemp("sweep"), small_map_folder, more))


def live(cells: Sequence[Scenario], days: int) -> list[pd.DataFrame]:
    """Made up: calls make it slower, under the city brain half as much; seats and the old do nothing."""
    frames = []
    for cell in cells:
        section = cell.sections["emergency"]
        calls = section.calls_per_day / 1000  # type: ignore[attr-defined]
        slope = 0.5 if cell.brains[0].name == "city_brain" else 1.0
        level = np.random.default_rng(3).normal(8, 2, days)
        frames.append(pd.DataFrame({KPI: level + slope * calls, "emergency.calls": calls * 1000 + level}))
    return frames


def asked(scenario: Scenario, *words: str, **more: object) -> Question:
    return Asked(axes=words, kpis=(KPI,), days=DAYS, **more).question(scenario)  # type: ignore[arg-type]


def swept(scenario: Scenario, *words: str, **more: object) -> Sweep:
    return sweep(asked(scenario, *words, **more), live)[0]


# -- axes and designs --------------------------------------------------------------------------------------------------


def test_values_are_read_as_yaml_and_ranges_are_cut_evenly(scenario: Scenario) -> None:
    axes = read_axes(scenario, [f"{CALLS}=2000,2500.5", "map=a,b", f"{SEATS}=2:10", f"{ELDERLY}=0.2:0.4:3"])
    assert axes[0].levels == (2000, 2500.5)
    assert axes[1].levels == ("a", "b")
    assert axes[2].levels == (2, 4, 6, 8, 10)
    assert all(isinstance(value, int) for value in axes[2].levels), "seats are whole"
    assert axes[3].levels == pytest.approx((0.2, 0.3, 0.4))


def test_a_text_in_quotes_is_no_range(scenario: Scenario) -> None:
    (axis,) = read_axes(scenario, ['events.0.at="07:30","08:30"'])
    assert axis.levels == ("07:30", "08:30")


def test_distributions_have_the_quantiles_of_their_names(scenario: Scenario) -> None:
    from scipy import stats

    words = ["uniform(0.1,0.5)", "normal(0.3,0.02)", "lognormal(0.2,0.4)", "triangular(0.1,0.2,0.5)"]
    peers = [
        stats.uniform(0.1, 0.4), stats.norm(0.3, 0.02),
        stats.lognorm(np.log(2) / stats.norm.ppf(0.9), scale=0.2), stats.triang(0.25, 0.1, 0.4),
    ]  # fmt: skip
    for word, peer in zip(words, peers, strict=True):
        (axis,) = read_axes(scenario, [f"{ELDERLY}~{word}"])
        for share in (0.01, 0.2, 0.5, 0.9, 0.99):
            assert axis.at(share) == pytest.approx(peer.ppf(share), rel=1e-9), word


def test_a_parameters_own_range_is_that_of_its_source(scenario: Scenario) -> None:
    (axis,) = read_axes(scenario, [f"{CALLS}~range"])
    low, high = type(scenario.sections["emergency"]).shipped["calls_per_day"].range or (0, 0)
    assert (axis.at(0.0), axis.at(1.0)) == pytest.approx((low, high), rel=2e-3)
    assert axis.drawn


def test_every_assumed_parameter_with_a_range_is_an_axis(scenario: Scenario) -> None:
    keys = {axis.key for axis in assumed_axes(scenario)}
    assert ELDERLY in keys
    assert CALLS not in keys, "it is derived"
    changed = scenario.with_(**{ELDERLY: 0.5})
    assert ELDERLY not in {axis.key for axis in assumed_axes(changed)}, "the scenario's own word is no assumption"


def test_a_latin_hypercube_has_one_point_in_every_slice() -> None:
    points = latin_hypercube(40, 3, np.random.default_rng(1))
    assert (np.sort((points * 40).astype(int), axis=0) == np.arange(40)[:, None]).all()


def test_designs_have_the_points_of_their_names(scenario: Scenario) -> None:
    axes = read_axes(scenario, [f"{SEATS}=2,4,6", f"{ELDERLY}=0.2,0.3,0.4"])
    assert len(points_of(scenario, axes, "grid", None)) == 9
    assert points_of(scenario, axes, "list", None) == [(2, 0.2), (4, 0.3), (6, 0.4)]
    one = points_of(scenario, axes, "one_at_a_time", None)
    section = scenario.sections["emergency"]
    base = (section.seats, section.elderly_share)  # type: ignore[attr-defined]
    assert one == [base, (2, base[1]), (6, base[1]), (base[0], 0.2), (base[0], 0.4)]


def test_one_key_at_a_time_goes_to_the_ends_of_a_range_and_into_a_distribution(scenario: Scenario) -> None:
    axes = read_axes(scenario, [f"{SEATS}=2:12", f"{ELDERLY}~uniform(0.2,0.4)"])
    _, *ends = points_of(scenario, axes, "one_at_a_time", None)
    assert [point[0] for point in ends[:2]] == [2, 12]
    assert [point[1] for point in ends[2:]] == pytest.approx([0.22, 0.38])


def test_draws_are_those_of_the_seed(scenario: Scenario) -> None:
    axes = read_axes(scenario, [f"{CALLS}~range"])
    first, again = (points_of(scenario, axes, "latin_hypercube", 10) for _ in range(2))
    other = points_of(scenario.with_(seed=8), axes, "latin_hypercube", 10)
    assert first == again != other


# -- answers -----------------------------------------------------------------------------------------------------------


def test_the_table_has_a_row_for_every_point_brain_day_and_kpi(scenario: Scenario, tmp_path: Path) -> None:
    _, frame = sweep(asked(scenario, f"{CALLS}=2000,2400", f"{SEATS}=2,4,6"), live)
    assert len(frame) == 6 * 2 * DAYS * 2
    assert list(frame) == ["point", CALLS, SEATS, "brain", "replication", "kpi", "value"]
    assert not frame.duplicated(["point", "brain", "replication", "kpi"]).any()
    assert frame.groupby("point")[[CALLS, SEATS]].nunique().eq(1).all(axis=None)
    frame.to_parquet(tmp_path / "sweep.parquet", index=False)
    assert pd.read_parquet(tmp_path / "sweep.parquet").equals(frame)


def test_differences_are_paired_by_day(scenario: Scenario) -> None:
    """Levels differ by 2 from day to day and cancel: the formula's difference comes out without an interval."""
    answer = swept(scenario, f"{CALLS}=2000,3000")
    (gaps,) = answer.kpis[0].differences
    assert [gap.mean for gap in gaps if gap] == pytest.approx([-1.0, -1.5])
    assert all(gap is not None and gap.half < 1e-9 for gap in gaps)
    assert all(mean is not None and mean.half > 1 for mean in answer.kpis[0].means[0])


def test_the_verdict_carries_what_the_parameters_may_be(scenario: Scenario) -> None:
    """The difference is minus half of the calls, which nobody knows better than from 2,000 to 2,800."""
    answer = swept(scenario, f"{CALLS}~uniform(2000,2800)", samples=50)
    toll = answer.kpis[0].tolls[0]
    assert toll is not None
    assert toll.mean == pytest.approx(-1.2, abs=0.01)
    assert toll.half_days < 1e-9
    assert toll.half_draws == pytest.approx(2.01 * 0.4 / np.sqrt(12), rel=0.05)
    assert toll.share_below == 1.0


def test_a_result_hangs_on_what_moves_it_and_on_nothing_else(scenario: Scenario) -> None:
    words = (f"{CALLS}~range", f"{ELDERLY}~range")
    hangs = {hang.key: hang for hang in swept(scenario, *words, samples=40).kpis[0].hangs[0]}
    assert hangs[CALLS].value == pytest.approx(-1.0)
    assert hangs[ELDERLY].low < 0 < hangs[ELDERLY].high
    swings = {hang.key: hang for hang in swept(scenario, *words, design="one_at_a_time").kpis[0].hangs[0]}
    assert swings[CALLS].value == pytest.approx(-0.5 * 0.64, rel=1e-6), "half of eight tenths of 800 calls"
    assert swings[ELDERLY].value == 0
    ends = swings[CALLS].ends
    assert ends is not None
    assert ends[1].mean - ends[0].mean == pytest.approx(swings[CALLS].value)


@pytest.mark.parametrize(("design", "samples"), [("morris", 6), ("sobol", 16)])
def test_salib_finds_the_same_key(scenario: Scenario, design: Design, samples: int) -> None:
    pytest.importorskip("SALib", reason="SALib (extra sensitivity) is not installed")
    words = (f"{CALLS}~range", f"{ELDERLY}~range")
    hangs = {hang.key: hang for hang in swept(scenario, *words, design=design, samples=samples).kpis[0].hangs[0]}
    assert hangs[ELDERLY].value == pytest.approx(0, abs=1e-9)
    expected = 0.5 * 0.8 if design == "morris" else 1.0
    assert hangs[CALLS].value == pytest.approx(expected, rel=0.1)


# -- pages -------------------------------------------------------------------------------------------------------------

DESIGN_WORDS: dict[Design, tuple[str, ...]] = {
    "grid": (f"{CALLS}=2000:2800:3", f"{SEATS}=2,4"),
    "list": (f"{CALLS}=2000,2400", f"{SEATS}=2,4"),
    "latin_hypercube": (f"{CALLS}~range", f"{ELDERLY}~range"),
    "one_at_a_time": (f"{CALLS}~range", f"{ELDERLY}~range"),
    "morris": (f"{CALLS}~range", f"{ELDERLY}~range"),
    "sobol": (f"{CALLS}~range", f"{ELDERLY}~range"),
}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("design", DESIGNS)
def test_every_design_has_its_page_and_its_lines(scenario: Scenario, design: Design, code: Code) -> None:
    if design in ("morris", "sobol"):
        pytest.importorskip("SALib", reason="SALib (extra sensitivity) is not installed")
    samples = {"latin_hypercube": 8, "morris": 3, "sobol": 4}.get(design)
    answer = swept(scenario, *DESIGN_WORDS[design], design=design, samples=samples)
    page = sweep_page(answer, Language(code))
    assert CALLS in page
    assert ('id="tornado"' in page) == (design not in ("grid", "list"))
    assert ('class="heat"' in page) == (design == "grid")
    assert "nan" not in page
    lines = sweep_lines(answer, Language(code))
    assert len(lines) >= 2
    assert CALLS in "\n".join(lines)


def with_rare(cells: Sequence[Scenario], days: int) -> list[pd.DataFrame]:
    """As `live`; strokes on the first day alone; and times that are the same but for the rounding of their sums."""
    frames = live(cells, days)
    for place, frame in enumerate(frames):
        frame[STROKE] = [50.0 + place] + [np.nan] * (days - 1)
        frame[ALL_TIME] = 40.0 + 1e-12 * place
    return frames


STROKE, ALL_TIME = "emergency.door_to_treatment_min.stroke.mean", "emergency.ring_to_treatment_min.mean"


def test_what_is_shown_first_is_there_on_all_days_and_answers_to_the_keys(scenario: Scenario) -> None:
    """The domain says strokes first, then all patients' time; both tell nothing here."""
    question = Asked(axes=(f"{CALLS}=2000,2400", f"{SEATS}=2,4"), days=DAYS).question(scenario)
    answer = sweep(question, with_rare)[0]
    assert lead_of(answer).kpi == KPI
    named = Asked(axes=(f"{CALLS}=2000,2400",), kpis=(STROKE, KPI), days=DAYS).question(scenario)
    assert lead_of(sweep(named, with_rare)[0]).kpi == STROKE


@pytest.mark.parametrize("code", CODES)
def test_what_is_the_same_at_every_point_is_said_so_and_shaded_alike(scenario: Scenario, code: Code) -> None:
    question = Asked(axes=(f"{CALLS}=2000,2400", f"{SEATS}=2,4"), kpis=(ALL_TIME,), days=DAYS).question(scenario)
    answer = sweep(question, with_rare)[0]
    said = {"en": "0.00 min (0.00 to 0.00) at every point", "zh": "各点均为 0.00 分钟"}[code]
    assert said in "\n".join(sweep_lines(answer, Language(code)))
    shades = re.findall(r'class="([dq]\d)"', sweep_page(answer, Language(code)))
    assert shades == ["d3"] * 4 + ["q0"] * 8, "no difference has the colour of zero, and rounding none of its own"


@pytest.mark.parametrize("code", CODES)
def test_of_more_keys_than_a_line_can_name_points_have_their_numbers(scenario: Scenario, code: Code) -> None:
    answer = swept(scenario, assumed=True, design="latin_hypercube", samples=8)
    assert len(answer.axes) > MOST_NAMED
    ends = [end for one in answer.kpis for _, end in ends_of(answer, one, 0, Naming(Language(code), {}))]
    number = {"en": r"point [0-7]", "zh": r"第 [0-7] 点"}[code]
    assert all(re.fullmatch(number, end) for end in ends)
    assert {"en": f"Sweep: {len(answer.axes)} keys", "zh": f"扫描：{len(answer.axes)} 个键"}[code] in sweep_page(
        answer, Language(code)
    )


def test_it_is_told_when_nothing_can_be_said_of_what_a_result_hangs_on(scenario: Scenario) -> None:
    words = (f"{CALLS}~range", f"{ELDERLY}~range")

    def gaps(cells: Sequence[Scenario], days: int) -> list[pd.DataFrame]:
        frames = live(cells, days)
        for place, frame in enumerate(frames):
            frame.loc[place % days, KPI] = np.nan
        return frames

    question = Asked(axes=words, kpis=(KPI,), days=DAYS, samples=8).question(scenario)
    answer = sweep(question, gaps)[0]
    said = "What Ring to the scene, mean hangs on cannot be told"
    assert said in "\n".join(sweep_lines(answer, Language("en")))
    assert said in sweep_page(answer, Language("en"))
    told = swept(scenario, *words, samples=8)
    assert said not in "\n".join(sweep_lines(told, Language("en")))
    assert "lower in 8 of 8 draws" in "\n".join(sweep_lines(told, Language("en")))


BOLD = "<strong>−1.00</strong>"


def test_one_day_alone_shows_no_interval_and_nothing_as_sure(scenario: Scenario) -> None:
    words = (f"{CALLS}=2000,2400", f"{SEATS}=2,4")
    answer = sweep(Asked(axes=words, kpis=(KPI,), days=1).question(scenario), live)[0]
    text = "\n".join(sweep_lines(answer, Language("en")))
    assert "one day each (so without intervals)" in text
    assert "-1.20 min .. -1.00 min" in text
    assert BOLD not in sweep_page(answer, Language("en"))
    assert BOLD in sweep_page(swept(scenario, *words), Language("en"))


def test_a_swing_of_one_day_has_no_interval(scenario: Scenario) -> None:
    words = (f"{CALLS}~range", f"{ELDERLY}~range")
    answer = sweep(Asked(axes=words, kpis=(KPI,), days=1, design="one_at_a_time").question(scenario), live)[0]
    lines = [line for line in sweep_lines(answer, Language("en")) if line.startswith(f"  {CALLS}")]
    assert [line.split("  ")[-1] for line in lines] == ["-0.32 min"], "half of eight tenths of 800 calls"


def test_an_answer_is_read_back_as_it_was(scenario: Scenario, tmp_path: Path) -> None:
    answer = swept(scenario, f"{CALLS}=2000,2400")
    path = tmp_path / "sweep.json"
    path.write_text(answer_json(answer), encoding="utf-8")
    assert read_answer(Sweep, path) == answer


def test_every_measure_has_its_chinese_name() -> None:
    assert [measure for measure in MEASURES.values() if measure not in chinese_table()] == []


# -- bad input ---------------------------------------------------------------------------------------------------------

Ask = Callable[[Scenario], object]

BAD: dict[str, tuple[Ask, str]] = {
    "nothing to sweep": (lambda s: asked(s), "--set: nothing is swept"),
    "no values": (lambda s: asked(s, SEATS), "neither key=values nor key~distribution"),
    "an empty list": (lambda s: asked(s, f"{SEATS}="), "has no values"),
    "lists": (lambda s: asked(s, "domains=[emergency],[emergency, traffic]"), "lists and mappings cannot be swept"),
    "days": (lambda s: asked(s, "replications=2,4"), "the same for all; give --reps"),
    "a key twice": (lambda s: asked(s, f"{SEATS}=2", f"{SEATS}=4"), "stands there twice"),
    "a range that falls": (lambda s: asked(s, f"{SEATS}=8:2"), "is no range"),
    "an unknown distribution": (lambda s: asked(s, f"{SEATS}~unifrom(1,2)"), "is no distribution; did you mean"),
    "numbers that do not fit": (lambda s: asked(s, f"{ELDERLY}~normal(0.3)"), r"write normal\(mean,sd\)"),
    "a deviation below 0": (lambda s: asked(s, f"{ELDERLY}~normal(0.3,-1)"), "cannot be"),
    "a range that nobody gave": (lambda s: asked(s, "seed~range"), "no parameter for which a range is known"),
    "an unknown key": (lambda s: asked(s, "emergency.seets=1,2").variants, "seets.*did you mean .*seats"),
    "a value that cannot be": (lambda s: asked(s, f"{ELDERLY}=0.2,7").variants, "elderly_share"),
    "a draw that cannot be": (lambda s: asked(s, f"{ELDERLY}~normal(0.9,0.5)").variants, "elderly_share"),
    "lists of unequal length": (lambda s: asked(s, f"{SEATS}=2,4", f"{ELDERLY}=0.3", design="list"), "as many values"),
    "values to be drawn from": (lambda s: asked(s, f"{SEATS}=2,4", design="latin_hypercube"), "no range, so none"),
    "samples of a grid": (lambda s: asked(s, f"{SEATS}=2,4", samples=5), "--samples: the design grid"),
    "a grid without end": (lambda s: asked(s, f"{SEATS}=1:999:999", f"{CALLS}=1:999:999"), "100000 are the most"),
    "an unknown brain": (lambda s: asked(s, f"{SEATS}=2", brains="nobody"), "--brains: there is no brain"),
    "no power of two": (
        lambda s: asked(s, f"{CALLS}~range", design="sobol", samples=6), "--samples: sobol needs a power of two"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_with_its_remedy(name: str, scenario: Scenario) -> None:
    ask, message = BAD[name]
    with pytest.raises(TwinError, match=message):
        ask(scenario)
