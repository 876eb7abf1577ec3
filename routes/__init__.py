"""Routes: where requests go, and which policies decide about them."""
