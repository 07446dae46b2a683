#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: scale_sim.py [MEASURED.json] [--codec libx264] [--height 1080] [--cores 32] [--rank0-s-per-gb S]

A small discrete-event simulation of a scan by many nodes, fed with what scale_measure.py measured: what a span costs, what
it sends, what opening a film reads. One job by MPI, and shards of one node each. It shows which resource is the first to
be always busy, and what 100,000 hours of footage take.

The model: films of an hour in spans of 20 s. A film is read whole by an opener (hash, packets' times), whose node has it
in memory then; other nodes read the spans they look at, for which they get the packets' times. The file system hands out bytes
at a rate, one request after the other, and a node takes no more than its network card lets in. Results go through rank 0's
network card and its one writer, in the order of the spans, and a worker may be no further ahead of the oldest unfinished
span than the window lets it. Spans vary in cost (log-normal). All of it is deterministic."""
import argparse
import heapq
import json
import random

ARCHIVE_H = 100000
SPAN_S = 20
SPANS = 3600 // SPAN_S
CARD_BYTES_S = 1.25e9  # 10 Gbit/s
CORES_PER_OPENER = 16  # of whoswho-mpi
CORES_PER_FILM = 8     # at least so many cores for each film simulated
NODES = (1, 4, 16, 64, 256, 1000)
SPREAD = 0.3           # of the logarithm of a span's cost


class Server:
    """Serves one request after the other at a rate."""

    def __init__(self, rate):
        self.rate, self.free, self.busy = rate, 0.0, 0.0

    def serve(self, at, amount):
        took = amount / self.rate
        self.free = max(self.free, at) + took
        self.busy += took
        return self.free


class Job:
    """Events in order of time: (when, number, what happens, to whom)."""

    def __init__(self, kind, nodes, cores, disk, rank0_bytes_s):
        self.kind, self.nodes, self.cores = kind, nodes, cores
        self.dice = random.Random(1)
        self.disk, self.card, self.writer = Server(disk), Server(CARD_BYTES_S), Server(rank0_bytes_s)
        self.span_s = kind["cpu_s_per_hour"] / SPANS
        self.span_message = kind["message_bytes_per_hour"] / SPANS
        self.events, self.number = [], 0
        self.next_span = self.written = self.to_write = self.next_film = 0
        self.waiting, self.resting = [], []  # workers, openers

    def at(self, when, what, whom):
        self.number += 1
        heapq.heappush(self.events, (when, self.number, what, whom))

    def read(self, now, amount):
        """When bytes are there: the file system's turn, and no faster than a network card."""
        return max(self.disk.serve(now, amount), now + amount / CARD_BYTES_S)

    def wake(self, now, idle, what):
        for whom in idle:
            self.at(now, what, whom)
        idle.clear()

    def open_next(self, now, opener):
        ahead = self.next_span // SPANS + 2 * self.nodes * (1 + self.cores // CORES_PER_OPENER)
        if self.next_film >= min(self.films, ahead + 1):
            self.resting.append(opener)
            return
        film = self.next_film
        self.next_film += 1
        self.at(self.read(now, self.kind["film_bytes_per_hour"]) + self.kind["open_cpu_s_per_hour"], self.film_opened, (film, opener))

    def film_opened(self, now, whom):
        self.opened[whom[0]], self.opened_by[whom[0]] = True, whom[1] % self.nodes
        self.wake(now, self.waiting, self.take)
        self.open_next(now, whom[1])

    def take(self, now, worker):
        """A worker takes the next span, or waits: for its film, or because it would be too far ahead."""
        span = self.next_span
        if span == len(self.arrived):
            return
        if not self.opened[span // SPANS] or span - self.written >= self.window:
            self.waiting.append(worker)
            return
        self.next_span += 1
        if self.next_span % SPANS == 0:
            self.wake(now, self.resting, self.open_next)
        here = self.opened_by[span // SPANS] == worker % self.nodes
        amount = 0 if here else self.kind["film_bytes_per_hour"] / SPANS
        cost = self.span_s * self.dice.lognormvariate(-SPREAD * SPREAD / 2, SPREAD)
        self.at(self.read(now, amount) + cost, self.looked, (worker, span))

    def looked(self, now, whom):
        self.at(self.card.serve(now, self.span_message) if self.through_rank0 else now, self.arrive, whom[1])
        self.take(now, whom[0])

    def arrive(self, now, span):
        self.arrived[span] = True
        while self.to_write < len(self.arrived) and self.arrived[self.to_write]:
            self.at(self.writer.serve(now, self.span_message), self.wrote, None)
            self.to_write += 1

    def wrote(self, now, _):
        self.written += 1
        if self.waiting:
            self.at(now, self.take, self.waiting.pop())

    def run(self, films, through_rank0):
        workers = self.nodes * self.cores
        self.films, self.through_rank0, self.window = films, through_rank0, 2 * workers
        self.opened, self.opened_by, self.arrived = [False] * films, [0] * films, [False] * (films * SPANS)
        for opener in range(self.nodes * (1 + self.cores // CORES_PER_OPENER)):
            self.at(0.0, self.open_next, opener)
        for worker in range(workers):
            self.at(0.0, self.take, worker)
        now = 0.0
        while self.events:
            now, _, what, whom = heapq.heappop(self.events)
            what(now, whom)
        return now


def by_mpi(kind, nodes, cores, disk, a):
    films = max(40, nodes * cores // CORES_PER_FILM)
    job = Job(kind, nodes, cores, disk, a.rank0)
    took = job.run(films, True)
    load = {"file system": job.disk.busy / took, "rank 0's network": job.card.busy / took, "rank 0's writer": job.writer.busy / took}
    return films * 3600 / took, max(load.items(), key=lambda item: item[1])


def in_groups(kind, nodes, group, a):
    """Groups of nodes, each a job by MPI with a shard of the footage, and a share of the file system."""
    groups = max(nodes // group, 1)
    rate, busiest = by_mpi(kind, min(group, nodes), a.cores, a.disk / groups, a)
    return groups * rate, busiest


def in_shards(kind, nodes, a):
    """Several shards to a node, a process each, which opens its films itself, one after the other."""
    shards = nodes * a.cores // a.shard_cores
    job = Job(kind, 1, a.shard_cores, min(a.disk / shards, CARD_BYTES_S * a.shard_cores / a.cores), 1e12)
    took = job.run(40, False)
    return shards * 40 * 3600 / took, ("file system", job.disk.busy / took)


def opening(rows):
    """Seconds to open a film of so many bytes: a line through what was measured."""
    x, y = [r["film_bytes_per_hour"] for r in rows], [r["open_cpu_s_per_hour"] for r in rows]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    slope = sum((p - mx) * (q - my) for p, q in zip(x, y)) / sum((p - mx) ** 2 for p in x)
    return lambda size: my + slope * (size - mx)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("measured", nargs="?", default="scale_measured.json")
    p.add_argument("--codec", default="libx264")
    p.add_argument("--height", type=int, default=1080)
    p.add_argument("--cores", type=int, default=32)
    p.add_argument("--shard-cores", type=int, default=8)
    p.add_argument("--disk", type=float, default=20e9, help="bytes a second of the file system, all nodes together")
    p.add_argument("--film-mb", type=float, default=2250, help="megabytes of an hour of film (5 Mbit/s)")
    p.add_argument("--rank0-s-per-gb", type=float, default=3.5, help="CPU seconds of the thread at rank 0 that stores, per gigabyte of results")
    p.add_argument("--join-s-per-gb", type=float, default=6.0, help="CPU seconds of join per gigabyte of store")
    p.add_argument("--price", type=float, default=0.03, help="of a core for an hour")
    a = p.parse_args()
    a.rank0 = 1e9 / a.rank0_s_per_gb
    with open(a.measured) as f:
        rows = json.load(f)
    kind = dict(next(k for k in rows if (k["codec"], k["height"]) == (a.codec, a.height)))
    kind["film_bytes_per_hour"] = a.film_mb * 1e6
    kind["open_cpu_s_per_hour"] = opening(rows)(a.film_mb * 1e6)
    ways = (("one job by MPI", lambda n: by_mpi(kind, n, a.cores, a.disk, a)), ("jobs of 4 nodes by MPI, a shard each", lambda n: in_groups(kind, n, 4, a)),
            (f"shards of {a.shard_cores} cores", lambda n: in_shards(kind, n, a)))
    print("| how | nodes | hours of film per hour | of ideal | the busiest | 100,000 h take | core hours |")
    print("|---|---|---|---|---|---|---|")
    for how, simulate in ways:
        for nodes in NODES:
            rate, (what, load) = simulate(nodes)
            useful, took_h = rate * kind["cpu_s_per_hour"] / 3600 / (nodes * a.cores), ARCHIVE_H / rate
            print(f"| {how} | {nodes} | {rate:,.0f} | {100 * useful:.0f} % | {what} {100 * load:.0f} % | {took_h:,.1f} h | {took_h * nodes * a.cores:,.0f} |",
                  flush=True)
    store = kind["store_bytes_per_hour"] * ARCHIVE_H
    ideal_h = kind["cpu_s_per_hour"] * ARCHIVE_H / 3600
    print(f"\n{ARCHIVE_H:,} hours: {ideal_h:,.0f} core hours at least ({ideal_h * a.price:,.0f} at {a.price} each), {store / 1e12:.1f} TB of store; joining shards takes"
          f" {store / 1e9 * a.join_s_per_gb / 3600:.1f} h more, on one core.")


main()
