"""A month of the world in one command: fetch or take files, take them in, and say what changed and what needs a person."""
