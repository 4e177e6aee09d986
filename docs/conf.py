"""How Sphinx makes the documentation site; `make docs` calls it on a copy of this folder (bin/build-docs)."""

from importlib.metadata import version as installed_version

project = "costfloor"
author = "costfloor contributors"
copyright = author  # noqa: A001  the name that Sphinx reads
version = release = installed_version("costfloor")

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",
    "sphinxcontrib.bibtex",
]
# Notebooks and pages with code read stored results; one notebook fits a small table. Those that were executed already keep their outputs.
nb_execution_mode = "auto"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_merge_streams = True

myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3

bibtex_bibfiles = ["references.bib"]

# An API page lists its names by hand; tables of members would document what is private to the package.
numpydoc_show_class_members = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"

html_theme = "pydata_sphinx_theme"
html_title = "costfloor"
html_theme_options = {"show_toc_level": 2, "secondary_sidebar_items": ["page-toc"], "footer_start": ["copyright"]}
html_show_sourcelink = False
