"""What ``kiosk doctor`` says of slips: whether their template can be read, and whether all scripts can be drawn."""

from collections.abc import Mapping

from kiosk.app import gui_application
from kiosk.finding import Finding
from kiosk.printing.template import load_template
from kiosk.settings import Settings

TEMPLATE_ADVICE = "mend the slip template; nothing is issued until then"
_FONTS_ADVICE = "sudo apt-get install --reinstall fonts-noto-core, then start the kiosk anew"


def template_told(settings: Settings) -> str:
    """Where the slip's look comes from. Raises SettingError with every mistake in it."""
    template = load_template(settings.slip_template)
    source = settings.slip_template or "the usual template; set slip_template for your own"
    return f"{len(template.blocks)} blocks, at most {template.longest_mm} mm, {source}"


def fonts_finding(environ: Mapping[str, str]) -> Finding:
    """Each script of the scheduled languages, letter by letter."""
    _application = gui_application(environ)
    from kiosk.printing.fonts import SAMPLES, font_faults  # Qt's application must be there first

    faults = font_faults()
    if faults:
        return Finding("fonts", False, "; ".join(faults), _FONTS_ADVICE)
    return Finding("fonts", True, f"{len(SAMPLES)} scripts, every letter")
