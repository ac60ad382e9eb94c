"""``kiosk admin``: what is done on the server's machine, straight on its database."""
