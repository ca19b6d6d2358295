"""The city brain of one run: its connections, and the rules that answer its questions."""

from __future__ import annotations

import dataclasses
import time
import traceback
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from twin.core.columns import dtype_of, hints_of
from twin.core.decisions import BrainSetting, ConnectionSetting, Decision, Rule
from twin.core.errors import PolicyError
from twin.core.recorder import EventTable, Recorder
from twin.core.time_limit import TimeLimitError, time_limit

LONGEST_TEXT: Final = 400
_SCALARS: Final = {int: pa.int64(), float: pa.float64(), str: pa.string(), bool: pa.bool_()}


@dataclasses.dataclass(slots=True)
class AskingTime:
    """What the rule of one decision took, in seconds of wall time: of how many answers, in sum, and the longest."""

    count: int = 0
    total_s: float = 0.0
    longest_s: float = 0.0

    def add(self, seconds: float) -> None:
        """Take up one answer."""
        self.count += 1
        self.total_s += seconds
        self.longest_s = max(self.longest_s, seconds)

    def add_all(self, other: AskingTime) -> None:
        """Take up all answers of another count."""
        self.count += other.count
        self.total_s += other.total_s
        self.longest_s = max(self.longest_s, other.longest_s)


class Brain:
    """Answers the twin's questions and says which connections work.

    Parameters
    ----------
    setting
        The bundle, every connection and decision resolved.
    rules
        A callable for each decision.
    practised
        The traditional rule for each decision, which replaces illegal answers where ``replace_illegal`` is set.

    Attributes
    ----------
    replaced
        How many answers were replaced.
    times
        What answering took, by decision; how long a rule thought changes nothing that happens.
    listener
        Called after each question with the decision, the view, the answer, the answer in words, and the time.
    """

    def __init__(
        self,
        setting: BrainSetting,
        rules: Mapping[str, Rule],
        practised: Mapping[str, Rule],
        recorder: Recorder,
        *,
        replace_illegal: bool = False,
        limit_s: float = 10.0,
        record_views: bool = True,
    ) -> None:
        self.setting = setting
        self.name = setting.name
        self.replaced = 0
        self.times: dict[str, AskingTime] = {}
        self.listener: Callable[[Decision, Any, Any, str, float], None] | None = None
        self._rules = rules
        self._practised = practised
        self._recorder = recorder
        self._replace_illegal = replace_illegal
        self._limited = time_limit(limit_s)
        self._limit_s = limit_s
        self._record_views = record_views
        self._failing: dict[str, int] = {}
        self._tables: dict[str, tuple[EventTable, list[tuple[str, ...]]]] = {}

    # -- connections ------------------------------------------------------------------------------------------------

    def connection(self, name: str) -> ConnectionSetting:
        """Return how this brain has a connection, whether or not it fails at the moment."""
        return self.setting.connections[name]

    def works(self, name: str, draw: float = 0.0) -> bool:
        """Say whether a connection works now for one whose uniform draw in [0, 1) is ``draw``."""
        setting = self.setting.connections[name]
        return setting.on and draw < setting.share and not self._failing.get(name)

    def fail(self, name: str, begins: bool) -> None:
        """Let a connection begin or cease to fail; failures may overlap."""
        self._failing[name] = self._failing.get(name, 0) + (1 if begins else -1)

    def is_silent(self, decision: Decision) -> bool:
        """Say whether this decision's rule needs not be asked; see `Decision.silent_rule`."""
        return bool(decision.silent_rule) and self.setting.decisions[decision.name].rule == decision.silent_rule

    # -- questions --------------------------------------------------------------------------------------------------

    def ask(self, decision: Decision, view: Any, time_s: float) -> Any:
        """Ask a question, validate the answer and record both.

        Raises
        ------
        PolicyError
            When the rule raises, answers illegally and nothing replaces it, or does not return in time.
        """
        problem: PolicyError | None = None
        answer: Any = None
        begun = time.perf_counter()
        try:
            answer = self._limited(lambda: self._rules[decision.name](view))
        except TimeLimitError:
            raise self._error(
                decision, time_s, "did not return within {limit} s (decision_time_limit_s)", limit=self._limit_s
            ) from None
        except (Exception, SystemExit, GeneratorExit) as error:  # a user's code may raise anything
            problem = self._error(decision, time_s, "raised {kind}: {text} ({where})", **_whereabouts(error))
        else:
            self.times.setdefault(decision.name, AskingTime()).add(time.perf_counter() - begun)
            problem = self._objection(decision, view, answer, time_s)
        if problem is not None:
            if not self._replace_illegal:
                raise problem
            self.replaced += 1
            answer = self._practised[decision.name](view)
        self._record(decision, view, answer, problem, time_s)
        return answer

    def _objection(self, decision: Decision, view: Any, answer: Any, time_s: float) -> PolicyError | None:
        if not isinstance(answer, decision.answers):
            allowed = ", ".join(kind.__name__ for kind in decision.answers)
            return self._error(
                decision,
                time_s,
                "answered {answer}, which is not one of {allowed}",
                answer=_shown(answer),
                allowed=allowed,
            )
        try:
            reason = decision.objection(view, answer)
        except Exception as error:  # the answer may hold anything
            reason = _shown(error, str)
        if reason is not None:
            return self._error(decision, time_s, "answered {answer}: {reason}", answer=_shown(answer), reason=reason)
        return None

    def _error(self, decision: Decision, time_s: float, sentence: str, **values: object) -> PolicyError:
        rule = self.setting.decisions[decision.name].rule
        return PolicyError(
            "policy {rule} of brain {brain}, asked for {decision} at {time} s, " + sentence,
            rule=rule,
            brain=self.name,
            decision=decision.name,
            time=round(time_s, 1),
            **values,
        )

    def _record(self, decision: Decision, view: Any, answer: Any, problem: PolicyError | None, time_s: float) -> None:
        if decision.name not in self._tables:
            schema: dict[str, pa.DataType] = {
                "time_s": pa.float64(),
                "rule": pa.dictionary(pa.int32(), pa.string()),
                "answer": pa.string(),
                "replaced": pa.string(),
            }
            paths = _columns_of(decision.view) if self._record_views else {}
            schema.update({"seen." + ".".join(path): kind for path, kind in paths.items()})
            table = self._recorder.table(f"{decision.domain}.decisions.{decision.name}", schema)
            self._tables[decision.name] = (table, list(paths))
        table, paths_seen = self._tables[decision.name]
        rule = self.setting.decisions[decision.name].rule
        seen = [_reach(view, path) for path in paths_seen]
        table.add(time_s, rule, _shown(answer), str(problem) if problem else None, *seen)
        if self.listener:
            self.listener(decision, view, answer, _shown(answer), time_s)


def _whereabouts(error: BaseException) -> dict[str, object]:
    """Say what was raised and where: the innermost line of the policy's own file, not of a library that it calls."""
    frames = traceback.extract_tb(error.__traceback__)
    beyond = [frame for frame in frames if Path(frame.filename).parent != Path(__file__).parent]
    last = [frame for frame in beyond if frame.filename == beyond[0].filename][-1] if beyond else frames[-1]
    return {"kind": type(error).__name__, "text": _shown(error, str), "where": f"{last.filename}:{last.lineno}"}


def _shown(thing: object, how: Callable[[object], str] = repr) -> str:
    """Put into words what a user's code has made, however long it is, and even where its own words fail."""
    try:
        text = how(thing)
    except Exception:
        text = f"<{type(thing).__name__}>"
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _reach(view: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        view = getattr(view, name)
    return view


def _columns_of(view: type, prefix: tuple[str, ...] = ()) -> dict[tuple[str, ...], pa.DataType]:
    """Return the columns of a view's record: scalars as they are, arrays as lists, nested dataclasses in turn."""
    columns: dict[tuple[str, ...], pa.DataType] = {}
    hints = hints_of(view)
    for field in dataclasses.fields(view):
        if not field.metadata.get("recorded", True):
            continue
        hint = hints[field.name]
        path = (*prefix, field.name)
        plain = [kind for kind in typing.get_args(hint) if kind in _SCALARS]
        if hint in _SCALARS:
            columns[path] = _SCALARS[hint]
        elif (dtype := dtype_of(hint)) is not None:
            columns[path] = pa.list_(pa.from_numpy_dtype(dtype))
        elif dataclasses.is_dataclass(hint) and isinstance(hint, type):
            columns.update(_columns_of(hint, path))
        elif plain:
            columns[path] = _SCALARS[plain[0]]
        else:
            raise TypeError(f"{view.__name__}.{field.name}: a view may hold scalars, arrays and dataclasses of them")
    return columns
