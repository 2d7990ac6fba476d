"""Pure functions of the quantities the essay argues about: no files, no plots."""
