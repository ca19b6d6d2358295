"""Rules for the tests of the scenario loader; none of them is ever run."""

import numpy as np

from twin.domains.emergency.decisions import DispatchView, HospitalView, Send, TakeTo, Wait


def first(view: DispatchView, patience_s: float = 0.0) -> Send | Wait:
    free = view.free_vehicles
    return Send(int(free.id[0])) if len(free) else Wait()


def home(view: HospitalView) -> TakeTo:
    return TakeTo(int(view.hospitals.id[0]))


class Lottery:
    def __init__(self, tickets: int, random: np.random.Generator) -> None:
        self.tickets = tickets
        self.random = random

    def decide(self, view: DispatchView) -> Send | Wait:
        return Send(int(self.random.choice(view.free_vehicles.id)))


class Undecided:
    pass


async def later(view: DispatchView) -> Wait:
    return Wait()


def blind() -> Wait:
    return Wait()
