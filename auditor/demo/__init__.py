"""The demo district: a made-up district of government sites on loopback, with its truth file.

Everything in it is invented and labelled so; nothing ever leaves the machine.
"""

from auditor.demo._compare import differences
from auditor.demo._district import AS_OF, District
from auditor.demo._truth import Expectation, ExpectedIssue, NonDefect, Truth, load_truth
from auditor.demo.serve import describe, serve

__all__ = [
    "AS_OF",
    "District",
    "Expectation",
    "ExpectedIssue",
    "NonDefect",
    "Truth",
    "describe",
    "differences",
    "load_truth",
    "serve",
]
