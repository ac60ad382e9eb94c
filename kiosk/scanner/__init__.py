"""Camera and files to QR text, in a process of its own."""
