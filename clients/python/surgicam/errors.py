"""What calls fail with: one class for each kind of status, with what the service says about it."""

from __future__ import annotations

from typing import Dict, Optional, Type

import grpc

from . import status_pb2


class SurgicamError(Exception):
    """A call failed.

    Attributes: `code` (grpc.StatusCode); `violations` (field name to description, of INVALID_ARGUMENT); `retry_delay`
    (seconds, or None); `resource` (type and name, or None).
    """

    def __init__(self, message: str, code: grpc.StatusCode = grpc.StatusCode.UNKNOWN) -> None:
        super().__init__(message)
        self.code = code
        self.violations: Dict[str, str] = {}
        self.retry_delay: Optional[float] = None
        self.resource: Optional[tuple] = None


class InvalidArgument(SurgicamError):
    """A field has a bad value; `violations` names it and what is allowed."""


class NotFound(SurgicamError):
    """There is no such feed or model."""


class AlreadyExists(SurgicamError):
    """There is such a feed."""


class FailedPrecondition(SurgicamError):
    """Not as things stand, for instance when a feed has failed."""


class ResourceExhausted(SurgicamError):
    """A limit of the service; `resource` names it."""


class Unauthenticated(SurgicamError):
    """The token or certificate is missing or wrong."""


class PermissionDenied(SurgicamError):
    """The token does not cover the call or the feed."""


class Unavailable(SurgicamError):
    """The service cannot be reached or shuts down."""


_CLASSES: Dict[grpc.StatusCode, Type[SurgicamError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidArgument,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyExists,
    grpc.StatusCode.FAILED_PRECONDITION: FailedPrecondition,
    grpc.StatusCode.RESOURCE_EXHAUSTED: ResourceExhausted,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDenied,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
}


def error_of(failure: grpc.RpcError) -> SurgicamError:
    """The error of a failed call, with the details of google.rpc that came with it."""
    code = failure.code()
    error = _CLASSES.get(code, SurgicamError)(failure.details() or code.name, code)
    for key, value in failure.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            _read_details(error, value)
    return error


def _read_details(error: SurgicamError, encoded: bytes) -> None:
    status = status_pb2.Status()
    status.ParseFromString(encoded)
    for detail in status.details:
        name = detail.type_url.rpartition(".")[2]
        if name == "BadRequest":
            bad = status_pb2.BadRequest()
            bad.ParseFromString(detail.value)
            error.violations = {v.field: v.description for v in bad.field_violations}
        elif name == "RetryInfo":
            retry = status_pb2.RetryInfo()
            retry.ParseFromString(detail.value)
            error.retry_delay = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9
        elif name == "ResourceInfo":
            resource = status_pb2.ResourceInfo()
            resource.ParseFromString(detail.value)
            error.resource = (resource.resource_type, resource.resource_name)
