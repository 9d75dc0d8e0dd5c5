"""Evidence: what the sites answered, kept byte for byte.

While a site is audited its exchanges go into a *spool*, cheaply. After judging, those that
findings rest on are copied into a WARC file that every archive tool reads, and the spool goes.
"""

from auditor.gather.evidence.spool import Capture, Spool, Trail, read_spool
from auditor.gather.evidence.warc import ArchiveLabel, WarcFile

__all__ = ["ArchiveLabel", "Capture", "Spool", "Trail", "WarcFile", "read_spool"]
