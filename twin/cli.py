"""The command line: which commands there are, and what becomes of errors."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from twin import __version__
from twin.commands.attribute import attribute
from twin.commands.baseline import baseline
from twin.commands.cells import cells
from twin.commands.compare import compare
from twin.commands.export import export
from twin.commands.imports import import_
from twin.commands.lists import policies, schema
from twin.commands.maps import map_
from twin.commands.options import EXIT_CODES
from twin.commands.plan import plan
from twin.commands.playback import playback
from twin.commands.policy import policy
from twin.commands.replay import replay
from twin.commands.results import kpis, report
from twin.commands.run import run
from twin.commands.sweep import sweep
from twin.commands.tune import tune
from twin.commands.validate import validate
from twin.core.collector import collecting_seldom
from twin.core.errors import ResultsError, TwinError
from twin.core.language import Language
from twin.core.output import drop_output

HELP = f"""Run a day of Zhengzhou under one or more city brains and compare them.

\b
Examples
  twin scenarios/city_day.yaml                    run it, print the verdict, write the report
  twin scenarios/city_day.yaml seed=7 --reps 20   with another seed, on twenty days
  twin scenarios/city_day.yaml emergency.seats=14 with twice the call takers
  twin scenarios/city_day.yaml --check            only say whether the file is right
  twin compare scenarios/emergency_days.yaml      compare its brains, with intervals and verdicts
  twin attribute scenarios/emergency_days.yaml    which part of the city brain brings how many minutes
  twin report reports/city_day/RUN --lang zh      make the report again, in Chinese
  twin playback reports/city_day/RUN              make the film of the day again
  twin policies                                   what a policy is asked, sees and may answer
  twin policy new mine --decision dispatch        write one to begin with, and its test
  twin replay reports/city_day/RUN --until 08:13  what did a policy see then, and what would another say?
  twin export reports/traffic_day/RUN             links and lots by hour, for QGIS
  twin validate air days.csv                      predict observed days of bad air, and judge it
  twin baseline check scenarios/emergency_days.yaml   do events, KPIs and speed keep to what was recorded?
  twin cells --remove                             remove kept days that no study would ask for again

A name that is no command is taken for a scenario file: "twin FILE" is "twin run FILE".

{EXIT_CODES}
"""


STUDIES = ("compare", "attribute", "sweep", "tune", "baseline")
"""Commands that live what is missing whenever they are called."""


class ScenarioFirst(click.Group):
    """A group whose default command is ``run``."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take an unknown first word for a scenario file."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            if not (args[0].endswith((".yaml", ".yml")) or Path(args[0]).exists()):
                raise ResultsError(
                    "{word!r} is neither a command ({commands}) nor a scenario file",
                    word=args[0], commands=", ".join(sorted(self.commands)),
                )  # fmt: skip
            args = ["run", *args]
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a scenario file, too, first of all: a shell that is to look for files forgets what came before."""
        items = super().shell_complete(ctx, incomplete)
        return items if incomplete.startswith("-") else [CompletionItem(incomplete, type="file"), *items]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let options of ``run`` stand before the file, as in ``twin --check FILE``."""
        own = {"--help", "-h", "--version"}
        if args and args[0].startswith("-") and args[0] not in own:
            args = ["run", *args]
        return super().parse_args(ctx, args)


SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=ScenarioFirst, help=HELP, context_settings=SETTINGS)
@click.version_option(__version__, prog_name="twin")
def cli() -> None:
    """Hold the commands."""


for command in (run, compare, kpis, report, playback, export, policies, schema, map_, import_, plan, validate):
    cli.add_command(command)
for command in (attribute, sweep, tune):
    cli.add_command(command)
for command in (baseline, cells, policy, replay):
    cli.add_command(command)


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
        with collecting_seldom():
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
        language = _chosen_language(given)
        kept = language("interrupted; finished replications are kept, --resume goes on")
        lived = language("interrupted; the days that were lived are kept, the same command goes on")
        click.echo(lived if given[:1] and given[0] in STUDIES else kept, err=True)
        return 130
    except SystemExit:  # click ends so when whoever reads the output has closed it, as "head" does: no error of ours
        drop_output()
        return 0
    except Exception:  # Python's own exit code for it is that of a missed bound
        traceback.print_exc()
        return 3


if __name__ == "__main__":
    sys.exit(main())
