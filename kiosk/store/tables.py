"""The tables of a station's store. Times are UTC texts of one width, days ISO dates: both sort as they should."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("one", Integer, primary_key=True, doc="always 1: this table has one row"),
    Column("store_id", String, nullable=False),
    Column("series", String, doc="NULL: there is none, or none yet; then nothing is issued"),
    Column("facility_key", LargeBinary, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("last_hash", String, nullable=False),
    Column("last_at", String, doc="newest time written down; time never runs back from here"),
    Column("last_service_day", String),
    Column("confirmed_at", String, doc="newest time that a server or a supervisor vouched for"),
    Column("forked_at", String, doc="when the server told of another history under this store's name"),
    Column("adopted_seq", Integer, nullable=False, server_default="0", doc="events up to here were a former store's"),
)

event = Table(
    "event",
    metadata,
    Column("store_id", String, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("event_id", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("token_id", String, nullable=False),
    Column("at", String, nullable=False),
    Column("service_day", String, nullable=False),
    Column("body", String, nullable=False, doc="canonical JSON"),
    Column("hash", String, nullable=False),
    Index("event_token", "token_id"),
)

token = Table(
    "token",
    metadata,
    Column("token_id", String, primary_key=True),
    Column("facility_id", String, nullable=False),
    Column("service_day", String, nullable=False),
    Column("department", String, nullable=False),
    Column("series", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("label", String, nullable=False),
    Column("queue_department", String, nullable=False),
    Column("store_id", String, nullable=False),
    Column("issued_at", String, nullable=False),
    Column("moved_at", String, nullable=False),
    Column("number_key", String),
    Column("address_key", String),
    Column("source", String, nullable=False),
    Column("state", String, nullable=False),
    Column("slip", String, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("arrived", Boolean, nullable=False),
    Column("queued_at", String, nullable=False),
    Column("priority", String, nullable=False),
    Column("room", String, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("called_at", String),
    Column("started_at", String),
    Column("act_id", String, nullable=False),
    Column("touched", Integer, nullable=False, doc="1, 2, ... over all tokens: what is new since a look"),
    Column("last_seq", Integer, nullable=False, doc="newest own event of this token; 0 for other stations' tokens"),
    UniqueConstraint("facility_id", "service_day", "department", "series", "number"),
    # Covers counting the people ahead, which would else look up every waiting token.
    Index("token_queue", "service_day", "queue_department", "state", "facility_id", "queued_at", "token_id"),
    Index("token_touched", "touched"),
    Index("token_number_key", "number_key"),
    Index("token_address_key", "address_key"),
)

patient = Table(
    "patient",
    metadata,
    Column("token_id", String, primary_key=True),
    Column("abha_number", String),
    Column("abha_address", String),
    Column("name", String, nullable=False),
    Column("sex", String, nullable=False),
    Column("birth_year", Integer),
    Column("birth_month", Integer),
    Column("birth_day", Integer),
    Column("mobile", String),
    Column("address", String),
    Column("district", String),
    Column("state", String),
)

number = Table(
    "number",
    metadata,
    Column("facility_id", String, primary_key=True),
    Column("service_day", String, primary_key=True),
    Column("department", String, primary_key=True),
    Column("series", String, primary_key=True),
    Column("last", Integer, nullable=False),
)

slip_job = Table(
    "slip_job",
    metadata,
    Column("job_id", String, primary_key=True),
    Column("token_id", String, nullable=False),
    Column("copy", Integer, nullable=False),
    Column("language", String, nullable=False),
    Column("people_ahead", Integer),
    Column("queued_at", String, nullable=False),
    Column("moved_at", String, nullable=False),
    Column("state", String, nullable=False),
    Column("cause", String, nullable=False),
    Index("slip_job_state", "state", "queued_at"),
    Index("slip_job_token", "token_id"),
)

cursor = Table(
    "cursor",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Integer, nullable=False),
    Column("moved_at", String),
)

enrolment = Table(
    "enrolment",
    metadata,
    Column("one", Integer, primary_key=True, doc="always 1: a station is enrolled once, or not at all"),
    Column("facility_id", String, nullable=False),
    Column("station_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("key_id", String, nullable=False),
    Column("server_url", String, nullable=False, doc="where the server is reached"),
    Column("public_url", String, nullable=False, doc="under which address requests are signed"),
    Column("ca_pem", String, nullable=False, doc="the certificate authority to trust alone; empty: the system's"),
    Column("reserve_series", String, doc="for a restore without the server; NULL when it is used up"),
    Column("enrolled_at", String, nullable=False),
)

configuration = Table(
    "configuration",
    metadata,
    Column("applies_from", String, primary_key=True, doc="the first service day"),
    Column("revision", Integer, nullable=False),
    Column("document", String, nullable=False, doc="JSON as the server sent it"),
    Column("pulled_at", String, nullable=False),
)

former_store = Table(
    "former_store",
    metadata,
    Column("store_id", String, primary_key=True, doc="this station's own store before the present one"),
    Column("place", Integer, nullable=False, doc="0, 1, ... in the order in which they were left"),
    Column("acked_seq", Integer, nullable=False, doc="how far the server was known to hold it"),
    Column("registered", Boolean, nullable=False, doc="whether the server is known to have been told of it"),
    Column("left_at", String, nullable=False),
    Column("adopted_at", String, doc="when its unsent events were written anew; NULL: the server is yet to be asked"),
)

ack = Table(
    "ack",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False, doc="acknowledged up to here ..."),
    Column("at", String, nullable=False, doc="... at this time; details are purged a day later"),
)

unapplied = Table(
    "unapplied",
    metadata,
    Column("store_id", String, primary_key=True, doc="pulled events that made no sense yet"),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("token_id", String, nullable=False),
    Index("unapplied_token", "token_id"),
)

opening = Table(
    "opening",
    metadata,
    Column("facility_id", String, primary_key=True),
    Column("service_day", String, primary_key=True),
    Column("department", String, primary_key=True),
    Column("room", String, primary_key=True, doc="empty: the whole department"),
    Column("is_open", Boolean, doc="what a supervisor has said for this day; NULL: as planned again"),
    Column("changed_at", String, nullable=False),
    Column("event_id", String, nullable=False, doc="what said so: of two at the same time the higher id counts"),
)

staff_pin = Table(
    "staff_pin",
    metadata,
    Column("staff_id", String, primary_key=True),
    Column("pin_hash", String, nullable=False, doc="Argon2id over the PIN and a pepper that is not in here"),
    Column("set_at", String, nullable=False),
)

staff_failure = Table(
    "staff_failure",
    metadata,
    Column("staff_id", String, primary_key=True),
    Column("failures", Integer, nullable=False, doc="wrong PINs since the last right one"),
    Column("failed_at", String, nullable=False),
)
