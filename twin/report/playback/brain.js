// One brain's day: its cars, its ambulances, its elevators, and what streets and lots were like.

class BrainDay {
  /**
   * @param {City} city
   * @param {Object<string, Int32Array | string>} columns
   * @param {Object} facts - What the page was made with.
   * @param {{name: string, title: string, curves: Object<string, number[]>}} told
   */
  constructor(city, columns, facts, told) {
    Object.assign(this, { city, facts, columns, name: told.name, title: told.title, curves: told.curves });
    this.cars = columns.tripSteps ? new Cars(city, columns, facts) : null;
    this.ambulances = columns.fleetNode ? new Ambulances(city, columns, facts) : null;
    this.air = columns.airX ? new Air(columns, facts) : null;
    this.elevators = columns.caseElevator ? new Elevators(city, columns, facts) : null;
    this.intervals = Math.max(1, Math.ceil(facts.ends / facts.interval));
    if (columns.speedLink) {
      this.speedRow = new Int32Array(city.links).fill(-1);
      columns.speedLink.forEach((link, row) => { this.speedRow[link] = row; });
    }
  }

  intervalAt(timeS) {
    return Math.max(0, Math.min(this.intervals - 1, Math.floor(timeS / this.facts.interval)));
  }

  /** Return the level of speed of a link at a time: 1 free .. 5 standing, 0 where nobody drove. */
  levelOf(link, timeS) {
    const row = this.speedRow[link];
    return row < 0 ? 0 : this.columns.speedLevel[row * this.intervals + this.intervalAt(timeS)];
  }

  /** Return how many spaces of a lot are taken, between the ends of quarters of an hour in proportion. */
  takenOf(lot, timeS) {
    const { lotTaken } = this.columns;
    const at = Math.max(0, Math.min(this.intervals - 1, timeS / this.facts.interval - 1));
    const before = Math.floor(at);
    const after = Math.min(this.intervals - 1, before + 1);
    const row = lot * this.intervals;
    return lotTaken[row + before] + (at - before) * (lotTaken[row + after] - lotTaken[row + before]);
  }

  takenCurve(lot) {
    return this.columns.lotTaken.subarray(lot * this.intervals, (lot + 1) * this.intervals);
  }

  moveTo(timeS) {
    if (this.cars) this.cars.moveTo(timeS);
    if (this.ambulances) this.ambulances.moveTo(timeS);
    if (this.elevators) this.elevators.moveTo(timeS);
  }
}
