"""An RO-Crate validator without a network: the one document it asks for comes from a package."""

import io
from collections import Counter
from importlib.resources import files

import requests
from requests.adapters import BaseAdapter
from requests_cache import CachedSession
from rocrate_validator import services
from urllib3 import HTTPResponse

CONTEXT = "https://w3id.org/ro/crate/1.1/context"


class Shipped(BaseAdapter):
    """Answers every request with the context of RO-Crate 1.1 that ro-crate-py ships."""

    def send(self, request, **_):
        assert request.url == CONTEXT
        body = io.BytesIO(files("rocrate").joinpath("data/ro-crate.jsonld").read_bytes())
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = 200, request.url, request
        answer.headers["Content-Type"] = "application/ld+json"
        answer.raw = HTTPResponse(body, status=200, preload_content=False)
        return answer

    def close(self):
        pass


def cache(folder):
    """Cache that holds the context, for a validator that may not ask anybody else."""
    name = folder / "crate-cache"
    with CachedSession(cache_name=str(name), backend="sqlite", expire_after=-1) as session:
        session.mount("https://", Shipped())
        assert session.get(CONTEXT).json()["@id"] == CONTEXT
    return name


def faults(folder, cache, severity="REQUIRED"):
    """Messages about the crate in a folder, with how many entities each concerns."""
    result = services.validate(
        services.ValidationSettings(
            rocrate_uri=str(folder),
            profile_identifier="process-run-crate",
            requirement_severity=severity,
            offline=True,
            validate_profile_checks=False,
            cache_path=cache,
        )
    )
    found = Counter(issue.message for issue in result.get_issues())
    assert result.passed() == (not found)
    return dict(found)
