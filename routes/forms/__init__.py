"""Shape of what people type about routes. Decisions are the services'."""

from routes.forms.move_form import MoveRouteForm, MoveRoutesForm
from routes.forms.route_form import Panel, RouteForm

__all__ = ["MoveRouteForm", "MoveRoutesForm", "Panel", "RouteForm"]
