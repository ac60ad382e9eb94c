"""What staff do at a desk, each with a method that returns at once."""

from kiosk.model.patient import Patient
from kiosk.model.staff import SignedIn
from kiosk.model.token import Priority
from kiosk.ui.desk.sitting import Sitting


class DeskSession(Sitting):
    """The only thing that the desk's widgets talk to: what ``Sitting`` tells, and the acts. One act at a time."""

    # --- acts --------------------------------------------------------------------------------------------------------

    def call_next(self) -> None:
        """``acted("call_next", Token)``, or told NOBODY_WAITS."""
        if self.post is not None:
            post = self.post
            self._do("call_next", lambda by: self.parts.acts.call_next(by, post.departments, post.room))

    def call(self, token_id: str) -> None:
        if self.post is not None:
            room = self.post.room
            self._do("call", lambda by: self.parts.acts.call(by, token_id, room))

    def recall(self, token_id: str) -> None:
        self._do("recall", lambda by: self.parts.acts.recall(by, token_id))

    def start(self, token_id: str) -> None:
        self._do("start", lambda by: self.parts.acts.start(by, token_id))

    def complete(self, token_id: str) -> None:
        self._do("complete", lambda by: self.parts.acts.complete(by, token_id))

    def no_show(self, token_id: str) -> None:
        self._do("no_show", lambda by: self.parts.acts.no_show(by, token_id))

    def hold(self, token_id: str) -> None:
        self._do("hold", lambda by: self.parts.acts.hold(by, token_id))

    def give_back(self, token_id: str) -> None:
        """Back to the queue."""
        self._do("give_back", lambda by: self.parts.acts.give_back(by, token_id))

    def transfer(self, token_id: str, department: str) -> None:
        self._do("transfer", lambda by: self.parts.acts.transfer(by, token_id, department))

    def refer(self, token_id: str, department: str) -> None:
        """Complete this one, and issue another there: ``acted("refer", Issued)``."""
        self._do("refer", lambda by: self.parts.acts.refer(by, token_id, department, self.language))

    def cancel(self, token_id: str, reason: str, approver_id: str = "", pin: str = "") -> None:
        """Who may not do this alone names somebody who may, with that one's PIN."""
        self._do_approved(
            "cancel", approver_id, pin, lambda by, leave: self.parts.acts.cancel(by, token_id, reason, leave)
        )

    def set_priority(self, token_id: str, priority: Priority, approver_id: str = "", pin: str = "") -> None:
        acts = self.parts.acts
        self._do_approved(
            "set_priority", approver_id, pin, lambda by, leave: acts.set_priority(by, token_id, priority, leave)
        )

    def arrive(self, token_id: str) -> None:
        self._do("arrive", lambda by: self.parts.acts.arrive(by, token_id))

    def undo(self) -> None:
        """Take the last act back, while that is offered."""
        if self._undoable is not None:
            before, after = self._undoable
            self._withdraw_undo()
            self._do("undo", lambda by: self.parts.acts.undo(by, before, after))

    def reprint(self, token_id: str) -> None:
        self._do("reprint", lambda by: self.parts.acts.reprint(by, token_id, self.language))

    def resolve_slip(self, job_id: str) -> None:
        self._do("resolve_slip", lambda by: self.parts.acts.resolve_slip(by, job_id))

    def show_details(self, token_id: str) -> None:
        """``details_shown``, once it is written down that somebody looked."""

        def show(by: SignedIn) -> str:
            self.parts.acts.show_details(by, token_id)
            return token_id

        self._do("show_details", show)

    def walk_in(
        self,
        patient: Patient,
        department: str,
        language: str,
        *,
        priority: Priority = Priority.ROUTINE,
        approver_id: str = "",
        pin: str = "",
    ) -> None:
        """``acted("walk_in", Issued)``. Only a named approver issues beyond hours and quota."""
        acts = self.parts.acts
        if approver_id:
            self._do_approved(
                "walk_in",
                approver_id,
                pin,
                lambda by, leave: acts.walk_in(by, patient, department, language, priority=priority, approved_by=leave),
            )
        else:
            self._do("walk_in", lambda by: acts.walk_in(by, patient, department, language, priority=priority))
