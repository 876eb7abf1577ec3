"""Failed sign-ins, counted from the audit log."""

from datetime import datetime, timedelta

from console.core import audit

SIGNED_IN = "person.signed-in"
FAILED_SIGN_IN = "person.sign-in-failed"
FAILURE_WINDOW = timedelta(minutes=15)
KNOWN_NETWORK_WINDOW = timedelta(days=90)
MAX_FAILURES = 10  # of one account from one network
MAX_NETWORK_FAILURES = 50  # from one network, whatever the account
MAX_ACCOUNT_FAILURES = 100  # of one account, from networks that it does not know


def is_guessing(*, email: str, network: str, now: datetime) -> bool:
    """Answer whether too many wrong passwords were given lately.

    Counted for the account from this network, for this network, and for the account
    from everywhere. The last does not hold back a network that the account signed in
    from before: whoever guesses from elsewhere can't lock its owner out.
    """
    since = now - FAILURE_WINDOW
    account = {"target_label": email.casefold()[:255]}
    here = {"after__network": network}

    def failures(**facts: str) -> int:
        return audit.count_events(action=FAILED_SIGN_IN, since=since, **facts)

    if failures(**account, **here) >= MAX_FAILURES:
        return True
    if failures(**here) >= MAX_NETWORK_FAILURES:
        return True
    return failures(**account) >= MAX_ACCOUNT_FAILURES and not (
        audit.count_events(
            action=SIGNED_IN,
            since=now - KNOWN_NETWORK_WINDOW,
            after__email__iexact=email,
            **here,
        )
    )
