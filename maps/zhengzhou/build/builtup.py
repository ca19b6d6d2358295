"""Built-up areas: where streets are laid, how dense, and where not (lakes, the river, rail yards). All ``assumed``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from plane import Floats, to_plane

CENTRE: Final = (113.6650, 34.7527)
"""Erqi Square, the middle of the old city."""

MAIN_OUTLINE: Final = (
    (113.470, 34.790), (113.478, 34.842), (113.524, 34.884), (113.560, 34.896), (113.614, 34.894), (113.672, 34.886),
    (113.700, 34.878), (113.758, 34.868), (113.795, 34.850), (113.830, 34.826), (113.842, 34.795), (113.880, 34.785),
    (113.905, 34.770), (113.912, 34.700), (113.905, 34.655), (113.830, 34.648), (113.780, 34.672), (113.735, 34.664),
    (113.690, 34.648), (113.615, 34.648), (113.575, 34.676), (113.530, 34.694), (113.500, 34.720), (113.488, 34.750),
)  # fmt: skip
"""The main urban area: inside the Fourth Ring, the High-tech Zone, Zhengdong with Baisha, the Economic Zone."""

# name, longitude, latitude, radius east-west and north-south in metres, block side in the middle in metres
TOWNS: Final = (
    ("荥阳", 113.390, 34.790, 3200, 2600, 165),
    ("上街", 113.300, 34.806, 2800, 2100, 160),
    ("巩义", 113.000, 34.752, 4300, 2900, 165),
    ("登封", 113.045, 34.456, 3300, 2300, 165),
    ("新密", 113.395, 34.530, 3200, 2600, 165),
    ("新郑", 113.730, 34.400, 3000, 3600, 165),
    ("中牟", 113.985, 34.716, 4600, 3000, 175),
    ("航空港区北", 113.840, 34.560, 3400, 4500, 240),
    ("航空港区南", 113.845, 34.455, 4200, 5200, 260),
    ("新郑龙湖", 113.690, 34.600, 3600, 2800, 200),
    ("薛店", 113.750, 34.505, 1800, 1800, 220),
    ("回郭镇", 112.850, 34.735, 1800, 1500, 200),
    ("白沙东", 113.955, 34.790, 3000, 2400, 300),
    ("大冶", 113.205, 34.495, 1500, 1300, 200),
    ("观音寺", 113.640, 34.390, 1300, 1300, 200),
    ("八岗", 113.930, 34.600, 2000, 2000, 260),
    ("告成", 113.145, 34.395, 1500, 1300, 200),
    ("广武", 113.430, 34.860, 1500, 1300, 200),
    ("官渡", 114.030, 34.760, 1600, 1400, 220),
    ("崔庙", 113.290, 34.690, 1300, 1300, 220),
    ("超化", 113.390, 34.460, 1500, 1400, 200),
    ("韩寺", 114.190, 34.680, 1300, 1300, 220),
)

# longitude, latitude, radius east-west and north-south in metres
WATERS: Final = (
    ("龙湖", 113.727, 34.8125, 1250, 1050),
    ("如意湖", 113.7200, 34.7735, 330, 330),
    ("龙子湖", 113.8035, 34.7940, 620, 620),
    ("西流湖", 113.5600, 34.7760, 220, 900),
    ("尖岗水库", 113.5700, 34.6800, 900, 700),
)
YARDS: Final = (
    ("郑州北站", ((113.6000, 34.8090), (113.6200, 34.7860), (113.6240, 34.7875), (113.6045, 34.8105))),
    ("郑州站", ((113.6495, 34.7480), (113.6535, 34.7480), (113.6545, 34.7405), (113.6500, 34.7405))),
    ("郑州东站", ((113.7640, 34.7650), (113.7695, 34.7650), (113.7720, 34.7535), (113.7665, 34.7535))),
    ("圃田", ((113.7420, 34.7330), (113.7700, 34.7330), (113.7700, 34.7310), (113.7420, 34.7310))),
)
RAILWAYS: Final = (
    ("陇海线", ((113.500, 34.7700), (113.525, 34.7705), (113.580, 34.7730), (113.605, 34.7672), (113.628, 34.7632),
              (113.6465, 34.7592), (113.6525, 34.7480), (113.6570, 34.7380), (113.6680, 34.7338), (113.700, 34.7350),
              (113.770, 34.7355), (113.850, 34.7332), (113.900, 34.7250))),
    ("京广线", ((113.540, 34.9070), (113.578, 34.8650), (113.600, 34.8330), (113.615, 34.8100), (113.630, 34.7850),
              (113.6465, 34.7592), (113.6525, 34.7480), (113.6600, 34.7280), (113.690, 34.7010), (113.720, 34.6750),
              (113.765, 34.6350))),
)  # fmt: skip
"""The two trunk lines, by hand; no local street crosses them, main streets and the frame do."""

RIVER_SOUTH_BANK: Final = (
    (112.70, 34.845), (112.95, 34.845), (113.10, 34.875), (113.25, 34.925), (113.45, 34.945), (113.60, 34.918),
    (113.70, 34.905), (113.82, 34.890), (114.00, 34.870), (114.25, 34.860),
)  # fmt: skip
"""The Yellow River's south bank, roughly; nothing is laid north of it."""


@dataclass(frozen=True)
class Area:
    """A built-up area with its block side as a function of place."""

    name: str
    outline: shapely.Polygon
    centre_m: Floats
    reach_m: float
    inner_side_m: float
    outer_side_m: float
    spacing_m: float

    def side_m(self, point: Floats) -> float:
        """Block side wanted at a place: fine in the middle, coarser outwards."""
        away = min(1.0, float(np.hypot(*(point - self.centre_m))) / self.reach_m)
        return self.inner_side_m + (self.outer_side_m - self.inner_side_m) * away**1.1


def ellipse(lon: float, lat: float, east_m: float, north_m: float, corners: int = 48) -> Floats:
    """Return points on an ellipse in the plane, shape (corners, 2)."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return to_plane([[lon, lat]]) + np.column_stack([np.cos(angle) * east_m, np.sin(angle) * north_m])


def areas() -> list[Area]:
    """Return the built-up areas, the main one first."""
    main = shapely.Polygon(to_plane(MAIN_OUTLINE))
    found = [Area("主城区", main, to_plane([CENTRE])[0], 15_000.0, 140.0, 360.0, 1100.0)]
    for name, lon, lat, east, north, side in TOWNS:
        outline = shapely.Polygon(ellipse(lon, lat, east, north)).difference(main)
        found.append(Area(name, outline, to_plane([[lon, lat]])[0], float(max(east, north)), side, side * 1.6, 900.0))
    return found


def railways() -> shapely.Geometry:
    """Return the trunk railway lines."""
    return shapely.multilinestrings([shapely.linestrings(to_plane(points)) for _, points in RAILWAYS])


def forbidden() -> shapely.Geometry:
    """Return where no street is laid."""
    north = [*RIVER_SOUTH_BANK, (114.25, 35.05), (112.70, 35.05)]
    shapes = [shapely.Polygon(to_plane(north))]
    shapes += [shapely.Polygon(ellipse(lon, lat, east, height)) for _, lon, lat, east, height in WATERS]
    shapes += [shapely.Polygon(to_plane(corners)) for _, corners in YARDS]
    return shapely.union_all(shapes)
