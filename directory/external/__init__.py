"""External data on its way in: fetched, unpacked, read, keyed, compared, judged.

`fetching` speaks HTTP; everything else here is pure. Writing is the services' part.
"""
