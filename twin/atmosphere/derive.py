"""Completes weather that a station or a generator gives: stability and mixing height follow from the rest."""

from __future__ import annotations

from datetime import datetime

from twin.atmosphere.mixing import Ground, heat_flux_wm2, mixing_height_m
from twin.atmosphere.stability import classes_by_radiation, is_night
from twin.atmosphere.sun import Column, Place
from twin.atmosphere.weather import Weather


def complete_weather(
    start: datetime,
    place: Place,
    *,
    wind_mps: Column,
    wind_from_deg: Column,
    temperature_c: Column,
    humidity_percent: Column,
    pressure_hpa: Column,
    radiation_wm2: Column,
    cloud_tenths: Column,
    rain_mm: Column,
    rain_known: bool = True,
    ground: Ground | None = None,
) -> Weather:
    """Return weather with its stability classes and mixing heights; see `Weather` for the columns."""
    ground = ground or Ground()
    night = is_night(start, len(wind_mps), place)
    stability = classes_by_radiation(wind_mps, radiation_wm2, cloud_tenths, night)
    heat = heat_flux_wm2(radiation_wm2, temperature_c, cloud_tenths, ground)
    return Weather(
        start=start,
        wind_mps=wind_mps,
        wind_from_deg=wind_from_deg,
        temperature_c=temperature_c,
        humidity_percent=humidity_percent,
        pressure_hpa=pressure_hpa,
        radiation_wm2=radiation_wm2,
        cloud_tenths=cloud_tenths,
        stability=stability,
        mixing_height_m=mixing_height_m(wind_mps, stability, heat, night, place, ground),
        rain_mm=rain_mm,
        rain_known=rain_known,
    )
