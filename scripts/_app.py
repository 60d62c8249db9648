"""What every command shares: its own flags, a help that tells everything, and errors as messages.

Each command keeps its flags in an `App`, not in absl's global `FLAGS`: so two commands can be imported in one process
though their flags share names, and `--help` is the same for `python -m scripts.NAME` and the console script `sc2-NAME`.

    APP = _app.App(__doc__)
    RECORDS = flags.DEFINE_integer("records", 1000, "How many records.", lower_bound=1, flag_values=APP.flags)

    def main(arguments: Sequence[str]) -> int | None:
        ...  # RECORDS.value; `arguments` are the positional ones

    def run() -> None:
        APP.run(main)

    if __name__ == "__main__":
        run()
"""

from __future__ import annotations

import logging
import os
import pathlib
import sys
import textwrap
import traceback
from collections.abc import Callable, Sequence
from typing import NoReturn

from absl import flags
from tqdm import tqdm

from sc2data import pysc2_compat
from sc2data.errors import UserError

SUCCESS = 0
PROBLEMS_FOUND = 1
"""A command did what it was asked and the answer is bad news: `dataset validate` on a broken data set."""
USER_ERROR = 2
INTERRUPTED = 130
PATIENCE = 1
"""Seconds before a progress bar is shown."""
HELP = frozenset(["--help", "-help", "-h"])
EXTRAS = {
    **dict.fromkeys(
        ("google", "mpyq", "numba", "psutil", "pysc2", "s2clientprotocol", "websocket", "websockets"), "sc2"
    ),
    **dict.fromkeys(("sklearn", "torch"), "train"),
    "pyvips": "photos",
    "matplotlib": "plots",
    **dict.fromkeys(("gymnasium", "pygame"), "envs"),
    **dict.fromkeys(("PIL", "moviepy"), "video"),
    "stable_baselines3": "rl",
    "minari": "minari",
    "tensorboard": "tensorboard",
}
"""By package that a command may miss: the extra that brings it."""

_TELLING = (
    pysc2_compat.MissingProtocolError,
    pysc2_compat.MissingPysc2Error,
    pysc2_compat.BrokenProtocolError,
)
"""What `sc2data.pysc2_compat` raises, which stands alone and knows no `UserError`: the messages say what to install."""

Main = Callable[[Sequence[str]], int | None]


class App:
    """One command: its documentation, its flags, and the way to run it.

    Every command has `--help` (`-h`) and `--verbose` (`-v`: log what happens, show tracebacks).
    """

    def __init__(self, documentation: str | None) -> None:
        self.documentation = (documentation or "").strip()
        self.flags = flags.FlagValues()
        flags.DEFINE_boolean("help", False, "Show this text.", short_name="h", flag_values=self.flags)
        self._verbose = flags.DEFINE_boolean(
            "verbose", False, "Log what happens, and show where an error arose.", short_name="v", flag_values=self.flags
        )

    def run(self, main: Main) -> NoReturn:
        """Run `main` with this process's arguments and exit with its status (None counts as 0)."""
        sys.exit(self.call(main, sys.argv))

    def call(self, main: Main, argv: Sequence[str]) -> int:
        """Run `main` with the positional arguments of `argv` (the program first) and return the exit status.

        Errors of the user (`UserError`, `ValueError`, `OSError`, a bad flag, a package of an extra that is not
        installed) print one message and give 2, Ctrl-C gives 130; anything else is a defect and leaves its traceback.
        """
        program = _program(argv[0])
        if not HELP.isdisjoint(argv[1:]):  # before parsing, which would miss the flags that are required
            return self._guarded(lambda _: print(self.help(program)), [])
        self.flags.unparse_flags()  # of an earlier call in this process
        try:
            _, *arguments = self.flags(list(argv))
        except flags.Error as error:
            return self._complain(f"{error}\nSee `{program} --help`.")
        # absl's own flags and those of libraries (pysc2 reads its flags where it launches a game) keep their defaults.
        flags.FLAGS.mark_as_parsed()
        logging.basicConfig(level=logging.INFO if self._verbose.value else logging.WARNING, format="%(message)s")
        return self._guarded(main, arguments)

    def help(self, program: str) -> str:
        """The documentation and every flag with its default, wrapped for a terminal."""
        lines = [self.documentation, "", f"Flags of {program}:"]
        described = {flag.name: flag for flag in (self.flags[name] for name in self.flags)}
        for flag in described.values():
            lines.extend(_flag_help(flag))
        return "\n".join(lines)

    def _guarded(self, main: Main, arguments: Sequence[str]) -> int:
        try:
            status = main(arguments)
            sys.stdout.flush()
            return SUCCESS if status is None else status
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
            return INTERRUPTED
        except BrokenPipeError:
            # The reader of a pipe (`| head`) has enough. Python would complain again when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return SUCCESS
        except (UserError, ValueError, OSError, ImportError) as error:
            message = str(error) or type(error).__name__
            if isinstance(error, ImportError) and not isinstance(error, UserError):
                message = _what_to_install(error)
                if not message:
                    raise
            if self._verbose.value:
                traceback.print_exc()
            return self._complain(message)

    def _complain(self, message: str) -> int:
        print(f"error: {message}", file=sys.stderr)
        return USER_ERROR


def output_file(path: str | None) -> pathlib.Path | None:
    """The file that a flag names, its folder made: so a wrong name is known before the work that it is for is done.

    Raises:
        UserError: a folder has that name, or its own folder cannot be made.
    """
    if not path:
        return None
    file = pathlib.Path(path)
    if file.is_dir():
        raise UserError(f"{path} is a folder; name a file in it, such as {file / 'result.json'}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{path}: its folder cannot be made ({error.strerror or error}); choose another one") from error
    return file


def output_folder(path: str) -> pathlib.Path:
    """The folder that a flag names, which may not be there yet.

    Raises:
        UserError: what is there is no folder.
    """
    folder = pathlib.Path(path)
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{path} is a file; name a folder, one that is there or is to be made")
    return folder


class Progress:
    """A bar on standard error for a library that says how much is ready, of how much: `progress(ready, total)`.

    Nothing is shown of what takes less than `PATIENCE`.

    Args:
        what: is being done.
        unit: of what is counted.
    """

    def __init__(self, what: str, unit: str) -> None:
        self._what, self._unit = what, unit
        self._bar: tqdm[NoReturn] | None = None

    def __call__(self, ready: int, total: int) -> None:
        """Show it; the bar ends when all is ready, and a new one begins with what is told next."""
        if self._bar is None:
            self._bar = tqdm(total=total, desc=self._what, unit=f" {self._unit}", delay=PATIENCE, dynamic_ncols=True)
        self._bar.update(ready - self._bar.n)
        if ready >= total:
            self._bar.close()
            self._bar = None


def _what_to_install(error: ImportError) -> str:
    """What is to be done about a package that is not installed; empty where the error is a defect."""
    if isinstance(error, _TELLING):
        return str(error)
    package = (error.name or "").partition(".")[0]
    if not isinstance(error, ModuleNotFoundError) or package not in EXTRAS:
        return ""
    extra = EXTRAS[package]
    return f"{error.name} is not installed; the extra '{extra}' brings it: pip install 'sc2-saccades[{extra}]'"


def _program(path: str) -> str:
    """How the user would start the program again.

    >>> _program("/home/me/project/scripts/harvest.py"), _program("/usr/bin/sc2-harvest")
    ('python -m scripts.harvest', 'sc2-harvest')
    """
    file = pathlib.PurePath(path)
    return f"python -m scripts.{file.stem}" if file.suffix == ".py" else file.name


def _flag_help(flag: flags.Flag) -> list[str]:
    dashes = f"--[no]{flag.name}" if flag.boolean else f"--{flag.name}"
    short = f", -{flag.short_name}" if flag.short_name else ""
    facts = [fact for fact in (flag.parser.syntactic_help, _default(flag)) if fact]
    text = f"{flag.help} ({'; '.join(facts)})" if facts else flag.help or ""
    return [
        f"  {dashes}{short}",
        *textwrap.wrap(" ".join(text.split()), 100, initial_indent=" " * 6, subsequent_indent=" " * 6),
    ]


def _default(flag: flags.Flag) -> str:
    if flag.default is None or flag.default == []:
        return "no default"
    return "" if flag.boolean and not flag.default else f"default: {flag.default_as_str}"
