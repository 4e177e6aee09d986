"""Was the last forecast right? What every law and simple rivals said at a year-end, scored on all prices that have come since."""
