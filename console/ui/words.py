"""The texts of scripts in the language of the page; pages in English need none."""

from django.contrib.auth.decorators import login_not_required
from django.views.i18n import JavaScriptCatalog

# Also for whoever has not signed in yet: the sign-in page has scripts too.
catalog = login_not_required(JavaScriptCatalog.as_view())
