"""What acts on the tree, on roles and on attachments change; see `core.previews`.

Here, because only this app knows everything that such an act can touch.
"""

from console.core import previews
from routes.services.observing.counting import Counting
from routes.services.observing.deleting import Deleting
from routes.services.observing.granting import Granting
from routes.services.observing.moving import Moving


def register_all() -> None:
    """Have all acts observed; called once, when the app is ready."""
    previews.register("namespace.move", Moving)
    previews.register("namespace.delete", Deleting)
    previews.register("namespace.inherit", Counting)
    previews.register("policy.attach", Counting)
    previews.register("policy.detach", Counting)
    previews.register("route.inherit", Counting)
    previews.register("role.change", Granting)
