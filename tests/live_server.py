"""A publisher for tests: answers in documented shapes, and misbehaves when it is told to."""

import os
import socket
import struct
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

JSON = "application/json"


class Publisher:
    """Serves ``/<host>/<path>``; ``faults[path]`` are used up first, one a request.

    Parameters
    ----------
    answers
        Functions of host, path and query that give bytes, or None if it is not their host.
    """

    def __init__(self, *answers):
        self.answers, self.faults, self.seen = list(answers), defaultdict(list), []
        self.etags = {}
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                publisher.serve(self)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # a connection that was broken on purpose
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self):
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()

    def serve(self, handler):
        parts = urlsplit(handler.path)
        _, host, path = parts.path.split("/", 2)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.seen.append((f"/{path}", query, dict(handler.headers)))
        for known, faults in self.faults.items():
            if known in parts.path and faults:
                return faults.pop(0)(handler)
        for answer in self.answers:
            body = answer(host, f"/{path}", query)
            if body is not None:
                return self._whole(handler, parts.path, body)
        return status(404)(handler)

    def _whole(self, handler, path, body):
        mark = self.etags.get(path)
        if mark and handler.headers.get("If-None-Match") == mark:
            return send(handler, 304, b"", {"ETag": mark})
        kind = JSON if body[:1] in b"{[" else "application/zip" if body[:2] == b"PK" else "text/csv"
        return send(handler, 200, body, {"Content-Type": kind} | ({"ETag": mark} if mark else {}))


def send(handler, code, body, headers):
    handler.send_response(code)
    for name, value in headers.items():
        handler.send_header(name, value)
    if "Content-Length" not in headers:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def status(code, headers=None, body=b'{"error":{"code":0,"message":"no"}}'):
    return lambda handler: send(handler, code, body, {"Content-Type": JSON} | (headers or {}))


def whole(body, kind=JSON):
    """An answer with status 200, whatever is in it."""
    return lambda handler: send(handler, 200, body, {"Content-Type": kind})


def cut(body):
    """The connection ends after half of what was announced."""

    def act(handler):
        send(
            handler,
            200,
            body[: len(body) // 2],
            {"Content-Type": JSON, "Content-Length": len(body)},
        )
        handler.close_connection = True

    return act


def _half(handler, body):
    headers = {"Content-Type": JSON, "Content-Length": str(len(body))}
    send(handler, 200, body[: len(body) // 2], headers)


def reset(body):
    """The connection is reset in mid-body."""

    def act(handler):
        send(
            handler,
            200,
            body[: len(body) // 2],
            {"Content-Type": JSON, "Content-Length": len(body)},
        )
        handler.wfile.flush()
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(handler.connection.detach())
        handler.close_connection = True

    return act


def drip(pause_s=0.02, most=500):
    """One byte at a time, for longer than anyone waits."""

    def act(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        try:
            for _ in range(most):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(pause_s)
        except OSError:
            pass  # the client has left
        handler.close_connection = True

    return act


def flood(megabytes, announced=True):
    """A body of so many megabytes, announced or not."""

    def act(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        if announced:
            handler.send_header("Content-Length", str(megabytes * 1_000_000))
        else:
            handler.send_header("Connection", "close")
        handler.end_headers()
        try:
            for _ in range(megabytes):
                handler.wfile.write(b" " * 1_000_000)
        except OSError:
            pass
        handler.close_connection = True

    return act
