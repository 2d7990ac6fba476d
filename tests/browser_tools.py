"""A real browser for tests: Debian's Chromium, driven from disk, with everything it says kept."""

import shutil
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDTHS = (360, 768, 1440)
SCROLLED = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OPEN_ALL = "document.querySelectorAll('details').forEach((d) => { d.open = true; })"
OF_COLOUR = ["color-contrast", "link-in-text-block"]
VIOLATIONS = """([where, options]) => axe.run(
  where ? { include: window[where] } : document,
  { resultTypes: ["violations"], preload: false, ...options })"""
KINDS = "kindsOfText"
FIND_KINDS = f"""() => {{
  const found = new Map();
  const ground = (element) => {{
    const {{ backgroundColor, backgroundImage, opacity }} = getComputedStyle(element);
    const above = element.parentElement ? ground(element.parentElement) : "";
    return /, 0\\)$/.test(backgroundColor) && backgroundImage === "none" && opacity === "1"
      ? above : `${{above}} ${{backgroundColor}} ${{backgroundImage}} ${{opacity}}`;
  }};
  for (const element of document.body.querySelectorAll("*")) {{
    const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!words || !element.checkVisibility({{ visibilityProperty: true }})) continue;
    const {{ color, fontSize, fontWeight, textDecorationLine }} = getComputedStyle(element);
    const [own, outer] = [element, element.parentElement].map((e) => e.getAttribute("class"));
    const key = [element.localName, own, outer, getComputedStyle(element.parentElement).color,
      color, fontSize, fontWeight, textDecorationLine, ground(element)].join("|");
    if (!found.has(key)) found.set(key, element);
  }}
  window.{KINDS} = [...found.values()];
}}"""
"""Of texts in the same colours, sizes and weights the first: axe takes long for each of a table."""

needed = pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium package")


class Opener:
    """Opens pages of a folder; what they log, or ask for outside of it, is a fault."""

    def __init__(self, browser, folder):
        self.browser, self.folder = browser, folder
        self.contexts, self.faults = [], []

    def __call__(self, name, width=1280, scheme="light", fragment=""):
        size = {"width": width, "height": 900}
        context = self.browser.new_context(viewport=size, color_scheme=scheme)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self.faults.append(f"{name} says: {message.text}"))
        page.on("pageerror", lambda error: self.faults.append(f"{name} fails: {error}"))
        page.on("dialog", lambda dialog: self._dialog(name, dialog))
        page.on("request", lambda request: self._request(name, request.url))
        page.on("requestfailed", lambda request: self._failed(name, request))
        page.goto((self.folder / name).as_uri() + fragment)
        return page

    def turn(self, page, name):
        """Open another page of the folder in the same window."""
        page.goto((self.folder / name).as_uri())
        return page

    def _dialog(self, name, dialog):
        self.faults.append(f"{name} opens a dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, name, url):
        parts = urlsplit(url)
        inside = parts.scheme == "file" and Path(unquote(parts.path)).is_relative_to(self.folder)
        if not inside and parts.scheme not in ("data", "blob"):
            self.faults.append(f"{name} asks for {url}")

    def _failed(self, name, request):
        if "ERR_ABORTED" not in (request.failure or ""):  # a picture of a page left early
            self.faults.append(f"{name} misses {request.url}")

    def close(self):
        for context in self.contexts:
            context.close()
        self.contexts.clear()


@lru_cache(maxsize=1)
def axe():
    """Source of axe-core, from the package that brings it."""
    return Path(find_spec("axe_playwright_python").origin).with_name("axe.min.js").read_text()


def violations(page, *, only=(), without=(), where=""):
    """What axe-core finds on a page, by rule, with the first element of each."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(axe())
    options = {"rules": {rule: {"enabled": False} for rule in without}}
    options |= {"runOnly": list(only)} if only else {}
    found = page.evaluate(VIOLATIONS, [where, options])["violations"]
    return {rule["id"]: f"{len(rule['nodes'])}: {rule['nodes'][0]['html'][:200]}" for rule in found}


def faint(page):
    """What axe-core finds about colours, of each kind of text on a page."""
    page.evaluate(FIND_KINDS)
    return violations(page, only=OF_COLOUR, where=KINDS)


@contextmanager
def chromium():
    """A running browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield running
        running.close()


def too_wide(page):
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if (excess := page.evaluate(SCROLLED)) > 0:
            return f"{excess} px too wide at {width}"
    return ""


def background(page):
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor")


def with_faults(names, find):
    """What ``find`` returns for each page, where it returns anything."""
    found = {name: find(name) for name in names}
    return {name: fault for name, fault in found.items() if fault}
