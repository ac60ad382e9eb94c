"""A facility's revisions: the order in which its events were taken, and the cursor by which stations pull them."""

from sqlalchemy import BigInteger, Connection, bindparam, update

from kiosk.server.tables import facility

_MOVE = (
    update(facility)
    .where(facility.c.facility_id == bindparam("of_facility"))
    .values(revision=facility.c.revision + bindparam("more", type_=BigInteger))
    .returning(facility.c.revision)
)


def next_revisions(connection: Connection, facility_id: str, count: int) -> int:
    """The first of ``count`` new revisions.

    Its row lock, kept until the commit, makes revisions visible in their own order: whoever sees one sees all before.
    """
    return int(connection.execute(_MOVE, {"of_facility": facility_id, "more": count}).scalar_one()) - count + 1
