// The bar below the map: play, speed, time, and small curves over the day that share the slider's axis.

const SPEEDS = [1, 10, 30, 60, 120, 300, 600, 1800];

class Controls {
  /** @param {Player} player - Who is told what was asked for. */
  constructor(facts, player) {
    Object.assign(this, { facts, player });
    const find = (id) => document.getElementById(id);
    this.play = find("play");
    this.slider = find("time");
    this.speed = find("speed");
    this.clock = find("clock");
    this.day = find("day");
    this.curves = find("curves");
    this.brain = find("brain");
    this.slider.max = String(facts.ends);
    this.play.addEventListener("click", () => player.toggle());
    this.slider.addEventListener("input", () => player.seek(Number(this.slider.value)));
    this.speed.addEventListener("change", () => player.setSpeed(Number(this.speed.value)));
    if (this.brain) this.brain.addEventListener("change", () => player.chooseBrain(Number(this.brain.value)));
    for (const box of document.querySelectorAll("#layers input")) {
      box.addEventListener("change", () => player.setLayer(box.name, box.checked));
    }
    find("closer").addEventListener("click", () => player.zoom(1.5));
    find("farther").addEventListener("click", () => player.zoom(1 / 1.5));
    find("whole").addEventListener("click", () => player.fit());
    window.addEventListener("keydown", (event) => this.key(event));
    this.shownClock = "";
  }

  key(event) {
    const tag = event.target.tagName;
    if (event.ctrlKey || event.metaKey || event.altKey || tag === "SELECT") return;
    if (event.target.type === "range" && event.key.startsWith("Arrow")) return;
    const step = event.shiftKey ? 3600 : 300;
    const { player } = this;
    const actions = {
      " ": () => tag !== "BUTTON" && player.toggle(),
      ArrowLeft: () => player.seek(player.timeS - step),
      ArrowRight: () => player.seek(player.timeS + step),
      ArrowUp: () => this.changeSpeed(1),
      ArrowDown: () => this.changeSpeed(-1),
      "+": () => player.zoom(1.5),
      "=": () => player.zoom(1.5),
      "-": () => player.zoom(1 / 1.5),
      b: () => player.nextBrain(),
      n: () => player.chooseNext(),
      Escape: () => player.choose(null),
    };
    if (!(event.key in actions)) return;
    if (actions[event.key]() !== false) event.preventDefault();
  }

  changeSpeed(by) {
    const place = SPEEDS.indexOf(Number(this.speed.value));
    this.speed.value = String(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, place + by))]);
    this.player.setSpeed(Number(this.speed.value));
  }

  /** Show the time; called in every frame, so it touches only what changes. */
  show(timeS, playing) {
    const clock = clockOf(this.facts, timeS, this.player.speed < 60);
    if (clock !== this.shownClock) {
      this.clock.textContent = clock;
      this.day.textContent = dayOf(this.facts, timeS);
      this.slider.value = String(Math.round(timeS));
      this.slider.setAttribute("aria-valuetext", clock);
      for (const line of this.curves.querySelectorAll(".cursor")) {
        const x = String((timeS / this.facts.ends) * 1000);
        line.setAttribute("x1", x);
        line.setAttribute("x2", x);
      }
      this.showValues(timeS);
      this.shownClock = clock;
    }
    const label = this.facts.texts[playing ? "pause" : "play"];
    if (this.play.getAttribute("aria-label") !== label) {
      this.play.setAttribute("aria-label", label);
      this.play.dataset.state = playing ? "playing" : "paused";
    }
  }

  /** Draw the curves of the brain that is shown, and the others' dashed behind them. */
  drawCurves(brains, chosen) {
    this.curves.replaceChildren();
    this.values = [];
    for (const { key, title, unit } of this.facts.curveTitles) {
      if (!brains[chosen].curves[key]) continue;
      const value = element("output", { class: "value" });
      this.values.push({ value, values: brains[chosen].curves[key], unit });
      const label = element("div", { class: "label" }, element("span", {}, title), value);
      this.curves.append(element("div", { class: "curve-row" }, label, this.smallCurve(brains, chosen, key, title)));
    }
  }

  smallCurve(brains, chosen, key, title) {
    const all = brains.map((brain) => brain.curves[key]);
    const most = Math.max(1, ...all.flat());
    const svg = svgElement("svg", { viewBox: "0 0 1000 30", preserveAspectRatio: "none", role: "img", "aria-label": title });
    const points = (values) => values.map((value, i) =>
      `${(((i + 1) * this.facts.interval * 1000) / this.facts.ends).toFixed(1)},${(29 - (27 * value) / most).toFixed(1)}`).join(" ");
    all.forEach((values, place) => {
      if (place !== chosen) svg.append(svgElement("polyline", { points: points(values), class: "other" }));
    });
    svg.append(svgElement("polyline", { points: points(all[chosen]), class: "own" }));
    svg.append(svgElement("line", { x1: 0, x2: 0, y1: 0, y2: 30, class: "cursor" }));
    return svg;
  }

  showValues(timeS) {
    for (const { value, values, unit } of this.values ?? []) {
      const at = Math.max(0, Math.min(values.length - 1, Math.round(timeS / this.facts.interval) - 1));
      value.textContent = fill(unit, { n: values[at].toLocaleString(document.documentElement.lang) });
    }
  }
}
