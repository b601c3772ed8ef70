"""The Event Socket protocol as bytes in and messages out: no sockets, no threads, no gevent."""

from switchy_nb.wire.batch import Batch
from switchy_nb.wire.commands import auth_command, encode_command
from switchy_nb.wire.event import Event, Format
from switchy_nb.wire.parser import (
    ApiResponse,
    AuthRequest,
    CommandReply,
    Disconnect,
    LogLine,
    Message,
    Parser,
    Rejection,
)

__all__ = [
    "ApiResponse",
    "AuthRequest",
    "Batch",
    "CommandReply",
    "Disconnect",
    "Event",
    "Format",
    "LogLine",
    "Message",
    "Parser",
    "Rejection",
    "auth_command",
    "encode_command",
]
