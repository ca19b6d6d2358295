"""Whatever stands in a scenario file, the loader answers with a scenario or with one ScenarioError, and soon."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin.core.language import Language
from twin.scenario.load import Scenario, load_scenario
from twin.scenario.problems import InvalidScenarioError
from twin.scenario.sources import split_key

ROOT = Path(__file__).parents[2]
RIGHT = ROOT / "tests" / "data" / "scenarios" / "right"
VALID = """\
title: A day in a small town
description: |
  Several lines
  of text.
map: small
start: 2021-03-15 00:00
duration_h: 24
warm_up_h: 1.5
seed: 1
replications: 2
domains: [emergency]
brains:
  - traditional
  - name: mine
    extends: city_brain
    connections: {vitals_stream: {on: true, share: 0.5}, live_traffic: false}
    decisions: {dispatch: nearest_by_drive_time}
events:
  - {at: "08:00", until: "09:00", connection_fails: live_traffic}
  - {at: day 1 10:00, hospital_closes: north}
  - {at: 2021-03-15 11:00, traffic_slows: 1.5}
expect:
  emergency.answer_s.p95: {max: 3}
  emergency.response_min.jinshui.mean: {brain: mine, min: 1, max: 30}
margins:
  emergency.answer_s.p95: 0.5
  emergency.response_min.jinshui.mean: 2.5%
emergency:
  seats: 8
  pick_up_s: {median: 1.5, p90: 3}
  hospital_steps_min: {stemi: {consent: {median: 20, p90: 40}}}
roads: {local_delay_share: 0.4}
on_illegal_answer: traditional_rule
decision_time_limit_s: 5
record_views: false
"""
LINES = VALID.splitlines()
HANGS_S = 30.0  # processor time far beyond what any of these inputs needs

soon = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def load(content: bytes, *overrides: str) -> Scenario | None:
    """Load a file with this content; None where it is refused in the proper way.

    No file is written: its reading alone is replaced, so that tests side by side do not meet.
    """
    path = RIGHT / ".fuzz.yaml"
    real_is_file, real_open = Path.is_file, Path.open

    def is_file(self: Path) -> bool:
        return self == path or real_is_file(self)

    def open_(self: Path, *arguments: Any, **keywords: Any) -> Any:
        return io.BytesIO(content) if self == path else real_open(self, *arguments, **keywords)

    begun = time.process_time()
    read, refused = None, None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "is_file", is_file)
        patch.setattr(Path, "open", open_)
        try:
            read = load_scenario(path, overrides)
        except InvalidScenarioError as error:
            refused = error
    assert time.process_time() - begun < HANGS_S
    if refused is not None:
        assert refused.problems
        assert len(str(refused).splitlines()) == len(refused.problems)
        assert refused.text(Language("zh")).encode()
    return read


def test_what_the_mutations_begin_with_is_valid() -> None:
    assert load(VALID.encode()) is not None


@soon
@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    load(content)


@soon
@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    load(text.encode("utf-8", "surrogatepass"))


YAML_PIECES = st.sampled_from(
    [
        *("a", "seed", "title", ":", ": ", "\n", "  ", "- ", "? ", "{", "}", "[", "]", ",", "&x ", "*x", "|\n", ">-\n"),
        *("'", '"', "#", " #c\n", "%YAML 1.1\n", "---\n", "...\n", "!!str ", "!x ", "\t", "\\", "\\u12", "0x1", "1e9"),
        *("~", "null", "true", "<<", "é", "情景", "\r\n", "\u2028", "\x85", "@", "`", "2021-03-15"),
    ]
)


@soon
@given(st.lists(YAML_PIECES, max_size=60).map("".join))
def test_any_pieces_of_yaml(text: str) -> None:
    load(text.encode())


@soon
@given(
    st.lists(YAML_PIECES, max_size=30).map("".join),
    st.sampled_from(["title", "emergency", "events", "expect", "margins", "brains"]),
)
def test_any_pieces_of_yaml_below_a_key(text: str, key: str) -> None:
    load(f"{key}: {text}\n".encode())


WORDS = st.sampled_from(
    [
        *("traditional", "city_brain", "mine", "live_traffic", "08:00", "24:00", "day 2 08:00", "2021-03-15 08:00"),
        *("north", "nearest", "a.py:b", "../policies/rules.py:first", "../policies/explodes.py:rule", "small"),
        *("../maps/small", "emergency"),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS
KEYS = st.text(max_size=10) | st.sampled_from(
    [
        *("name", "extends", "connections", "decisions", "rule", "on", "share", "at", "until", "connection_fails"),
        *("hospital_closes", "traffic_slows", "brain", "min", "max", "live_traffic", "dispatch", "hospital"),
        *("emergency.calls", "emergency.answer_s.p95", "seats", "condition_shares", "hospital_steps_min", "stemi"),
        *("consent", "median", "p90"),
    ]
)
TREES = st.recursive(
    SCALARS,
    lambda below: st.one_of(st.lists(below, max_size=4), st.dictionaries(KEYS, below, max_size=4)),
    max_leaves=12,
)
TOP_KEYS = sorted({line.split(":")[0] for line in LINES if line[:1].isalpha()} | {"extends"})


@settings(soon, max_examples=60)
@given(st.dictionaries(st.sampled_from(TOP_KEYS), TREES, max_size=8))
def test_any_values_below_the_right_keys(tree: dict[str, Any]) -> None:
    text = VALID + "".join(f"\n# \n{key}: {json.dumps(value)}\n" for key, value in tree.items())
    load(text.encode())
    lines = "".join(f"{key}: {json.dumps(tree[key])}\n" for key in tree)
    kept = "".join(f"{key}: {json.dumps(value)}\n" for key, value in plain_valid().items() if key not in tree)
    load((lines + kept).encode())


def plain_valid() -> dict[str, Any]:
    from twin.scenario.problems import Problems
    from twin.scenario.reading import read_text

    root = read_text(VALID, "valid", Problems())
    assert root is not None
    value: dict[str, Any] = root.plain()
    return value


@soon
@given(st.data())
def test_valid_file_with_some_lines_changed(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(["drop", "double", "indent", "cut", "insert", "swap"]))
        line = lines[position]
        cut = data.draw(st.integers(0, len(line)))
        if change == "drop" and len(lines) > 1:
            del lines[position]
        elif change == "double":
            lines.insert(position, line)
        elif change == "indent":
            lines[position] = data.draw(st.sampled_from([" ", "  ", "\t", "- "])) + line
        elif change == "cut":
            lines[position] = line[:cut]
        elif change == "insert":
            lines[position] = line[:cut] + data.draw(YAML_PIECES) + line[cut:]
        else:
            lines[position], lines[0] = lines[0], line
    load("\n".join(lines).encode())


@soon
@given(st.data())
def test_valid_file_with_some_bytes_changed(data: st.DataObject) -> None:
    content = bytearray(VALID.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    load(bytes(content))


@soon
@given(st.text(max_size=60))
def test_any_override(text: str) -> None:
    load(VALID.encode(), text)


PATHS = st.lists(
    st.one_of(KEYS, st.sampled_from([*TOP_KEYS, "0", "1", "2", "99", '"emergency.calls"'])), min_size=1, max_size=5
).map(".".join)


@soon
@given(PATHS, TREES)
def test_any_override_of_some_path(path: str, value: Any) -> None:
    load(VALID.encode(), f"{path}={json.dumps(value)}")


@soon
@given(
    st.lists(st.text(st.characters(exclude_characters="\"'.", exclude_categories=["Z", "C"]), min_size=1), min_size=1)
)
def test_key_path_is_split_at_its_dots(segments: list[str]) -> None:
    assert split_key(".".join(segments)) == segments
    assert split_key(".".join(f'"{segment}.x"' for segment in segments)) == [f"{segment}.x" for segment in segments]


HOSTILE = [
    *("[" * 100_000, "{" * 100_000, "- " * 50_000, "? " * 50_000, "a: " * 50_000, "&a " * 50_000, "*" * 100_000),
    *("a" * 200_000, '"' * 100_000, "'" * 99_999, "#" * 200_000, "\n" * 200_000, " " * 200_000, "a:\n" * 5_000),
    *(
        "k: {" * 1_000 + "}" * 1_000,
        "seed: " + "9" * 100_000,
        "duration_h: 1e999999999",
        f"duration_h: {'9' * 5_000}.0",
    ),
    *("title: !!python/object/new:os.system [echo]", "%TAG ! tag:x,2000:\n--- !a b", "? - a\n: b", "\ufeff\ufeffa: b"),
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_hostile_text_is_refused(text: str) -> None:
    assert load(text.encode()) is None
