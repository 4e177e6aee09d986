"""Classical price-trend estimators, on any table of dated prices and scores."""

WHICH_TO_CITE = (
    "For the fall of price at equal quality cite hedonic (new prices, by quarter), for the cheapest price of at least a given quality "
    "frontier with its threshold, for price changes of models that stay on sale matched by quarter; geks, adjacent, pareto, quantile "
    "and stochastic are checks on these."
)
"""One sentence for the documentation, the command line and the report."""
