"""Runs as recordings on disk: settings, measurements, snapshots, one checkpoint, results.

Every write is a temporary file and an atomic rename; nothing is unpickled. What is found
damaged is set aside with a logged sentence, and the run is trained again from what is left.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from filelock import FileLock, Timeout

from aecore import measurements
from aecore.config import FORMAT, ConfigError, RunConfig, from_dict
from aecore.language import text as _
from aecore.measurements import Measurement
from aecore.plain_files import MOST_TENSORS, content_of, remove_strangers, values_of
from aecore.results import SKEW_S, Results, set_aside, write_atomically
from aecore.schedule import kept_steps

if TYPE_CHECKING:
    from torch import Tensor

log = logging.getLogger(__name__)

WATCHED_S = 300
"""Seconds after its last use during which a run is never removed to make room."""
MOST = 1e12
"""Steps, seconds or images a second that no run can have."""
MOST_REASON = 1000
"""Characters of why training cannot go on."""
UNFINISHED_S = 600
"""Age of a half-written file that nobody is writing any more."""

_ID = re.compile(r"[0-9a-f]{16}")


class RunError(Exception):
    """A run that cannot be had; the message is one sentence for a person."""


class SnapshotGone(RunError):
    """A snapshot that is not there (any more): a run that goes on thins them out."""


@dataclass(frozen=True)
class Progress:
    """How far a run's training has come.

    Attributes
    ----------
    step : int
        Steps trained.
    seconds : float
        Time spent training.
    images_per_second : float
        Speed of the last slice; 0 before the first.
    """

    step: int = 0
    seconds: float = 0.0
    images_per_second: float = 0.0


class Run:
    """One recording. Cheap to make; reads its files when asked.

    Parameters
    ----------
    path : Path
        The run's folder; its name is the run's id.
    config : RunConfig

    Attributes
    ----------
    results : Results
        What was found out about the run.
    """

    def __init__(self, path: Path, config: RunConfig) -> None:
        self.path, self.config = path, config
        self.id = path.name
        self.results = Results(path / "results")

    def __repr__(self) -> str:
        return f"Run({self.id}, {self.config.title()})"

    # -- snapshots -------------------------------------------------------------------

    def steps(self) -> list[int]:
        """Return the steps of which there is a snapshot, increasing."""
        try:
            names = os.listdir(self.path / "snapshots")
        except (FileNotFoundError, NotADirectoryError):
            return []
        stems = (name[: -len(".safetensors")] for name in names if name.endswith(".safetensors"))
        steps = {stem: int(stem) for stem in stems if stem.isdecimal()}
        return sorted(step for stem, step in steps.items() if stem == f"{step:09d}")

    def _snapshot(self, step: int) -> Path:
        return self.path / "snapshots" / f"{step:09d}.safetensors"

    def save_snapshot(self, step: int, weights: Mapping[str, Tensor]) -> None:
        """Keep the weights of a step."""
        from safetensors.torch import save

        write_atomically(self._snapshot(step), save(dict(weights)))

    def weights(self, step: int) -> dict[str, Tensor]:
        """Return a snapshot's weights by name.

        Raises
        ------
        SnapshotGone
            If there is no such snapshot.
        RunError
            If it is damaged. It is set aside with the checkpoint, so that the next slice makes
            the recording again.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load

        path = self._snapshot(step)
        try:
            return load(content_of(path, MOST_TENSORS))
        except FileNotFoundError:
            raise SnapshotGone(
                _("Run {id} has no snapshot of step {step:,}.", id=self.id, step=step)
            ) from None
        except (SafetensorError, ValueError, KeyError) as error:
            self.distrust(step, error)
            raise RunError(
                _("The snapshot of step {step:,} was damaged; it is made again.", step=step)
            ) from error

    def distrust(self, step: int, reason: object) -> None:
        """Set a snapshot aside, and the checkpoint with it so that it is made again."""
        set_aside(self._snapshot(step), reason)
        try:
            self._checkpoint.unlink(missing_ok=True)
        except OSError as error:
            log.warning("Run %s cannot be made again: %s", self.id, error)

    def thin(self, reached: int) -> None:
        """Remove snapshots that the schedule no longer keeps."""
        keep = set(kept_steps(self.config, reached))
        for step in self.steps():
            if step not in keep and step <= reached:
                self._snapshot(step).unlink(missing_ok=True)

    # -- checkpoint ------------------------------------------------------------------

    @property
    def _checkpoint(self) -> Path:
        return self.path / "checkpoint.safetensors"

    def save_checkpoint(self, progress: Progress, tensors: Mapping[str, Tensor]) -> None:
        """Replace the checkpoint."""
        from safetensors.torch import save

        header = {"progress": json.dumps(vars(progress))}
        write_atomically(self._checkpoint, save(dict(tensors), metadata=header))

    def checkpoint(self) -> tuple[Progress, dict[str, Tensor]] | None:
        """Return progress and training state, or None where there is none (any more)."""
        from safetensors import SafetensorError
        from safetensors.torch import load

        try:
            content = content_of(self._checkpoint, MOST_TENSORS)
            return _progress(content), load(content)
        except FileNotFoundError:
            return None
        except (SafetensorError, ValueError, KeyError, TypeError) as error:
            set_aside(self._checkpoint, error)
            return None

    def distrust_checkpoint(self, reason: object) -> None:
        """Set the checkpoint aside: the run starts again from its settings."""
        set_aside(self._checkpoint, reason)

    def progress(self) -> Progress:
        """Return how far training has come, from the checkpoint's first few bytes."""
        try:
            return _progress(content_of(self._checkpoint, MOST_TENSORS, first=65536))
        except FileNotFoundError:
            return Progress()
        except (ValueError, KeyError, TypeError) as error:
            set_aside(self._checkpoint, error)
            return Progress()

    def done(self, epochs: int) -> bool:
        """Tell whether a number of epochs is trained, and the result of it recorded."""
        step = self.config.last_step(epochs)
        reached = self.progress().step
        return reached > step or (reached == step and self.results.path(f"whole-{step}").exists())

    # -- measurements and results ----------------------------------------------------

    @property
    def _metrics(self) -> Path:
        return self.path / "metrics.jsonl"

    def add_metrics(self, row: Measurement) -> None:
        """Append one measurement."""
        measurements.append(self._metrics, row)

    def metrics(self) -> list[Measurement]:
        """Return all measurements by increasing step, each step once."""
        try:
            return measurements.read(self._metrics)
        except FileNotFoundError:
            return []
        except ValueError as error:
            set_aside(self._metrics, error)
            return []

    # -- failure, use, room ----------------------------------------------------------

    def fail(self, step: int, reason: str) -> None:
        """Record that training cannot go on."""
        write_atomically(
            self.path / "failed.json", json.dumps({"step": step, "reason": reason}).encode()
        )

    def failure(self) -> str:
        """Return why training cannot go on, or an empty text."""
        path = self.path / "failed.json"
        try:
            return str(values_of(content_of(path))["reason"])[:MOST_REASON]
        except FileNotFoundError:
            return ""
        except (ValueError, KeyError, TypeError) as error:
            set_aside(path, error)
            return ""

    def touch(self) -> None:
        """Note that the run is in use."""
        try:
            os.utime(self.path / "config.json")
        except OSError:
            return  # removed meanwhile, or nothing can be written, and so nothing removed either

    def used_at(self) -> float:
        """Return when the run was last in use, in seconds of the system's clock."""
        try:
            return (self.path / "config.json").stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def size(self) -> int:
        """Return the bytes on disk."""
        total = 0
        for folder, _folders, names in os.walk(self.path):
            for name in names:
                try:
                    total += os.lstat(os.path.join(folder, name)).st_size
                except FileNotFoundError:
                    continue  # replaced while we looked
        return total

    def tidy(self) -> None:
        """Remove what writers that were killed have left half written."""
        _tidy(self.path)

    def lock(self) -> FileLock:
        """Return the lock that whoever trains or removes the run holds."""
        return FileLock(self.path / "lock")


def _progress(content: bytes) -> Progress:
    """Read the progress out of a safetensors header."""
    length = int.from_bytes(content[:8], "little")
    if not 0 < length <= len(content) - 8:
        raise ValueError("the header is cut off")
    header = values_of(content[8 : 8 + length])
    progress = Progress(**values_of(header["__metadata__"]["progress"]))
    speed = progress.images_per_second
    if not (0 <= progress.step < MOST and 0 <= progress.seconds < MOST and 0 <= speed < MOST):
        raise ValueError("the progress makes no sense")
    return Progress(int(progress.step), float(progress.seconds), float(speed))


class RunStore:
    """All runs under one folder.

    Parameters
    ----------
    root : Path
        Made when it is missing.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def open(self, config: RunConfig, fingerprint: str) -> Run:
        """Return the run of these settings, new or old.

        Parameters
        ----------
        config : RunConfig
        fingerprint : str
            The data's, see `aecore.datasets.Dataset`.
        """
        run = Run(self.root / config.run_id(fingerprint), config)
        for more_tries in (2, 1, 0):
            try:
                _make(run, fingerprint)
                break
            except FileNotFoundError:  # somebody removed it in the middle of this
                if not more_tries:
                    raise
        return run

    def find(self, config: RunConfig, fingerprint: str) -> Run | None:
        """Return the run of these settings if there is one, without making it."""
        run = Run(self.root / config.run_id(fingerprint), config)
        there = (run.path / "config.json").exists() and not run.path.is_symlink()
        return run if there else None

    def get(self, run_id: str) -> Run:
        """Return a run by its id, or by the first few characters of it.

        Raises
        ------
        RunError
            If there is no such run, or more than one.
        """
        text = str(run_id).strip().lower()
        if re.fullmatch(r"[0-9a-f]{4,16}", text):
            found = [run for run in self.runs() if run.id.startswith(text)]
            if len(found) == 1:
                return found[0]
            if found:
                raise RunError(
                    _("More than one run starts with {text}; give more characters.", text=text)
                )
        raise RunError(
            _(
                "There is no run {text!r}; expected the first 4 to 16 characters of an id that "
                "“runs list” shows.",
                text=text[:20],
            )
        )

    def runs(self) -> Iterator[Run]:
        """Yield every run whose settings can be read, in no order."""
        for path in self._folders():
            config = _read_config(path / "config.json")
            if config is not None:
                yield Run(path, config)

    def left_out(self) -> list[str]:
        """Return the ids of recordings that another version of this program made.

        They are neither used, changed nor removed here.
        """
        return sorted(
            path.name
            for path in self._folders()
            if _read_config(path / "config.json") is None and (path / "config.json").is_file()
        )

    def _folders(self) -> Iterator[Path]:
        try:
            names = os.listdir(self.root)
        except (FileNotFoundError, NotADirectoryError):
            return
        for name in names:
            path = self.root / name
            if _ID.fullmatch(name) and not path.is_symlink():
                yield path

    def remove(self, run: Run, *, wait_s: float = 10) -> None:
        """Remove a run and all that belongs to it.

        Raises
        ------
        RunError
            If it is being trained all the while.
        """
        try:
            with run.lock().acquire(timeout=wait_s):
                doomed = self.root / f".{run.id}.{uuid4().hex[:8]}.removed"
                try:
                    os.replace(run.path, doomed)  # gone at once for every reader
                except FileNotFoundError:
                    return
                shutil.rmtree(doomed, ignore_errors=True)
        except Timeout:
            raise RunError(_("Run {id} is being trained; stop it first.", id=run.id)) from None

    def prune(
        self, most_bytes: int, spare: Collection[str] = (), *, wait_s: float = 0
    ) -> list[str]:
        """Remove the runs unused for longest until the rest fits; spare those in use.

        Does nothing while another process does the same: two would remove too much.

        Parameters
        ----------
        most_bytes : int
        spare : collection of str
            Ids of runs that are in use, whatever the clock says.
        wait_s : float
            How long to wait for another process.

        Returns
        -------
        list of str
            Ids of what was removed.
        """
        if not self.root.is_dir():
            return []
        try:
            with FileLock(self.root / ".prune.lock").acquire(timeout=wait_s):
                return self._prune(most_bytes, spare)
        except Timeout:
            return []

    def _prune(self, most_bytes: int, spare: Collection[str]) -> list[str]:
        for leftover in self.root.glob(".*.removed"):  # of a removal that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        for path in self._folders():
            if _is_old(path):
                _remove_unmade(path)
        sizes: dict[Run, int] = {}
        for run in self.runs():
            run.tidy()
            sizes[run] = run.size()
            if run.used_at() > time.time() + SKEW_S:  # the clock was put back: it counts from now
                run.touch()
        total, removed, refusal = sum(sizes.values()), [], None
        for run in sorted(sizes, key=Run.used_at):
            if total <= most_bytes:
                break
            if run.id not in spare and time.time() - run.used_at() > WATCHED_S:
                try:
                    self.remove(run, wait_s=0)
                except RunError:
                    continue
                except OSError as error:
                    refusal = error
                    continue
                total -= sizes[run]
                removed.append(run.id)
        if refusal:
            log.warning("Could not make room in the run store: %s", refusal)
        if removed:
            log.info("Removed %d runs to make room: %s", len(removed), ", ".join(removed))
        return removed


def _make(run: Run, fingerprint: str) -> None:
    """Make what is missing of a run's folder; nothing is left of it where that fails."""
    path = run.path / "config.json"
    remove_strangers(run.path)
    try:
        for folder in _folders_of(run.path):
            if not folder.exists():
                folder.mkdir(parents=True, exist_ok=True)
        if _read_config(path) is None:
            settings = json.loads(run.config.to_json())
            content = {"format": FORMAT, "config": settings, "data": fingerprint}
            write_atomically(path, json.dumps(content, indent=1).encode())
    except OSError:  # the disk is full, say
        _remove_unmade(run.path)
        raise


def _folders_of(path: Path) -> tuple[Path, Path]:
    return path / "snapshots", path / "results"


def _remove_unmade(path: Path) -> None:
    """Remove the folder of a run that got no settings, unless there are files in it."""
    if not (path / "config.json").exists():
        _tidy(path)
        for folder in (*_folders_of(path), path):
            with suppress(OSError):
                folder.rmdir()


def _tidy(path: Path) -> None:
    for part in path.rglob(".*.part"):
        if _is_old(part):
            with suppress(OSError):  # just finished, or nothing can be removed
                part.unlink()


def _is_old(path: Path) -> bool:
    """Tell whether nobody is writing this any more."""
    try:
        return abs(time.time() - path.lstat().st_mtime) > UNFINISHED_S
    except OSError:  # gone
        return False


def _read_config(path: Path) -> RunConfig | None:
    """Return a run's settings; None where there are none, or none of this version's."""
    try:
        content = values_of(content_of(path))
        written = dict(content).get("format", 1)
        if written != FORMAT:
            _leave_out(path, f"it has format {written}, and this version has format {FORMAT}")
            return None
        config = from_dict(content["config"])
        if config.run_id(content["data"]) == path.parent.name:
            return config
        _leave_out(path, "its settings are those of another run")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ConfigError) as error:
        _leave_out(path, error)
    except (ValueError, KeyError, TypeError) as error:
        set_aside(path, error)
    return None


_left_out: set[Path] = set()


def _leave_out(path: Path, reason: object) -> None:
    """Say once that a run is left as it is: perhaps another version of this program reads it."""
    if path not in _left_out:
        _left_out.add(path)
        log.warning(
            "Left alone run %s, whose %s says nothing to this version: %s",
            path.parent.name, path.name, reason,
        )  # fmt: skip
