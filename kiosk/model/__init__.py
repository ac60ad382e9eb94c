"""What the hospital's words mean. Pure: the standard library only, no input or output, no clock."""
