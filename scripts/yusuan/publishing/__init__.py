"""Publishing: a checked package on a portal, again and again, by plan, apply and verify.

What is published is what was checked. Targets are chosen by their address: a folder (the static
portal), or one zip.
"""

from yusuan.publishing.plan import Difference, Plan, Receipt, Step, Target, read_receipt
from yusuan.publishing.release import Release, release
from yusuan.publishing.targets import PORTAL_FOLDER, target_of

__all__ = [
    "PORTAL_FOLDER",
    "Difference",
    "Plan",
    "Receipt",
    "Release",
    "Step",
    "Target",
    "read_receipt",
    "release",
    "target_of",
]
