"""How a connection is made."""

from __future__ import annotations

from typing import Optional

import grpc

from .client import Client

_OPTIONS = [
    # Full-size float heatmaps of 11 classes are 3.6 MB; grpc's own limit of 4 MiB leaves them no room.
    ("grpc.max_receive_message_length", 64 << 20),
    # A service that went away without a word is noticed within half a minute.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
]


class _Bearer(grpc.AuthMetadataPlugin):
    def __init__(self, token: str) -> None:
        self._metadata = (("authorization", f"Bearer {token}"),)

    def __call__(self, context, callback) -> None:
        callback(self._metadata, None)


def connect(
    address: str,
    *,
    token: Optional[str] = None,
    tls: bool = False,
    ca: Optional[str] = None,
    certificate: Optional[str] = None,
    key: Optional[str] = None,
    server_name: Optional[str] = None,
) -> Client:
    """A client of the service at `host:port`. It connects with the first call.

    token: a bearer token; wants TLS, since it would travel readable otherwise. tls: the service has a certificate of a
    public authority; ca: the PEM file of another authority. certificate, key: the client's own, for mutual TLS.
    server_name: the name in the service's certificate, where it is not the host. ValueError: names what does not go
    together. OSError: a file that cannot be read.
    """
    if (certificate is None) != (key is None):
        raise ValueError("certificate and key go together: give both or neither")
    is_secure = tls or ca is not None or certificate is not None
    if token is not None and not is_secure:
        raise ValueError("token is given without tls or ca: it would travel readable")
    options = list(_OPTIONS)
    if server_name is not None:
        options.append(("grpc.ssl_target_name_override", server_name))
    if not is_secure:
        return Client(grpc.insecure_channel(address, options))
    credentials = grpc.ssl_channel_credentials(_read(ca), _read(key), _read(certificate))
    if token is not None:
        credentials = grpc.composite_channel_credentials(
            credentials, grpc.metadata_call_credentials(_Bearer(token))
        )
    return Client(grpc.secure_channel(address, credentials, options))


def _read(path: Optional[str]) -> Optional[bytes]:
    if path is None:
        return None
    with open(path, "rb") as file:
        return file.read()
