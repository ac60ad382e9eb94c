"""The hospital's account at ABDM as the settings name it; its secret stands in a file, or is a systemd credential."""

from collections.abc import Mapping
from pathlib import Path

from kiosk.abdm.abdm_settings import abdm_settings
from kiosk.errors import SettingError
from kiosk.server.scan_and_share import AbdmAccount
from kiosk.settings import Settings

CREDENTIAL = "abdm.secret"
_LONGEST = 4096


def account_of(settings: Settings, environ: Mapping[str, str]) -> AbdmAccount | None:
    """None where no ``abdm_client_id`` is set: the server then takes no shares.

    Raises:
        SettingError: something is missing or does not fit together, or the secret cannot be read.
    """
    if not settings.abdm_client_id:
        return None
    made = abdm_settings(
        settings.abdm_cm_id,
        settings.abdm_client_id,
        _secret(settings.abdm_client_secret_file, environ),
        base_url=settings.abdm_base_url,
        issuer=settings.abdm_issuer,
        audience=settings.abdm_audience,
        expiry_s=settings.abdm_expiry_s,
        accepts_v1=settings.abdm_accepts_v1,
    )
    return AbdmAccount(made, settings.abdm_port)


def _secret(named: Path | None, environ: Mapping[str, str]) -> str:
    folder = environ.get("CREDENTIALS_DIRECTORY")
    path = named or (Path(folder) / CREDENTIAL if folder else None)
    if path is None:
        raise SettingError("abdm_client_id is set: name the file with its secret as abdm_client_secret_file")
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_LONGEST).strip()
    except OSError as error:
        raise SettingError(f"abdm_client_secret_file is {path}, which cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        # No cause: it would quote the secret.
        raise SettingError(f"abdm_client_secret_file is {path}, which is no text") from None
