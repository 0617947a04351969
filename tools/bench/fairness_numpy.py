"""The groups of evenkeel-bench-fairness scored one by one as one writes it with numpy.
usage: fairness_numpy.py FILE contacts|load slices|masks REPETITIONS; prints numpy's version and the
median of the seconds that all groups take, and writes FILE.answer. slices: each group's rows stand
together and are known; masks: they are looked for by the number of their group. FILE: little-endian,
as evenkeel-bench-fairness writes it: numbers of agents and groups, begins of groups (int64); weights
of after-call work by group, then contacts, seconds of talk, hold and after-call work, seconds on
queue and capacities by agent (float64). FILE.answer: nine float64 by group, in Scores' order."""
import math
import sys
import time

import numpy as np

LEAST_ON_QUEUE, LEAST_AGENTS, LOAD_CV = 900, 5, 1.0


def score(contacts, amount, on_queue, capacity, chance_factor):
    """Of the agents compared: their number, mean rate, weighted cv, cv, Jain, Gini, corrected cv, mean
    contacts, band."""
    n = len(contacts)
    hours = on_queue / 3600
    per_hour = amount / hours
    rates = per_hour / capacity
    total = capacity.sum()
    mean = per_hour.sum() / total
    weighted_cv = math.sqrt((capacity * (rates - mean) ** 2).sum() / total) / mean
    cv = rates.std() / rates.mean()
    jain = rates.sum() ** 2 / (n * (rates ** 2).sum())
    ranked = np.sort(rates)
    gini = ((2 * np.arange(1, n + 1) - n - 1) * ranked).sum() / (n * ranked.sum())
    chance = chance_factor * (1 / hours).sum() / (contacts / hours).sum()
    corrected = math.sqrt(max(0.0, weighted_cv ** 2 - chance))
    if n < LEAST_AGENTS:
        band = 0
    else:
        band = 1 if corrected < 0.25 else 2 if corrected <= 0.35 else 3
    return n, mean, weighted_cv, cv, jain, gini, corrected, contacts.mean(), band


def main():
    path, measure, how = sys.argv[1:4]
    with open(path, "rb") as file:
        agents, groups = np.fromfile(file, "<i8", 2)
        begins = np.fromfile(file, "<i8", groups + 1)
        acw_weights = np.fromfile(file, "<f8", groups)
        contacts, talk, hold, acw, on_queue, capacity = (
            np.fromfile(file, "<f8", agents) for _ in range(6))
    group_of = np.repeat(np.arange(groups), np.diff(begins))

    def score_rows(rows, group):
        if measure == "contacts":
            amount, factor = contacts[rows], 1.0
        else:
            amount = talk[rows] + acw[rows] * acw_weights[group] + hold[rows]
            factor = 1 + LOAD_CV ** 2
        here = on_queue[rows]
        compared = here >= LEAST_ON_QUEUE
        return score(contacts[rows][compared], amount[compared], here[compared],
                     capacity[rows][compared], factor)

    def score_all():
        if how == "slices":
            return [score_rows(slice(begins[g], begins[g + 1]), g) for g in range(groups)]
        return [score_rows(group_of == g, g) for g in range(groups)]

    seconds = []
    for _ in range(int(sys.argv[4])):
        start = time.perf_counter()
        scores = score_all()
        seconds.append(time.perf_counter() - start)
    np.array(scores, "<f8").tofile(path + ".answer")
    print(np.__version__, sorted(seconds)[(len(seconds) - 1) // 2])


main()
