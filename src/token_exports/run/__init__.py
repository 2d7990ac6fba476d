"""Run notebooks and render pages; knows files and kernels, no domain."""
