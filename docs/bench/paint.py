"""Bytes, and milliseconds to the first contentful paint, of every page of a report, from disk.

usage: make paint SCENARIO=baseline

Chromium, a fresh context per run, the median of five. Not a test: it depends on the machine.
"""

import shutil
import statistics
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

RUNS = 5
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PAINT = """() => new Promise((resolve) => new PerformanceObserver((list) => {
  for (const entry of list.getEntriesByName('first-contentful-paint')) resolve(entry.startTime);
}).observe({type: 'paint', buffered: true}))"""
IMAGES = """() => [...document.images].map((i) => i.currentSrc || i.src)
  .filter((s) => s.startsWith('file:')).map((s) => decodeURIComponent(new URL(s).pathname))"""


def painted_ms(browser: Browser, page: Path) -> tuple[float, int]:
    """Median time to first paint, and bytes of the page's pictures."""
    times, pictures = [], 0
    for _ in range(RUNS):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        opened = context.new_page()
        opened.goto(page.resolve().as_uri())
        times.append(opened.evaluate(PAINT))
        pictures = sum(Path(file).stat().st_size for file in set(opened.evaluate(IMAGES)))
        context.close()
    return statistics.median(times), pictures


def main(folder: Path) -> None:
    """Print one line per page, the slowest last."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium or not (folder / "index.html").is_file():
        sys.exit(f"needs Chromium, and a report in {folder} (make report)")
    rows = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        for page in sorted(folder.rglob("*.html")):
            milliseconds, pictures = painted_ms(browser, page)
            size = page.stat().st_size
            rows.append((milliseconds, size, pictures, page.relative_to(folder).as_posix()))
        browser.close()
    print(f"{'paint ms':>8} {'html kB':>8} {'images kB':>9}  page")
    for milliseconds, size, pictures, name in sorted(rows):
        print(f"{milliseconds:8.0f} {size / 1000:8.1f} {pictures / 1000:9.1f}  {name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
