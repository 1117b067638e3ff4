"""The benchmark: lossbook and the libraries beside it, on the same jobs, in turn.

Every library runs in a process of its own (``worker``), with a pinned number of threads. The
process that the user started (``runner``) hands out the cases, has every result checked before it
is timed, and lets the contenders take turns, round by round, so that whatever else the machine does
meets all of them. ``training`` does the same with models of boosted trees and their objectives. A
new contender is one file in ``contenders`` and its line there.
"""
