"""The local store: encrypted SQLite, the only SQLAlchemy of a station."""
