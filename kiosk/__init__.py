"""The OPD token kiosk: an ABHA QR before the camera becomes a printed token and a row on the server."""

__version__ = "0.1.0"
