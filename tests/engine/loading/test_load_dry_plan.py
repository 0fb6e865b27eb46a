"""A plan for a graphics device is held against what llama.cpp reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from app.engine.computing.llama_backend import LlamaBackend, LoadFailedError
from app.engine.computing.loading.load_journal import BufferSizes
from app.engine.host import dry_plan
from app.engine.host.files import headers, model_file
from app.engine.host.plan_settings import weight_settings
from app.engine.planning import planner
from app.engine.protocol.plan import Computer, Device, DevicePlan, Plan, Verdict, Wishes

CARDS = (Device("CUDA0", "cuda", 800.0), Device("CUDA1", "cuda", 4000.0))


def planned_on_a_card(path: Path) -> tuple[Any, Plan]:
    shape = headers.shape([LlamaBackend().header(path)], model_file.find(path))
    computer = Computer("", "linux", 16000, 9000, 4, CARDS)
    plan = planner.plan(shape, computer, Wishes(context=1024))
    assert plan.gpu_layers == shape.layers + 1
    return shape, plan


def sizes(device_mib: float) -> dict[str, BufferSizes]:
    return {"CPU": BufferSizes(1.0, 0.0, 2.0), "CUDA1": BufferSizes(device_mib, 3.0, 4.0)}


def test_llama_cpps_figures_replace_ours(tiny_model: Path) -> None:
    _, plan = planned_on_a_card(tiny_model)
    found = dry_plan.held_against(plan, sizes(7.5), Wishes())
    assert found.devices[1] == DevicePlan("CUDA1", plan.devices[1].budget_mib, 7.5, 3.0, 4.0)
    assert replace(found, devices=plan.devices) == plan


def test_what_exceeds_a_budget_is_refused_unless_a_person_insists(tiny_model: Path) -> None:
    _, plan = planned_on_a_card(tiny_model)
    found = dry_plan.held_against(plan, sizes(4100.0), Wishes())
    assert found.verdict is Verdict.REFUSED
    assert found.missing_mib == 107.0
    assert found.reasons[0].code == "plan.refused"
    assert found.reasons[0].values["needs"] == 4110 + 250, "with what the engine needs around the model"
    assert plan.reasons[0].code == "plan.fits_beside"
    assert plan.reasons[0] not in found.reasons
    assert dry_plan.held_against(plan, sizes(4100.0), Wishes(force=True)).verdict is plan.verdict


def test_only_plans_with_a_device_are_run_dry(tiny_model: Path) -> None:
    class Refusing:
        """Stands in for a backend with a device: it has been asked, and would not."""

        asked = 0

        def dry_run(self, *_arguments: Any) -> dict[str, BufferSizes]:
            self.asked += 1
            raise LoadFailedError("no such device")

    backend = Refusing()
    shape, plan = planned_on_a_card(tiny_model)
    file = model_file.find(tiny_model)

    def confirmed(plan: Plan) -> Plan:
        return dry_plan.confirmed(cast("LlamaBackend", backend), file, (), shape, plan, CARDS, Wishes())

    assert confirmed(replace(plan, gpu_layers=0)).gpu_layers == 0
    assert confirmed(replace(plan, verdict=Verdict.REFUSED)).verdict is Verdict.REFUSED
    assert backend.asked == 0
    assert confirmed(plan) == plan
    assert backend.asked == 1


def test_the_planned_device_is_the_one_used(tiny_model: Path) -> None:
    shape, plan = planned_on_a_card(tiny_model)
    assert plan.devices[1].name == "CUDA1"
    assert weight_settings(plan, shape, CARDS).device == 1
    assert weight_settings(replace(plan, devices=plan.devices[:1]), shape, CARDS).device is None
