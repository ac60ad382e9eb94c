"""The list of tokens as Qt wants it: changed row by row, so that two thousand of them hold up no touch."""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QPersistentModelIndex, Qt, QTimer

from kiosk.model.desk import DeskRow
from kiosk.model.queue import Classes
from kiosk.model.search import Entry, entry
from kiosk.ui.desk.queue_order import Choice, Column, Key, key_of

translate = QCoreApplication.translate

ROW_ROLE = Qt.ItemDataRole.UserRole
AT_ONCE = 60
"""Rows changed in one go; the rest waits for the next turn of the event loop."""
READ_AT_ONCE = 200
Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()


class QueueModel(QAbstractTableModel):
    """Keeps all rows, and those that are chosen in order. ``ROW_ROLE`` gives the DeskRow of a line."""

    def __init__(self, classes: Classes) -> None:
        super().__init__()
        self._classes = classes
        self._choice, self._column, self._descending = Choice(), Column.WAITED, False
        self._all: dict[str, DeskRow] = {}
        self._keys: list[Key] = []
        self._shown: list[DeskRow] = []
        self._key_by_id: dict[str, Key] = {}
        self._pending: deque[DeskRow] = deque()
        self._entries: dict[str, Entry] = {}
        self._unread: deque[str] = deque()
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._take_some)

    # --- what the desk does ------------------------------------------------------------------------------------------

    def take(self, rows: Iterable[DeskRow]) -> None:
        """Rows that are new or have changed."""
        if not self._all and not self._pending:
            self._all = {row.token.token_id: row for row in rows}
            self._unread.extend(self._all)
            self._rebuild()
            self._soon.start()
            return
        self._pending.extend(rows)
        self._take_some()

    def clear(self) -> None:
        for kept in (self._pending, self._unread, self._entries, self._all):
            kept.clear()
        self._rebuild()

    def choose(self, choice: Choice) -> None:
        """Show other rows."""
        if choice != self._choice:
            self._choice = choice
            self._rebuild()

    @property
    def rows(self) -> list[DeskRow]:
        """The lines shown, from above."""
        return list(reversed(self._shown)) if self._descending else list(self._shown)

    def line_of(self, token_id: str) -> int | None:
        """The line of a token, if it is shown."""
        key = self._key_by_id.get(token_id)
        return self._line(bisect_left(self._keys, key)) if key is not None else None

    def tick(self) -> None:
        """A while has passed: the waiting times are others."""
        if self._shown:
            self.dataChanged.emit(self.index(0, Column.WAITED), self.index(len(self._shown) - 1, Column.WAITED))

    # --- what Qt asks ------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self._shown[self._line(index.row())]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == Column.LABEL:
            return row.token.label
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return {
            Column.LABEL: translate("Desk", "Token"),
            Column.PATIENT: translate("Desk", "Patient"),
            Column.WAITED: translate("Desk", "Waiting"),
            Column.STATE: translate("Desk", "State"),
        }[Column(section)]

    def retranslate(self) -> None:
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """All lines anew, in another order."""
        self._column, self._descending = Column(column), order == Qt.SortOrder.DescendingOrder
        self._rebuild()

    # --- inside ------------------------------------------------------------------------------------------------------

    def _line(self, place: int) -> int:
        """Places count upwards by key, lines from above; the one gives the other."""
        return len(self._shown) - 1 - place if self._descending else place

    def _rebuild(self) -> None:
        """All lines anew: another choice, or another order."""
        self.beginResetModel()
        rows = [row for row in self._all.values() if self._choice.takes(row, self._entry)]
        chosen = sorted(((self._key(row), row) for row in rows), key=lambda pair: pair[0])
        self._keys = [key for key, _ in chosen]
        self._shown = [row for _, row in chosen]
        self._key_by_id = {row.token.token_id: key for key, row in chosen}
        self.endResetModel()

    def _take_some(self) -> None:
        for _ in range(min(AT_ONCE, len(self._pending))):
            self._take_one(self._pending.popleft())
        for _ in range(min(READ_AT_ONCE, len(self._unread))):
            self._read(self._unread.popleft())
        if self._pending or self._unread:
            self._soon.start()

    def _read(self, token_id: str) -> None:
        """So that the search need not: 20 us for each."""
        if token_id in self._all:
            self._entry(self._all[token_id])

    def _entry(self, row: DeskRow) -> Entry:
        found = self._entries.get(row.token.token_id)
        if found is None:
            found = self._entries[row.token.token_id] = entry(row)
        return found

    def _key(self, row: DeskRow) -> Key:
        return key_of(row, self._column, self._classes)

    def _take_one(self, row: DeskRow) -> None:
        token_id = row.token.token_id
        self._all[token_id] = row
        self._unread.append(token_id)
        self._entries.pop(token_id, None)
        old = self._key_by_id.get(token_id)
        new = self._key(row) if self._choice.takes(row, self._entry) else None
        if old is not None and old == new:
            place = bisect_left(self._keys, old)
            self._shown[place] = row
            line = self._line(place)
            self.dataChanged.emit(self.index(line, 0), self.index(line, len(Column) - 1))
            return
        if old is not None:
            self._remove(token_id, old)
        if new is not None:
            self._insert(row, new)

    def _remove(self, token_id: str, key: Key) -> None:
        place = bisect_left(self._keys, key)
        line = self._line(place)
        self.beginRemoveRows(QModelIndex(), line, line)
        del self._keys[place], self._shown[place], self._key_by_id[token_id]
        self.endRemoveRows()

    def _insert(self, row: DeskRow, key: Key) -> None:
        place = bisect_left(self._keys, key)
        line = len(self._shown) - place if self._descending else place
        self.beginInsertRows(QModelIndex(), line, line)
        self._keys.insert(place, key)
        self._shown.insert(place, row)
        self._key_by_id[row.token.token_id] = key
        self.endInsertRows()
