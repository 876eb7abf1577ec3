"""From what a directory answered to rows: snapshot, diff, guard, apply."""
