"""Rows of a directory: what the columns of a file mean, what a row says in the values of targeting, and people who are made up."""
