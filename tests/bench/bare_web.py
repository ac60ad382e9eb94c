"""What the callback is compared with: FastAPI over PostgreSQL, one row and one commit for each request.

``uvicorn --factory tests.bench.bare_web:make``, with the database in BARE_DATABASE_URL.
"""

import os
import uuid
from datetime import UTC, datetime

from fastapi import FastAPI, Request, Response
from sqlalchemy import insert
from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool

from kiosk.server.database import open_database
from kiosk.server.tables import nonce

PATH = "/api/v3/hip/patient/share"


def make() -> FastAPI:
    engine = open_database(os.environ["BARE_DATABASE_URL"]).writer
    app = FastAPI()

    async def take(request: Request) -> Response:
        await request.body()
        await run_in_threadpool(_write, engine)
        return Response(status_code=202)

    app.add_api_route(PATH, take, methods=["POST"])
    app.add_api_route("/healthz", _healthz, methods=["GET"])
    return app


async def _healthz() -> dict[str, str]:
    return {"status": "ok"}


def _write(engine: Engine) -> None:
    row = {"facility_id": "F", "key_id": "bare", "nonce": uuid.uuid4().hex, "expires_at": datetime.now(UTC)}
    with engine.begin() as connection:
        connection.execute(insert(nonce), [row])
