"""Writing routes and policies as a configuration of Pomerium Core."""
