"""What staff do at a desk, each with a method that returns at once."""

from kiosk.acts import Post
from kiosk.model.patient import Patient
from kiosk.model.staff import Right
from kiosk.model.token import Priority
from kiosk.ui.desk.sitting import Leave, Sitting


class DeskSession(Sitting):
    """The only thing that the desk's widgets talk to: what ``Sitting`` tells, and the acts. One act at a time."""

    # --- acts --------------------------------------------------------------------------------------------------------

    def call_next(self) -> None:
        """``acted("call_next", CallResult)``, or told NOBODY_WAITS."""
        self._do("call_next", self.parts.acts.call_next)

    def call(self, token_id: str) -> None:
        """Out of turn, or once more after a hold."""
        self._do("call", lambda post: self.parts.acts.call(post, token_id))

    def recall(self, token_id: str) -> None:
        self._do("recall", lambda post: self.parts.acts.recall(post, token_id))

    def start(self, token_id: str) -> None:
        self._do("start", lambda post: self.parts.acts.start(post, token_id))

    def complete(self, token_id: str) -> None:
        self._do("complete", lambda post: self.parts.acts.complete(post, token_id))

    def no_show(self, token_id: str) -> None:
        self._do("no_show", lambda post: self.parts.acts.no_show(post, token_id))

    def hold(self, token_id: str) -> None:
        self._do("hold", lambda post: self.parts.acts.hold(post, token_id))

    def give_back(self, token_id: str) -> None:
        """Back to the queue."""
        self._do("give_back", lambda post: self.parts.acts.give_back(post, token_id))

    def transfer(self, token_id: str, department: str) -> None:
        self._do("transfer", lambda post: self.parts.acts.transfer(post, token_id, department))

    def refer(self, token_id: str, department: str) -> None:
        """Complete this one, and issue another there: ``acted("refer", Issued)``."""
        self._do("refer", lambda post: self.parts.acts.refer(post, token_id, department, self.language))

    def cancel(self, token_id: str, reason: str, leave: Leave | None = None) -> None:
        """Who may not do this alone needs the leave of somebody who may."""
        acts = self.parts.acts
        self._do_approved("cancel", Right.OVERRIDE, leave, lambda post, by: acts.cancel(post, token_id, reason, by))

    def set_priority(self, token_id: str, priority: Priority, leave: Leave | None = None) -> None:
        acts = self.parts.acts
        self._do_approved(
            "set_priority", Right.OVERRIDE, leave, lambda post, by: acts.set_priority(post, token_id, priority, by)
        )

    def arrive(self, token_id: str) -> None:
        self._do("arrive", lambda post: self.parts.acts.arrive(post, token_id))

    def undo(self) -> None:
        """Take the last act back, while that is offered."""
        if self._undoable is not None:
            done = self._undoable
            self._withdraw_undo()
            self._do("undo", lambda post: self.parts.acts.undo(post, done))

    def reprint(self, token_id: str) -> None:
        self._do("reprint", lambda post: self.parts.acts.reprint(post, token_id, self.language))

    def resolve_slip(self, job_id: str) -> None:
        self._do("resolve_slip", lambda post: self.parts.acts.resolve_slip(post, job_id))

    def show_details(self, token_id: str) -> None:
        """``details_shown``, once it is written down that somebody looked."""

        def show(post: Post) -> str:
            self.parts.acts.show_details(post, token_id)
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
        acts = self.parts.acts
        self._do_approved(
            "walk_in",
            Right.DIRECT,
            leave,
            lambda post, by: acts.walk_in(post, patient, department, language, priority=priority, approved_by=by),
        )
