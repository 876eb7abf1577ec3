"""URLs of the API of namespaces and role bindings."""

from rest_framework.routers import SimpleRouter

from namespaces.api import account_views, role_views, views

router = SimpleRouter(use_regex_path=False)
router.register("namespaces", views.NamespaceViewSet, basename="api-namespace")
router.register(
    "role-bindings", role_views.RoleBindingViewSet, basename="api-role-binding"
)
router.register(
    "service-accounts",
    account_views.ServiceAccountViewSet,
    basename="api-service-account",
)

urlpatterns = router.urls
