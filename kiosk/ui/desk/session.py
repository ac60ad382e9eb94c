"""What staff do at a desk, each with a method that returns at once."""

from kiosk.acts import Post
from kiosk.desk_work import SlipOutcome
from kiosk.model.patient import Patient
from kiosk.model.staff import Right
from kiosk.model.token import Priority
from kiosk.ui.desk.sitting import Leave, Sitting


class DeskSession(Sitting):
    """The only thing that the desk's widgets talk to: what ``Sitting`` tells, and the work. One act at a time."""

    # --- acts --------------------------------------------------------------------------------------------------------

    def call_next(self) -> None:
        """``acted("call_next", CallResult)``, or told NOBODY_WAITS."""
        self._do("call_next", self.parts.calls.call_next)

    def call(self, token_id: str) -> None:
        """Out of turn, or once more after a hold."""
        self._do("call", lambda post: self.parts.calls.call(post, token_id))

    def recall(self, token_id: str) -> None:
        self._do("recall", lambda post: self.parts.calls.recall(post, token_id))

    def start(self, token_id: str) -> None:
        self._do("start", lambda post: self.parts.calls.start(post, token_id))

    def complete(self, token_id: str) -> None:
        self._do("complete", lambda post: self.parts.calls.complete(post, token_id))

    def no_show(self, token_id: str, leave: Leave | None = None) -> None:
        """After fewer calls than the hospital wants, only by somebody's leave."""
        calls = self.parts.calls
        self._do_approved("no_show", Right.OVERRIDE, leave, lambda post, by: calls.no_show(post, token_id, by))

    def hold(self, token_id: str) -> None:
        self._do("hold", lambda post: self.parts.calls.hold(post, token_id))

    def give_back(self, token_id: str, leave: Leave | None = None) -> None:
        """Back to the queue; a no-show of too long ago only by somebody's leave."""
        calls = self.parts.calls
        self._do_approved("give_back", Right.OVERRIDE, leave, lambda post, by: calls.give_back(post, token_id, by))

    def transfer(self, token_id: str, department: str) -> None:
        self._do("transfer", lambda post: self.parts.calls.transfer(post, token_id, department))

    def refer(self, token_id: str, department: str, leave: Leave | None = None) -> None:
        """Complete this one, and issue another there; beyond hours and quota by the leave of who may direct."""
        calls, language = self.parts.calls, self.language
        self._do_approved(
            "refer", Right.DIRECT, leave, lambda post, by: calls.refer(post, token_id, department, language, by)
        )

    def cancel(self, token_id: str, reason: str, leave: Leave | None = None) -> None:
        """Who may not do this alone needs the leave of somebody who may."""
        work = self.parts.work
        self._do_approved("cancel", Right.OVERRIDE, leave, lambda post, by: work.cancel(post, token_id, reason, by))

    def set_priority(self, token_id: str, priority: Priority, leave: Leave | None = None) -> None:
        work = self.parts.work
        self._do_approved(
            "set_priority", Right.OVERRIDE, leave, lambda post, by: work.set_priority(post, token_id, priority, by)
        )

    def arrive(self, token_id: str) -> None:
        """Who scanned at home stands here; the slip is printed."""
        self._do("arrive", lambda post: self.parts.work.arrive(post, token_id, self.language))

    def undo(self) -> None:
        """Take the last act back, while that is offered."""
        if self._undoable is not None:
            done = self._undoable
            self._withdraw_undo()
            self._do("undo", lambda post: self.parts.undoing.undo(post, done))

    def reprint(self, token_id: str) -> None:
        self._do("reprint", lambda post: self.parts.work.reprint(post, token_id, self.language))

    def resolve_slip(self, job_id: str, how: SlipOutcome) -> None:
        self._do("resolve_slip", lambda post: self.parts.work.resolve_slip(post, job_id, how))

    def show_details(self, token_id: str) -> None:
        """``details_shown``, once it is written down that somebody looked."""

        def show(post: Post) -> str:
            self.parts.work.show_details(post, token_id)
            return token_id

        self._do("show_details", show)

    def walk_in(
        self,
        patient: Patient,
        department: str,
        language: str,
        *,
        priority: Priority = Priority.ROUTINE,
        leave: Leave | None = None,
    ) -> None:
        """``acted("walk_in", Issued)``; beyond hours and quota only by the leave of who may direct."""
        work = self.parts.work
        self._do_approved(
            "walk_in",
            Right.DIRECT,
            leave,
            lambda post, by: work.walk_in(post, patient, department, language, priority=priority, approved_by=by),
        )

    # --- what supervisors alone may say -------------------------------------------------------------------------------

    def change_opening(self, department: str, room: str, is_open: bool | None, reason: str = "") -> None:
        """A department, or one of its rooms; None is as planned again."""
        work = self.parts.work
        self._do("change_opening", lambda post: work.change_opening(post, department, room, is_open, reason))

    def transfer_all(self, department_from: str, department_to: str) -> None:
        """``acted("transfer_all", tuple of Done)``."""
        work = self.parts.work
        self._do("transfer_all", lambda post: work.transfer_all(post, department_from, department_to))

    def cancel_all(self, department: str, reason: str) -> None:
        """``acted("cancel_all", tuple of Done)``."""
        work = self.parts.work
        self._do("cancel_all", lambda post: work.cancel_all(post, department, reason))

    def accept_clock(self) -> None:
        work = self.parts.work
        self._do("accept_clock", work.accept_clock)
