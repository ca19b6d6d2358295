"""The command line: arguments only; everything it does can be called from Python."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from twin import __version__
from twin.core.errors import TwinError
from twin.core.language import CODES, Code, Language
from twin.report.export_command import export_command
from twin.report.playback.command import playback

EXIT_CODES = "Exit codes: 0 done, 1 a KPI bound was missed, 2 bad input, 130 interrupted."

HELP = f"""Run a day of Zhengzhou under one or more city brains and compare them.

\b
Examples
  twin scenarios/city_day.yaml                    run it, print the verdict, write the report
  twin scenarios/city_day.yaml seed=7 --reps 20   with another seed, on twenty days
  twin scenarios/city_day.yaml emergency.seats=14 with twice the call takers
  twin scenarios/city_day.yaml --check            only say whether the file is right
  twin report reports/city_day/RUN --lang zh      make the report again, in Chinese
  twin playback reports/city_day/RUN              make the film of the day again
  twin policies                                   what a policy is asked, sees and may answer
  twin export reports/traffic_day/RUN             links and lots by hour, for QGIS

A name that is no command is taken for a scenario file: "twin FILE" is "twin run FILE".

{EXIT_CODES}
"""


class ScenarioFirst(click.Group):
    """A group whose default command is ``run``."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take an unknown first word for a scenario file."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            if not (args[0].endswith((".yaml", ".yml")) or Path(args[0]).exists()):
                raise click.UsageError(
                    f"{args[0]!r} is neither a command ({', '.join(sorted(self.commands))}) nor a scenario file"
                )
            args = ["run", *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let options of ``run`` stand before the file, as in ``twin --check FILE``."""
        own = {"--help", "-h", "--version"}
        if args and args[0].startswith("-") and args[0] not in own:
            args = ["run", *args]
        return super().parse_args(ctx, args)


LANGUAGE = click.option(
    "--lang", type=click.Choice(CODES), default="en", show_default=True, help="Language of messages and report."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
FOLDER = click.Path(path_type=Path)


SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=ScenarioFirst, help=HELP, context_settings=SETTINGS)
@click.version_option(__version__, prog_name="twin")
def cli() -> None:
    """Hold the commands."""


cli.add_command(playback)


@cli.command(short_help="Run a scenario and write its report.", epilog=EXIT_CODES)
@click.argument("scenario_file", type=FOLDER)
@click.argument("overrides", nargs=-1)
@click.option("--reps", type=click.IntRange(min=1), help="Replications (days), instead of the scenario's.")
@click.option("--jobs", type=click.IntRange(min=1), help="Worker processes [default: one for each core].")
@click.option("--threads", type=click.IntRange(min=1), default=1, help="Threads of each run [default: 1].")
@click.option("--reports", type=FOLDER, default=Path("reports"), show_default=True, help="Where results are written.")
@click.option("--resume", is_flag=True, help="Go on from finished replications; reuse a finished run.")
@click.option("--check", is_flag=True, help="Only check the scenario file, and the tables that it names.")
@click.option("--check-kpis", is_flag=True, help="Exit with 1 when a bound of the scenario's expect is missed.")
@click.option("--no-report", is_flag=True, help="Leave out report.html.")
@JSON
@LANGUAGE
def run(
    scenario_file: Path,
    overrides: tuple[str, ...],
    reps: int | None,
    jobs: int | None,
    threads: int,
    reports: Path,
    resume: bool,
    check: bool,
    check_kpis: bool,
    no_report: bool,
    as_json: bool,
    lang: Code,
) -> int:
    """Run SCENARIO_FILE; OVERRIDES such as seed=7 or emergency.seats=14 replace keys of the file."""
    from twin.scenario.load import load_scenario

    language = Language(lang)
    more = (f"replications={reps}",) if reps is not None else ()
    scenario = load_scenario(scenario_file, (*overrides, *more))
    if check:
        if any(section.files() for section in scenario.sections.values()):
            from twin.experiment.tasks import Workshop

            Workshop(scenario).check_tables()
        click.echo(language("{path}: is a valid scenario", path=str(scenario_file)))
        return 0
    from twin.experiment.command import run_and_report
    from twin.experiment.run import RunOptions

    return run_and_report(
        scenario,
        language,
        options=RunOptions(reports, jobs or os.cpu_count() or 1, resume, threads),
        check_kpis=check_kpis,
        with_report=not no_report,
        as_json=as_json,
    )


@cli.command(short_help="Compute a run's KPIs again from its events.")
@click.argument("run_folder", type=FOLDER)
@JSON
@LANGUAGE
def kpis(run_folder: Path, as_json: bool, lang: Code) -> int:
    """Compute the KPIs of RUN_FOLDER again from its recorded events, store and print them."""
    from twin.experiment.command import print_kpis
    from twin.experiment.store import Results

    results = Results(run_folder)
    changed = results.recompute_kpis()
    print_kpis(results, Language(lang), as_json)
    click.echo(Language(lang)("the stored KPIs have changed" if changed else "the stored KPIs were the same"), err=True)
    return 0


@cli.command(short_help="Make the report of a finished run again.")
@click.argument("run_folder", type=FOLDER)
@click.option("--output", type=FOLDER, help="File to write [default: report.html in RUN_FOLDER].")
@LANGUAGE
def report(run_folder: Path, output: Path | None, lang: Code) -> int:
    """Make the report of RUN_FOLDER from its stored results."""
    from twin.experiment.store import Results
    from twin.report.build import write_report

    path = output or run_folder / "report.html"
    write_report(Results(run_folder), path, Language(lang))
    click.echo(str(path))
    return 0


cli.add_command(export_command)


@cli.command(short_help="List decisions, what a policy sees and may answer, and the rules.")
@click.argument("decision", required=False)
@JSON
@LANGUAGE
def policies(decision: str | None, as_json: bool, lang: Code) -> int:
    """List every decision, or the one named: its view, its answers, the rules that answer it."""
    from twin.policies.listing import describe_decisions, format_decisions

    described = describe_decisions(decision)
    if as_json:
        click.echo(json.dumps(described, indent=1, ensure_ascii=False))
    else:
        click.echo(format_decisions(described, Language(lang)))
    return 0


@cli.command(short_help="Write the JSON Schema of scenario files.")
@click.argument("output", type=FOLDER, default=Path("scenarios/schema.json"))
def schema(output: Path) -> int:
    """Write the JSON Schema of scenario files, for editors."""
    from twin.experiment.store import write_text
    from twin.scenario.json_schema import schema_text

    write_text(output, schema_text())
    click.echo(str(output))
    return 0


@cli.group("map", short_help="Import, download or draw a map.")
def map_() -> None:
    """Import, download or draw a map."""


@map_.command("import", short_help="Make a map from .osm.pbf, .osm or .graphml.")
@click.argument("source", type=FOLDER)
@click.option("--name", help="Name of the map [default: the file's].")
@click.option("--title", default="", help="Title for people.")
@click.option("--title-zh", default="", help="Title in Chinese.")
@click.option("--to", "target", type=FOLDER, help="Folder to make [default: maps/NAME].")
@click.option("--population", type=int, help="Residents of the area [default: by the length of streets].")
@click.option("--hospitals", type=FOLDER, help="Table of hospitals (CSV) instead of the file's.")
@click.option("--station-table", type=FOLDER, help="Table of emergency stations (CSV) instead of the file's.")
@click.option("--stations", type=int, help="Emergency stations to place where the file has none.")
@click.option("--vehicles", type=int, help="Vehicles to share out over the stations.")
@click.option("--overwrite", is_flag=True, help="Replace an existing map.")
@LANGUAGE
def map_import(source: Path, name: str | None, target: Path | None, lang: Code, **given: Any) -> int:
    """Make a map from SOURCE (.osm.pbf, .osm, or .graphml as OSMnx writes it)."""
    from twin.city.importing import ImportOptions, import_map

    language = Language(lang)
    name = name or source.name.split(".")[0].lower()
    folder = target or Path("maps") / name
    options = ImportOptions(name=name, progress=_say_step(language), **given)
    click.echo(import_map(source, folder, options).text(language))
    click.echo(str(folder))
    return 0


@map_.command("download", short_help="Download a place from OpenStreetMap (needs a network).")
@click.argument("place")
@click.option("--name", required=True, help="Name of the map.")
@click.option("--to", "target", type=FOLDER, help="Folder to make [default: maps/NAME].")
@LANGUAGE
def map_download(place: str, name: str, target: Path | None, lang: Code) -> int:
    """Download PLACE from OpenStreetMap; where there is no network, import a file instead."""
    from twin.city.download import download_map
    from twin.city.importing import ImportOptions

    language = Language(lang)
    folder = target or Path("maps") / name
    options = ImportOptions(name=name, progress=_say_step(language))
    click.echo(download_map(place, folder, options).text(language))
    click.echo(str(folder))
    return 0


@map_.command("show", short_help="Draw a map.")
@click.argument("folder", type=FOLDER)
@click.option("--output", type=FOLDER, default=Path("map.png"), show_default=True, help="Picture (.png or .svg).")
@LANGUAGE
def map_show(folder: Path, output: Path, lang: Code) -> int:
    """Draw the map in FOLDER (or of that name under maps/)."""
    from twin.city.draw import draw_map
    from twin.city.map import read_map

    if not folder.exists() and (Path("maps") / folder).exists():
        folder = Path("maps") / folder
    draw_map(read_map(folder), output, Language(lang))
    click.echo(str(output))
    return 0


@cli.group("import", short_help="Import a city of another simulator.")
def import_() -> None:
    """Import a city of another simulator."""


@import_.command("jemss", short_help="Make a map, calls and a scenario of a JEMSS city.")
@click.argument("folder", type=FOLDER)
@click.option("--output", type=FOLDER, required=True, help="Folder that gets map/, calls.csv and scenario.yaml.")
@click.option("--title", default="", help="Title for people [default: the output folder's name].")
@click.option("--population", type=int, help="Residents of the area [default: 75,000 for each ambulance].")
@click.option("--at", type=(float, float), metavar="LON LAT", help="Where a city in plane coordinates lies.")
@click.option("--overwrite", is_flag=True, help="Replace what is there already.")
@JSON
@LANGUAGE
def import_jemss_city(folder: Path, output: Path, as_json: bool, lang: Code, **given: Any) -> int:
    """Make a map, a table of calls and a scenario of the JEMSS city in FOLDER."""
    from twin.city.importing.jemss import JemssOptions, import_jemss

    summary = import_jemss(folder, output, JemssOptions(**given))
    click.echo(json.dumps(summary.as_dict(), indent=1, ensure_ascii=False) if as_json else summary.text(Language(lang)))
    return 0


def _flow_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options of every import of a network with trips."""
    options = (
        click.option("--output", type=FOLDER, required=True, help="Folder that gets map/ and trips.parquet."),
        click.option("--title", default="", help="Title for people [default: the output folder's name]."),
        click.option("--population", type=int, help="Residents of the area [default: by the length of roads]."),
        click.option("--hospitals", type=FOLDER, help="Table of hospitals (CSV) [default: one in the middle]."),
        click.option("--stations", type=int, help="Emergency stations to place by the population."),
        click.option("--vehicles", type=int, help="Vehicles to share out over the stations."),
        click.option("--at", type=(float, float), metavar="LON LAT", help="Where plane coordinates have their middle."),
        click.option("--overwrite", is_flag=True, help="Replace what is there already."),
        JSON,
        LANGUAGE,
    )
    for option in reversed(options):
        command = option(command)
    return command


@import_.command("tntp", short_help="Make a map and trips of a network in the format TNTP.")
@click.argument("folder", type=FOLDER)
@click.option("--length-m", type=float, default=1000.0, show_default=True, help="Metres in a unit of length.")
@click.option("--time-s", type=float, default=60.0, show_default=True, help="Seconds in a unit of time.")
@click.option("--period-h", type=float, default=1.0, show_default=True, help="Hours of the matrix's trips.")
@click.option("--unit-m", type=float, default=1.0, show_default=True, help="Metres in a unit of x and y (with --at).")
@_flow_options
def import_tntp_folder(
    folder: Path,
    output: Path,
    length_m: float,
    time_s: float,
    period_h: float,
    unit_m: float,
    as_json: bool,
    lang: Code,
    **given: Any,
) -> int:
    """Make a map, and a table of trips, of the network, nodes and trips (*_net.tntp ..) in FOLDER."""
    from twin.city.importing.flow_map import FlowMapOptions
    from twin.city.importing.tntp import import_tntp
    from twin.city.importing.tntp_read import TntpUnits

    units = TntpUnits(length_m, time_s, period_h)
    summary = import_tntp(folder, output, FlowMapOptions(**given), units, unit_m)
    click.echo(json.dumps(summary.as_dict(), indent=1, ensure_ascii=False) if as_json else summary.text(Language(lang)))
    return 0


@import_.command("sumo", short_help="Make a map and trips of a SUMO network.")
@click.argument("net", type=FOLDER)
@click.option("--trips", type=FOLDER, multiple=True, help="Trips or routes (.trips.xml, .rou.xml); may be repeated.")
@_flow_options
def import_sumo_files(net: Path, output: Path, trips: tuple[Path, ...], as_json: bool, lang: Code, **given: Any) -> int:
    """Make a map, and a table of trips where they are given, of the SUMO network NET (.net.xml, also packed)."""
    from twin.city.importing.flow_map import FlowMapOptions
    from twin.city.importing.sumo import import_sumo

    summary = import_sumo(net, output, FlowMapOptions(**given), trips)
    click.echo(json.dumps(summary.as_dict(), indent=1, ensure_ascii=False) if as_json else summary.text(Language(lang)))
    return 0


@cli.group(short_help="Plan stations and vehicles.")
def plan() -> None:
    """Plan stations and vehicles."""


@plan.command("stations", short_help="Say where the next stations or vehicles should stand.")
@click.option("--map", "map_name", default="zhengzhou", show_default=True, help="Name or folder of the map.")
@click.option("--add", type=int, default=3, show_default=True, help="Stations (with mexclp: vehicles) to add.")
@click.option(
    "--model",
    type=click.Choice(("p-median", "mclp", "mexclp")),
    default="p-median",
    show_default=True,
    help="Shortest mean drive; most residents within reach; most with an idle vehicle within reach.",
)
@click.option("--within-min", type=float, default=8.0, show_default=True, help="Minutes of driving within reach.")
@click.option("--hour", type=int, default=8, show_default=True, help="Local hour of the traffic, 0 to 23.")
@click.option(
    "--busy", "busy_fraction", type=float, default=0.3, show_default=True, help="Share of crews that are busy."
)
@click.option("--most-per-station", type=int, default=4, show_default=True, help="Crews a station can hold (mexclp).")
@click.option(
    "--siren-factor",
    "siren_time_factor",
    type=float,
    default=0.85,
    show_default=True,
    help="Drive times under lights and siren, of the traffic's.",
)
@click.option("--spacing-m", type=float, default=1000.0, show_default=True, help="Least distance between sites.")
@click.option("--output", type=FOLDER, default=Path("stations.csv"), show_default=True, help="Table of all stations.")
@click.option("--geojson", type=FOLDER, help="Also write the new and enlarged stations as points.")
@JSON
@LANGUAGE
def plan_stations(map_name: str, output: Path, geojson: Path | None, as_json: bool, lang: Code, **given: Any) -> int:
    """Say where the next stations or vehicles should stand; those that are there stay.

    The table has the columns of a map's stations.csv: copy the map's folder, put the table in, and run scenarios on it.
    """
    from twin.planning.command import plan_and_write
    from twin.planning.stations import PlanOptions
    from twin.scenario.map_folder import find_map, map_names

    folder = find_map(map_name, ())
    if folder is None:
        template = "there is no map {name}; give one of {known}, or a folder, with --map"
        raise TwinError(template, name=map_name, known=", ".join(map_names(())))
    options = PlanOptions(**given)
    return plan_and_write(folder, options, Language(lang), output=output, geojson=geojson, as_json=as_json)


def _say_step(language: Language) -> Callable[[str, int, int], None]:
    """Return what says on a terminal which step of a long work has begun."""

    def say(step: str, number: int, count: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"[{number + 1}/{count}] {language(step)}", err=True)

    return say


def _chosen_language(arguments: list[str]) -> Language:
    """Find the language before click has read the arguments, for errors in them."""
    for position, word in enumerate(arguments):
        given = word.partition("=")[2] if word.startswith("--lang=") else ""
        if word == "--lang" and position + 1 < len(arguments):
            given = arguments[position + 1]
        if given == "zh":
            return Language("zh")
    return Language("en")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code; no error of the user's ends in a traceback."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        outcome: Any = cli.main(args=given or ["--help"], prog_name="twin", standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0
    except TwinError as error:
        click.echo(error.text(_chosen_language(given)), err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except OSError as error:
        message = _chosen_language(given)(
            "{path}: cannot be read or written: {problem}", path=error.filename or "-", problem=error.strerror or error
        )
        click.echo(message, err=True)
        return 2
    except (KeyboardInterrupt, click.Abort):
        click.echo(_chosen_language(given)("interrupted; finished replications are kept, --resume goes on"), err=True)
        return 130
    except SystemExit:  # click ends so when whoever reads the output has closed it, as "head" does: no error of ours
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
        return 0


if __name__ == "__main__":
    sys.exit(main())
