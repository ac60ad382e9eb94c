"""``kiosk backup`` and ``kiosk restore``: copies of the station's store, and the way back from one."""

import os
from pathlib import Path

import click

from kiosk.command import calm, print_lines, settings_of
from kiosk.errors import SettingError, StoreError
from kiosk.model.opd import is_station_series


@click.command("backup")
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Another folder than backup_dir of the settings.")
@click.pass_context
@calm
def backup_store(context: click.Context, folder: Path | None) -> None:
    """Write a verified copy of the store, also while a kiosk runs; the eight newest are kept.

    The copy is encrypted, and store.key is NOT in it: keep store.key, device.key and a desk's desk.pepper in another
    safe place, once.
    Prints one JSON line: backup.
    """
    from kiosk.app import SystemClock, new_id
    from kiosk.store.backup import back_up
    from kiosk.store.store import STORE_FILE, open_store

    settings = settings_of(context)
    if not (settings.data_dir / STORE_FILE).exists():
        raise StoreError(f"there is no store in {settings.data_dir}", code="STORE_LOST")
    store = open_store(settings.data_dir, settings.series, new_id, os.environ)
    try:
        print_lines([{"backup": str(back_up(store, folder or settings.backup_folder, SystemClock().now()))}])
    finally:
        store.close()


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--series", help="Only where the station was never enrolled: letters that no store of it has used.")
@click.pass_context
@calm
def restore_store(context: click.Context, file: Path, series: str | None) -> None:
    """Put the copy FILE in the store's place, as a new store with a new series. End the kiosk first.

    store.key must lie in data_dir, for an enrolled station device.key too. What the server holds comes back by itself.
    Prints one JSON line: store_id, series (null: the server gives one, nothing is issued before), lost (where the
    store before it is now; a running kiosk deletes that folder after a week, as there are patients in it), resumed.
    """
    from kiosk.app import SystemClock, new_id, ownership
    from kiosk.store.place import place_locked
    from kiosk.store.restoring import restore

    settings = settings_of(context)
    if series is not None and not is_station_series(series):
        raise SettingError("series is one or two capital letters without I and O, not S alone, or empty")
    with place_locked(settings.data_dir):
        pass  # makes the folder, or says why it cannot be
    with ownership(settings.data_dir) as owns:
        if not owns:
            raise StoreError("a kiosk runs on this store: end it first", code="STATION_BUSY")
        now = SystemClock().now()
        done = restore(settings.data_dir, file, settings.backup_folder, os.environ, new_id, now, series)
    lost = str(done.lost) if done.lost else None
    print_lines([{"store_id": done.store_id, "series": done.series, "lost": lost, "resumed": done.resumed}])
