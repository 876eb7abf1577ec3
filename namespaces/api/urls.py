"""URLs of the API of namespaces and role bindings."""

from rest_framework.routers import SimpleRouter

from namespaces.api import views

router = SimpleRouter(use_regex_path=False)
router.register("namespaces", views.NamespaceViewSet, basename="api-namespace")
router.register("role-bindings", views.RoleBindingViewSet, basename="api-role-binding")

urlpatterns = router.urls
