"""What can be wrong with deployments."""

from django.utils.translation import gettext_noop

from console.core.exceptions import ConflictError, NotFoundError


class DeploymentNotFoundError(NotFoundError):
    """There is no deployment of that number, or the actor may not see it."""

    code = "deployment_not_found"
    default_message = gettext_noop("there is no such deployment")


class ClusterNotFoundError(NotFoundError):
    """There is no such Core, or the actor may not see it."""

    code = "cluster_not_found"
    default_message = gettext_noop("there is no such cluster")


class ClusterBusyError(ConflictError):
    """Another run publishes to the Core now."""

    code = "cluster_busy"
    default_message = gettext_noop(
        "this cluster is being published to; try again in a moment"
    )


class DeployerBusyError(ConflictError):
    """Another run makes a deployment now."""

    code = "deployer_busy"
    default_message = gettext_noop(
        "another deployment is being made; try again in a moment"
    )


class DamagedDeploymentError(ConflictError):
    """What a deployment is made of is not stored any more as it was."""

    code = "deployment_damaged"
    default_message = gettext_noop(
        "what this deployment held is not stored any more; a backup of the database "
        "may have it"
    )


class NotExplainableError(ConflictError):
    """There is nothing to work a decision of the log out from."""

    code = "decision_not_explainable"
    default_message = gettext_noop("this decision can't be worked out again")


class RollBackError(ConflictError):
    """A deployment can't be rolled back to; the message says what is in the way."""

    code = "roll_back_impossible"
