"""What every DeskStore promises besides. Subclass it with a fixture ``store``: empty, of series A."""

from tests.contracts.calling import CallingContract
from tests.contracts.desk_view import FactContract, ListContract, PinContract


class DeskStoreContract(CallingContract, ListContract, FactContract, PinContract):
    """All of it."""
