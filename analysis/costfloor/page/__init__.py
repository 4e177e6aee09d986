"""The explorer page: the stored results as one self-contained HTML file. Needs the extra `page`."""
