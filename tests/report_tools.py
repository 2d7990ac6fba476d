"""Reports for tests: a notebook whose parameters are the baseline's comes from the cache."""

from token_exports.run import pipeline


def other(baseline, folder, scenario, assignments=()):
    """Report of other settings, built after ``baseline`` has filled the cache."""
    assert baseline.is_dir()
    return pipeline.report(scenario, assignments, folder=folder).parent
