"""Raw requests over a socket, so that nothing is made polite on the way."""

import socket
from typing import NamedTuple


class Answer(NamedTuple):
    """What came back, to the byte."""

    status: int
    headers: bytes
    body: bytes

    def header(self, name: str) -> str:
        for line in self.headers.decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(": ")
            if key.lower() == name:
                return value
        return ""


class Connection:
    """Where a server listens."""

    def __init__(self, address: str, port: int) -> None:
        self.address, self.port = address, port

    def get(self, path: str, method: str = "GET", host: str = "", more: str = "") -> Answer:
        """One request, one connection."""
        named = host or f"{self.address}:{self.port}"
        return self.raw(
            f"{method} {path} HTTP/1.1\r\nHost: {named}\r\n{more}\r\n".encode("latin-1")
        )

    def raw(self, request: bytes, timeout_s: float = 10.0) -> Answer:
        """Whatever bytes; status 0: the connection was closed without an answer."""
        try:
            with socket.create_connection((self.address, self.port), timeout=timeout_s) as sock:
                sock.sendall(request)
                return read_answer(sock, head=request.startswith(b"HEAD"))
        except (ConnectionResetError, BrokenPipeError):
            return Answer(0, b"", b"")


def read_answer(sock: socket.socket, *, head: bool = False) -> Answer:
    """Until it is whole by its length, or the connection ends; to HEAD there is no body."""
    got = b""
    while b"\r\n\r\n" not in got:
        piece = sock.recv(65536)
        if not piece:
            return Answer(0, b"", got)
        got += piece
    lines, _, body = got.partition(b"\r\n\r\n")
    answer = Answer(int(lines.split(b" ", 2)[1]), lines, body)
    length = 0 if head else int(answer.header("content-length") or 0)
    while len(body) < length and (piece := sock.recv(65536)):
        body += piece
    return answer._replace(body=body)
