"""What a Pomerium Core is told through its databroker. Pure: knows no database.

`records` says what it should hold, `checks` whether Core would accept it, `publishing`
brings it there by the calls of `client`. Nothing is imported here: who only checks a
secret needs no gRPC, whose libraries take 25 MB of memory.
"""
