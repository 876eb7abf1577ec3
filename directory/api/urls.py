"""URLs of the API of people and groups."""

from rest_framework.routers import SimpleRouter

from directory.api import service_accounts, views

router = SimpleRouter(use_regex_path=False)
router.register("people", views.PersonViewSet, basename="api-person")
router.register("groups", views.GroupViewSet, basename="api-group")
router.register(
    "directory-service-accounts",
    service_accounts.ServiceAccountViewSet,
    basename="api-credential",
)

urlpatterns = router.urls
