"""A queue with callers who give up, for one day at a time: the model of tools/lab/models/mmcab.yaml as
one writes it in Python with heapq. usage: mmcab.py REPLICATIONS; prints version, seconds, calls, and
how many gave up a day."""
import collections
import heapq
import random
import sys
import time


def one_day(rng):
    """Calls that came and calls that gave up; times in minutes."""
    events, number, free, calls, gone = [], 0, 12, 0, 0
    line, waiting = collections.deque(), set()
    heapq.heappush(events, (rng.expovariate(4.2), number, "arrival", 0))
    while events:
        now, _, kind, call = heapq.heappop(events)
        if kind == "arrival":
            if now > 480:
                continue
            number += 1
            heapq.heappush(events, (now + rng.expovariate(4.2), number, "arrival", 0))
            calls += 1
            if free:
                free -= 1
                number += 1
                heapq.heappush(events, (now + rng.expovariate(0.5), number, "end", calls))
            else:
                line.append(calls)
                waiting.add(calls)
                number += 1
                heapq.heappush(events, (now + rng.expovariate(1.0), number, "give up", calls))
        elif kind == "give up":
            if call in waiting:
                waiting.discard(call)
                gone += 1
        else:
            while line and line[0] not in waiting:
                line.popleft()
            if line:
                waiting.discard(line.popleft())
                number += 1
                heapq.heappush(events, (now + rng.expovariate(0.5), number, "end", 0))
            else:
                free += 1
    return calls, gone


replications = int(sys.argv[1])
generator = random.Random(1)
begun = time.perf_counter()
days = [one_day(generator) for _ in range(replications)]
seconds = time.perf_counter() - begun
print(sys.version.split()[0], seconds, sum(d[0] for d in days),
      sum(d[1] for d in days) / replications)
