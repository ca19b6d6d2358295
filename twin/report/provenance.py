"""Where the report comes from: run, versions, hashes, the scenario as written, and how to repeat it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

from twin.charts.html import Child, Html, details, h, join, table
from twin.charts.section import Section

if TYPE_CHECKING:
    from twin.report.view import RunView

_OVERRIDE: Final = "# --- command line"
LICENCE: Final = "Apache-2.0"


def provenance_section(view: RunView) -> Section:
    """Return the section."""
    say = view.language
    manifest = view.results.manifest
    written = h("pre", h("code", manifest.get("scenario_text", "")), tabindex="0")
    exact = say("Seed, map, code and libraries determine the result to the last bit; the run id is their hash.")
    content = join(
        table([say("What"), say("Value")], _facts(view), numbers_from=99, class_="facts"),
        h("h3", say("The same city for every brain")),
        _same_city(view),
        _answer_times(view),
        h("h3", say("To repeat this run")),
        h("pre", h("code", command(manifest)), tabindex="0"),
        h("p", exact, class_="note"),
        details(say("The scenario as written"), written),
        h("h3", say("Licence and attribution")),
        _licence(view),
    )
    return Section("provenance", say("Where this comes from"), content)


def _facts(view: RunView) -> list[list[Child]]:
    say, manifest, scenario = view.language, view.results.manifest, view.results.scenario
    identity: dict[str, Any] = manifest["identity"]
    hours = say("{hours} h from {start}", hours=f"{scenario.duration_h:g}", start=f"{scenario.start:%Y-%m-%d %H:%M}")
    libraries = ", ".join(f"{name} {version}" for name, version in identity["libraries"].items())
    rows: list[list[Child]] = [
        [say("Run id"), _code(manifest["run_id"])],
        [say("Seed"), _code(scenario.seed)],
        [say("Days (replications)"), str(scenario.replications)],
        [say("Simulated time"), hours],
        [say("Warm-up, not counted"), say("{hours} h", hours=f"{scenario.warm_up_h:g}")],
        [say("Twin"), manifest["twin"]],
        ["Python", f"{manifest['python']}, {manifest['platform']}"],
        [say("Libraries"), libraries],
        [say("Hash of the map"), _code(identity["map"])],
        [say("Hash of the code"), _code(identity["code"])],
    ]
    for name, value in identity["policies"].items():
        rows.append([say("Hash of {file}", file=name), _code(value)])
    rows.append([say("Time taken"), _time_taken(view)])
    if manifest["peak_memory_mb"] is not None:
        rows.append([say("Memory, at most"), say("{megabytes} MB", megabytes=manifest["peak_memory_mb"])])
    replaced = _replaced(view)
    if replaced:
        rows.append([say("Illegal answers replaced by the traditional rule"), str(replaced)])
    return rows


def _time_taken(view: RunView) -> str:
    say, manifest = view.language, view.results.manifest
    if manifest["jobs"] == 1:
        return say("{seconds} s in 1 process", seconds=manifest["wall_s"])
    return say("{seconds} s in {jobs} processes", seconds=manifest["wall_s"], jobs=manifest["jobs"])


def _code(value: object) -> Html:
    return h("code", str(value))


def _summaries(view: RunView) -> list[tuple[str, dict[str, Any]]]:
    """Return what each brain's first replication wrote about itself, where it is there."""
    found = []
    for brain in view.brains:
        try:
            found.append((brain, view.results.summary(brain, 0)))
        except (OSError, ValueError):
            continue
    return found


def _replaced(view: RunView) -> int:
    total = 0
    for brain in view.brains:
        for replication in range(view.replications):
            try:
                total += int(view.results.summary(brain, replication).get("replaced_answers", 0))
            except (OSError, ValueError):
                continue
    return total


def _same_city(view: RunView) -> Html:
    say, summaries = view.language, _summaries(view)
    names = list(dict.fromkeys(name for _, summary in summaries for name in summary["tables"]))
    rows: list[list[Child]] = []
    alike = True
    for name in names:
        hashes = [summary["tables"].get(name, "–") for _, summary in summaries]
        alike = alike and len(set(hashes)) == 1
        rows.append([_code(name), *(_code(value[:16]) for value in hashes)])
    head = [say("Drawn before any policy acts"), *(view.titles[brain] for brain, _ in summaries)]
    if len(summaries) < 2:
        text = say("One brain was run; these are the hashes of what it met on the first day.")
    elif alike:
        text = say("All brains met the same city: the hashes of the first day's tables are equal.")
    else:
        text = say("The brains did not meet the same city: the hashes of the first day's tables differ.")
    return join(h("p", text, class_=None if alike else "warning"), table(head, rows, numbers_from=99))


def _answer_times(view: RunView) -> Html:
    """Return a table of what each rule took to answer, beside the limit; nothing for runs that did not measure it."""
    say, results = view.language, view.results
    rows: list[list[Child]] = [
        [_code(decision), view.titles[brain], _code(results.scenario.brain(brain).decisions[decision].rule),
         str(times.count), f"{1000 * times.total_s / times.count:.3g}", f"{1000 * times.longest_s:.3g}"]
        for brain in view.brains
        for decision, times in results.answer_times(brain).items()
    ]  # fmt: skip
    if not rows:
        return join()
    rows.sort(key=lambda row: str(row[0]))
    head = [say("Decision"), say("Brain"), say("Rule"), say("Answers"), say("Mean, ms"), say("Longest, ms")]
    limit = say(
        "A rule that has not answered after {limit} s ends the run.",
        limit=f"{results.scenario.decision_time_limit_s:g}",
    )
    return join(h("h3", say("What rules took to answer")), h("p", limit), table(head, rows, numbers_from=3))


def command(manifest: dict[str, Any]) -> str:
    """Return the command that repeats a run, with the overrides it was given."""
    lines = str(manifest.get("scenario_text", "")).splitlines()
    overrides = [lines[n + 1] for n, line in enumerate(lines[:-1]) if line == _OVERRIDE]
    return shlex.join(["python", "run_scenario.py", str(manifest["scenario_path"]), *overrides])


def _licence(view: RunView) -> Html:
    say, city = view.language, view.city
    lines = [say("Software: Zhengzhou twin, {licence}.", licence=LICENCE)]
    if city is not None:
        lines.append(say("Map data: {attribution}; {licence}.", attribution=city.attribution, licence=city.licence))
    lines.append(say("This is a simulation. Its figures are not records of the emergency service of Zhengzhou."))
    return h("ul", [h("li", line) for line in lines])
