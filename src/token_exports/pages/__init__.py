"""Pages of a report: a pure function of its executed notebooks, results, figures and the data."""
