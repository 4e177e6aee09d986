"""How long without news is long: for a source of prices, and for a page that is opened."""

import datetime as dt
from typing import Final

LONG: Final = dt.timedelta(days=30)
