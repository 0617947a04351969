"""The peer of evenkeel-bench-ingest: the least time that json.loads needs for a file's bytes.

usage: json_loads.py PASSES FILE     prints "<Python's version> <seconds>"

One pass to warm up, then PASSES. The garbage collector is off, as in timeit; what a pass made is
freed outside the measured time.
"""
import gc
import json
import platform
import sys
import time

passes = int(sys.argv[1])
with open(sys.argv[2], "rb") as file:
    body = file.read()
gc.disable()
json.loads(body)
best = float("inf")
for _ in range(passes):
    start = time.perf_counter()
    document = json.loads(body)
    best = min(best, time.perf_counter() - start)
    del document
print(platform.python_version(), best)
