"""Builds the part of the package that is written in C, where there is a compiler.

The package does the same without it (see `switchy_nb.wire.native`), only slower, so that
nothing fails here.
"""

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOM = Path("switchy_nb", "wire")


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles what is in C to ``_headers.so`` beside it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; the wheel is one for this platform if that went well."""
        library = ROOM / "_headers.so"
        sources = sorted(Path(self.root, ROOM).glob("*.c"))
        if not self._compile(sources, Path(self.root, library)):
            return
        build_data["artifacts"].append(library.as_posix())
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def _compile(self, sources: list[Path], library: Path) -> bool:
        compiler, *options = shlex.split(os.environ.get("CC", "")) or ["cc"]
        if shutil.which(compiler) is None:
            self.app.display_info("no C compiler: events are read by numpy alone")
            return False
        made = library.with_suffix(".new")
        command = [
            compiler,
            *options,
            "-O3",
            "-shared",
            "-fPIC",
            "-o",
            os.fspath(made),
            *map(os.fspath, sources),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            self.app.display_warning(f"{' '.join(command)} failed:\n{done.stderr}")
            return False
        made.replace(library)  # at once: a process may have the old one open
        return True
