"""What stations and server say to each other, and the client half."""
