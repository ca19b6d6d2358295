"""The commands ``twin policies`` and ``twin schema``: what there is."""

from __future__ import annotations

import json
from pathlib import Path

import click

from twin.commands.options import FOLDER, JSON, LANGUAGE
from twin.core.language import Code, Language


@click.command(short_help="List decisions, what a policy sees and may answer, and the rules.")
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


@click.command(short_help="Write the JSON Schema of scenario files.")
@click.argument("output", type=FOLDER, required=False)
def schema(output: Path | None) -> int:
    """Write the JSON Schema of scenario files, for editors: to OUTPUT, or schema.json in scenarios/ or here."""
    from twin.experiment.files import write_text
    from twin.scenario.json_schema import schema_text

    if output is None:
        folder = Path("scenarios")
        output = (folder if folder.is_dir() else Path()) / "schema.json"
    write_text(output, schema_text())
    click.echo(str(output))
    return 0
