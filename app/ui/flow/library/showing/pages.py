"""The page of each model.

Job: from what is known (the look at the disk, jobs, plans) to the plain values of a page. Rule: pure
functions; the same knowledge gives the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from app.core.texts import text
from app.engine.protocol.plan import Verdict
from app.library.known.catalogue import CatalogueEntry, CatalogueFile
from app.library.shelf.half_done import IMPORT, Left
from app.library.shelf.model_file import Condition, ModelFile, Origin
from app.ui.flow.library.arriving.downloads import BROKEN, FULL
from app.ui.flow.library.arriving.jobs import Carrying, Download, Stage
from app.ui.flow.library.keeping.sharing import sharing_words
from app.ui.flow.library.known.state import GUIDE
from app.ui.flow.library.showing.facts import compared, entry_facts, file_facts, import_facts
from app.ui.flow.library.showing.picture import Known, is_over, offline_ways
from app.ui.flow.library.showing.rows import (
    check,
)
from app.ui.flow.library.showing.steps import REPLACE, action, download_steps, import_steps, try_step
from app.ui.flow.library.showing.words import about, model_name, percent, plan_shown, size, some_names
from app.ui.theme import IconName
from app.ui.theme.style_sheet import Kind
from app.ui.views.library.values import (
    Action,
    Elsewhere,
    ModelShown,
    PlanShown,
    StepShown,
)


def model(key: str, known: Known) -> ModelShown:
    """Return the page of a key."""
    if key == GUIDE:
        guide = text("models.row.guide")
        open_it = action("open", Kind.PRIMARY)
        return ModelShown(key, guide, text("models.about.guide"), foot=(open_it,))
    left = known.library.left().get(key)
    if left is not None:
        return _left(key, left)
    if key in known.imports:
        return _import(key, known.imports[key], known)
    file = known.library.file(key)
    if key in known.doing.removed:
        return _removed(key, known.doing.removed[key][1])
    if key in known.downloads:
        return _download(key, known.downloads[key], known)
    entry = known.library.entry(key)
    if file is not None:
        return _file(key, file, entry, known)
    return _entry(key, entry, known) if entry is not None else ModelShown(key, "", "")


def _plan(key: str, known: Known) -> PlanShown | None:
    plan = known.plan(key)
    if plan is not None:
        return plan_shown(plan, known.ram_mib)
    failed = known.plan_known(key)
    words = text(f"models.plan.{'failed' if failed else 'looking'}")
    return PlanShown(IconName.GAUGE, "text2", "", words)


def _download(key: str, job: Download, known: Known) -> ModelShown:
    entry = job.entry
    assert entry is not None
    began = f"started_again_{job.began_again}" if job.began_again else ""
    hint = text(f"models.step.{began}") if began else text("models.hint.resume")
    if job.stage is Stage.ARRIVED:
        hint = ""
    elif job.stage is Stage.FAILED and job.error is not None:
        # Where the step has words of its own, the error's are the reason; else they stand there already.
        words, own = job.error.words, job.error.code in BROKEN | FULL
        hint = " ".join(part for part in (words.what, words.next) if part and own)
    if known.sealed and job.stage is not Stage.ARRIVED:
        hint = sealed_words(known)
    file = known.library.file(key) if job.stage is Stage.ARRIVED else None
    facts = file_facts(file, entry, known.library) if file is not None else entry_facts(entry, job.files)
    found = str(job.error.values.get("found", "")) if job.error is not None else ""
    if found and key in known.doing.comparing:
        facts = compared(facts, found, job.number + 1 if len(job.files) > 1 else 0)
    foot = _file(key, file, entry, known).foot[1:] if file is not None and is_over(job) else ()
    return ModelShown(
        key,
        entry.name,
        about(entry),
        _plan(key, known),
        tuple(replace(step, actions=offline_ways(step.actions, known)) for step in download_steps(job)),
        hint,
        foot,
        facts=facts,
    )


def _import(key: str, job: Carrying, known: Known) -> ModelShown:
    entry = known.library.entry(f"entry:{job.entry_name}")
    looked_at = job.found is not None or job.path is not None
    title = entry.name if entry is not None else model_name(job.source)
    return ModelShown(
        key,
        title,
        about(entry) if entry is not None else text("models.about.imported") if looked_at else "",
        _plan(key, known) if job.found is not None else None,
        import_steps(job, confirmed=_is_confirmed(job.hashes, entry)),
        facts=import_facts(job),
    )


def _is_confirmed(hashes: Sequence[str], entry: CatalogueEntry | None) -> bool:
    """Say whether whoever made the catalogue compared these hashes with the publisher's record."""
    files = entry.files if entry is not None else ()
    return bool(hashes) and set(hashes) <= {file.sha256 for file in files if file.confirmed}


def sealed_words(known: Known) -> str:
    """Return what is so while nothing may connect, and what can be done all the same."""
    return f"{_sealed(known)} {text('models.sealed.ways')}"


def _sealed(known: Known) -> str:
    return text(f"models.sealed.{'given_up' if known.given_up else 'what'}")


def _left(key: str, left: Left) -> ModelShown:
    """Return the page of what is half done."""
    words = text(f"models.row.left_{left.kind}", done=size(left.size))
    rest = text(f"models.row.left_{left.kind}_rest")
    again = (action("import_again", Kind.PRIMARY),) if left.kind == IMPORT else ()
    foot = *again, action("discard_left", Kind.QUIET if again else Kind.SMALL)
    state = PlanShown(IconName.TRIANGLE_ALERT, "warn", words, rest)
    return ModelShown(key, model_name(Path(left.name)), "", state, foot=foot)


def _removed(key: str, file: ModelFile) -> ModelShown:
    words = text("models.row.removed")
    return ModelShown(key, file.entry or model_name(file.path), words, foot=(action("undo"),))


def _file(key: str, file: ModelFile, entry: CatalogueEntry | None, known: Known) -> ModelShown:
    trouble = known.doing.troubles.get(key)
    hints = [trouble.sentence if trouble else ""]
    hints += [text("models.hint.classify") if entry and entry.purpose == "classify" else ""]
    if key in known.doing.sharing and known.shared_folder is not None:
        hints.append(sharing_words(file, known.shared_folder, writable=known.may_share))
    return ModelShown(
        key,
        file.entry or model_name(file.path),
        about(entry) if entry is not None else text("models.about.imported"),
        _state_of(key, file, known),
        (),
        "\n".join(hint for hint in hints if hint),
        _ways(key, file, entry, known),
        file_facts(file, entry, known.library),
        origin=_origin(file) if file.usable and key not in known.doing.verifying else None,
    )


def _origin(file: ModelFile) -> PlanShown | None:
    """Return what is said of where a file comes from; nothing where its publisher's record vouches."""
    if file.origin is None or file.origin is Origin.CONFIRMED:
        return None
    nobody = file.origin is Origin.NOBODY
    icon, colour = (IconName.TRIANGLE_ALERT, "warn") if nobody else (IconName.FINGERPRINT, "text2")
    strong, rest = text(f"models.origin.{file.origin}"), text(f"models.origin.{file.origin}_rest")
    return PlanShown(icon, colour, strong, rest)


def _state_of(key: str, file: ModelFile, known: Known) -> PlanShown | None:
    """Return what is said above a file's buttons: how it is, and where it is usable whether it fits."""
    share = known.doing.verifying.get(key)
    if share is not None:
        words = text("models.row.checking", percent=percent(share), left="").strip()
        return PlanShown(IconName.GAUGE, "text2", "", words)
    conditions = {
        Condition.DAMAGED: ("danger", "damaged"),
        Condition.INCOMPLETE: ("warn", "incomplete"),
        Condition.UNKNOWN: ("warn", "decide"),
        Condition.UNVERIFIED: ("warn", "unverified"),
    }
    if file.condition in conditions:
        colour, name = conditions[file.condition]
        rest = text(f"models.row.{name}_rest", names=some_names(file.missing))
        return PlanShown(IconName.TRIANGLE_ALERT, colour, text(f"models.row.{name}"), rest)
    return _plan(key, known) if file.usable else None


def _ways(key: str, file: ModelFile, entry: CatalogueEntry | None, known: Known) -> tuple[Action, ...]:
    """Return what can be done with a file; what it needs most comes first."""
    again = file.condition is Condition.DAMAGED and entry is not None and bool(entry.editions)
    if again and not known.sealed:
        words = text(f"models.action.{'download_again' if file.shared else 'replace_this'}")
        offered = [Action(REPLACE, words, None, Kind.PRIMARY), check(file)]
    elif file.usable:
        offered = [action("start" if file.path == known.in_use else "use", Kind.PRIMARY), check(file)]
    elif file.condition is Condition.INCOMPLETE:
        offered = []
    else:
        first = action("use_file") if file.condition is Condition.UNKNOWN else check(file)
        offered = [replace(first, kind=Kind.PRIMARY)]
    if key in known.doing.verifying:
        offered = [each for each in offered if each.code not in ("verify", REPLACE)]
    offered.append(action("reveal"))
    if file.shared:
        return tuple(offered)
    if file.usable and known.shared_folder is not None:
        now = action("share_now" if known.may_share else "copy_command")
        offered.append(now if key in known.doing.sharing else action("share", Kind.QUIET))
    return (*offered, action("remove", Kind.QUIET))


def _entry(key: str, entry: CatalogueEntry, known: Known) -> ModelShown:
    files = entry.editions[0] if entry.editions else ()
    place = next((one for one in known.library.elsewhere if one.entry.name == entry.name), None)
    other = None
    if place is not None and key not in known.doing.declined:
        words = "found" if place.named_by_hash else "same"
        ways = (
            action("use_there", Kind.PRIMARY),
            action("copy_here"),
            action("download_anyway", Kind.QUIET),
        )
        sentence = text(f"models.elsewhere.{words}", name=entry.name, place=place.program)
        other = Elsewhere(sentence, offline_ways(ways, known))
    hints = []
    if known.sealed:
        hints.append(text("models.sealed.ways"))
    elif files and not all(file.confirmed for file in files):
        known_hash = all(file.sha256 for file in files)
        hints.append(text(f"models.hint.{'unconfirmed' if known_hash else 'no_fingerprint'}"))
    if entry.purpose == "classify":
        hints.append(text("models.hint.classify"))
    return ModelShown(
        key,
        entry.name,
        about(entry),
        _plan(key, known),
        _offer(key, files, known) if files and other is None else (),
        "\n".join(hints) if files else text("models.row.no_file"),
        facts=entry_facts(entry, files),
        elsewhere=other,
    )


def _offer(key: str, files: tuple[CatalogueFile, ...], known: Known) -> tuple[StepShown, ...]:
    """Return the steps before anything is begun: they name host, file and size first."""
    host, *others = (urlsplit(place).netloc for place in known.places)
    for other in others:
        host = text("models.step.or", first=host, second=other)
    total = sum(file.size for file in files)
    values: dict[str, str | int] = {
        "host": host,
        "file": files[0].name,
        "size": size(total),
        "count": len(files),
    }
    which = "approve_parts" if len(files) > 1 else "approve" if total else "approve_unknown_size"
    refused = known.plan(key)
    kind = Kind.SMALL if refused is not None and refused.verdict is Verdict.REFUSED else Kind.PRIMARY
    verb = text("models.action.download", size=size(total) if total else "").strip()
    begin = offline_ways((Action("download", verb, None, kind),), known)
    words = _sealed(known) if known.sealed else text(f"models.step.{which}", **values)
    first = StepShown(text("models.step.download"), words, actions=begin)
    waiting = Download(key, total, files=files)
    check = download_steps(waiting)[1]
    return first, check, try_step(waiting)
