// What is told of one agent: a car's day, an ambulance's drive and its patient, a lot's curve.

/** Make an element; text is set as text, never as HTML. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Put values into the places of a sentence. */
function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

class Stories {
  /**
   * @param {Object} facts - What the page was made with.
   * @param {City} city
   * @param {(timeS: number) => void} seek
   */
  constructor(facts, city, seek) {
    Object.assign(this, { facts, city, seek });
    this.say = (key, values = {}) => fill(facts.texts[key], values);
  }

  word(name) {
    return this.facts.words[name] ?? name.replaceAll("_", " ");
  }

  clock(timeS) {
    return clockOf(this.facts, timeS);
  }

  duration(seconds) {
    if (seconds < 90) return this.say("seconds", { n: Math.round(seconds) });
    return this.say("minutes", { n: Math.round(seconds / 60) });
  }

  pairs(rows) {
    const list = element("dl");
    for (const [name, value] of rows.filter((row) => row)) list.append(element("dt", {}, name), element("dd", {}, value));
    return list;
  }

  /** Return the name of a station or hospital by its number in the run. */
  placeName(kind, number) {
    return this.facts.places[kind].find((place) => place.number === number)?.name ?? "";
  }

  timeButton(timeS, text = this.clock(timeS)) {
    return element("button", { type: "button", class: "time", onclick: () => this.seek(timeS) }, text);
  }

  // -- a car ---------------------------------------------------------------------------------------------------------

  car(brain, vehicle, timeS) {
    const { cars } = brain;
    const { columns } = cars;
    const list = element("ol", { class: "trips" });
    for (let trip = cars.vehicleFirst[vehicle]; trip < cars.vehicleFirst[vehicle + 1]; trip += 1) {
      list.append(this.trip(cars, trip, timeS));
    }
    return [
      element("h2", {}, this.say("car", { n: columns.vehicleNumber[vehicle] })),
      element("p", { class: "soft" }, this.say("trips", { n: cars.vehicleFirst[vehicle + 1] - cars.vehicleFirst[vehicle] })),
      columns.vehicleKnows[vehicle] & 1 ? element("p", { class: "soft" }, this.say("informed")) : null,
      columns.vehicleKnows[vehicle] & 2 ? element("p", { class: "soft" }, this.say("hasApp")) : null,
      list,
    ].filter(Boolean);
  }

  trip(cars, trip, timeS) {
    const { columns } = cars;
    const departed = columns.tripDeparted[trip];
    const drive = columns.tripDrive[trip] ? columns.tripDrive[trip] - 1 : null;
    const search = columns.tripSearch[trip] ? columns.tripSearch[trip] - 1 : null;
    const ends = cars.ends[trip] / cars.unitsPerS;
    const now = timeS >= departed && timeS < ends;
    const ending = columns.endings.split("\n")[columns.tripEnding[trip]];
    const lot = columns.tripLot[trip] - 1;
    const street = now ? this.streetOf(cars, trip, timeS) : "";
    return element("li", { class: now ? "now" : null, "aria-current": now ? "true" : null },
      element("h3", {}, this.timeButton(departed), " ", this.facts.purposes[columns.tripPurpose[trip]]),
      this.pairs([
        street && [this.say("street"), street],
        drive !== null && [this.say("arrived"), `${this.clock(departed + drive)} (${this.duration(drive)})`],
        search !== null && columns.tripLooked[trip] > 0 && [this.say("looked"), this.duration(search)],
        drive === null && [this.say("arrived"), this.say("notYet")],
        [this.say("ending"), this.word(ending)],
        lot >= 0 && [this.say("lot"), this.lotName(lot)],
        lot >= 0 && [this.say("walk"), this.say("metres", { n: 5 * columns.tripWalk[trip] })],
      ]));
  }

  streetOf(cars, trip, timeS) {
    const link = cars.link[cars.stepAt(trip, timeS * cars.unitsPerS)];
    return cars.first[trip] < cars.first[trip + 1] ? this.city.names[this.city.linkName[link]] : "";
  }

  lotName(lot) {
    const { lots } = this.city;
    const name = lots.names[lot];
    const made = /^([a-z]+)_(\d+)$/.exec(name);
    return made ? `${this.facts.lotKinds[lots.kind[lot]]} ${made[2]}` : name;
  }

  // -- an ambulance --------------------------------------------------------------------------------------------------

  ambulance(brain, vehicle) {
    const { ambulances } = brain;
    const here = ambulances.now[vehicle];
    const row = ambulances.callRow.get(here.call) ?? -1;
    const station = this.placeName("stations", ambulances.columns.fleetStation[vehicle]);
    const parts = [
      element("h2", {}, this.say("ambulance", { n: vehicle })),
      this.pairs([[this.say("does"), this.word(here.state)], station && [this.say("station"), station]]),
    ];
    const busy = !["at_station", "returning", "out_of_service", "changing_crew"].includes(here.state);
    if (row >= 0) parts.push(element("h3", {}, this.say(busy ? "callNow" : "callLast")), ...this.callParts(ambulances, row));
    return parts;
  }

  patient(brain, row) {
    const { ambulances } = brain;
    return [element("h2", {}, this.say("patient", { n: ambulances.columns.call[row] })), ...this.callParts(ambulances, row)];
  }

  callParts(ambulances, row) {
    const { columns } = ambulances;
    const hospital = columns.callHospital[row];
    const ring = ambulances.stamp(row, "ring_s");
    const stamps = element("ol", { class: "stamps" });
    for (const name of this.facts.stamps) {
      const at = ambulances.stamp(row, name);
      if (at === null) continue;
      const since = at > ring ? `+${this.duration(at - ring)}` : "";
      stamps.append(element("li", {}, this.timeButton(at), " ", this.word(name), " ",
        element("span", { class: "soft" }, since)));
    }
    return [
      this.pairs([
        [this.say("condition"), this.word(ambulances.word(row, "condition"))],
        columns.callSeverity[row] >= 0 && [this.say("severity"), String(columns.callSeverity[row])],
        [this.say("age"), this.word(ambulances.word(row, "age"))],
        [this.say("district"), this.word(ambulances.word(row, "district"))],
        [this.say("vehicle"), String(columns.callVehicle[row])],
        hospital >= 0 && [this.say("hospital"), this.placeName("hospitals", hospital)],
        columns.callOneTap[row] && [this.say("oneTap"), "✓"],
        [this.say("ending"), this.word(ambulances.word(row, "ending"))],
      ]),
      stamps,
    ];
  }

  // -- a lot ---------------------------------------------------------------------------------------------------------

  lot(brain, others, lot, timeS) {
    const { lots } = this.city;
    const taken = brain.takenOf(lot, timeS);
    const share = lots.spaces[lot] ? Math.round((100 * taken) / lots.spaces[lot]) : 0;
    return [
      element("h2", {}, this.lotName(lot)),
      this.pairs([
        [this.say("kind"), this.facts.lotKinds[lots.kind[lot]]],
        [this.say("spaces"), String(lots.spaces[lot])],
        [this.say("taken"), this.say("takenOf", { n: Math.round(taken), share })],
      ]),
      element("h3", {}, this.say("lotDay")),
      this.curve([brain, ...others].map((one) => one.takenCurve(lot)), lots.spaces[lot], timeS),
      element("p", { class: "soft" }, this.say("curveKey", { brain: brain.title, others: others.map((one) => one.title).join(", ") || "–" })),
    ];
  }

  /** Draw curves over the day, the first solid, others dashed, below a line that says how much there is. */
  curve(curves, most, timeS) {
    const [width, height] = [300, 110];
    const top = Math.max(most, ...curves.flatMap((values) => Array.from(values)), 1);
    const y = (value) => height - 14 - (value / top) * (height - 22);
    const x = (i, count) => (i * width) / Math.max(1, count - 1);
    const svg = svgElement("svg", { viewBox: `0 0 ${width} ${height}`, class: "curve", role: "img", "aria-label": this.say("lotDay") });
    svg.append(svgElement("line", { x1: 0, x2: width, y1: y(most), y2: y(most), class: "limit" }));
    [...curves.entries()].reverse().forEach(([place, values]) => {
      const points = Array.from(values, (value, i) => `${x(i, values.length).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
      svg.append(svgElement("polyline", { points, class: place ? "other" : "own" }));
    });
    const at = (timeS / this.facts.ends) * width;
    svg.append(svgElement("line", { x1: at, x2: at, y1: 0, y2: height - 14, class: "cursor" }));
    for (const [anchor, place, time] of [["start", 0, 0], ["middle", width / 2, this.facts.ends / 2], ["end", width, this.facts.ends]]) {
      const label = svgElement("text", { x: place, y: height - 2, "text-anchor": anchor });
      label.textContent = this.facts.ends > 129600 ? dayOf(this.facts, time).slice(5) : this.clock(time);
      svg.append(label);
    }
    return svg;
  }
}

function svgElement(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** Return the city's clock at a second of the run. */
function clockOf(facts, timeS, withSeconds = false) {
  const seconds = Math.max(0, Math.floor(facts.startOfDay + timeS));
  const two = (value) => String(value).padStart(2, "0");
  const clock = `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}`;
  return withSeconds ? `${clock}:${two(seconds % 60)}` : clock;
}

/** Return the date at a second of the run. */
function dayOf(facts, timeS) {
  const days = Math.floor((facts.startOfDay + timeS) / 86400);
  return new Date(Date.parse(`${facts.startDay}T00:00:00Z`) + 86400000 * days).toISOString().slice(0, 10);
}
