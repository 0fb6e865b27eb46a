"""Programming languages by the names models write.

Job: from a fence's info word to the language's proper name and its Pygments lexer. Rule: an own table
of aliases: Pygments' own look-up of an unknown name searches every installed package, which is slow
and runs what it finds. An unknown name is plain text.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache

from pygments.lexer import Lexer

from app.core.texts import text


@dataclass(frozen=True, slots=True)
class Language:
    """A language's name and where its lexer lives (``module`` below ``pygments.lexers``)."""

    name: str
    module: str = ""
    lexer: str = ""

    @property
    def file_name(self) -> str:
        """What a file of this language is usually called."""
        return _FILE_NAMES.get(self.name) or text("transcript.file") + _ENDINGS.get(self.name, ".txt")


def _rows() -> tuple[tuple[str, str, str, str], ...]:
    return (
        ("Bash", "shell", "BashLexer", "bash sh shell zsh ksh"),
        ("Console", "shell", "BashSessionLexer", "console shell-session terminal"),
        ("PowerShell", "shell", "PowerShellLexer", "powershell pwsh ps1"),
        ("Batch", "shell", "BatchLexer", "batch bat cmd"),
        ("C", "c_cpp", "CLexer", "c h"),
        ("C++", "c_cpp", "CppLexer", "cpp c++ cc cxx hpp"),
        ("C#", "dotnet", "CSharpLexer", "csharp c# cs"),
        ("CSS", "css", "CssLexer", "css"),
        ("CSV", "", "", "csv tsv"),
        ("Dart", "javascript", "DartLexer", "dart"),
        ("Diff", "diff", "DiffLexer", "diff patch"),
        ("Dockerfile", "configs", "DockerLexer", "dockerfile docker"),
        ("Elixir", "erlang", "ElixirLexer", "elixir ex exs"),
        ("Erlang", "erlang", "ErlangLexer", "erlang erl"),
        ("Fortran", "fortran", "FortranLexer", "fortran f90"),
        ("Go", "go", "GoLexer", "go golang"),
        ("GraphQL", "graphql", "GraphQLLexer", "graphql gql"),
        ("Haskell", "haskell", "HaskellLexer", "haskell hs"),
        ("HTML", "html", "HtmlLexer", "html xhtml htm"),
        ("INI", "configs", "IniLexer", "ini cfg conf properties"),
        ("Java", "jvm", "JavaLexer", "java"),
        ("JavaScript", "javascript", "JavascriptLexer", "javascript js node mjs jsx"),
        ("JSON", "data", "JsonLexer", "json jsonc json5 jsonl"),
        ("Julia", "julia", "JuliaLexer", "julia jl"),
        ("Kotlin", "jvm", "KotlinLexer", "kotlin kt"),
        ("LaTeX", "markup", "TexLexer", "latex tex"),
        ("Lua", "scripting", "LuaLexer", "lua"),
        ("Makefile", "make", "MakefileLexer", "makefile make"),
        ("Markdown", "markup", "MarkdownLexer", "markdown md"),
        ("MATLAB", "matlab", "MatlabLexer", "matlab octave"),
        ("Nginx", "configs", "NginxConfLexer", "nginx"),
        ("Objective-C", "objective", "ObjectiveCLexer", "objective-c objc objectivec"),
        ("Pascal", "pascal", "DelphiLexer", "pascal delphi"),
        ("Perl", "perl", "PerlLexer", "perl pl"),
        ("PHP", "php", "PhpLexer", "php"),
        ("Plain text", "", "", "text txt plain plaintext none output"),
        ("Prolog", "prolog", "PrologLexer", "prolog"),
        ("Python", "python", "PythonLexer", "python py python3 py3 gyp"),
        ("Python console", "python", "PythonConsoleLexer", "pycon"),
        ("R", "r", "SLexer", "r rlang"),
        ("Ruby", "ruby", "RubyLexer", "ruby rb"),
        ("Rust", "rust", "RustLexer", "rust rs"),
        ("Scala", "jvm", "ScalaLexer", "scala"),
        ("Scheme", "lisp", "SchemeLexer", "scheme lisp racket clojure"),
        ("SQL", "sql", "SqlLexer", "sql sqlite mysql postgresql postgres psql tsql plsql"),
        ("Swift", "objective", "SwiftLexer", "swift"),
        ("TOML", "configs", "TOMLLexer", "toml"),
        ("TypeScript", "javascript", "TypeScriptLexer", "typescript ts tsx"),
        ("Visual Basic", "dotnet", "VbNetLexer", "vb vbnet visualbasic vba"),
        ("XML", "html", "XmlLexer", "xml svg xsd xslt"),
        ("YAML", "data", "YamlLexer", "yaml yml"),
        ("Zig", "zig", "ZigLexer", "zig"),
    )


_FILE_NAMES = {"Dockerfile": "Dockerfile", "Makefile": "Makefile"}
_ENDINGS = {
    "Bash": ".sh", "PowerShell": ".ps1", "Batch": ".bat", "C": ".c", "C++": ".cpp", "C#": ".cs",
    "CSS": ".css", "CSV": ".csv", "Dart": ".dart", "Diff": ".diff", "Elixir": ".ex", "Erlang": ".erl",
    "Fortran": ".f90", "Go": ".go", "GraphQL": ".graphql", "Haskell": ".hs", "HTML": ".html",
    "INI": ".ini", "Java": ".java", "JavaScript": ".js", "JSON": ".json", "Julia": ".jl",
    "Kotlin": ".kt", "LaTeX": ".tex", "Lua": ".lua", "Markdown": ".md", "MATLAB": ".m",
    "Nginx": ".conf", "Objective-C": ".m", "Pascal": ".pas", "Perl": ".pl", "PHP": ".php",
    "Prolog": ".pl", "Python": ".py", "R": ".r", "Ruby": ".rb", "Rust": ".rs", "Scala": ".scala",
    "Scheme": ".scm", "SQL": ".sql", "Swift": ".swift", "TOML": ".toml", "TypeScript": ".ts",
    "Visual Basic": ".vb", "XML": ".xml", "YAML": ".yaml", "Zig": ".zig",
}  # fmt: skip
PRELOAD = ("python", "bash", "json", "javascript", "sql", "cpp", "html")
"""What answers use most; loaded while the model still reads the question."""


@cache
def _table() -> dict[str, Language]:
    return {
        alias: Language(name, module, lexer)
        for name, module, lexer, aliases in _rows()
        for alias in aliases.split()
    }


def language(info: str) -> Language:
    """Return the language an info word names; its name is the word itself if it is unknown."""
    word = info.strip().strip("{}.").lower()
    return _table().get(word) or Language(info.strip()[:40] or text("transcript.code"))


def language_of_file(name: str) -> str:
    """Return the info word for a file: its ending or its name, "text" where they say nothing."""
    words = (name.rpartition(".")[2].lower(), name.lower())
    return next((word for word in words if word in _table()), "text")


@cache
def lexer(found: Language) -> Lexer | None:
    """Return the lexer of a language, None for plain text. The first call imports it (1 to 20 ms)."""
    if not found.lexer:
        return None
    module = importlib.import_module(f"pygments.lexers.{found.module}")
    made = getattr(module, found.lexer)(stripnl=False, ensurenl=False)
    return made if isinstance(made, Lexer) else None
