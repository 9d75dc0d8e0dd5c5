"""Columns (栏目): present, filled, fresh, dated, and honest about their dates."""
