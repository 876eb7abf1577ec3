"""The authorizer: decides about every request that a proxy has before it.

It holds a snapshot and people in memory and touches no database on the path of a
request. `engine` decides, `answers` says what the client gets, `app` speaks HTTP to
proxies. What needs the console's database, such as signing in, is given to it.
"""
