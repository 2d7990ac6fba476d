"""From what live sources answer to rows in ``data/``: compared, checked, shown, then appended."""
