"""The start: hold the card up."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QBoxLayout, QFrame, QStackedWidget, QWidget

from kiosk.model import flow
from kiosk.model.aiming import Guidance
from kiosk.model.counter import NO_OFFER, PhoneOffer
from kiosk.model.qr import Reason
from kiosk.ports import DeviceState, PreviewFrame
from kiosk.ui.arrange import ACROSS, DOWN, icon, line_up, panel, picture
from kiosk.ui.buttons import TouchButton
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.patient.camera_view import CameraView
from kiosk.ui.patient.guide_panel import GuidePanel
from kiosk.ui.patient.hint import HoldHint
from kiosk.ui.patient.notices import NOTICES
from kiosk.ui.patient.qr_code import QrCode
from kiosk.ui.patient.screen import EDGE_U, Screen
from kiosk.ui.reader_words import sentence_for
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate


@dataclass(frozen=True)
class Readers:
    """What reads codes here. A camera that is STOPPED beside a gun that is not is none at all; a gun that is, too.

    ``code`` says what is wrong with the camera.
    """

    camera: DeviceState = DeviceState.STARTING
    gun: DeviceState = DeviceState.STOPPED
    code: str = ""

    @property
    def gun_alone(self) -> bool:
        return self.camera is DeviceState.STOPPED and self.gun is not DeviceState.STOPPED

    @property
    def first_failed(self) -> bool:
        """Of what the patient would use first."""
        return (self.gun if self.gun_alone else self.camera) is DeviceState.FAILED

    @property
    def icon(self) -> str:
        return ("gun" if self.gun_alone else "camera") + ("-off" if self.first_failed else "")


class ScanningScreen(Screen):
    """Live picture and hint; after a wrong code a notice takes the hint's place while scanning goes on.

    As long as a code is in view that cannot be read yet, the hint says how to hold it better.

    Below the picture is what ``offer`` has for phones: the hospital's own QR, and where their tokens are typed.
    """

    def __init__(self, metrics: Metrics, offer: PhoneOffer = NO_OFFER) -> None:
        super().__init__(metrics)
        self._offer = offer
        self.camera = CameraView(metrics)
        self._readers = Readers()
        self._guidance = Guidance.NO_CODE
        self._hint = HintPanel(metrics)
        self._guide = GuidePanel(metrics)
        self._notice = NoticePanel(metrics)
        self._failure = FailurePanel(metrics)
        self._side = QStackedWidget()
        for each in (self._hint, self._guide, self._notice, self._failure):
            self._side.addWidget(each)
        self._privacy = PlainLabel("small", lines=2)
        self.type_button = TouchButton(metrics, "plain", icon="keypad", icon_u=6.5, lines=2)
        self.type_button.setMinimumHeight(metrics.px(13))
        self.type_button.clicked.connect(lambda: self.wished.emit(flow.TypeRequested()))
        self.claim_button = TouchButton(metrics, "plain", icon="phone", icon_u=6.5, lines=2)
        self.claim_button.setMinimumHeight(metrics.px(10))
        self.claim_button.clicked.connect(lambda: self.wished.emit(flow.ClaimRequested(offer.prefixes)))
        self._share_words = PlainLabel("text", lines=3)
        self._arrange()

    def show_state(self, state: flow.State, language: str) -> None:
        assert isinstance(state, flow.Scanning)
        self.type_button.show_words(translate("Scanning", "Type the ABHA number"))
        self.claim_button.show_words(translate("Scanning", "I have a token on my phone"))
        self._share_words.setText(translate("Scanning", "Or scan this with your ABHA app"))
        self._privacy.setText(
            translate("Scanning", "We read name, age, sex and ABHA number from your card to give you an OPD number.")
        )
        self.camera.setAccessibleName(translate("Scanning", "Live picture of the camera"))
        self._hint.redraw(self._readers)
        self._failure.redraw(self._readers)
        failed = self._readers.first_failed
        self.type_button.show_role("primary" if failed else "plain")
        if state.notice is not None:
            self._notice.show_reason(state.notice)
            self._side.setCurrentWidget(self._notice)
        elif failed:
            self._side.setCurrentWidget(self._failure)
        elif self._guidance is Guidance.NO_CODE:
            self._side.setCurrentWidget(self._hint)
        else:
            self._guide.show_guidance(self._guidance)
            self._side.setCurrentWidget(self._guide)

    def show_guidance(self, guidance: Guidance) -> None:
        """How to hold what is in view; the caller draws the state again."""
        self._guidance = guidance

    def show_readers(self, camera: DeviceState, gun: DeviceState, code: str = "") -> None:
        """What camera and gun are doing; the caller draws the state again."""
        self._readers = Readers(camera, gun, code)
        if camera is not DeviceState.RUNNING or not self.camera.has_frame:
            self.camera.show_icon(self._readers.icon)

    @property
    def reads_by_gun(self) -> bool:
        return self._readers.gun_alone

    def show_frame(self, frame: PreviewFrame) -> None:
        if self._readers.camera is not DeviceState.FAILED:
            self.camera.show_frame(frame)

    def forget(self) -> None:
        self.camera.forget()

    def _arrange(self) -> None:
        metrics = self.metrics
        privacy = line_up(metrics, ACROSS, icon(metrics, "shield", 4, "muted"), (self._privacy, 1), gap_u=1.5)
        side = line_up(metrics, DOWN, (self._side, 1), self.type_button, gap_u=3)
        shown = self._arrange_phones()
        picture = line_up(metrics, DOWN, (self.camera, 1), *shown, gap_u=2.5)
        if metrics.portrait:
            body = line_up(metrics, DOWN, (picture, 8 if shown else 6), (side, 10), gap_u=3)
        else:
            body = line_up(metrics, ACROSS, (picture, 9), (side, 7), gap_u=3)
        self.setLayout(line_up(metrics, DOWN, (body, 1), privacy, gap_u=2.5, edge_u=EDGE_U))

    def _arrange_phones(self) -> tuple[QFrame, ...]:
        """One panel, or none where phones are offered nothing."""
        metrics, offer = self.metrics, self._offer
        if offer == NO_OFFER:
            return ()
        words = [
            *([self._share_words] if offer.url else []),
            *([self.claim_button] if offer.prefixes else []),
        ]
        code = [QrCode(metrics, offer.url)] if offer.url else []
        beside = line_up(metrics, DOWN, 1, *words, 1, gap_u=1.5)
        return (panel("panel", line_up(metrics, ACROSS, *code, (beside, 1), gap_u=2.5, edge_u=1.6)),)


class HintPanel(QFrame):
    """What to do, in a moving picture and a sentence."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._title = PlainLabel("title", lines=2, align=CENTRE)
        self._kinds = PlainLabel("text", lines=2, align=CENTRE)
        self._hold = HoldHint(metrics)
        self.setLayout(line_up(metrics, DOWN, self._title, (self._hold, 1), self._kinds, gap_u=1.5, edge_u=2.5))

    def redraw(self, readers: Readers) -> None:
        self._hold.show_reader("scanner-gun" if readers.gun_alone else "webcam")
        if readers.gun_alone:
            self._title.setText(translate("Scanning", "Show your ABHA card to the scanner"))
        else:
            self._title.setText(translate("Scanning", "Show your ABHA card to the camera"))
        self._kinds.setText(translate("Scanning", "Card, phone or paper"))


class NoticePanel(QFrame):
    """What was shown, crossed out, and what to show instead."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        size = 18.0 if metrics.portrait else 11.5
        self._icon = icon(metrics, "", size)
        self._title = PlainLabel("title", lines=2, align=CENTRE)
        self._advice = PlainLabel("strong", lines=3, align=CENTRE)
        card = picture(metrics, "abha-card", size * 1.4, size)
        cross, tick = (
            icon(metrics, name, size * 0.42, role) for name, role in (("cross", "wrong"), ("tick", "success"))
        )
        wrong = line_up(metrics, DOWN, self._icon, _centred(metrics, cross), gap_u=1)
        right = line_up(metrics, DOWN, card, _centred(metrics, tick), gap_u=1)
        pictures = line_up(metrics, ACROSS, 1, wrong, icon(metrics, "next", 6), right, 1, gap_u=3)
        self.setLayout(line_up(metrics, DOWN, 1, pictures, 1, self._title, self._advice, 1, gap_u=1.2, edge_u=2))

    def show_reason(self, reason: Reason) -> None:
        notice = NOTICES[reason]
        self._icon.show_icon(notice.icon)
        self._title.setText(notice.what_it_was())
        self._advice.setText(notice.what_to_show())


class FailurePanel(QFrame):
    """What reads codes is out: the number on the card still works."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self._title = PlainLabel("title", lines=2, align=CENTRE)
        self._advice = PlainLabel("strong", lines=3, align=CENTRE)
        size = (48.0, 31.0) if metrics.portrait else (20.0, 12.9)
        self._staff = PlainLabel("small", lines=2, align=CENTRE)
        shown = _centred(metrics, picture(metrics, "abha-number", *size))
        self.setLayout(line_up(metrics, DOWN, 1, self._title, shown, self._advice, 1, self._staff, gap_u=2, edge_u=2))

    def redraw(self, readers: Readers) -> None:
        what = "" if readers.gun_alone else sentence_for(readers.code)
        self._staff.setText(translate("Scanning", "For staff: {code}. {what}").format(code=readers.code, what=what))
        self._staff.setVisible(bool(what))
        if readers.gun_alone:
            self._title.setText(translate("Scanning", "The scanner is not working"))
        else:
            self._title.setText(translate("Scanning", "The camera is not working"))
        if readers.gun is DeviceState.RUNNING:
            self._advice.setText(translate("Scanning", "Please type your ABHA number, or use the hand scanner"))
        else:
            self._advice.setText(translate("Scanning", "Please type your ABHA number"))


def _centred(metrics: Metrics, widget: QWidget) -> QBoxLayout:
    return line_up(metrics, ACROSS, 1, widget, 1, gap_u=0)
