"""Answers under a schema: with random weights, so that only the grammar can be what keeps to it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.core.conversation.message import Effort, Part, PartKind, Stop, assistant_message, user_message
from app.core.conversation.sampling import Sampling
from app.core.errors import UserError
from app.core.paths import guide_model_path
from app.engine.client import EngineClient, Patience
from app.engine.computing.llama_backend import ContextSettings, LlamaBackend
from app.engine.computing.writing import native_sampler
from app.engine.errand import check_schema
from app.engine.protocol.events import Event, PartDelta, TurnDone
from app.engine.protocol.requests import LoadRequest, TurnRequest
from app.engine.turns.form.json_schema import grammar_of
from app.engine.turns.generation import Generator, TurnControl
from app.harmony.vocabulary import Vocabulary
from tests.support.models import tiny_gguf
from tests.support.schema_check import valid

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 12},
        "age": {"type": "integer", "minimum": 0, "maximum": 130},
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "kind": {"enum": ["party", 'wit"ness\n', 3, None]},
        "born": {"type": "string", "format": "date"},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 4}, "maxItems": 3},
    },
    "required": ["name", "kind"],
    "additionalProperties": False,
}
TREE: dict[str, Any] = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "value": {"type": ["boolean", "null"]},
                "next": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/node"}]},
            },
            "required": ["value", "next"],
        }
    },
}
SCHEMAS: dict[str, Any] = {
    "person": PERSON,
    "tree": TREE,
    "negative": {"type": "integer", "minimum": -1050, "exclusiveMaximum": -7},
    "decimal": {"type": "number", "minimum": -3, "maximum": 20},
    "any number": {"type": "number"},
    "pair": {"type": "array", "prefixItems": [{"type": "boolean"}, {"const": {"k": ["ü"]}}]},
    "rows": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 4},
    "kinds": {
        "oneOf": [
            {"type": "object", "properties": {"t": {"const": "a"}}, "required": ["t"]},
            {"type": "object", "properties": {"t": {"const": "b"}}, "required": ["t"]},
            {"type": "string", "maxLength": 3},
        ]
    },
    "free": {"type": "object", "additionalProperties": {"type": "boolean"}},
    "length": {"type": "string", "minLength": 20, "maxLength": 24},
    "moment": {"type": "string", "format": "date-time"},
    "uuid": {"type": "string", "format": "uuid"},
}


@pytest.fixture(scope="module", params=["tiny", "guide"])
def generator(request: pytest.FixtureRequest, tiny_model: Path) -> Iterator[Generator]:
    backend = LlamaBackend()
    path = tiny_model if request.param == "tiny" else guide_model_path()
    header = backend.header(path)
    backend.load_model([path], lambda _done: None)
    backend.open_context(ContextSettings(2048, 256, 1))
    vocabulary = Vocabulary.from_gguf_tokens(header.tokens, header.token_types)
    stops = frozenset(token for token in range(vocabulary.size) if backend.ends_generation(token))
    yield Generator(backend, vocabulary, stops)
    backend.close()


def ask(generator: Generator, schema: Any, seed: int = 1, **more: Any) -> TurnDone:
    """Ask at temperature 1; reasoning is ended soon, because random weights never do."""
    request = TurnRequest(
        (user_message("Who was it?"),),
        Effort.LOW,
        Sampling(temperature=1.0, min_p=0.0, seed=seed, max_tokens=300),
        schema=json.dumps(schema),
        **more,
    )
    control = TurnControl(answer_now=True)
    return generator.run(request, control, lambda _event: None)


def answer(done: TurnDone) -> str:
    """Return the whole text of the one answer."""
    (part,) = [part for part in done.parts if part.kind is PartKind.ANSWER]
    return part.text


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_answer_is_valid(generator: Generator, name: str) -> None:
    schema, ended = SCHEMAS[name], 0
    for seed in range(4):
        done = ask(generator, schema, seed)
        if done.stop is Stop.RETURN:
            ended += 1
            value = json.loads(answer(done))
            assert valid(value, schema, schema), (seed, value)
        else:  # the room ended it, in the middle of a text without a limit
            assert done.stop is Stop.LENGTH
    assert ended >= (0 if name == "free" else 3)


def test_a_value_that_is_left_free_is_json(generator: Generator) -> None:
    for seed in range(4):
        done = ask(generator, True, seed)
        if done.stop is Stop.RETURN:  # the Guide goes on about anything it may
            json.loads(answer(done))
        else:
            assert done.stop is Stop.LENGTH


def test_the_same_seed_gives_the_same_answer(generator: Generator) -> None:
    assert ask(generator, PERSON, 5).parts == ask(generator, PERSON, 5).parts


def test_reasoning_is_free_and_the_same_as_without_a_schema(generator: Generator) -> None:
    """Until the answer begins, nothing is held back: same prompt, same seed, same reasoning."""
    instructions = "Answer in the form."
    request = TurnRequest(
        (user_message("Who was it?"),),
        Effort.LOW,
        Sampling(temperature=1.0, seed=3, max_tokens=200),
        instructions=instructions,
        schema=json.dumps(PERSON),
    )
    form = generator.writer.prompt(request)
    free = generator.writer.prompt(TurnRequest(request.messages, Effort.LOW, instructions=instructions))
    assert len(form.ids) > len(free.ids), "the model is told the form"
    done = generator.run(request, TurnControl(), lambda _event: None)
    reasoning = [part.text for part in done.parts if part.kind is PartKind.REASONING]
    assert reasoning
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(reasoning[0])


def test_a_message_that_was_cut_off_goes_on_in_the_form(generator: Generator) -> None:
    def go_on(text: str) -> TurnDone:
        begun = assistant_message((Part(PartKind.ANSWER, text, complete=False),))
        request = TurnRequest(
            (user_message("Who was it?"), begun),
            Effort.LOW,
            Sampling(temperature=1.0, seed=4, max_tokens=300),
            continued=True,
            schema=json.dumps(PERSON),
        )
        return generator.run(request, TurnControl(), lambda _event: None)

    done = go_on('{"name": "Än')
    assert done.stop is Stop.RETURN
    value = json.loads(answer(done))
    assert value["name"].startswith("Än")
    assert valid(value, PERSON, PERSON)
    with pytest.raises(UserError, match=r"engine\.schema_not_followed"):
        go_on("Dear Sir")


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        ("{", "engine.schema_not_json"),
        ('{"type": NaN}', "engine.schema_not_json"),
        ("[" * 100_000, "engine.schema_not_json"),
        ("7", "engine.schema_invalid"),
        ('{"type": "text"}', "engine.schema_invalid"),
        ('{"properties": []}', "engine.schema_invalid"),
        ('{"$ref": "#/$defs/gone"}', "engine.schema_invalid"),
        ('{"minLength": -1}', "engine.schema_invalid"),
        ('{"minLength": 1e999}', "engine.schema_invalid"),
        ('{"enum": [1e999]}', "engine.schema_invalid"),
        ('{"enum": [1], "type": [["number"]]}', "engine.schema_invalid"),
        ('{"enum": [1], "type": {"number": 1}}', "engine.schema_invalid"),
        ('{"type": "string", "format": ["date"]}', "engine.schema_invalid"),
        ('{"anyOf": [{"$ref": "#/anyOf/' + "9" * 5000 + '"}]}', "engine.schema_invalid"),
        ('{"type": "string", "pattern": "^a+$"}', "engine.schema_unsupported"),
        ('{"not": {"type": "string"}}', "engine.schema_unsupported"),
        ('{"type": "array", "uniqueItems": true}', "engine.schema_unsupported"),
        ('{"anyOf": [true], "type": "string"}', "engine.schema_unsupported"),
        ('{"oneOf": [{"type": "integer"}, {"type": "number"}]}', "engine.schema_unsupported"),
        ('{"$ref": "https://example.org/form.json"}', "engine.schema_elsewhere"),
        ('{"$ref": "file:///etc/hostname"}', "engine.schema_elsewhere"),
        ('{"$ref": "#"}', "engine.schema_endless"),
        ('{"anyOf": [{"$ref": "#"}, {"type": "null"}]}', "engine.schema_endless"),
        ('{"properties": {"a": {"$ref": "#"}}, "required": ["a"]}', "engine.schema_endless"),
        ('{"type": "array", "minItems": 2, "items": {"$ref": "#"}}', "engine.schema_endless"),
        ("false", "engine.schema_endless"),
        ('{"enum": []}', "engine.schema_endless"),
        ('{"minItems": 3, "maxItems": 2}', "engine.schema_endless"),
        ('{"items":' * 300 + "true" + "}" * 300, "engine.schema_too_complex"),
        (json.dumps({"description": "x" * 2**20}), "engine.schema_too_large"),
    ],
)
def test_a_schema_that_cannot_be_kept_to_is_refused_in_words(schema: str, code: str) -> None:
    with pytest.raises(UserError) as caught:
        grammar_of(schema)
    assert caught.value.code == code
    assert caught.value.sentence


def test_a_schema_that_takes_all_the_room_is_named_as_what_is_too_long(generator: Generator) -> None:
    large = json.dumps({"enum": [f"word {number}" for number in range(4000)]})
    request = TurnRequest((user_message("Hello"),), schema=large)
    with pytest.raises(UserError, match=r"engine\.schema_too_long"):
        generator.prompt(request)
    with pytest.raises(UserError, match=r"engine\.prompt_too_long"):
        generator.prompt(replace(request, messages=(user_message("word " * 4000),)))


def test_many_members_are_refused_or_compiled_but_never_hang() -> None:
    many = {"properties": {f"member {i}": {"type": "string", "maxLength": 900} for i in range(2000)}}
    with pytest.raises(UserError, match=r"engine\.schema_too_complex"):
        check_schema(json.dumps(many))
    few = {"properties": {f"member {i}": {"type": "integer"} for i in range(300)}}
    check_schema(json.dumps(few))


def test_a_compiler_that_hangs_or_dies_costs_a_sentence() -> None:
    with pytest.raises(UserError, match=r"engine\.schema_too_complex"):
        check_schema('{"type": "string"}', patience_s=0.0)


def test_through_the_engine_process(tiny_model: Path) -> None:
    events: list[Event] = []
    client = EngineClient()
    try:
        client.load(LoadRequest(str(tiny_model)), events.append)
        pid = client.pid
        request = TurnRequest(
            (user_message("Who?"),),
            Effort.LOW,
            Sampling(temperature=1.0, seed=2, max_tokens=40),
            schema='{"type": "string", "pattern": "^a$"}',
        )
        with pytest.raises(UserError, match=r"engine\.schema_unsupported"):
            client.generate(request, events.append)
        assert client.pid == pid, "a bad schema never reaches the engine"
    finally:
        client.close()


def test_a_turn_in_a_form_that_is_hard_to_keep_to_ends_when_it_is_cancelled(tmp_path: Path) -> None:
    # Many words that begin alike keep as many ways open in the grammar, at every token.
    words = ["a" * 9 + f"{number}" for number in range(60)]
    schema = {"type": "array", "minItems": 1000, "items": {"enum": words}}
    model = tiny_gguf.write(tmp_path / "endless.gguf", tiny_gguf.NEVER_STOPS)
    client = EngineClient(patience=Patience(cancel_s=5.0, still_s=2.0))
    cancelled_at = 0.0

    def handle(event: Event) -> None:
        nonlocal cancelled_at
        if isinstance(event, PartDelta) and not cancelled_at:
            cancelled_at = time.monotonic()
            client.cancel()

    try:
        client.load(LoadRequest(str(model)), lambda _event: None)
        request = TurnRequest(
            (user_message("Who?"),), Effort.LOW, Sampling(seed=2), schema=json.dumps(schema)
        )
        done = client.generate(request, handle)
        assert done.stop is Stop.CANCELLED
        assert time.monotonic() - cancelled_at < 8, "a grammar that hangs is killed with its engine"
        plain = replace(request, schema="", sampling=Sampling(seed=2, max_tokens=5))
        assert client.generate(plain, lambda _event: None).stop is Stop.LENGTH
    finally:
        client.close()


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_asking_about_the_likeliest_first_changes_no_choice(
    generator: Generator, monkeypatch: pytest.MonkeyPatch, temperature: float
) -> None:
    def answers(first: tuple[int, ...]) -> list[tuple[Part, ...]]:
        monkeypatch.setattr(native_sampler, "_FIRST_ASKED", first)
        found = []
        for seed in range(4 if temperature else 1):
            request = TurnRequest(
                (user_message("Who was it?"),),
                Effort.LOW,
                Sampling(temperature=temperature, min_p=0.05, seed=seed, max_tokens=150),
                schema=json.dumps(PERSON),
            )
            control = TurnControl(answer_now=True)
            found.append(generator.run(request, control, lambda _event: None).parts)
        return found

    assert answers(()) == answers((3, 40))


def test_control_tokens_are_no_text_of_an_answer(tmp_path: Path) -> None:
    """A model that wants nothing but to end its message cannot, until the form is complete."""
    eager = tiny_gguf.Recipe(bias={"<|end|>": 1000.0, "<|return|>": 900.0})
    backend = LlamaBackend()
    path = tiny_gguf.write(tmp_path / "eager.gguf", eager)
    header = backend.header(path)
    backend.load_model([path], lambda _done: None)
    backend.open_context(ContextSettings(1024, 64, 1))
    vocabulary = Vocabulary.from_gguf_tokens(header.tokens, header.token_types)
    stops = frozenset(token for token in range(vocabulary.size) if backend.ends_generation(token))
    generator = Generator(backend, vocabulary, stops)
    done = ask(generator, SCHEMAS["rows"])
    backend.close()
    assert done.stop is Stop.RETURN
    assert valid(json.loads(answer(done)), SCHEMAS["rows"], SCHEMAS["rows"])
