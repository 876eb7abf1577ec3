"""How many people, groups, and groups of each person.

`BENCHMARK_PEOPLE` makes it smaller, to try the benchmark itself.
"""

import os

FULL, EACH = 100_000, 10
PEOPLE = int(os.environ.get("BENCHMARK_PEOPLE", FULL))  # a multiple of a thousand
GROUPS = PEOPLE // 10
