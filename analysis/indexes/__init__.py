"""Classical price-trend estimators, on any table of dated prices and scores."""
