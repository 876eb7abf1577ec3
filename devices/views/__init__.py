"""Pages of devices for those who decide. People's own page is in `console.ui.own`."""
