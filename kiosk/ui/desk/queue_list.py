"""The queue, live: filters above, tokens below; who touches a line has it at hand."""

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QScroller, QTableView, QWidget

from kiosk.model.desk import DeskRow, DeskRows
from kiosk.model.search import query
from kiosk.model.token import Token
from kiosk.ui.arrange import ACROSS, DOWN, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.doubles import possible_doubles
from kiosk.ui.desk.queue_delegate import ROW_U, QueueDelegate
from kiosk.ui.desk.queue_model import ROW_ROLE, QueueModel
from kiosk.ui.desk.queue_order import Choice, Column, Group
from kiosk.ui.desk.search_field import SearchField
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.words import source_word
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

TICK_S = 20
"""How often waiting times are drawn anew."""
COUNT_MS = 60
"""Changes that come together are counted together."""
ALL_DEPARTMENTS = "*"
SOURCES = ("", "kiosk", "phone", "walk_in", "referral")
_WIDTHS = {Column.LABEL: 16.5, Column.WAITED: 21.0, Column.STATE: 19.5}


class QueueList(QWidget):
    """Signals: ``chosen`` with a DeskRow, or None; ``department_wished``; ``doubles_wished`` with groups of ids."""

    chosen = Signal(object)
    department_wished = Signal()
    doubles_wished = Signal(object)

    def __init__(self, metrics: Metrics, session: DeskSession) -> None:
        super().__init__()
        self._metrics, self._session = metrics, session
        self._group, self._source, self._department = Group.WAITING, "", ""
        self._doubles: list[tuple[str, ...]] = []
        self._doubled: frozenset[str] = frozenset()
        self.model = QueueModel(session.facility.classes)
        self.groups = {group: self._chip(group) for group in Group}
        self.search = SearchField()
        self.search.textChanged.connect(self._choose)
        self.department = DeskButton(metrics, "chip", icon_u=3, height_u=5.9, tight=True)
        self.department.words.elides = True
        self.department.clicked.connect(self.department_wished)
        self.source = DeskButton(metrics, "chip", height_u=5.9, tight=True)
        self.source.clicked.connect(self._next_source)
        self.doubles = DeskButton(metrics, "chip", icon="duplicates", icon_u=3.2, height_u=5.9, tight=True)
        self.doubles.clicked.connect(lambda: self.doubles_wished.emit(self._doubles))
        self._empty = PlainLabel("small", lines=2, align=CENTRE)
        self._delegate = QueueDelegate(metrics, session, lambda token_id: token_id in self._doubled, self)
        self.view = self._table()
        self._arrange()
        self._tick = QTimer(self, interval=TICK_S * 1000)
        self._tick.timeout.connect(self.model.tick)
        self._tick.start()
        self._count_soon = QTimer(self, interval=COUNT_MS, singleShot=True)
        self._count_soon.timeout.connect(self._count)
        session.rows_changed.connect(self._take)
        session.day_began.connect(self.forget)
        session.post_changed.connect(self._follow_post)

    def redraw(self) -> None:
        """All words, in the language of the moment."""
        self.search.setPlaceholderText(translate("Desk", "Search"))
        self.search.setAccessibleName(translate("Desk", "Search: label, name, last digits"))
        self.view.setAccessibleName(translate("Desk", "Queue"))
        self.model.retranslate()
        self._choose()
        self._count()
        self.view.viewport().update()

    def fill(self) -> None:
        """Somebody has signed in: everything that is known."""
        self.model.clear()
        self.model.take(self._session.rows.values())
        self.redraw()

    def take_over(self, before: "QueueList") -> None:
        """The same filters and search as in another list."""
        self._group, self._source, self._department = before._group, before._source, before._department
        self.search.setText(before.search.text())
        self._choose()
        self._count()

    def forget(self) -> None:
        """No row, no search: nobody may read on."""
        self.search.clear()
        self.model.clear()
        self._doubles, self._doubled = [], frozenset()
        self._group, self._source, self._department = Group.WAITING, "", ""

    @property
    def row_chosen(self) -> DeskRow | None:
        """The line that was touched last, while it is there."""
        indexes = self.view.selectionModel().selectedRows()
        row = indexes[0].data(ROW_ROLE) if indexes else None
        return row if isinstance(row, DeskRow) else None

    def show_token(self, token_id: str) -> None:
        """Choose the line of a token of today, whatever was searched for before."""
        self.search.clear()
        self._group, self._source, self._department = Group.ALL, "", ALL_DEPARTMENTS
        self._choose()
        self._count()
        line = self.model.line_of(token_id)
        if line is not None:
            self.view.selectRow(line)
            self.view.scrollTo(self.model.index(line, 0))

    # --- filters -----------------------------------------------------------------------------------------------------

    def choose_group(self, group: Group) -> None:
        self._group = group
        self._choose()

    def _choose(self) -> None:
        typed = self.search.text().strip()
        group = Group.ALL if typed else self._group
        post = self._session.post
        mine = frozenset(post.departments) if post is not None else None
        departments = {"": mine, ALL_DEPARTMENTS: None}.get(self._department, frozenset({self._department}))
        if typed:
            departments = None
        self._delegate.shows_department = departments is None or len(departments) > 1
        self.model.choose(Choice(group, departments, self._source, query(typed) if typed else None))
        for each, chip in self.groups.items():
            chip.show_role("chip-chosen" if each is group else "chip")
        self._show_filters()
        self._show_empty()

    def _show_filters(self) -> None:
        facility, language = self._session.facility, self._session.language
        department = facility.department(self._department)
        all_or_mine = translate("Desk", "All departments") if self._department else translate("Desk", "My departments")
        self.department.show_words(department.name(language) if department else all_or_mine)
        self.department.show_role("chip-chosen" if self._department else "chip")
        self.source.show_words(source_word(self._source) if self._source else translate("Desk", "Any source"))
        self.source.show_role("chip-chosen" if self._source else "chip")

    def choose_department(self, code: str) -> None:
        """One department's code, ``ALL_DEPARTMENTS``, or empty for those of this desk."""
        self._department = code
        self._choose()
        self._count()

    def _next_source(self) -> None:
        self._source = SOURCES[(SOURCES.index(self._source) + 1) % len(SOURCES)]
        self._choose()

    # --- rows --------------------------------------------------------------------------------------------------------

    def _follow_post(self, _post: object) -> None:
        self._choose()

    def _take(self, changed: DeskRows) -> None:
        if self._session.who is not None:
            self.model.take(changed.rows)
            self._count_soon.start()

    def _count(self) -> None:
        """What the buttons say of how many there are, and who may be here twice."""
        rows = list(self._session.rows.values()) if self._session.who is not None else []
        mine = [row.token for row in rows if self._is_listed(row.token)]
        for group, chip in self.groups.items():
            count = sum(token.state in group.value for token in mine)
            chip.show_words(f"{_group_word(group)} {count}")
        self._doubles = possible_doubles(rows)
        self._doubled = frozenset(token_id for group in self._doubles for token_id in group)
        self.doubles.show_words(translate("Desk", "Twice? {count}").format(count=len(self._doubles)))
        self.doubles.setVisible(bool(self._doubles))
        self._show_empty()

    def _is_listed(self, token: Token) -> bool:
        post = self._session.post
        if self._department in ("", ALL_DEPARTMENTS):
            return self._department == ALL_DEPARTMENTS or post is None or token.queue_department in post.departments
        return token.queue_department == self._department

    def _show_empty(self) -> None:
        is_empty = self.model.rowCount() == 0
        self._empty.setText(translate("Desk", "No token fits") if is_empty else "")
        self._empty.setVisible(is_empty)

    def _tell_choice(self) -> None:
        self.chosen.emit(self.row_chosen)

    # --- building ----------------------------------------------------------------------------------------------------

    def _chip(self, group: Group) -> DeskButton:
        chip = DeskButton(self._metrics, "chip", height_u=5.9, tight=True)
        chip.clicked.connect(lambda: self.choose_group(group))
        return chip

    def _table(self) -> QTableView:
        view = QTableView()
        view.setModel(self.model)
        view.setItemDelegate(self._delegate)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setCornerButtonEnabled(False)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        QScroller.grabGesture(view.viewport(), QScroller.ScrollerGestureType.TouchGesture)
        lines = view.verticalHeader()
        lines.hide()
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        lines.setDefaultSectionSize(self._metrics.px(ROW_U))
        columns = view.horizontalHeader()
        columns.setFixedHeight(self._metrics.px(5.9))
        columns.setHighlightSections(False)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setSectionResizeMode(Column.PATIENT, QHeaderView.ResizeMode.Stretch)
        for column, width_u in _WIDTHS.items():
            view.setColumnWidth(column, self._metrics.px(width_u))
        columns.setSortIndicator(Column.WAITED, Qt.SortOrder.AscendingOrder)
        view.setSortingEnabled(True)
        view.selectionModel().selectionChanged.connect(self._tell_choice)
        return view

    def _arrange(self) -> None:
        metrics = self._metrics
        groups = line_up(metrics, ACROSS, *[(chip, 1) for chip in self.groups.values()], gap_u=0.7)
        filters = line_up(
            metrics, ACROSS, (self.search, 5), (self.department, 5), (self.source, 3), self.doubles, gap_u=0.7
        )
        self.setLayout(line_up(metrics, DOWN, groups, filters, self._empty, (self.view, 1), gap_u=0.9))


def _group_word(group: Group) -> str:
    return {
        Group.WAITING: translate("Desk", "Waiting"),
        Group.AT_DESKS: translate("Desk", "Called"),
        Group.HELD: translate("Desk", "On hold"),
        Group.ABSENT: translate("Desk", "Absent"),
        Group.DONE: translate("Desk", "Done"),
        Group.ALL: translate("Desk", "All"),
    }[group]
