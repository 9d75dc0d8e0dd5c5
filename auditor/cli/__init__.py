"""The command `auditor`. stdout carries data, stderr the log and the progress display."""

from auditor.cli.main import main

__all__ = ["main"]
