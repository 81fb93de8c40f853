"""Benchmarks: our own figures beside those of a peer that does as little as can be done, in the same run."""
