"""Queues with known answers, to hold the simulator against: Erlang, priorities, and Larson's hypercube."""

from __future__ import annotations

from dataclasses import dataclass
from math import perm

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

Array = NDArray[np.float64]


def erlang_b(servers: int, load: float) -> float:
    """Return the share lost in M/M/n/n by the recursion on the number of servers (Erlang 1917).

    Parameters
    ----------
    load
        Offered load: arrivals in the mean time of a service.
    """
    lost = 1.0
    for busy in range(1, servers + 1):
        lost = load * lost / (busy + load * lost)
    return lost


def erlang_c(servers: int, load: float) -> float:
    """Return the share that waits in M/M/n with an infinite queue (Erlang 1917).

    Raises
    ------
    ValueError
        If the load is not below the number of servers: the queue would grow for ever.
    """
    if load >= servers:
        raise ValueError(f"a load of {load} on {servers} servers has no steady state")
    lost = erlang_b(servers, load)
    return servers * lost / (servers - load * (1 - lost))


def mean_wait(servers: int, load: float, service: float = 1.0) -> float:
    """Return the mean wait of all arrivals in M/M/n, in the unit of the mean service."""
    return erlang_c(servers, load) * service / (servers - load)


def priority_waits(servers: int, loads: tuple[float, float], service: float = 1.0) -> tuple[float, float]:
    """Return the mean waits of the higher and the lower class in M/M/n, nobody's service being broken off.

    Both classes have the same exponential service (Cobham 1954, Operations Research 2(1) 70; Kella and Yechiali 1985).

    Parameters
    ----------
    loads
        Offered loads of the higher and the lower class.
    """
    high, load = loads[0], sum(loads)
    first = erlang_c(servers, load) * service / (servers - high)
    return first, first * servers / (servers - load)


def loss_with_any_service(servers: int, arrival_rate: float, mean_service: float) -> float:
    """Return the share lost in M/G/n/n, which the shape of the service does not change (Sevastyanov 1957)."""
    return erlang_b(servers, arrival_rate * mean_service)


def number_busy(servers: int, load: float, queue: bool) -> Array:
    """Return the probabilities that 0, 1, ..., n servers are busy, shape (servers + 1,); the last includes queues."""
    weight = np.cumprod(np.concatenate([[1.0], load / np.arange(1, servers + 1)]))
    if queue:
        weight[-1] /= 1 - load / servers
    return weight / weight.sum()


@dataclass(frozen=True)
class Hypercube:
    """Servers that are sent to atoms by fixed lists of preference (Larson 1974, Computers & Operations Research 1 67).

    Attributes
    ----------
    arrival_rates
        Calls a unit of time from each atom, shape (atoms,).
    preferences
        Servers in the order in which they are sent to each atom if free, shape (atoms, servers).
    service_rates
        Services a unit of time of each server, whatever the atom, shape (servers,).
    queue
        Whether calls that find all busy wait, first come first served, or are lost.
    """

    arrival_rates: Array
    preferences: NDArray[np.int64]
    service_rates: Array
    queue: bool

    @classmethod
    def of(cls, arrival_rates: ArrayLike, preferences: ArrayLike, service_rates: ArrayLike, queue: bool) -> Hypercube:
        """Build one from lists; a single service rate holds for every server."""
        order = np.asarray(preferences, dtype=np.int64)
        atoms, servers = order.shape
        if any(sorted(row) != list(range(servers)) for row in order.tolist()):
            raise ValueError("each atom's preferences must name every server once")
        calls = np.asarray(arrival_rates, dtype=np.float64)
        rates = np.broadcast_to(np.asarray(service_rates, dtype=np.float64), (servers,))
        if calls.shape != (atoms,):
            raise ValueError(f"{atoms} atoms need as many arrival rates, not {calls.shape}")
        if queue and calls.sum() >= rates.sum():
            raise ValueError("more calls than the servers can serve: no steady state")
        return cls(calls, order, rates, queue)

    def sent(self) -> NDArray[np.int64]:
        """Return who is sent in each state, shape (atoms, 2**servers); -1 where all are busy.

        Bit i of a state is set where server i is busy.
        """
        atoms, servers = self.preferences.shape
        states = np.arange(2**servers)
        found = np.full((atoms, len(states)), -1, dtype=np.int64)
        for rank in reversed(range(servers)):
            server = self.preferences[:, rank, None]
            found = np.where((states >> server) & 1 == 0, server, found)
        return found


@dataclass(frozen=True)
class HypercubeSolution:
    """The steady state of a hypercube.

    Attributes
    ----------
    workloads
        Share of time that each server is busy, shape (servers,).
    shares
        Of the calls of each atom that are served, the share that each server serves, shape (atoms, servers).
    all_busy
        Probability that a call finds all servers busy: that it waits, or is lost.
    mean_wait
        Mean wait of all calls in units of time; 0 without a queue.
    states
        Probability of each set of busy servers with nobody waiting, shape (2**servers,); adds up to less than 1
        where there is a queue.
    """

    workloads: Array
    shares: Array
    all_busy: float
    mean_wait: float
    states: Array


def solve(cube: Hypercube) -> HypercubeSolution:
    """Solve the balance equations exactly; with a queue, the states behind 'all busy' are a geometric tail."""
    arrivals, rates = cube.arrival_rates.sum(), cube.service_rates
    servers, sent = len(rates), cube.sent()
    busy = (np.arange(2**servers)[:, None] >> np.arange(servers)) & 1 == 1
    states = _balance(cube, sent, busy)
    ratio = arrivals / rates.sum() if cube.queue else 0.0
    states /= states[:-1].sum() + states[-1] / (1 - ratio)
    waiting = states[-1] * ratio / (1 - ratio)  # all busy and somebody waits
    all_busy = float(states[-1] + waiting)
    shares = np.stack([np.where(sent == server, states, 0.0).sum(axis=1) for server in range(servers)], axis=1)
    if cube.queue:
        shares += all_busy * rates / rates.sum()
        mean_wait_of_all = float(waiting / (1 - ratio) / arrivals)  # Little's law on those who wait
    else:
        shares, mean_wait_of_all = shares / (1 - all_busy), 0.0
    return HypercubeSolution(states @ busy + waiting, shares, all_busy, mean_wait_of_all, states)


def _balance(cube: Hypercube, sent: NDArray[np.int64], busy: NDArray[np.bool_]) -> Array:
    """Return the states' probabilities up to a factor: flow in is flow out in every state, nobody waiting.

    A queue does not change these equations: what flows out of 'all busy' into the queue comes back from it.
    """
    count = len(busy)
    atom, state = np.nonzero(sent >= 0)
    up = (state, state | (1 << sent[atom, state]), cube.arrival_rates[atom])
    at, server = np.nonzero(busy)
    down = (at, at & ~(1 << server), cube.service_rates[server])
    origin, target, rate = (np.concatenate(pair) for pair in zip(up, down, strict=True))
    rows, columns = np.concatenate([target, origin]), np.concatenate([origin, origin])
    values = np.concatenate([rate, -rate])
    kept = rows != 0  # one equation follows from the others; in its place the empty state is 1
    matrix = coo_array(
        (np.append(values[kept], 1.0), (np.append(rows[kept], 0), np.append(columns[kept], 0))), shape=(count, count)
    )
    right = np.zeros(count)
    right[0] = 1.0
    return np.asarray(spsolve(matrix.tocsc(), right))


def larson_correction(servers: int, load: float, queue: bool) -> Array:
    """Return Larson's factors Q(0), ..., Q(n - 1), shape (servers,).

    Of servers looked at in random order, the first j are busy and the next is free with probability
    Q(j) r^j (1 - r), where r is the mean workload; were they independent, Q would be 1.
    """
    busy = number_busy(servers, load, queue)
    mean = float(busy @ np.arange(servers + 1)) / servers
    factors = np.empty(servers)
    for tried in range(servers):
        number = np.arange(tried, servers)
        chance = np.array([perm(k, tried) * (servers - k) for k in number]) / perm(servers, tried + 1)
        factors[tried] = busy[number] @ chance / (mean**tried * (1 - mean))
    return factors


def approximate_workloads(cube: Hypercube, tolerance: float = 1e-12) -> Array:
    """Return Larson's approximate workloads (1975, Operations Research 23(5) 845), shape (servers,).

    All servers must have the same service rate.
    """
    atoms, servers = cube.preferences.shape
    rate = float(cube.service_rates[0])
    if not np.allclose(cube.service_rates, rate):
        raise ValueError("the approximation is for equal service rates")
    load = float(cube.arrival_rates.sum()) / rate
    factors, busy = larson_correction(servers, load, cube.queue), number_busy(servers, load, cube.queue)
    total = float(busy @ np.arange(servers + 1))
    queued = load * busy[-1] / servers if cube.queue else 0.0
    workloads = np.full(servers, total / servers)
    for _ in range(10_000):
        called = np.zeros(servers)  # load that falls to a server while it is free
        for atom in range(atoms):
            order = cube.preferences[atom]
            before = np.concatenate([[1.0], np.cumprod(workloads[order])[:-1]])
            called[order] += cube.arrival_rates[atom] / rate * factors * before
        new = (called + queued) / (1 + called)
        new *= total / new.sum()
        if np.abs(new - workloads).max() < tolerance:
            return new
        workloads = new
    raise ArithmeticError("the approximation did not settle")
