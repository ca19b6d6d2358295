"""The commands ``twin policy``: begin one, and check one."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path

import click

from twin.commands.options import FOLDER, JSON, LANGUAGE
from twin.core.errors import PolicyError
from twin.core.language import Code, Language


@click.group(short_help="Begin a policy of your own; check it.")
def policy() -> None:
    """Begin a policy of your own, and check it."""


WHAT = 'What it answers; "twin policies" lists the decisions'


@policy.command("new", short_help="Write a policy to begin with, and its test.")
@click.argument("name")
@click.option("--decision", required=True, help=f"{WHAT}.")
@click.option("--folder", type=FOLDER, default=Path(), show_default=True, help="Where to write it.")
@LANGUAGE
def new_policy(name: str, decision: str, folder: Path, lang: Code) -> int:
    """Write NAME.py, which answers as the practice does, and test_NAME.py, which checks it."""
    from twin.policies.listing import find_decision
    from twin.policies.template import write_policy
    from twin.scenario.brains import shipped_brain

    asked = find_decision(decision)
    path, test_path = write_policy(name, asked, str(shipped_brain("traditional").decisions[decision]), folder)
    language = Language(lang)
    click.echo(str(path))
    click.echo(str(test_path))
    click.echo(
        language(
            "in a scenario: decisions: {{{decision}: {file}:{name}}}", decision=decision, file=path.name, name=name
        ),
        err=True,
    )
    click.echo(
        language("try it on made-up views: twin policy check {file}:{name}", file=str(path), name=name), err=True
    )
    return 0


@policy.command("check", short_help="Try a policy on made-up views.")
@click.argument("rule", metavar="FILE:NAME")
@click.option("--decision", help=f"{WHAT} [default: by the view that it takes].")
@click.option("--with", "given", multiple=True, metavar="KEY=VALUE", help="A parameter of the policy's own (repeat).")
@click.option("--views", type=click.IntRange(min=1), default=200, show_default=True, help="How many views.")
@click.option("--seed", type=int, default=0, show_default=True, help="Chance of the views.")
@click.option(
    "--slowest-s", type=click.FloatRange(min=0, min_open=True), default=0.1, show_default=True,
    help="Longest median time of an answer.",
)  # fmt: skip
@JSON
@LANGUAGE
def check_policy(
    rule: str, decision: str | None, given: tuple[str, ...], views: int, seed: int, slowest_s: float, as_json: bool,
    lang: Code,
) -> int:  # fmt: skip
    """Try the policy FILE:NAME, or a built-in one by its name, on views as a run shows them.

    It must answer legally, the same when asked again, in time, and change nothing that it is shown.
    """
    from twin.policies.conformance import check_rule
    from twin.policies.listing import decision_answered, find_decision

    asked = decision_answered(rule, Path()) if decision is None else find_decision(decision)
    with redirect_stdout(sys.stderr):  # what the policy prints is no result
        found = check_rule(
            rule, asked, parameters=parameters_of(given), folder=Path(), views=views, seed=seed, slowest_s=slowest_s
        )
    if as_json:
        click.echo(json.dumps({"rule": rule, "decision": asked.name, **asdict(found)}, indent=1))
        return 0
    say = Language(lang)
    click.echo(
        say(
            "{rule}: answers {decision} legally and repeatably on {views} views; an answer takes {median} ms, "
            "the longest {longest} ms",
            rule=rule, decision=asked.name, views=found.views, median=f"{1000 * found.median_s:.3g}",
            longest=f"{1000 * found.longest_s:.3g}",
        )
    )  # fmt: skip
    if found.remembers:
        click.echo(say("its answers hang on what it was asked before: it keeps a memory, anew in each replication"))
    return 0


def parameters_of(given: tuple[str, ...]) -> dict[str, object]:
    """Return a policy's parameters from ``key=value``, values read as in a scenario.

    Raises
    ------
    PolicyError
        Where a word is not of that form.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    found: dict[str, object] = {}
    for word in given:
        key, sign, value = word.partition("=")
        try:
            if not sign or not key.isidentifier():
                raise ValueError
            found[key] = YAML(typ="safe").load(value)
        except (ValueError, YAMLError):
            raise PolicyError("--with: {word!r} is no parameter; write it as kept=3", word=word) from None
    return found
