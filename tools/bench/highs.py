"""A linear program of evenkeel-bench-capacity solved by SciPy's HiGHS.
usage: highs.py FILE REPETITIONS; prints SciPy's version, the best seconds of a call of linprog, and
the objective. FILE: little-endian, as evenkeel-bench-capacity writes it: numbers of columns, rows and
entries (int64); costs, least and most of columns, least and most of rows (float64); begins of columns
(int64), rows (int64) and values (float64) of entries."""
import sys
import time

import numpy
import scipy
from scipy.optimize import linprog
from scipy.sparse import csc_matrix


def main():
    with open(sys.argv[1], "rb") as file:
        columns, rows, entries = numpy.fromfile(file, "<i8", 3)
        cost, low, high = (numpy.fromfile(file, "<f8", columns) for _ in range(3))
        row_low, row_high = (numpy.fromfile(file, "<f8", rows) for _ in range(2))
        begins = numpy.fromfile(file, "<i8", columns + 1)
        indices = numpy.fromfile(file, "<i8", entries)
        values = numpy.fromfile(file, "<f8", entries)
    matrix = csc_matrix((values, indices, begins), shape=(rows, columns)).tocsr()
    equal = row_low == row_high
    assert numpy.all(numpy.isinf(row_low[~equal])), "rows are equations or upper bounds"
    arguments = dict(
        A_ub=matrix[~equal], b_ub=row_high[~equal], A_eq=matrix[equal], b_eq=row_low[equal],
        bounds=numpy.column_stack((low, high)), method="highs")
    best = float("inf")
    for _ in range(int(sys.argv[2])):
        start = time.perf_counter()
        result = linprog(cost, **arguments)
        best = min(best, time.perf_counter() - start)
        assert result.status == 0, result.message
    print(scipy.__version__, best, repr(float(result.fun)))


main()
