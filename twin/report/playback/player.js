// Ties everything together: the time that runs, what is drawn when, and who was chosen.

const DRAW_AGAIN_MS = 140;
const LOTS_EVERY_MS = 120;
const STORY_EVERY_MS = 400;
const REACH_PX = 12;
const CAR_REACH_PX = 8;
const AIR_KINDS = ["plant", "airStation", "airCell"];

class Player {
  /**
   * @param {Object} facts - What the page was made with.
   * @param {City} city
   * @param {BrainDay[]} brains
   */
  constructor(facts, city, brains) {
    Object.assign(this, { facts, city, brains, chosenBrain: 0, timeS: 0, speed: 60, playing: false });
    this.box = document.getElementById("map");
    this.panel = document.getElementById("story");
    this.tip = document.getElementById("tip");
    this.camera = new Camera(this.box);
    const canvas = (id) => document.getElementById(id);
    this.map = new MapLayer(canvas("streets"), city, this.camera);
    this.lots = new LotLayer(canvas("lots"), city, this.camera, facts.kerbKind);
    this.movers = new MoverLayer(canvas("movers"), city, this.camera);
    this.layers = Object.fromEntries([...document.querySelectorAll("#layers input")].map((box) => [box.name, box.checked]));
    this.marks = new ElevatorMarks(this.movers);
    this.stories = new Stories(facts, city, (timeS) => this.seek(timeS));
    this.airStories = new AirStories(this.stories);
    this.elevatorStories = new ElevatorStories(this.stories);
    this.controls = new Controls(facts, this);
    this.chosen = null;
    this.hover = null;
    this.way = [];
    this.controls.drawCurves(brains, 0);  // before the map is measured, which gets what is left
    this.fit();
    letPan(this.box, this.camera, {
      moved: () => this.cameraMoved(),
      clicked: (x, y) => this.choose(this.find(x, y)),
      hovered: (x, y) => { this.hover = x < 0 ? null : [x, y]; },
    });
    new ResizeObserver(() => this.resize()).observe(this.box);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.resize());
  }

  get brain() {
    return this.brains[this.chosenBrain];
  }

  // -- what is asked for ---------------------------------------------------------------------------------------------

  start() {
    this.resize();
    this.showStory();
    this.mapDue = this.lotsDue = 0;
    this.before = performance.now();
    requestAnimationFrame((now) => this.frame(now));
  }

  toggle() {
    if (!this.playing && this.timeS >= this.facts.ends) this.seek(0);
    this.playing = !this.playing;
  }

  seek(timeS) {
    this.timeS = Math.max(0, Math.min(this.facts.ends, timeS));
    this.lotsDue = this.storyDue = 0;
  }

  setSpeed(speed) {
    this.speed = speed;
  }

  setLayer(name, on) {
    this.layers[name] = on;
    this.mapDue = this.lotsDue = 0;
  }

  chooseBrain(place) {
    this.chosenBrain = place;
    if (this.controls.brain) this.controls.brain.value = String(place);
    this.controls.drawCurves(this.brains, place);
    this.controls.shownClock = "";
    if (this.chosen?.kind === "car") this.chosen = this.sameCar(this.chosen);
    if (this.chosen?.kind === "patient") this.chosen = this.samePatient(this.chosen);
    if (this.chosen?.kind === "elevator") this.chosen = this.sameCase(this.chosen);
    if (this.chosen?.kind === "helper") this.chosen = null;
    this.mapDue = this.lotsDue = 0;
    this.showStory();
  }

  nextBrain() {
    this.chooseBrain((this.chosenBrain + 1) % this.brains.length);
  }

  /** Return an ambulance or a lot by its number, or null where there is none. */
  numbered(kind, number) {
    const count = kind === "lot" ? this.city.lots.count : this.brain.ambulances?.count ?? 0;
    return number >= 0 && number < count ? { kind, id: number } : null;
  }

  /** Find the same vehicle in the brain that is shown now. */
  sameCar({ number }) {
    const vehicle = this.brain.cars?.columns.vehicleNumber.indexOf(number) ?? -1;
    return vehicle < 0 ? null : { kind: "car", id: vehicle, number };
  }

  /** Find the same call in the brain that is shown now. */
  samePatient({ number }) {
    const row = this.brain.ambulances.callRow.get(number);
    return row === undefined ? null : { kind: "patient", id: row, number };
  }

  /** Find the same entrapment in the brain that is shown now. */
  sameCase({ elevator, number }) {
    const row = this.brain.elevators?.sameRow(elevator, number) ?? -1;
    return row < 0 ? null : this.asCase(row);
  }

  /** Return the last entrapment until now in an elevator, or the first one after; null where there is none. */
  caseOf(elevator) {
    const { elevators } = this.brain;
    const rows = Array.from(elevators?.columns.caseElevator ?? []).flatMap((one, row) => (one === elevator ? [row] : []));
    const row = rows.findLast((one) => elevators.stamp(one, "at_s") <= this.timeS) ?? rows[0];
    return row === undefined ? null : this.asCase(row);
  }

  asCase(row) {
    const { caseElevator, caseNumber } = this.brain.elevators.columns;
    return { kind: "elevator", id: row, elevator: caseElevator[row], number: caseNumber[row] };
  }

  zoom(factor) {
    this.camera.zoom(factor);
    this.cameraMoved();
  }

  fit() {
    this.camera.resize();
    const side = document.querySelector("aside").offsetWidth;
    this.camera.fit(this.facts.view, side < this.camera.width / 2 ? side : 0);
    this.cameraMoved();
  }

  resize() {
    this.camera.resize();
    this.movers.inks = null;
    this.mapDue = this.lotsDue = 0;
  }

  cameraMoved() {
    this.mapDue = performance.now() + DRAW_AGAIN_MS;
    this.lotsDue = this.mapDue;
    this.map.follow();
    this.lots.follow();
  }

  // -- frames --------------------------------------------------------------------------------------------------------

  frame(now) {
    const passedS = Math.min(0.25, (now - this.before) / 1000);
    this.before = now;
    if (this.playing) {
      this.timeS = Math.min(this.facts.ends, this.timeS + passedS * this.speed);
      if (this.timeS >= this.facts.ends) this.playing = false;
    }
    this.drawFrame(now);
    requestAnimationFrame((next) => this.frame(next));
  }

  /** Draw what has to be drawn now; returns how long it took, in ms. */
  drawFrame(now = performance.now()) {
    const begun = performance.now();
    this.drawStill(now);
    this.brain.moveTo(this.timeS);
    this.drawMovers(now);
    this.controls.show(this.timeS, this.playing);
    if (this.chosen && now >= (this.storyDue ?? 0)) this.showStory();
    if (this.hover) this.showTip();
    else this.tip.hidden = true;
    return performance.now() - begun;
  }

  /** Draw streets and lots where the camera or the quarter of an hour has changed. */
  drawStill(now) {
    const interval = this.brain.intervalAt(this.timeS);
    if ((this.layers.speeds || this.layers.air) && interval !== this.drawnInterval) this.mapDue = Math.min(this.mapDue ?? now, now);
    if (now >= (this.mapDue ?? 0)) {
      const speeds = this.brain.speedRow ? { levelOf: (link) => this.brain.levelOf(link, this.timeS) } : null;
      this.map.draw(this.layers, speeds, this.brain.air, this.timeS);
      this.drawnInterval = interval;
      this.mapDue = Infinity;
      this.showScale();
    }
    if (this.playing && Math.abs(this.timeS - (this.lotsAtS ?? -1e9)) > 30) {
      this.lotsDue = Math.min(this.lotsDue ?? 0, (this.lotsDrawn ?? 0) + LOTS_EVERY_MS);
    }
    if (now >= (this.lotsDue ?? 0)) {
      this.lots.draw(this.layers.lots && this.brain.columns.lotTaken, (lot) => this.brain.takenOf(lot, this.timeS));
      this.lotsDue = Infinity;
      this.lotsDrawn = now;
      this.lotsAtS = this.timeS;
    }
  }

  drawMovers(now) {
    const { movers, layers, brain } = this;
    movers.begin();
    if (layers.cars && brain.cars) movers.drawCars(brain.cars.now);
    if (this.way.length) movers.drawWay(this.way);
    if (layers.ambulances && brain.ambulances) {
      movers.drawWaiting(brain.ambulances, now / 1000);
      movers.drawAmbulances(brain.ambulances);
    }
    if (layers.elevators && brain.elevators) this.marks.draw(brain.elevators, now / 1000);
    const place = this.placeOfChosen();
    if (!place) return;
    movers.drawChosen(place.x, place.y);
    if (document.getElementById("follow")?.checked && this.playing) {
      this.camera.x = place.x;
      this.camera.y = place.y;
      this.map.follow();
      this.lots.follow();
      if (this.mapDue === Infinity && this.farFromDrawn()) this.mapDue = now;
    }
  }

  /** Say whether the camera has moved so far that the drawn streets no longer fill the map. */
  farFromDrawn() {
    const from = this.map.drawnFrom;
    return Math.hypot(from.x - this.camera.x, from.y - this.camera.y) * this.camera.scale > 60;
  }

  showScale() {
    const metres = 120 / this.camera.scale;
    const power = 10 ** Math.floor(Math.log10(metres));
    const round = [5, 2, 1].map((step) => step * power).find((length) => length <= metres);
    const bar = document.getElementById("scale");
    bar.style.width = `${round * this.camera.scale}px`;
    bar.textContent = round >= 1000 ? fill(this.facts.texts.km, { n: round / 1000 }) : fill(this.facts.texts.metres, { n: round });
  }

  // -- who is where --------------------------------------------------------------------------------------------------

  /** Return who is at a point of the screen: a rescue worker, an elevator, an ambulance, a patient, a car, or a lot. */
  find(x, y) {
    const { brain, layers } = this;
    if (layers.elevators && brain.elevators) {
      const found = this.findRescue(brain.elevators, x, y);
      if (found) return found;
    }
    if (layers.ambulances && brain.ambulances) {
      const vehicle = this.nearest(x, y, brain.ambulances.count, (i) => brain.ambulances.now[i]);
      if (vehicle >= 0 && (brain.ambulances.now[vehicle].state !== "at_station" || this.camera.scale > 0.02)) {
        return { kind: "ambulance", id: vehicle };
      }
      const { callX, callY } = brain.ambulances.columns;
      const { waiting } = brain.ambulances;
      const place = this.nearest(x, y, waiting.length, (i) => ({ x: callX[waiting[i]] / UNITS_PER_M, y: callY[waiting[i]] / UNITS_PER_M }));
      if (place >= 0) return { kind: "patient", id: waiting[place], number: brain.ambulances.columns.call[waiting[place]] };
    }
    if (layers.cars && brain.cars) {
      const trip = brain.cars.nearest(...this.camera.toCity(x, y), CAR_REACH_PX / this.camera.scale);
      if (trip >= 0) return this.asChosen(brain.cars.tripVehicle[trip]);
    }
    const lot = layers.lots ? this.lots.find(x, y) : -1;
    if (lot >= 0) return { kind: "lot", id: lot };
    return layers.air && brain.air ? this.findAir(brain.air, x, y) : null;
  }

  /** Return the station, the enterprise or the cell at a point of the screen, or null. */
  findAir(air, x, y) {
    const station = this.nearest(x, y, air.stationNames.length, (i) => air.placeOf("airStation", i));
    if (station >= 0) return { kind: "airStation", id: station };
    const shown = this.camera.scale >= PLANT_FROM_SCALE;
    const plant = shown ? this.nearest(x, y, air.plants, (i) => air.placeOf("plant", i)) : -1;
    if (plant >= 0) return { kind: "plant", id: plant };
    const cell = air.cellAt(...this.camera.toCity(x, y));
    return cell < 0 ? null : { kind: "airCell", id: cell };
  }

  findRescue(elevators, x, y) {
    const { coming } = elevators;
    const shown = [...elevators.trapped, ...elevators.standing];
    const helper = this.nearest(x, y, coming.length, (i) => coming[i]);
    const place = this.nearest(x, y, shown.length, (i) => elevators.placeOf(shown[i]));
    const drives = helper >= 0 && !coming[helper].there;  // who is there stands where the elevator is
    if (place >= 0 && !drives) return this.asCase(shown[place]);
    return helper < 0 ? null : { kind: "helper", id: coming[helper].row };
  }

  asChosen(vehicle) {
    return { kind: "car", id: vehicle, number: this.brain.cars.columns.vehicleNumber[vehicle] };
  }

  nearest(screenX, screenY, count, placeOf) {
    const { camera } = this;
    let [best, least] = [-1, REACH_PX];
    for (let i = 0; i < count; i += 1) {
      const { x, y } = placeOf(i);
      const away = Math.hypot(camera.toScreenX(x) - screenX, camera.toScreenY(y) - screenY);
      if (away < least) [best, least] = [i, away];
    }
    return best;
  }

  placeOfChosen() {
    const { chosen, brain } = this;
    if (!chosen) return null;
    if (chosen.kind === "ambulance") return brain.ambulances.now[chosen.id];
    if (AIR_KINDS.includes(chosen.kind)) return brain.air.placeOf(chosen.kind, chosen.id);
    if (chosen.kind === "elevator") return brain.elevators.placeOf(chosen.id);
    if (chosen.kind === "helper") return brain.elevators.placeOfHelper(chosen.id, this.timeS);
    if (chosen.kind === "lot") return { x: this.city.lots.x[chosen.id], y: this.city.lots.y[chosen.id] };
    if (chosen.kind === "patient") {
      const { callX, callY } = brain.ambulances.columns;
      return { x: callX[chosen.id] / UNITS_PER_M, y: callY[chosen.id] / UNITS_PER_M };
    }
    const trip = this.tripNow(chosen.id);
    return trip < 0 ? null : brain.cars.placeOf(trip, this.timeS);
  }

  /** Return the trip that a vehicle is on or was on last, the first before that; -1 where it has none. */
  tripNow(vehicle) {
    const { vehicleFirst, columns } = this.brain.cars;
    const [from, until] = [vehicleFirst[vehicle], vehicleFirst[vehicle + 1]];
    let trip = from;
    while (trip + 1 < until && columns.tripDeparted[trip + 1] <= this.timeS) trip += 1;
    return from < until ? trip : -1;
  }

  /** Choose the ambulance, elevator or car after the one that is chosen: for those who use no mouse. */
  chooseNext() {
    const { brain, chosen } = this;
    const busy = (brain.ambulances?.now ?? []).flatMap(({ state }, vehicle) => (state === "at_station" ? [] : [vehicle]));
    const seen = brain.cars ? Array.from(new Set(brain.cars.now.trip.subarray(0, Math.min(50, brain.cars.now.count)))) : [];
    const all = [
      ...busy.map((id) => ({ kind: "ambulance", id })),
      ...(brain.elevators?.trapped ?? []).map((row) => this.asCase(row)),
      ...seen.map((trip) => this.asChosen(brain.cars.tripVehicle[trip])),
    ];
    if (!all.length) return;
    const place = all.findIndex((one) => chosen && one.kind === chosen.kind && one.id === chosen.id);
    this.choose(all[(place + 1) % all.length]);
  }

  choose(who) {
    this.chosen = who;
    this.showStory();
    this.panel.scrollTop = 0;
  }

  /** Put whom was chosen into the middle of the map. */
  centre() {
    this.brain.moveTo(this.timeS);
    const place = this.placeOfChosen();
    if (!place) return;
    this.camera.x = place.x;
    this.camera.y = place.y;
    this.cameraMoved();
  }

  // -- what is told --------------------------------------------------------------------------------------------------

  showStory() {
    this.storyDue = performance.now() + STORY_EVERY_MS;
    const parts = this.partsOf(this.chosen);
    this.way = this.wayOf(this.chosen);
    const body = this.panel.querySelector(".body");
    const text = parts.map((part) => part.outerHTML).join("");
    if (text === this.shownStory) return;
    const focused = [...body.querySelectorAll("button")].indexOf(document.activeElement);
    this.shownStory = text;
    body.replaceChildren(...parts);
    if (focused >= 0) body.querySelectorAll("button")[focused]?.focus();
    this.panel.dataset.kind = this.chosen ? this.chosen.kind : "";
  }

  partsOf(chosen) {
    const { stories, brain } = this;
    if (!chosen) return [element("p", { class: "soft" }, this.facts.texts.hint)];
    if (chosen.kind === "car") return stories.car(brain, chosen.id, this.timeS);
    if (chosen.kind === "ambulance") return stories.ambulance(brain, chosen.id);
    if (chosen.kind === "patient") return stories.patient(brain, chosen.id);
    if (AIR_KINDS.includes(chosen.kind)) {
      return this.airStories.of(brain, this.brains.filter((other) => other !== brain), chosen, this.timeS);
    }
    if (chosen.kind === "elevator") return this.elevatorStories.trapped(brain, chosen.id);
    if (chosen.kind === "helper") return this.elevatorStories.helper(brain, chosen.id, this.timeS);
    return stories.lot(brain, this.brains.filter((other) => other !== brain), chosen.id, this.timeS);
  }

  wayOf(chosen) {
    if (chosen?.kind === "car") {
      const trip = this.tripNow(chosen.id);
      return trip < 0 ? [] : this.brain.cars.wayOf(trip);
    }
    if (chosen?.kind === "ambulance") {
      const { way } = this.brain.ambulances.now[chosen.id];
      return way < 0 ? [] : this.brain.ambulances.wayOf(way);
    }
    if (chosen?.kind === "helper") return this.brain.elevators.wayOf(chosen.id);
    return [];
  }

  showTip() {
    const [x, y] = this.hover;
    const who = this.find(x, y);
    this.box.classList.toggle("over", who !== null);
    this.tip.hidden = who === null;
    if (!who) return;
    this.tip.textContent = this.partsOf(who)[0].textContent;
    this.tip.style.transform = `translate(${Math.min(x + 14, this.camera.width - 180)}px, ${Math.max(4, y - 34)}px)`;
  }
}
