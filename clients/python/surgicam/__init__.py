"""Client of the Surgicam service: live surgical scene understanding as NumPy arrays."""

from . import errors, pixels
from .client import Client
from .connection import connect
from .errors import SurgicamError
from .frames import Annotation, Event, Frame, Gap, Heartbeat, Reconnecting, Started, StateChange
from .subscription import Subscription

__all__ = [
    "Annotation",
    "Client",
    "Event",
    "Frame",
    "Gap",
    "Heartbeat",
    "Reconnecting",
    "Started",
    "StateChange",
    "Subscription",
    "SurgicamError",
    "connect",
    "errors",
    "pixels",
]
