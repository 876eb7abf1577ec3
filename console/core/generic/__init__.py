"""What lists, forms and pages of every app have in common."""
