// What is told of an enterprise, of a station that measures, and of the air over a square.

class AirStories {
  /** @param {Stories} stories - Whose words and elements these use. */
  constructor(stories) {
    this.stories = stories;
    this.say = stories.say;
  }

  of(brain, others, { kind, id }, timeS) {
    if (kind === "plant") return this.plant(brain.air, id);
    const at = kind === "airStation" ? (air) => air.stationCurve(id) : (air) => air.cellCurve(id);
    const now = kind === "airStation" ? brain.air.stationValue(id, timeS) : brain.air.cellValue(id, timeS);
    const name = kind === "airStation" ? brain.air.stationNames[id] : "";
    const title = this.say(kind === "airStation" ? "airStation" : "airHere", { name, n: now });
    const names = { brain: brain.title, others: others.map((one) => one.title).join(", ") || "–" };
    const { airBounds } = this.stories.facts;
    return [
      element("h2", {}, title),
      this.stories.pairs([
        [this.say("airLevel"), this.stories.facts.airLevels[brain.air.levelOf(now)]],
        kind === "airCell" && [this.say("residents"), this.number(brain.air.columns.airResidents[id])],
      ]),
      element("h3", {}, this.say("airCurve")),
      this.stories.curve([brain, ...others].map((one) => at(one.air)), airBounds[3], timeS),
      element("p", { class: "soft" }, this.say("airCurveKey", { ...names, n: airBounds[3] })),
    ];
  }

  number(value) {
    return value.toLocaleString(document.documentElement.lang);
  }

  plantName(air, plant) {
    const name = air.plantNames[plant];
    const made = /^[a-z]+ (\d+)$/.exec(name);
    return made ? `${this.stories.facts.plantKinds[air.columns.plantKind[plant]]} ${made[1]}` : name;
  }

  plant(air, plant) {
    const { columns } = air;
    const emitted = (value) => this.say("gps", { n: (value / 1000).toFixed(2) });
    const found = columns.plantFound[plant];
    return [
      element("h2", {}, this.plantName(air, plant)),
      this.stories.pairs([
        [this.say("kind"), this.stories.facts.plantKinds[columns.plantKind[plant]]],
        [this.say("stack"), this.say("metres", { n: columns.plantStack[plant] })],
        [this.say("ordinary"), emitted(columns.plantOrdinary[plant])],
        [this.say("emitted"), emitted(columns.plantEmitted[plant])],
        [this.say("cutHours"), this.number(columns.plantCut[plant])],
        [this.say("lostYuan"), this.say("thousandYuan", { n: this.number(columns.plantLost[plant]) })],
        [this.say("plantMost"), air.stationNames[columns.plantMost[plant]]],
        [this.say("plantGave"), this.say("ugm3", { n: (columns.plantGave[plant] / 1000).toFixed(3) })],
        columns.plantVisits[plant] > 0 && [this.say("visits"), this.number(columns.plantVisits[plant])],
      ]),
      found > 0 ? element("p", {}, this.say("foundOut"), " ", this.stories.timeButton(found - 1)) : null,
      element("p", { class: "soft" }, this.say("plantMeans")),
    ].filter(Boolean);
  }
}
