"""What every TokenStore promises. Subclass ``TokenStoreContract`` with a fixture ``store``: empty, of series A."""

from tests.contracts.arriving import ArrivingContract
from tests.contracts.days import DayContract
from tests.contracts.enrolment import EnrolmentContract
from tests.contracts.issuing import IssuingContract
from tests.contracts.outbox import OutboxContract
from tests.contracts.privacy import PrivacyContract
from tests.contracts.renewal import RenewalContract
from tests.contracts.slips import SlipContract
from tests.contracts.staff import StaffContract


class TokenStoreContract(
    IssuingContract,
    ArrivingContract,
    DayContract,
    SlipContract,
    OutboxContract,
    StaffContract,
    RenewalContract,
    EnrolmentContract,
    PrivacyContract,
):
    """All of it."""
