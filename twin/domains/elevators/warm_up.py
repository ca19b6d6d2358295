"""Compiles the kernels of elevators once, before worker processes would each do it."""

from __future__ import annotations


def compile_kernels() -> None:
    """Let one elevator live a day, with the types of a run's arrays."""
    import numpy as np

    from twin.city.ways_to import WaysTo
    from twin.kernels.elevator_chance import write_chances
    from twin.kernels.elevator_failures import FailureState, begin_lives, live_day, visit
    from twin.kernels.elevator_telemetry import add_codes
    from twin.kernels.elevator_workers import Lists, amid_lists
    from twin.kernels.nearest import few_nearest
    from twin.kernels.outward import edges_into, given_times

    nodes = np.array([0, 1], np.int32)
    graph = edges_into(2, nodes, nodes[::-1])
    WaysTo(graph, nodes[::-1], given_times(graph, np.array([1000, 1000], np.int32)), 0).times_ms(nodes)
    few_nearest(np.zeros((2, 2)), nodes, 0, np.ones(2, np.bool_), np.inf, np.zeros(1, np.int64))
    works = np.ones(1, np.bool_)
    lists = Lists(np.array([0, 1]), np.ones(1), nodes[:1], np.zeros(1), nodes[:1], nodes[:1], works)
    amid_lists(lists, nodes[:1], 0.0, 86_400.0, np.zeros(1, np.int32))
    state = FailureState(np.zeros(1, np.uint64), np.zeros((1, 2), np.int32), np.zeros((1, 2)), np.zeros(1), np.zeros(1))
    begin_lives(state, 1.5)
    number = np.zeros(2, np.int64)
    live_day(state, np.zeros((1, 2)), 1.5, 1.0, 1.0, np.zeros(2, np.int32), number)
    visit(state, np.zeros(1, np.int32), 0.5, 1.5)
    write_chances(state.key, number[:1], 0, np.zeros(1))
    add_codes(state.key, 0, 0, np.zeros(1), 0.5, np.zeros(1, np.float32))
