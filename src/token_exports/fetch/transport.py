"""Send a request, and come back with whole bytes or one clear error.

Retried are what passes by itself: a connection that breaks, a body that ends early, 429 and 5xx.
The wait doubles from one second, with jitter, unless the publisher states one (`Retry-After`). A
redirect is followed on the same host only, since a key would travel with it. What is slow or large
beyond bounds is given up. A key is added when the request leaves, appears in no message, and is cut
from an answer that repeats it.
"""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.resources import files
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
import tenacity
import urllib3

from token_exports.fetch import waiting
from token_exports.fetch.answers import ABSENT, Answer, Limits, Passing, Validators, now
from token_exports.fetch.contract import FetchError, Key, Pace, Request, Source
from token_exports.fetch.pace import Pacer

MIRROR_VARIABLE = "TOKEN_EXPORTS_MIRROR"
PACKAGE = "package"
ACCEPTED = {
    "json": ("application/json", "text/plain"),  # raw files of a repository are plain text
    "csv": ("text/csv", "text/plain", "application/octet-stream", "application/csv"),
    "zip": ("application/zip", "application/octet-stream", "application/x-zip-compressed"),
}
REFUSALS = {
    400: "does not accept the request",
    401: "does not accept the key",
    402: "asks for payment",
    403: "forbids it",
    404: "has no such page",
}
CHUNK_BYTES = 1 << 16
REMOVED = b"KEY-REMOVED"


@dataclass
class Client:
    """Asks publishers, one request at a time.

    Parameters
    ----------
    mirror
        Server that answers for all hosts, at ``<mirror>/<host>/<path>``; empty for the hosts
        themselves. A key goes to it as well.
    limits
        When to give up.
    sleep, clock
        Waiting and seconds now; tests bring their own.
    """

    mirror: str = field(default_factory=lambda: os.environ.get(MIRROR_VARIABLE, ""))
    limits: Limits = Limits()
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _session: requests.Session = field(default_factory=requests.Session, repr=False)
    _pacers: dict[tuple[str, Pace], Pacer] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        logging.getLogger("urllib3").setLevel(logging.INFO)  # its debug lines hold whole addresses
        self._session.headers.update(
            {
                "User-Agent": f"token-exports/{version('token-exports')}",
                "Accept-Encoding": "identity",
            }
        )

    def get(self, source: Source, request: Request, known: Validators | None = None) -> Answer:
        """The answer to a request.

        Raises
        ------
        FetchError
            There is none: refused, not as asked for, too slow, too large, or the tries are over.
        """
        if urlsplit(request.url).scheme == PACKAGE:
            return _inside_package(request)
        retry = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Passing),
            stop=tenacity.stop_after_attempt(self.limits.tries_count),
            wait=waiting.wish_or_backoff,
            sleep=self.sleep,
            reraise=True,
        )
        try:
            return retry(self._once, source, request, known or Validators())
        except Passing as fault:
            raise FetchError(f"{fault} (gave up)") from None

    def _once(self, source: Source, request: Request, known: Validators) -> Answer:
        pacer = self._pacers.setdefault(
            (source.provider, source.pace), Pacer(source.pace, self.clock, self.sleep)
        )
        pacer.wait()
        end = self.clock() + self.limits.answer_s
        try:
            with self._sent(source, request, known) as response:
                self._require(response, request)
                body = self._body(response, end)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as fault:
            raise Passing(_broken(fault)) from None
        headers, secret = response.headers, key_value(source.key).encode()
        repeated = bool(secret) and secret in body
        return Answer(
            status=response.status_code,
            retrieved_at=now(),
            body=body.replace(secret, REMOVED) if repeated else body,
            key_removed=repeated,
            content_type=headers.get("Content-Type", ""),
            validators=Validators(headers.get("ETag", ""), headers.get("Last-Modified", "")),
        )

    def _sent(self, source: Source, request: Request, known: Validators) -> requests.Response:
        """Answer whose body is still to come, after redirects on the same host."""
        url, params = self._place(request.url), list(request.params)
        secret = key_value(source.key)
        if source.key and source.key.parameter:
            params.append((source.key.parameter, secret))
        for _ in range(self.limits.redirects_count + 1):
            response = self._session.get(
                url,
                params=params,
                headers=known.headers,
                auth=_Bearer("" if source.key and source.key.parameter else secret),
                timeout=(self.limits.connect_s, self.limits.silence_s),
                allow_redirects=False,
                stream=True,
            )
            if not response.is_redirect:
                return response
            response.close()
            url, params = _same_host(url, response.headers["Location"]), []
        raise FetchError(f"redirects more than {self.limits.redirects_count} times")

    def _place(self, url: str) -> str:
        """Address that is really asked: the publisher's, or that of the mirror."""
        if not self.mirror:
            return url
        parts = urlsplit(url)
        return f"{self.mirror.rstrip('/')}/{parts.netloc}{parts.path}" + (
            f"?{parts.query}" if parts.query else ""
        )

    def _require(self, response: requests.Response, request: Request) -> None:
        status = response.status_code
        if status == requests.codes.not_modified or (request.optional and status in ABSENT):
            return
        if status == requests.codes.too_many_requests or status >= 500:
            wait_s = waiting.wish_s(response.headers.get("Retry-After", ""), now())
            raise Passing(f"status {status}", wait_s)
        if status in REFUSALS:
            raise FetchError(f"{REFUSALS[status]} (status {status})")
        if status != requests.codes.ok:
            raise FetchError(f"status {status}")
        found = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if found not in (*ACCEPTED[request.kind], request.called):
            raise FetchError(f"answers with {found or 'no content type'}, not with {request.kind}")

    def _body(self, response: requests.Response, end: float) -> bytes:
        stated = response.headers.get("Content-Length", "")
        most = self.limits.body_bytes
        too_large = FetchError(f"the answer is larger than {most / 1e6:.0f} MB")
        if stated.isdigit() and int(stated) > most:
            raise too_large
        body = bytearray()
        while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
            body += chunk
            if len(body) > most:
                raise too_large
            if self.clock() > end:
                raise FetchError(f"the answer was not complete after {self.limits.answer_s:g} s")
        whole = not stated.isdigit() or "Content-Encoding" in response.headers
        if not whole and len(body) != int(stated) and response.status_code == 200:
            raise Passing(f"the answer ended after {len(body)} of {stated} bytes")
        return bytes(body)


class _Bearer(requests.auth.AuthBase):
    """Key in the header; none sends none, and keeps what a .netrc file holds from being sent."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def __call__(self, prepared: Any) -> Any:
        if self._secret:
            prepared.headers["Authorization"] = f"Bearer {self._secret}"
        return prepared


def key_value(key: Key | None) -> str:
    """Value of a key; empty where none is needed.

    Raises
    ------
    FetchError
        The variable is not set.
    """
    if key is None:
        return ""
    if not key.value:
        raise FetchError(f"{key.variable} is not set")
    return key.value


def _same_host(url: str, location: str) -> str:
    target = urljoin(url, location)
    here, there = urlsplit(url), urlsplit(target)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise FetchError(f"redirects to another host, {there.hostname or 'unknown'}: not followed")
    return urlunsplit(there)


def _broken(fault: Exception) -> str:
    """Kind of a broken connection; its text could hold the address, and so a key."""
    timeouts = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
    if isinstance(fault, timeouts):
        return "no answer in time"
    return f"the connection broke ({type(fault).__name__})"


def _inside_package(request: Request) -> Answer:
    parts = urlsplit(request.url)
    try:
        body = files(parts.netloc).joinpath(parts.path.lstrip("/")).read_bytes()
    except (ModuleNotFoundError, OSError):
        raise FetchError(f"the package {parts.netloc} is not installed") from None
    return Answer(200, now(), body)
