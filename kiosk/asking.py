"""How a new PIN comes from a terminal: typed twice without being seen, or made up and shown once."""

import click

from kiosk.command import print_texts

GENERATE = click.option("--generate", is_flag=True, help="Make up a random PIN and print it, this once.")


def pin_for(staff_id: str, *, generate: bool) -> str:
    """A good new PIN. Raises PinError, PIN_INVALID or PIN_WEAK."""
    from kiosk.pins import new_pin, random_pin

    if generate:
        return random_pin()
    return new_pin(click.prompt(f"New PIN of {staff_id}", hide_input=True, confirmation_prompt="Once more", err=True))


def print_pin(staff_id: str, pin: str, *, generate: bool) -> None:
    """The last thing that happens: what is shown once has been kept before."""
    print_texts([f"{pin} is the PIN of {staff_id}; it is not shown again" if generate else f"{staff_id} has a PIN"])
