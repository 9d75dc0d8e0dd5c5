"""Compliance auditor for Chinese government websites.

`gather -> artifacts -> derive -> checks -> findings -> score -> reports`: all input and output
happens in `auditor.gather` and `auditor.engine`; what follows an artifact is a pure function.
The only module that other packages import is `auditor.api`.
"""

__version__ = "0.1.0"
