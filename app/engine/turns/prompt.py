"""From a request to the ids a model reads, piece by piece.

Job: render each message of a turn once and put the pieces together: as a prompt, as what the next
prompt will certainly begin with, or one by one to be counted. Rule: one rendering for all three, so that
what is counted and what is read ahead is what will be read. A message's ids are kept for the next time.
"""

from __future__ import annotations

import threading
from array import array
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.core.conversation.ledger import EntryKind
from app.core.conversation.message import Message, Part, PartKind, Role
from app.engine.protocol.requests import TurnRequest
from app.engine.turns.form.answer_form import response_format
from app.harmony.messages import HarmonyMessage
from app.harmony.renderer import Renderer
from app.harmony.turns import attached_text, harmony_messages, said
from app.harmony.vocabulary import Vocabulary

KEPT_TOKENS = 2**20
"""Most tokens whose rendering is kept, about 8 MiB with their text."""
_LONGEST_WORD = 64
"""Letters at a draft's end that may still become another token, in a script without blanks."""

_REOPENED = (PartKind.REASONING, PartKind.PREAMBLE, PartKind.ANSWER)


@dataclass(frozen=True, slots=True)
class Piece:
    """What one message takes: its place in the conversation (-1: none), its ids.

    ``attached`` are the tokens of each thing given with it (a file, a manual page), all in ``ids``.

    ``open``: the message has no end yet, and the model goes on writing it.
    """

    kind: EntryKind
    place: int
    ids: Sequence[int]
    attached: tuple[int, ...] = ()
    left_out: bool = False
    by_person: bool = False
    open: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """The ids to read. ``borders`` are the places at which a person's message begins, ascending.

    ``begun`` are those of the last ids that belong to the message being written and stand after
    ``<|start|>assistant``: what was written of it before, when it is continued.
    """

    ids: list[int]
    borders: tuple[int, ...] = ()
    begun: tuple[int, ...] = ()


class PromptWriter:
    """Writes prompts with one model's vocabulary, for any thread. UserErrors are ``app.harmony``'s."""

    def __init__(self, vocabulary: Vocabulary, kept_tokens: int = KEPT_TOKENS) -> None:
        self._renderer = Renderer(vocabulary)
        self._vocabulary = vocabulary
        self._most = kept_tokens
        self._kept: OrderedDict[HarmonyMessage, array[int]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def prompt(self, request: TurnRequest) -> Prompt:
        """Return the prompt after which the model writes."""
        return self._join(self.pieces(request))

    def ahead(self, request: TurnRequest, draft: str) -> Prompt:
        """Return what the prompt begins with, however ``draft`` is continued.

        Its last word is not settled, and with it the last tokens: they are left out.
        """
        *before, last = self.pieces(request, draft)
        settled = len(last.ids) - len(self._renderer.opening()) - 1  # without the message's end
        prompt = self._join([*before, replace(last, ids=last.ids[:settled])])
        loose = self._loose_tokens(draft, last.ids[:settled])
        del prompt.ids[len(prompt.ids) - loose :]
        return prompt

    def pieces(self, request: TurnRequest, draft: str | None = None) -> list[Piece]:
        """Return every piece in the order of reading; the last holds what opens the model's message.

        With ``draft`` the person's message is still being written: it stands after the messages, or
        at the end of the last one where that is the person's.
        """
        preface = harmony_messages(
            (),
            effort=request.effort,
            date=request.date,
            instructions=request.instructions,
            tools=request.tools,
            response_format=response_format(request.schema),
        )
        kinds = {"system": EntryKind.SYSTEM, "developer": EntryKind.INSTRUCTIONS}
        first = [Piece(kinds[item.role], -1, self._renderer.message(item)) for item in preface]
        messages, drafted = _with_draft(request.messages, draft)
        with self._lock:
            rest = list(self._messages(request, messages))[::-1]
        if drafted:
            rest[-1] = replace(
                rest[-1],
                kind=EntryKind.DRAFT,
                place=rest[-1].place if _was_sent(request.messages, messages) else -1,
            )
        *before, last = [*first, *rest]
        if not last.open:
            last = replace(last, ids=[*last.ids, *self._renderer.opening()])
        return [*before, last]

    def forget(self) -> None:
        """Give the kept renderings back."""
        with self._lock:
            self._kept.clear()
            self._size = 0

    # --- messages -------------------------------------------------------------------------------

    def _messages(self, request: TurnRequest, messages: Sequence[Message]) -> Iterator[Piece]:
        """Return the messages' pieces, last one first: reasoning goes once a later answer is read."""
        left_out = set(request.left_out)
        answered = False
        for place in range(len(messages) - 1, -1, -1):
            message, last = messages[place], place == len(messages) - 1
            opened = _opened(message) if last and request.continued else None
            items = list(said(opened or message))
            ids, open_ids = array("i"), array("i")
            if opened:
                *items, unfinished = items
                open_ids = self._ids(unfinished)[:-1]
            kept, answers = _without_old_reasoning(items, answered)
            for item in kept:
                ids.extend(self._ids(item))
            ids.extend(open_ids)
            out = place in left_out and not last
            answered = answered if out else answers
            yield Piece(
                EntryKind.SUMMARY if message.summary else EntryKind.MESSAGE,
                place,
                ids,
                self._attached(message, len(ids)),
                out,
                message.role is Role.USER,
                bool(opened),
            )

    def _attached(self, message: Message, whole: int) -> tuple[int, ...]:
        """Return what each attachment takes, and the manual page; together at most the ``whole``."""
        if message.role is not Role.USER:
            return ()
        files = [part for part in message.parts if part.kind is PartKind.ATTACHMENT]
        around = len(self._ids(HarmonyMessage("user", ""))) if files else 0
        found = [len(self._ids(HarmonyMessage("user", attached_text(part)))) - around for part in files]
        own = tuple(part for part in message.parts if part.kind is not PartKind.MANUAL)
        if len(own) < len(message.parts):
            (bare,) = said(Message(Role.USER, own))
            found.append(max(0, whole - len(self._ids(bare))))
        return tuple(found) if sum(found) <= whole else ()

    def _ids(self, message: HarmonyMessage) -> array[int]:
        """Return the rendering of one message whose content is text."""
        ids = self._kept.get(message)
        if ids is None:
            ids = self._kept[message] = array("i", self._renderer.message(message))
            self._size += len(ids)
            while self._size > self._most and len(self._kept) > 1:
                self._size -= len(self._kept.popitem(last=False)[1])
        else:
            self._kept.move_to_end(message)
        return ids

    # --- joining --------------------------------------------------------------------------------

    def _join(self, pieces: Sequence[Piece]) -> Prompt:
        ids: list[int] = []
        borders: list[int] = []
        for piece in pieces:
            if piece.left_out:
                continue
            if piece.by_person:
                borders.append(len(ids))
            ids.extend(piece.ids)
        begun: tuple[int, ...] = ()
        if pieces[-1].open:
            start = len(ids) - ids[::-1].index(self._vocabulary.special["start"])
            begun = tuple(ids[start + len(self._renderer.opening()) - 1 :])
        return Prompt(ids, tuple(borders), begun)

    def _loose_tokens(self, draft: str, ids: Sequence[int]) -> int:
        """Return how many tokens at the end may still change, all of them within ``draft``."""
        end = draft.rstrip()
        word = max(end.rfind(mark) for mark in " \t\n\r\v\f")
        settled = draft[: max(word + 1, len(end) - _LONGEST_WORD)].rstrip()
        letters = len(draft[len(settled) :].encode("utf-8", "replace"))
        loose = 0
        while letters > 0 and loose < len(ids):
            loose += 1
            letters -= len(self._vocabulary.piece(ids[-loose]) or bytes(letters))
        return loose


def _with_draft(messages: tuple[Message, ...], draft: str | None) -> tuple[tuple[Message, ...], bool]:
    if draft is None:
        return messages, False
    text = (Part(PartKind.TEXT, draft),)
    if messages and messages[-1].role is Role.USER:
        last = messages[-1]
        return (*messages[:-1], replace(last, parts=last.parts + text)), True
    return (*messages, Message(Role.USER, text)), True


def _was_sent(messages: Sequence[Message], with_draft: Sequence[Message]) -> bool:
    """Say whether the draft stands in a message that is there already, not beside new attachments."""
    return len(messages) == len(with_draft) and any(
        part.kind is PartKind.TEXT for part in messages[-1].parts
    )


def _opened(message: Message) -> Message | None:
    """Return the message up to the part that is to be written on; None when a new one must begin."""
    parts = [part for part in message.parts if part.kind is not PartKind.HIDDEN]
    if not parts or parts[-1].kind not in _REOPENED:
        return None
    if parts[-1].complete and parts[-1].kind is not PartKind.ANSWER:
        return None
    return replace(message, parts=tuple(parts))


def _without_old_reasoning(
    items: Sequence[HarmonyMessage], answered: bool
) -> tuple[list[HarmonyMessage], bool]:
    """Return what is kept of a message before which ``answered`` holds, and what holds before it.

    The renderer's rule, message by message: reasoning that has a later answer is not read.
    """
    kept: list[HarmonyMessage] = []
    for item in reversed(items):
        if not (answered and item.is_reasoning):
            kept.append(item)
        answered = answered or item.is_final
    return kept[::-1], answered
