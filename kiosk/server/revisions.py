"""A facility's revisions: the order in which its events were taken, and the cursor by which stations pull them."""

from sqlalchemy import Connection, update

from kiosk.server.tables import facility


def next_revisions(connection: Connection, facility_id: str, count: int) -> int:
    """The first of ``count`` new revisions.

    Its row lock, kept until the commit, makes revisions visible in their own order: whoever sees one sees all before.
    """
    mine = facility.c.facility_id == facility_id
    moved = update(facility).where(mine).values(revision=facility.c.revision + count).returning(facility.c.revision)
    return int(connection.execute(moved).scalar_one()) - count + 1
