"""What the steps of a download or an import say.

Job: a job's state as steps with words and buttons: states 4 to 8 of the visual language. Rule: what was
kept comes first; a failure stands on the step it belongs to, and names what can be done there.
"""

from __future__ import annotations

from dataclasses import replace

from app.core.texts import text
from app.ui.flow.library.arriving.downloads import (
    BROKEN,
    CRASHED,
    FOLDER_WANTED,
    FULL,
    PROXY_WANTED,
    TOKEN_WANTED,
)
from app.ui.flow.library.arriving.jobs import Carrying, Download, Job, Stage, Trial
from app.ui.flow.library.showing.words import left, pair, per_second, percent, size
from app.ui.theme import IconName
from app.ui.theme.style_sheet import Kind
from app.ui.views.library.values import Action, StepShown, StepState
from app.ui.widgets.words.figures import pace

REPLACE = "replace"
"""Deletes a damaged file and downloads it again."""
WRONG = "library.fetch_wrong_bytes"
ONLY_COPIED = frozenset(
    f"library.import_{code}" for code in ("no_link", "link_not_moved", "link_not_shared")
)
"""What a file cannot be but copied after."""
FOR_NO_TRY = frozenset({"library.import_forbidden", "library.import_folder"})
_OTHER_DISK = ("no_space", "disk_full", "folder_unusable", "folder_gone", "fetch_small_files_only")
IMPORT_FULL = frozenset(f"library.{code}" for code in _OTHER_DISK)


def action(code: str, kind: Kind = Kind.SMALL, icon: IconName | None = None, **values: str) -> Action:
    """Return the button of a code."""
    return Action(code, text(f"models.action.{code}", **values), icon, kind)


PAUSE, RESUME = ("pause", IconName.PAUSE), ("resume", IconName.PLAY)


def download_steps(job: Download) -> tuple[StepShown, ...]:
    """Return Download, Check and Try of a download."""
    return _download(job), _check(job), try_step(job)


def _download(job: Download) -> StepShown:
    """Return the first step while nothing comes; :func:`_under_way` has the rest."""
    title = text("models.step.download")
    cancel = action("cancel", Kind.QUIET)
    match job.stage:
        case Stage.ARRIVED:
            words = text("models.step.downloaded", total=size(job.total))
            return StepShown(title, words, StepState.DONE)
        case Stage.STOPPING:
            return StepShown(title, text("models.step.stopping"), StepState.PAUSED, job.share)
        case Stage.PAUSED:
            words = text("models.step.paused", done=size(job.done), total=size(job.total))
            actions = action(*_kind(RESUME)), cancel
            return StepShown(title, words, StepState.PAUSED, job.share, actions=actions)
        case Stage.RETRYING:
            words = text("models.step.lost", done=size(job.done))
            ways = action("retry"), action(*_kind(PAUSE)), cancel
            return StepShown(title, words, StepState.PAUSED, job.share, "warn", ways)
        case Stage.FAILED if job.error is not None and job.error.code == WRONG:
            return StepShown(
                title, text("models.step.downloaded", total=size(job.total)), StepState.DONE
            )
        case Stage.FAILED:
            return _failed(job, title, cancel)
    return _under_way(job, title, (action(*_kind(PAUSE)), cancel))


def _under_way(job: Download, title: str, actions: tuple[Action, ...]) -> StepShown:
    done, total = pair(job.done, job.total)

    def running(key: str, colour: str = "text2", **values: str | int) -> StepShown:
        words = " ".join(text(f"models.step.{key}", **values).split())
        return StepShown(title, words, StepState.RUNNING, job.share, colour, actions)

    match job.stage:
        case Stage.QUEUED:
            return running("queued")
        case Stage.CONNECTING:
            key = "connecting_other" if job.stored_host else "connecting"
            return running(key, host=job.host) if job.host else running("starting")
        case Stage.CHECKING:
            return running("rechecking", percent=percent(job.share))
        case Stage.STALLED:
            return running("stalled", "warn", done=done, total=total, seconds=round(job.seconds))
    if job.speed <= 0:
        return running("downloading_first", done=done, total=total)
    speed = per_second(job.speed)
    return running("downloading", done=done, total=total, speed=speed, left=left(job.remaining_s))


def _failed(job: Download, title: str, cancel: Action) -> StepShown:
    code = job.error.code if job.error else ""
    share = job.share if job.done else None
    if code in BROKEN:
        key = "ended" if code == CRASHED else "lost"
        words = text(f"models.step.{key}", done=size(job.done))
        return StepShown(title, words, StepState.FAILED, share, "warn", (action("retry"), cancel))
    if code in FULL:
        words = text("models.step.full", missing=_missing(job))
        actions = action("folder"), action("again"), cancel
        return StepShown(title, words, StepState.FAILED, share, "warn", actions)
    words = job.error.sentence if job.error else ""
    ways = [action("again")]
    if code in TOKEN_WANTED:
        ways = [action("use_token")] if job.token_kept else []
        ways.append(action("token"))
    elif code == PROXY_WANTED:
        ways = [action("proxy_sign_in")]
    elif code in FOLDER_WANTED:
        ways = [action("folder"), action("again")]
    return StepShown(title, words, StepState.FAILED, share, "danger", (*ways, cancel))


def _missing(job: Download) -> str:
    """Return what has to be freed where that is known, else what is still to come."""
    told = str(job.error.values.get("missing", "")) if job.error else ""
    return text("models.gb", value=told) if told else size(max(0, job.total - job.done))


def _check(job: Download) -> StepShown:
    title = text("models.step.check")
    if job.stage is Stage.ARRIVED:
        key = "checked_hub" if job.by_hub else "checked" if job.confirmed else "checked_catalogue"
        return StepShown(title, text(f"models.step.{key}"), StepState.DONE)
    if job.stage is Stage.FAILED and job.error is not None and job.error.code == WRONG:
        actions = action("download_again"), action("compare", Kind.QUIET)
        words = text("models.step.check_failed")
        return StepShown(title, words, StepState.FAILED, None, "danger", actions)
    known = all(file.sha256 for file in job.files)
    return StepShown(title, text(f"models.step.{'check_later' if known else 'check_later_hub'}"))


def try_step(job: Job) -> StepShown:
    """Return the step of the test sentence."""
    title, trial = text("models.step.try"), job.trial
    if job.stage is not Stage.ARRIVED or trial.stage is Trial.NONE:
        ready = job.stage is Stage.ARRIVED
        actions = (action("try_now"),) if ready else ()
        return StepShown(title, text("models.step.try_later"), actions=actions)
    match trial.stage:
        case Trial.WAITING:
            return StepShown(title, text("models.step.try_waits"), StepState.PAUSED)
        case Trial.LOADING:
            words = text("models.step.loading", percent=percent(trial.share))
            return StepShown(title, words, StepState.RUNNING, trial.share)
        case Trial.WRITING:
            return StepShown(title, text("models.step.writing"), StepState.RUNNING, 1.0)
        case Trial.DONE:
            key = "tried" if trial.speed else "tried_plain"
            words = text(f"models.step.{key}", speed=pace(trial.speed), sentence=trial.sentence)
            if not trial.sentence:
                words = text("models.step.tried_silent")
            return StepShown(title, words, StepState.DONE, actions=(action("start", Kind.PRIMARY),))
    words = text("models.step.try_failed", sentence=trial.error.sentence if trial.error else "")
    return StepShown(title, words, StepState.FAILED, None, "warn", (action("try_now"),))


def import_steps(job: Carrying, *, confirmed: bool) -> tuple[StepShown, ...]:
    """Return Copy, Check and Try of a file brought in by hand.

    ``confirmed``: the catalogue's hash of it was compared with its publisher's record.
    """
    return _copy(job), _check_import(job, confirmed=confirmed), try_step(job)


def _copy(job: Carrying) -> StepShown:
    title = text(f"models.step.{'take' if job.in_place else 'copy'}")
    cancel = action("cancel_import", Kind.QUIET)
    match job.stage:
        case Stage.CHECKING:
            return StepShown(
                title, text("models.step.import_reading"), StepState.RUNNING, actions=(cancel,)
            )
        case Stage.OFFERED:
            parts = len(job.found.parts) if job.found is not None else 1
            key = "import_offer_parts" if parts > 1 else "import_offer"
            words = text(f"models.step.{key}", size=size(job.total), count=parts)
            ways = action("copy", Kind.PRIMARY), action("move"), action("link"), cancel
            return StepShown(title, words, StepState.PAUSED, actions=ways)
        case Stage.QUEUED:
            words = text("models.step.import_queued")
            return StepShown(title, words, StepState.RUNNING, actions=(cancel,))
        case Stage.FAILED:
            words = job.error.sentence if job.error else ""
            return StepShown(title, words, StepState.FAILED, None, "danger", _after_failing(job))
        case Stage.RUNNING if job.done < job.total or not job.hashes:
            done, total = pair(job.done, job.total)
            key = "taking" if job.in_place else "copying"
            words = text(
                f"models.step.{key}", done=done, total=total, left=left(job.remaining_s)
            ).strip()
            return StepShown(title, words, StepState.RUNNING, job.share, actions=(cancel,))
    return StepShown(
        title, text(f"models.step.{'kept_where' if job.in_place else 'copied'}"), StepState.DONE
    )


def _after_failing(job: Carrying) -> tuple[Action, ...]:
    """Return what can be done where bringing a file in did not go well."""
    code = job.error.code if job.error else ""
    close = replace(action("cancel_import", Kind.QUIET), words=text("models.action.close"))
    if code in ONLY_COPIED:
        return action("copy"), close
    if code in FOR_NO_TRY:
        return (close,)
    if code in IMPORT_FULL:
        return action("folder"), action("again"), close
    return action("again"), close


def _check_import(job: Carrying, *, confirmed: bool) -> StepShown:
    title = text("models.step.check")
    if job.stage is Stage.UNKNOWN:
        actions = action("use_file", Kind.PRIMARY), action("drop_file", Kind.QUIET)
        return StepShown(title, text("models.step.unknown"), StepState.PAUSED, None, "warn", actions)
    if job.stage is Stage.ARRIVED:
        key = ("checked" if confirmed else "checked_catalogue") if job.entry_name else "accepted"
        return StepShown(title, text(f"models.step.{key}"), StepState.DONE)
    return StepShown(title, text("models.step.check_import"))


def _kind(pair_: tuple[str, IconName]) -> tuple[str, Kind, IconName]:
    return pair_[0], Kind.SMALL, pair_[1]
