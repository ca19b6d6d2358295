"""Writes a policy to begin with: it answers as the practice does, and has a test that tries it on made-up views."""

from __future__ import annotations

import inspect
import keyword
from pathlib import Path
from typing import Any

from twin.core.decisions import Decision
from twin.core.errors import PolicyError
from twin.policies.listing import fields_of
from twin.policies.registry import load_rule_by_name

_RULE = '''\
"""A policy for the decision {decision}.

{question}
"""

from __future__ import annotations

{imports}


{body}'''

_FUNCTION = '''\
def {name}(view: {view}) -> {answers}:
    """Answer as the practice does; say here what yours does better.

    What you see (`twin policies {decision}` tells more):
{seen}

    What you may answer:
{said}
    """
    return {practised}(view)
'''

_CLASS = '''\
class {name}:
    """Answers as the practice does; say here what yours does better.

    What you see (`twin policies {decision}` tells more):
{seen}

    What you may answer:
{said}
    """

    def __init__({given}) -> None:
        self.practised = {practised}({passed})

    def decide(self, view: {view}) -> {answers}:
        """Answer one question; each replication has a fresh copy of this class."""
        return self.practised.decide(view)
'''

_TEST = '''\
"""The policy {name} keeps the contract of the decision {decision}.

Run it with: python -m pytest {test_file}
"""

from __future__ import annotations

from pathlib import Path

from twin.policies.conformance import check_rule
from twin.policies.listing import find_decision


def test_it_answers_legally_repeatably_and_in_time() -> None:
    """A run would stop it otherwise."""
    found = check_rule("{file}:{name}", find_decision("{decision}"), folder=Path(__file__).parent)
    assert found.longest_s < 10.0, "a run stops a policy that takes as long (decision_time_limit_s)"
'''


def write_policy(name: str, decision: Decision, practised: str, folder: Path) -> tuple[Path, Path]:
    """Write ``<name>.py`` and ``test_<name>.py`` into a folder and return their paths.

    Parameters
    ----------
    practised
        The built-in rule that the new one answers like.

    Raises
    ------
    PolicyError
        Where the name is no name, or a file of it is there.
    """
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        raise PolicyError("{name!r} is no name of a policy; write letters, digits and _, as in first_there", name=name)
    path, test_path = folder / f"{name.lower()}.py", folder / f"test_{name.lower()}.py"
    for each in (path, test_path):
        if each.exists():
            raise PolicyError("{path}: is there already; choose another name, or remove it", path=str(each))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(rule_text(name, decision, practised), encoding="utf-8")
        test = _TEST.format(name=name, decision=decision.name, file=path.name, test_file=test_path.name)
        test_path.write_text(test, encoding="utf-8")
    except OSError as error:
        raise PolicyError(
            "{path}: cannot be written ({problem}); choose another place with --folder",
            path=str(folder), problem=error.strerror or str(error),
        ) from None  # fmt: skip
    return path, test_path


def rule_text(name: str, decision: Decision, practised: str) -> str:
    """Return a policy's file: a function, or a class where the practised rule is one."""
    target = load_rule_by_name(practised, decision)
    kinds = [decision.view, *decision.answers]
    texts = {
        "name": name,
        "decision": decision.name,
        "view": decision.view.__name__,
        "answers": " | ".join(kind.__name__ for kind in decision.answers),
        "practised": target.__name__,
        "seen": "\n".join(f"        view.{_told(field)}" for field in fields_of(decision.view)),
        "said": "\n".join(f"        {_answer(kind)}" for kind in decision.answers),
    }
    if inspect.isclass(target):
        wants_dice = "random" in inspect.signature(target).parameters
        texts["given"] = "self, random: Generator" if wants_dice else "self"
        body = _CLASS.format(passed="random=random" if wants_dice else "", **texts)
    else:
        wants_dice = False
        body = _FUNCTION.format(**texts)
    imports = _imports(kinds, target, wants_dice)
    return _RULE.format(question=decision.text, imports=imports, body=body, name=name, decision=decision.name)


def _imports(kinds: list[type], practised: Any, wants_dice: bool) -> str:
    modules: dict[str, list[str]] = {}
    for kind in (*kinds, practised):
        modules.setdefault(kind.__module__, []).append(kind.__name__)
    lines = [f"from {module} import {', '.join(sorted(set(names)))}" for module, names in sorted(modules.items())]
    return "\n".join(["from numpy.random import Generator", *lines] if wants_dice else lines)


def _told(field: dict[str, str]) -> str:
    unit = f" [{field['unit']}]" if field["unit"] else ""
    return f"{field['name']}: {field['type']}{unit}"


def _answer(kind: type) -> str:
    inner = ", ".join(f"{field['name']}: {field['type'].rpartition('.')[2]}" for field in fields_of(kind))
    text = (inspect.getdoc(kind) or "").partition("\n")[0]
    return f"{kind.__name__}({inner})  {text}"
