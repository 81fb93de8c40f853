"""The vocabulary of targeting: what a lead's title, company size and the like are called, and how other people's words for it are read.

Every value has a small integer id that stands in the database's index. An id never changes and never means anything else; 0 is unknown.
"""
