"""How long a frame of the playback takes with 20,000 movers in view, in headless Chromium with software rendering.

    python tests/bench/playback.py reports/traffic_day/RUN

The run lends its city, lots, ambulances and words; its vehicles are replaced by as many as are asked for, which all
drive at the same time. A frame is what the page does between two pictures: finding where everybody is and drawing it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from twin.city.map import read_map  # noqa: E402
from twin.core.language import Language  # noqa: E402
from twin.experiment.store import Results  # noqa: E402
from twin.report.playback.city_block import Streets  # noqa: E402
from twin.report.playback.day import Day  # noqa: E402
from twin.report.playback.page import page_of_days  # noqa: E402
from twin.report.view import RunView  # noqa: E402

BEGINS_S = 8 * 3600.0
STEPS = 60
MEASURE = """(async () => {
  const player = await twinPlayback;
  player.seek(%(time)s);
  player.camera.x = player.camera.y = 0;
  player.camera.scale = %(scale)s;
  player.resize();
  player.setSpeed(%(speed)s);
  player.drawFrame();
  player.playing = true;
  const own = [];
  const draw = player.drawFrame.bind(player);
  player.drawFrame = (now) => { const took = draw(now); own.push(took); return took; };
  const gaps = [];
  let before = performance.now();
  const ends = before + 6000;
  while (before < ends) {
    const now = await new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
    gaps.push(now - before);
    before = now;
  }
  const at = (list, share) => [...list].sort((a, b) => a - b)[Math.floor(share * (list.length - 1))];
  return JSON.stringify({ movers: player.brain.cars.now.count, frames: gaps.length,
    frame_ms: [0.1, 0.5, 0.9].map((share) => at(own, share)),
    gap_ms: [0.1, 0.5, 0.9].map((share) => at(gaps, share)) });
})()"""


def busy_hour(day: Day, movers: int) -> Day:
    """Return the day with so many vehicles that all drive about at random from 08:00 on."""
    generator = np.random.default_rng(1)
    streets, free_s = day.streets, day.events["traffic.link_list"]["free_s"].to_numpy(np.float64)
    order = np.argsort(streets.from_node, kind="stable")
    first = np.searchsorted(streets.from_node[order], np.arange(streets.node.max() + 2))
    link = generator.integers(0, len(free_s), movers)
    time_s = np.full(movers, BEGINS_S)
    tracks = []
    for _ in range(STEPS):
        tracks.append(pd.DataFrame({"vehicle": np.arange(movers), "link": link, "entered_s": time_s}))
        time_s = time_s + free_s[link]
        node = streets.to_node[link]
        out = first[node + 1] - first[node]
        link = order[first[node] + (generator.random(movers) * out).astype(int)]
    template = day.events["traffic.trips"].iloc[[0] * movers].reset_index(drop=True)
    trips = template.assign(
        vehicle=np.arange(movers), departed_s=BEGINS_S, arrived_s=time_s, parked_s=time_s, purpose=np.arange(movers) % 9
    )
    whole = pd.concat(tracks, ignore_index=True)
    return replace(day, events={**day.events, "traffic.tracks": whole, "traffic.trips": trips})


class Browser:
    """A headless Chromium that is spoken to through two pipes."""

    def __init__(self, folder: Path) -> None:
        name = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
        (read_there, self._write), (self._read, write_there) = os.pipe(), os.pipe()
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1920,1080", "--remote-debugging-pipe"]
        command = [name, *flags, f"--user-data-dir={folder / 'profile'}", "about:blank"]

        def place_pipes() -> None:
            os.dup2(read_there, 103)
            os.dup2(write_there, 104)
            os.dup2(103, 3)
            os.dup2(104, 4)

        self._process = subprocess.Popen(
            command,
            preexec_fn=place_pipes,
            close_fds=False,
            stderr=subprocess.DEVNULL,
        )
        self._number, self._rest = 0, b""

    def ask(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Send a command of the DevTools protocol and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        os.write(self._write, json.dumps({**message, **({"sessionId": session} if session else {})}).encode() + b"\0")
        while True:
            while b"\0" not in self._rest:
                self._rest += os.read(self._read, 1 << 20)
            text, _, self._rest = self._rest.partition(b"\0")
            answer = json.loads(text)
            if answer.get("id") == self._number:
                return dict(answer.get("result", {}))

    def wait_for(self, session: str, condition: str) -> None:
        """Return once a condition holds in the page, which may still be on its way there."""
        while self.ask("Runtime.evaluate", session, expression=condition).get("result", {}).get("value") is not True:
            time.sleep(0.2)

    def close(self) -> None:
        """End the browser."""
        self._process.terminate()
        self._process.wait()


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run_folder", type=Path)
    parser.add_argument("--movers", type=int, default=20_000)
    given = parser.parse_args()
    view = RunView(Results(given.run_folder), Language("en"))
    city = read_map(view.results.scenario.map_folder)
    streets = Streets.of(city.roads)
    day = busy_hour(Day.of(view.results, view.brains[0], city.roads, streets), given.movers)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        path = Path(name) / "playback.html"
        path.write_text(page_of_days(view, city, streets, [day]), encoding="utf-8")
        browser = Browser(Path(name))
        target = browser.ask("Target.createTarget", url=path.as_uri())["targetId"]
        session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.wait_for(session, "document.readyState === 'complete' && typeof window.twinPlayback === 'object'")
        print(f"{'pixels a metre':<16}{'times':<8}{'movers':<9}{'frame, ms (10, 50, 90 %)':<28}between frames, ms")
        for scale, speed in ((0.008, 60), (0.03, 60), (0.03, 120), (0.12, 60), (0.5, 10)):
            code = MEASURE % {"time": BEGINS_S + 120, "scale": scale, "speed": speed}
            found = browser.ask("Runtime.evaluate", session, expression=code, awaitPromise=True, returnByValue=True)
            if "exceptionDetails" in found:
                raise RuntimeError(found["exceptionDetails"])
            told = json.loads(found["result"]["value"])
            frame, gap = ("  ".join(f"{value:5.1f}" for value in told[key]) for key in ("frame_ms", "gap_ms"))
            print(f"{scale:<16}{speed:<8}{told['movers']:<9}{frame:<28}{gap}")
        browser.close()


if __name__ == "__main__":
    main()
