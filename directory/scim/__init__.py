"""The console as a server of SCIM 2.0 (RFC 7643, 7644), for providers that push.

The protocol (filters, paths, patches, errors, schemas) is `scim2_server`'s and
`scim2_models`'. Here is what ties it to directories: the address, tokens, and where
resources are read and written. What becomes of them is `directory.services.pushes`'.
"""
