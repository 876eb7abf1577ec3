"""The policy language: text to tree to program to decision, in pure Python."""
