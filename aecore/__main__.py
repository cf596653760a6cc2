"""The command line, ``python -m aecore``: what can be asked for, and how it is refused.

Every setting of `aecore.config` is an option of ``train``. Whatever goes wrong is one sentence
on standard error: exit status 2 where the command makes no sense, 1 where it did not work out.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from aecore import environment
from aecore.choosing import SHORTHAND
from aecore.commands import data, export, reproduce, runs, train
from aecore.commands.console import INTERRUPTED, UsageError
from aecore.config import FIELDS, ConfigError, Field, defaults
from aecore.datasets import DATASETS, DatasetError
from aecore.runs import WATCHED_S, RunError
from aecore.variants import VARIANTS

_PROGRAM = "python -m aecore"
_METAVARS = {"int": "N", "float": "X", "choice": "NAME", "sizes": "128-64"}
_EXAMPLE = f"For example: {_PROGRAM} train --dataset mnist --bottleneck 32 --epochs 5 --json"


class Parser(argparse.ArgumentParser):
    """An argument parser that refuses with one sentence."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """Refuse what argparse found wrong."""
        raise UsageError(f"{message[:1].upper()}{message[1:]}; see {self.prog} --help.")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, and refuse what is left over, naming the nearest option."""
        known, extra = super().parse_known_args(args, namespace)
        if extra:
            given = extra[0].split("=")[0][:40]
            close = difflib.get_close_matches(given, self._option_string_actions, n=1)
            what = "no option" if given.startswith("-") else "nothing to do with"
            hint = f"did you mean {close[0]}?" if close else f"see {self.prog} --help."
            raise UsageError(f"There is {what} “{given}”; {hint}")
        return known, extra


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str
        Arguments after the program's name; the process's own by default.

    Returns
    -------
    int
        Exit status: 0 done, 1 did not work out, 2 made no sense, 130 interrupted.
    """
    try:
        arguments = _parser().parse_args(argv)
        notes = environment.read().notes
        if notes:
            raise UsageError("\n".join((*notes, "Correct this first: nothing was done.")))
        return int(arguments.command(arguments))
    except SystemExit as stop:  # argparse has shown its help
        return int(stop.code or 0)
    except (UsageError, ConfigError) as error:
        return _refuse(error, 2)
    except (DatasetError, RunError) as error:
        return _refuse(error, 1)
    except BrokenPipeError:
        raise
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _refuse(
            f"{place}{error.strerror or error}; AE_HOME names the folder to write to.", 1
        )
    except KeyboardInterrupt:
        return _refuse("Stopped.", INTERRUPTED)


def _refuse(reason: object, status: int) -> int:
    print(reason, file=sys.stderr)
    return status


# -- what can be asked for -----------------------------------------------------------


def _parser() -> Parser:
    parser = Parser(
        prog=_PROGRAM,
        description="Train small autoencoders without a browser, and look after what is recorded.",
        epilog=_EXAMPLE,
    )
    groups = _choices_of(parser)
    _add_train(groups)
    _add_data(groups)
    _add_runs(groups)
    reproduce.add(groups, _command)
    export.add(groups, _command)
    return parser


def _choices_of(parser: Parser) -> Any:
    """Give a parser commands of its own; without one it shows its help."""

    def show_help(arguments: argparse.Namespace) -> int:
        parser.print_help()
        return 0

    parser.set_defaults(command=show_help)
    return parser.add_subparsers(title="commands", metavar="COMMAND")


def _command(
    group: Any, name: str, action: Callable[[argparse.Namespace], int], help: str, more: str = ""
) -> Parser:
    """Add a command to a group, and return its parser."""
    parser: Parser = group.add_parser(name, help=help, description=f"{help} {more}".rstrip())
    parser.set_defaults(command=action)
    return parser


def _add_train(groups: Any) -> None:
    parser = _command(
        groups,
        "train",
        train.train,
        "Train a network, or take up its recording where it is.",
        "The same settings are the same run, on the pages too. Ctrl-C stops; the same command "
        "continues.",
    )
    parser.epilog = _EXAMPLE
    _add_json(parser)
    kinds = parser.add_argument_group("kind")
    kinds.add_argument(
        f"--{SHORTHAND}",
        metavar="NAME",
        default=argparse.SUPPRESS,
        help=f"Kind of autoencoder, which sets several settings: {', '.join(VARIANTS)}.",
    )
    sections: dict[str, Any] = {}
    for name, field in FIELDS.items():
        if field.group not in sections:
            sections[field.group] = parser.add_argument_group(field.group.lower())
        _add_setting(sections[field.group], name, field)


def _add_setting(section: Any, name: str, field: Field) -> None:
    """Add a setting as an option; a hidden one more where the name is spelt with ``_``."""
    how: dict[str, Any] = {"dest": name, "default": argparse.SUPPRESS}
    if field.kind == "bool":
        how["action"] = argparse.BooleanOptionalAction
    else:
        how["metavar"] = _METAVARS[field.kind]
    option = "--" + name.replace("_", "-")
    section.add_argument(option, help=_help(name, field).replace("%", "%%"), **how)
    if "_" in name:
        section.add_argument(f"--{name}", help=argparse.SUPPRESS, **how)


def _help(name: str, field: Field) -> str:
    """Return a setting's help with what it can be and what it is by default."""
    allowed = ""
    if field.choices:
        allowed = f" One of {', '.join(field.choices)}."
    elif field.kind in ("int", "float"):
        allowed = f" From {_text(field.low)} to {_text(field.high)}."
    elif field.kind == "sizes":
        allowed = f" Each from {_text(field.low)} to {_text(field.high)}."
    if name == "dataset":
        return f"{field.help}{allowed} Default: mnist once it is here, else digits."
    usual = field.usually or defaults(None)[name]
    others = (
        f"; {each}: {_text(spec.defaults[name])}"
        for each, spec in DATASETS.items()
        if spec.defaults.get(name, usual) != usual
    )
    return f"{field.help}{allowed} Default: {_text(usual)}{''.join(others)}."


def _text(value: object) -> str:
    """Return a setting's value as it is typed."""
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _add_data(groups: Any) -> None:
    parser = groups.add_parser("data", help="List, download and find data sets.")
    group = _choices_of(parser)
    _command(group, "list", data.list_all, "Say which data sets are here, and where.")
    fetch = _command(group, "fetch", data.fetch, "Download a data set, unless it is here already.")
    fetch.add_argument("name", metavar="NAME")
    path = _command(
        group,
        "path",
        data.show_path,
        "Print where a data set is, or the folder that downloads go to.",
    )
    path.add_argument("name", metavar="NAME", nargs="?")


def _add_runs(groups: Any) -> None:
    parser = groups.add_parser("runs", help="List, show and remove recorded runs.")
    group = _choices_of(parser)
    listing = _command(group, "list", runs.list_all, "List the runs, last used first.")
    _add_json(listing)
    show = _command(group, "show", runs.show, "Show one run's settings and numbers.")
    show.add_argument("id", metavar="ID", help="The id, or how it begins (4 characters or more).")
    _add_json(show)
    remove = _command(group, "remove", runs.remove, "Remove runs for good.")
    remove.add_argument("ids", metavar="ID", nargs="+", help="As for show.")
    prune = _command(
        group,
        "prune",
        runs.prune,
        "Remove the runs unused for longest until the rest fits into a size.",
        f"Runs used within the last {WATCHED_S // 60} minutes stay.",
    )
    usual = environment.DEFAULT_STORE_MB
    prune.add_argument(
        "--max-mb", metavar="N", help=f"The size in megabytes. Default: AE_STORE_MB, else {usual}."
    )


def _add_json(parser: Parser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="Print the result as JSON, on the last line."
    )


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # σ on any terminal
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read along has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)
