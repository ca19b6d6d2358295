"""What the playback says, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.domains.air.kinds import PLANT_KINDS
from twin.domains.air.report_levels import INDEX_LEVELS
from twin.domains.air.report_plants import KIND_NAMES

if TYPE_CHECKING:
    from twin.core.language import Language


def texts(say: Language) -> dict[str, str]:
    """Return the sentences of the script by key; their places are filled in the page."""
    return {
        "play": say("Play"), "pause": say("Pause"), "metres": say("{n} m"), "km": say("{n} km"),
        "seconds": say("{n} s"), "minutes": say("{n} min"),
        "hint": say(
            "Click a car, an ambulance, a patient, an elevator, a rescue worker or a lot to read its story; press N "
            "for the next one."
        ),
        "tooOld": say("This browser cannot open packed data (DecompressionStream); use one of 2023 or later."),
        "car": say("Vehicle {n}"), "trips": say("{n} trips on this day"), "street": say("Now on"),
        "informed": say("Knows the roads as they are now"), "hasApp": say("Has the parking app"),
        "arrived": say("Arrived"), "looked": say("Looked for a place"), "notYet": say("not yet"),
        "ending": say("Ended"), "lot": say("Parked in"), "walk": say("Walk to the destination"),
        "ambulance": say("Ambulance {n}"), "does": say("Now"), "station": say("Station"),
        "callNow": say("Its call"), "callLast": say("Its last call"), "patient": say("Patient of call {n}"),
        "condition": say("Condition"), "severity": say("Severity"), "age": say("Age"), "district": say("District"),
        "vehicle": say("Ambulance"), "hospital": say("Hospital"), "oneTap": say("Location by one tap"),
        "airStation": say("Station {name}: {n} µg/m³"), "airHere": say("PM2.5 here: {n} µg/m³"),
        "ugm3": say("{n} µg/m³"), "airLevel": say("Level of the index"), "residents": say("Residents"),
        "airCurve": say("PM2.5 hour by hour"),
        "airCurveKey": say("Solid: {brain}; dashed: {others}; straight line: {n} µg/m³."), "stack": say("Stack"),
        "ordinary": say("Emits without measures"), "emitted": say("Emitted"), "gps": say("{n} g/s of fine particles"),
        "cutHours": say("Hours of work cut"), "lostYuan": say("Production lost"),
        "thousandYuan": say("{n} thousand yuan"), "plantMost": say("Gives most at station"),
        "plantGave": say("There, within an hour"), "visits": say("Inspected, times"), "foundOut": say("Found out at"),
        "plantMeans": say("Means and sums of the whole run."),
        "elevator": say("Elevator {n}"), "cause": say("Cause"), "people": say("People inside"),
        "vulnerable": say("of these old, ill, children or pregnant"), "building": say("Building"),
        "floors": say("Floors"), "heardBy": say("How the firm heard of it"), "cameFirst": say("Was there first"),
        "calledTeam": say("Second level called"), "fellIll": say("Somebody fell ill"),
        "worker": say("Worker {n}"), "team": say("Second-level team {n}"), "fireCrew": say("Fire crew {n}"),
        "setsOut": say("is about to set out"), "drivesThere": say("drives to the elevator"),
        "isThere": say("is at the elevator"), "falseAlarm": say("A false alarm: nobody is trapped there."),
        "kind": say("Kind"), "spaces": say("Spaces"), "taken": say("Taken now"), "takenOf": say("{n} ({share} %)"),
        "lotDay": say("Spaces taken through the day"),
        "curveKey": say("Solid: {brain}; dashed: {others}; straight line: all spaces."),
    }  # fmt: skip


def words(say: Language) -> dict[str, str]:
    """Return what the data's own words are called."""
    return {
        "lot": say("in a lot"), "own_place": say("at its own place"), "gave_up": say("without a place, gave up"),
        "no_parking": say("no parking wanted"), "under_way": say("still under way"),
        "at_station": say("waits at its station"), "alerted": say("alerted, about to set out"),
        "to_scene": say("drives to the patient"), "searching": say("looks for the patient"),
        "on_scene": say("with the patient on the scene"), "to_hospital": say("takes the patient to hospital"),
        "at_hospital": say("hands the patient over"), "cleaning": say("is cleaned"),
        "returning": say("returns to its station"), "changing_crew": say("changes crew"),
        "out_of_service": say("out of service"), "symptom_s": say("symptoms begin"), "ring_s": say("the phone rings"),
        "answer_s": say("the call is answered"), "dispatch_s": say("a vehicle is sent"), "out_s": say("it sets out"),
        "at_scene_s": say("on the scene"), "at_patient_s": say("at the patient"), "leave_s": say("leaves the scene"),
        "door_s": say("at the hospital's door"), "treatment_s": say("treatment begins"), "treated": say("treated"),
        "no_patient": say("no patient found"), "unserved": say("no vehicle was free"), "open": say("still open"),
        "at_s": say("it stops"), "told_s": say("the firm is told"), "sent_s": say("somebody is sent"),
        "arrive_s": say("the first one is there"), "freed_s": say("they are free"), "back_s": say("it runs again"),
        "connected": say("the elevator reported itself"), "property": say("the property rang"),
        "platform": say("by 96333 and the number on the plate"),
        "nobody": say("nobody answered, until they were heard"),
        "advice": say("ended in advice"), "under_65": say("under 65"), "from_65": say("65 or older"),
    }  # fmt: skip


def lot_kinds(say: Language) -> dict[str, str]:
    """Return what kinds of lots are called."""
    return {
        "roadside": say("Kerb"), "public": say("Public car park"), "commercial": say("Shopping car park"),
        "office": say("Office car park"), "residential": say("Residential car park"),
        "hospital": say("Hospital car park"),
    }  # fmt: skip


def plant_kinds(say: Language) -> list[str]:
    """Return what kinds of enterprises are called, in the order of their codes."""
    return [say(KIND_NAMES[kind]) for kind in PLANT_KINDS]


def air_levels(say: Language) -> list[str]:
    """Return what the levels of the air quality index are called, the cleanest first."""
    return [say(name) for name in INDEX_LEVELS]


def curve_titles(say: Language) -> list[dict[str, str]]:
    """Return what the small curves show, with their units."""
    return [
        {"key": "driving", "title": say("Vehicles on the roads"), "unit": "{n}"},
        {"key": "speed", "title": say("Mean speed"), "unit": say("{n} km/h")},
        {"key": "taken", "title": say("Spaces taken"), "unit": say("{n} %")},
        {"key": "air", "title": say("PM2.5 at homes"), "unit": say("{n} µg/m³")},
        {"key": "trapped", "title": say("People trapped in elevators"), "unit": "{n}"},
        {"key": "ambulances", "title": say("Ambulances with a call"), "unit": "{n}"},
    ]
