"""Runs attacks: all at once, then those that change what others use, one at a time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tests.attacks.api import RefusedError, UnexpectedAnswerError
from tests.attacks.attack import STOPPED, UNDECIDED, Attack, Attempt, Verdict
from tests.attacks.layers import wait_for_quotas
from tests.attacks.scene import Scene
from tests.attacks.world import World

_DEADLINE: Final = 60.0
"""Seconds until an attack must be decided."""
_PAUSE: Final = 0.1


@dataclass(frozen=True)
class Result:
    """What has come of one attack in one phase."""

    attack: Attack
    phase: str
    verdict: Verdict

    @property
    def expected(self) -> str:
        """What must come of it."""
        return self.attack.expected[self.phase]

    @property
    def is_expected(self) -> bool:
        """Whether it did."""
        return self.verdict.text == self.expected


def run_phase(world: World, attacks: Iterable[Attack], phase: str, number: int) -> list[Result]:
    """Run the attacks of a phase, and undo them."""
    scenes = [Scene(world, attack, phase, number) for attack in attacks if phase in attack.expected]
    together = [scene for scene in scenes if not scene.attack.alone]
    results = _run(together)
    for scene in scenes:
        if scene.attack.alone:
            results += _run([scene])
    wait_for_quotas(world)
    order = {id(scene.attack): position for position, scene in enumerate(scenes)}
    return sorted(results, key=lambda result: order[id(result.attack)])


def _run(scenes: Sequence[Scene]) -> list[Result]:
    results: list[Result] = []
    try:
        active = [(scene, scene.attack.run(scene)) for scene in scenes]
        deadline = time.monotonic() + _DEADLINE
        while active:
            waiting = []
            for scene, attempt in active:
                verdict = _advance(attempt)
                if verdict is None and time.monotonic() > deadline:
                    verdict = Verdict(UNDECIDED, reason=_describe(scene))
                if verdict is None:
                    waiting.append((scene, attempt))
                else:
                    results.append(Result(scene.attack, scene.phase, verdict))
            active = waiting
            time.sleep(_PAUSE if active else 0)
    finally:
        for scene in scenes:
            scene.close()
    return results


def _advance(attempt: Attempt) -> Verdict | None:
    try:
        next(attempt)
    except StopIteration as end:
        verdict: Verdict = end.value
        return verdict
    except RefusedError as refusal:
        return Verdict(STOPPED, refusal.layer, refusal.message)
    except UnexpectedAnswerError as error:
        return Verdict(UNDECIDED, reason=str(error))
    return None


def _describe(scene: Scene) -> str:
    """The operator's words about the objects of an attack that is not decided."""
    events = scene.world.admin.list("v1", "Event")
    words = [event["message"] for event in events if event["involvedObject"]["name"].startswith(scene.name)]
    return "; ".join(dict.fromkeys(words)) or "the operator said nothing"
