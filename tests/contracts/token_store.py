"""What every TokenStore promises. Subclass ``TokenStoreContract`` with a fixture ``store``: empty, of series A."""

from tests.contracts.days import DayContract
from tests.contracts.issuing import IssuingContract
from tests.contracts.outbox import OutboxContract
from tests.contracts.slips import SlipContract


class TokenStoreContract(IssuingContract, DayContract, SlipContract, OutboxContract):
    """All of it."""
