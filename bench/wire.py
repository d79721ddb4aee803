"""A small keep-alive HTTP client whose own cost is as low as Python allows, and rounds of requests."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass


class Connection:
    """One keep-alive connection to 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer, self.head = b"", b""

    def send(self, message: bytes) -> tuple[int, bytes]:
        """Send a whole request and return status and body."""
        self.socket.sendall(message)
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            self._receive()
        head, self.buffer = self.buffer[:end], self.buffer[end + 4 :]
        self.head = head
        lowered = head.lower()
        at = lowered.index(b"content-length:") + 15
        length = int(lowered[at : lowered.find(b"\r\n", at) if b"\r\n" in lowered[at:] else None])
        while len(self.buffer) < length:
            self._receive()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return int(head[9:12]), body

    def _receive(self) -> None:
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("the server closed the connection")
        self.buffer += part


def request(method: str, path: str, body: bytes, cookie: str) -> bytes:
    """Return a JSON request as bytes."""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


@dataclass(frozen=True)
class Round:
    """What a round came to: requests a second, and each one's time in seconds."""

    rate: float
    times: Sequence[float]


def run_round(port: int, seconds: float, clients: Sequence[Callable[[], Iterator[bytes]]]) -> Round:
    """Let every client send its requests one after the other, all at once, for so long; each must answer 200."""
    times: list[float] = []
    problems: list[str] = []
    ready = threading.Barrier(len(clients) + 1)

    def run(messages: Callable[[], Iterator[bytes]]) -> None:
        connection, mine = Connection(port), []
        ready.wait()
        end = time.perf_counter() + seconds
        for message in messages():
            before = time.perf_counter()
            status, body = connection.send(message)
            after = time.perf_counter()
            if status != 200:
                problems.append(f"{status}: {body.decode(errors='replace')[:300]}")
                break
            mine.append(after - before)
            if after > end:
                break
        times.extend(mine)

    threads = [threading.Thread(target=run, args=[each]) for each in clients]
    for thread in threads:
        thread.start()
    ready.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begun
    if problems:
        raise RuntimeError(problems[0])
    return Round(rate=len(times) / took, times=times)


def percentile(times: Sequence[float], share: float) -> float:
    """Return a percentile of times, in milliseconds."""
    ordered = sorted(times)
    return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000, 2)
