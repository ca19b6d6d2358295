"""How the verdict says the emergency domain's KPIs in plain words, and what members of groupings are called."""

from __future__ import annotations

from typing import Final

from twin.charts.section import Finding

MEMBER_NAMES: Final = {
    "stemi": "heart attack (STEMI)",
    "stroke": "stroke",
    "cardiac_arrest": "cardiac arrest",
    "trauma": "injury",
    "respiratory": "breathing difficulty",
    "obstetric": "childbirth",
    "other": "other conditions",
    "under_65": "under 65",
    "from_65": "65 and older",
    "smartphone": "with a smartphone",
    "no_smartphone": "without a smartphone",
}
"""English names of the members of groupings, for titles and rows."""

FINDINGS: Final = (
    Finding(
        ("door_to_treatment_min.stemi.mean",),
        "Heart-attack patients are treated {difference} sooner after reaching the hospital",
        "Heart-attack patients are treated {difference} later after reaching the hospital",
        "how soon heart-attack patients are treated after reaching the hospital",
    ),
    Finding(
        ("ring_to_treatment_within_120_min.stemi",),
        "The share of heart-attack patients treated within 120 min of the ring is {difference} lower",
        "The share of heart-attack patients treated within 120 min of the ring is {difference} higher",
        "the share of heart-attack patients treated within 120 min of the ring",
    ),
    Finding(
        ("door_to_treatment_min.stroke.mean",),
        "Stroke patients are treated {difference} sooner after reaching the hospital",
        "Stroke patients are treated {difference} later after reaching the hospital",
        "how soon stroke patients are treated after reaching the hospital",
    ),
    Finding(
        ("ring_to_treatment_min.mean",),
        "From ring to treatment, all patients together wait {difference} less",
        "From ring to treatment, all patients together wait {difference} more",
        "how long all patients together wait from ring to treatment",
    ),
    Finding(
        ("response_min.mean",),
        "Ambulances are on the scene {difference} sooner after the ring",
        "Ambulances are on the scene {difference} later after the ring",
        "how soon ambulances are on the scene after the ring",
    ),
    Finding(
        ("answer_to_out_s.median", "answer_to_out_s.mean"),
        "Ambulances set out {difference} sooner after the call is answered",
        "Ambulances set out {difference} later after the call is answered",
        "how soon ambulances set out after the call is answered",
    ),
    Finding(
        ("locate_s.mean",),
        "The place is known {difference} sooner",
        "The place is known {difference} later",
        "how soon the place is known",
    ),
    Finding(
        ("answered_within_3_s",),
        "The share of calls answered within 3 s is {difference} lower",
        "The share of calls answered within 3 s is {difference} higher",
        "the share of calls answered within 3 s",
    ),
    Finding(
        ("walk_in_door_to_treatment_min.mean",),
        "Patients who come by themselves are treated {difference} sooner after the door",
        "Patients who come by themselves are treated {difference} later after the door",
        "how soon patients who come by themselves are treated after the door",
    ),
    Finding(
        ("coverage",),
        "The share of the demand that a waiting vehicle covers is {difference} lower",
        "The share of the demand that a waiting vehicle covers is {difference} higher",
        "the share of the demand that a waiting vehicle covers",
    ),
)
"""Most important first."""
