"""ABDM Scan & Share: a patient's phone scans the hospital's QR, and the gateway tells us who scanned it.

``share`` is what comes in, ``callers`` who may send it, ``gateway`` what goes out, ``poster`` what the phone scans.
Built from published documents; nothing here has met the live gateway.
"""
