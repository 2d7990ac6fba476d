"""A site without a notebook, for tests of pages that show data and models."""

from token_exports import scenarios
from token_exports.pages.template import Site


def site(folder, *settings):
    """Site in a folder, with what every page knows of a run of the baseline with some settings."""
    return Site(
        folder,
        {
            "settings": scenarios.resolve("baseline", settings),
            "made_from": {"commit": "", "version": "0", "uncommitted_changes": False},
            "navigation": [],
            "changed": [],
            "data_until": "2026-11-01",
        },
    )
