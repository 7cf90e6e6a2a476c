"""For all tests.

Numba is loaded first: colour-science, a judge of some tests, puts mocks in the place of what it
misses, such as SciPy, and Numba would ask those for their version. The program never has both.
"""

import numba  # noqa: F401
