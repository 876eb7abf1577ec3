"""How much more time than meant a test grants to what hostile input may cost.

A suite runs on machines of any speed, also on such that are slower for an hour than
before. It is there to find what grows out of hand, and that takes a hundred times
longer. What is meant is measured by `benchmarks/` and by the fuzzing.
"""

ROOM = 10
