"""Digest of the code that a result depends on.

Snakemake compares the time of a script, and does not see the modules that it imports.
The digest covers a script and every module of this package that it imports, directly or not.
It ignores comments, docstrings, and the place of a module: a module that is moved or renamed
keeps its digest, so that no job runs again.

The modules at the top level of the package, and those in the folders `settings`, `planning` and `runs`,
configure, plan and run jobs, and do not change their results. They are not covered.
"""

import ast
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from diarflow.backends import PACKAGE

INFRASTRUCTURE = {"settings", "planning", "runs"}
EQUIVALENT = PACKAGE.parents[1] / "resources" / "equivalent_code.json"


class _Import(NamedTuple):
    """Names that a module takes from a module of this package."""

    path: Path
    names: str


class _Source(NamedTuple):
    text: str
    imports: tuple[_Import, ...]


@cache
def code_digest(*sources: Path) -> str:
    """Return 12 hexadecimal digits for the code of `sources` and of all that they import of this package.

    A digest that `resources/equivalent_code.json` declares equivalent to an earlier one is replaced by it.
    """
    computed = computed_digest(*sources)
    return _equivalent().get(computed, computed)


def computed_digest(*sources: Path) -> str:
    """Return the digest without regard to earlier equivalent code."""
    modules: dict[Path, _Source] = {}
    pending = list(sources)
    while pending:
        path = pending.pop()
        if path not in modules:
            modules[path] = _read(path)
            pending += [imported.path for imported in modules[path].imports]
    parts = []
    for source in modules.values():
        # a module is identified by its content, not by its name
        imports = sorted(
            f"{one.names} from {_hash(_read(one.path).text)}" for one in source.imports
        )
        parts.append(_hash("\n".join([source.text, *imports])))
    return _hash("\n".join(sorted(parts)))[:12]


@cache
def _equivalent() -> dict[str, str]:
    return json.loads(EQUIVALENT.read_text()) if EQUIVALENT.is_file() else {}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _read(path: Path) -> _Source:
    """Return the code of a module without comments, docstrings and imports of this package."""
    tree = ast.parse(path.read_text())
    collector = _ImportCollector()
    collector.strip(tree)
    return _Source(ast.unparse(tree), tuple(collector.imports))


# fields that contain statements; a visit of expressions too would take several times as long
_STATEMENTS = ("body", "handlers", "cases", "orelse", "finalbody")


class _ImportCollector:
    """Remove docstrings and imports of this package, and collect the imported modules whose code counts."""

    def __init__(self) -> None:
        self.imports: list[_Import] = []

    def strip(self, node: Any) -> None:
        """Remove them from a statement, a module, or another node that contains statements."""
        defines = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        if defines and ast.get_docstring(node):
            node.body = node.body[1:]
        for field in _STATEMENTS:
            if isinstance(statements := getattr(node, field, None), list):
                setattr(node, field, [kept for kept in map(self._kept, statements) if kept])
        if isinstance(getattr(node, "body", None), list) and not node.body:
            node.body = [ast.Pass()]  # only imports or a docstring stood here

    def _kept(self, node: ast.AST) -> ast.AST | None:
        if isinstance(node, ast.ImportFrom):
            return self._import_from(node)
        if isinstance(node, ast.Import):
            return self._import(node)
        self.strip(node)
        return node

    def _import_from(self, node: ast.ImportFrom) -> ast.AST | None:
        module = node.module or ""
        if node.level or module.partition(".")[0] != "diarflow":
            return node
        for alias in node.names:
            name = f"{alias.name} as {alias.asname or alias.name}"
            # `from package import module`, or `from module import name`
            if path := _followed(f"{module}.{alias.name}"):
                self.imports.append(_Import(path, f"module as {alias.asname or alias.name}"))
            elif path := _followed(module):
                self.imports.append(_Import(path, name))
        return None

    def _import(self, node: ast.Import) -> ast.AST | None:
        kept = []
        for alias in node.names:
            if alias.name.partition(".")[0] != "diarflow":
                kept.append(alias)
            elif path := _followed(alias.name):
                self.imports.append(_Import(path, "module"))
        node.names = kept
        return node if kept else None


def _followed(module: str) -> Path | None:
    """Return the file of a module whose code counts; None for infrastructure and for packages."""
    parts = module.split(".")[1:]
    if len(parts) < 2 or parts[0] in INFRASTRUCTURE:
        return None
    path = PACKAGE.joinpath(*parts).with_suffix(".py")
    return path if path.is_file() else None
