"""What adapters of dialects that speak in events are made of, beside tables."""

from onechunk._adapter import Envelope, Settled, Stage
from onechunk._growing import Growing
from onechunk._memory import Memory, StreamMemory
from onechunk.events._blocks import Block, Blocks

__all__ = ["Block", "Blocks", "Envelope", "Growing", "Memory", "Settled", "Stage", "StreamMemory"]
