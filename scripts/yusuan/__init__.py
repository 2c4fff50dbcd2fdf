"""yusuan (预算): a county's budget disclosure as linked open data."""
