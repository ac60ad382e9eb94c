"""Slips to paper: raster, ESC/POS bytes, transports, spool."""
