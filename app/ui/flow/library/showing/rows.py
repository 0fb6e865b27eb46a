"""The rows of the library window: name, size, bar, state in words, one action."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.core.texts import text
from app.engine.protocol.plan import Plan, Verdict
from app.library.known.catalogue import CatalogueEntry
from app.library.shelf.half_done import Left
from app.library.shelf.model_file import Condition, ModelFile, Origin
from app.ui.flow.library.arriving.downloads import BROKEN, CRASHED, FULL
from app.ui.flow.library.arriving.jobs import Carrying, Download, Stage, Trial
from app.ui.flow.library.known.state import GUIDE, Doing
from app.ui.flow.library.showing.steps import PAUSE, REPLACE, RESUME, WRONG, action
from app.ui.flow.library.showing.words import left, model_name, percent, plan_row, size, verified
from app.ui.theme.style_sheet import Kind
from app.ui.views.library.values import Action, RowShown, Section


def guide_row(count: int, *, in_use: bool) -> RowShown:
    """Return the row of the built-in guide."""
    opened = None if in_use else action("open")
    name, words = text("models.row.guide"), text("models.row.guide_words")
    return RowShown(GUIDE, Section.HERE, name, size(count) if count else "", words, action=opened)


def download_row(key: str, job: Download) -> RowShown:
    """Return the row of a download."""
    words, colour, still, offered = _download_words(job)
    name = job.entry.name if job.entry is not None else ""
    note = size(job.total) if job.total else ""
    return RowShown(key, Section.IN_PROGRESS, name, note, words, colour, job.share, still, offered)


def _download_words(job: Download) -> tuple[str, str, bool, Action | None]:
    done = size(job.done)
    pause = action(PAUSE[0], icon=PAUSE[1])
    resume = action(RESUME[0], icon=RESUME[1])
    match job.stage:
        case Stage.CONNECTING | Stage.QUEUED:
            waits = text("models.step.queued")
            starting = text("models.step.starting")
            host = text("models.row.connecting", host=job.host) if job.host else starting
            return (waits if job.stage is Stage.QUEUED else host), "text2", False, pause
        case Stage.STALLED:
            return text("models.row.stalled", seconds=round(job.seconds)), "warn", True, pause
        case Stage.RETRYING:
            words = text("models.row.waiting", done=done, seconds=max(1, round(job.seconds)))
            return words, "warn", True, pause
        case Stage.CHECKING:
            words = text("models.step.rechecking", percent=percent(job.share))
            return words, "text2", False, pause
        case Stage.PAUSED:
            return text("models.row.paused", done=done), "text2", True, resume
        case Stage.STOPPING:
            return text("models.step.stopping"), "text2", True, None
        case Stage.FAILED:
            code = job.error.code if job.error else ""
            key = "failed_disk" if code in FULL else "failed"
            key = "failed_connection" if code in BROKEN - {CRASHED} else key
            if not job.done and code not in {WRONG, *BROKEN}:
                key = "failed_disk_before" if code in FULL else "failed_before"
            if code == WRONG:  # what is done about it is to be chosen on its page
                return text("models.row.failed_check"), "danger", True, None
            return text(f"models.row.{key}", done=done), "warn", True, resume
        case Stage.ARRIVED:
            return text("models.row.trying"), "text2", False, None
    words = text(
        "models.row.downloading",
        done=done,
        percent=percent(job.share),
        left=left(job.remaining_s),
    )
    return words.strip(), "text2", False, pause


def import_row(job: Carrying) -> RowShown:
    """Return the row of a file that is brought in."""
    name = job.entry_name or model_name(job.source)
    parts = len(job.found.parts) if job.found is not None else 1
    key = "size_imported_parts" if parts > 1 else "size_imported"
    note = text(f"models.row.{key}", size=size(job.total), count=parts) if job.total else ""
    words, colour, share = text("models.row.reading"), "text2", None
    if job.stage is Stage.RUNNING:
        key = "checking" if job.in_place else "copying"
        words = text(f"models.row.{key}", percent=percent(job.share), left=left(job.remaining_s)).strip()
        share = job.share
    elif job.stage is Stage.QUEUED:
        words = text("models.step.import_queued")
    elif job.stage is Stage.OFFERED:
        words = text("models.row.offered")
    elif job.stage is Stage.UNKNOWN:
        words, colour = text("models.row.unknown"), "warn"
    elif job.stage is Stage.FAILED:
        words, colour = job.error.words.what if job.error else "", "danger"
    elif job.stage is Stage.ARRIVED:
        words = text(
            f"models.row.{'trying' if job.trial.stage is not Trial.NONE else 'ready'}",
            verified="",
        )
    return RowShown(job.key, Section.IN_PROGRESS, name, note, words, colour, share)


def left_row(key: str, there: Left) -> RowShown:
    """Return the row of what an import or a download left half done."""
    words = text(f"models.row.left_{there.kind}", done=size(there.size))
    note = text("models.row.left_shared") if there.shared else ""
    return RowShown(key, Section.IN_PROGRESS, model_name(Path(there.name)), note, words, "warn")


def file_row(key: str, file: ModelFile, doing: Doing, *, in_use: bool) -> RowShown:
    """Return the row of a model file that is here."""
    name = file.entry or model_name(file.path)
    note = text("models.row.size_shared", size=size(file.size)) if file.shared else size(file.size)

    def row(words: str, colour: str = "text2", offered: Action | None = None) -> RowShown:
        return RowShown(key, Section.HERE, name, note, words, colour, action=offered)

    if key in doing.removed:
        return row(text("models.row.removed"), "text2", action("undo"))
    if key in doing.verifying:
        share = doing.verifying[key]
        words = text("models.row.checking", percent=percent(share), left="").strip()
        return RowShown(key, Section.HERE, name, note, words, share=share)
    when = verified(file.verified_at)
    match file.condition:
        case Condition.UNVERIFIED:
            return row(text("models.row.unverified"), "warn", check(file))
        case Condition.UNKNOWN:
            return row(text("models.row.decide"), "warn")
        case Condition.DAMAGED:
            return row(text("models.row.damaged"), "danger", action(REPLACE if file.entry else "remove"))
        case Condition.INCOMPLETE:
            return row(text("models.row.incomplete"), "warn")
    words = text(f"models.row.{'in_use' if in_use else 'ready'}", verified=when).strip()
    offered = None if in_use else action("use")
    if file.origin is None or file.origin is Origin.CONFIRMED:
        return row(words, "text2", offered)
    colour = "warn" if file.origin is Origin.NOBODY else "text2"
    return row(f"{words} {text(f'models.origin.{file.origin}')}", colour, offered)


def check(file: ModelFile) -> Action:
    """Return the button that hashes a file, for the first time or anew."""
    words = "check" if file.verified_at is None else "verify"
    return replace(action("verify"), words=text(f"models.action.{words}"))


def entry_row(
    key: str, entry: CatalogueEntry, plan: Plan | None, plan_known: bool, ram_mib: float
) -> RowShown:
    """Return the row of a model that can be had."""
    files = entry.editions[0] if entry.editions else ()
    total = sum(file.size for file in files)
    note = size(total) if total else ""
    section = Section.AVAILABLE
    words, colour = text(f"models.row.{'no_plan' if plan_known else 'looking'}"), "text2"
    if plan is not None:
        words, colour = plan_row(plan, ram_mib)
        if plan.verdict is Verdict.REFUSED:
            section = Section.TOO_LARGE
    offered = None
    if files and section is Section.AVAILABLE:
        offered = Action("download_row", text("models.action.download_row"), None, Kind.SMALL)
    if not files:
        words = f"{words} {text('models.row.no_file')}"
    return RowShown(key, section, entry.name, note, words, colour, action=offered)
