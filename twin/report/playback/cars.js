// Sampled vehicles: which of them drive at a moment, and where.

const JUMP = 255;
const BUCKET_S = 60;
const DRIVING = 0;
const LOOKING = 1;
const HEAVY = 2;

class Cars {
  /**
   * @param {City} city
   * @param {Object<string, Int32Array | string>} columns - The block of a brain.
   * @param {{unitsPerS: number, ends: number, heavyPurposes: number[]}} facts
   */
  constructor(city, columns, facts) {
    this.city = city;
    this.unitsPerS = facts.unitsPerS;
    this.columns = columns;
    this.trips = columns.tripSteps.length;
    this.first = beginnings(columns.tripSteps);
    this.readVehicles();
    this.readWays();
    this.heavy = Uint8Array.from(columns.tripPurpose, (purpose) => (facts.heavyPurposes.includes(purpose) ? 1 : 0));
    this.fillBuckets(facts.ends);
    this.cursor = this.first.slice(0, this.trips);
    const most = this.mostInBucket;
    this.now = {
      count: 0,
      x: new Float32Array(most), y: new Float32Array(most), dx: new Float32Array(most), dy: new Float32Array(most),
      kind: new Uint8Array(most), trip: new Int32Array(most), link: new Int32Array(most),
    };
  }

  readVehicles() {
    const { vehicleTrips, tripDeparted, tripDrive } = this.columns;
    this.vehicleFirst = beginnings(vehicleTrips);
    this.tripVehicle = new Int32Array(this.trips);
    for (let vehicle = 0; vehicle < vehicleTrips.length; vehicle += 1) {
      this.tripVehicle.fill(vehicle, this.vehicleFirst[vehicle], this.vehicleFirst[vehicle + 1]);
    }
    this.arrives = new Int32Array(this.trips).fill(2 ** 31 - 1);
    for (let trip = 0; trip < this.trips; trip += 1) {
      if (tripDrive[trip]) this.arrives[trip] = (tripDeparted[trip] + tripDrive[trip] - 1) * this.unitsPerS;
    }
  }

  /** Follow each trip from turn to turn: which links it enters when, and when it ends. */
  readWays() {
    const { columns, city, first } = this;
    const { linkFree, stepTurn, stepFirst, stepJump, stepDelay, tripDeparted, tripWaits } = columns;
    const { outFirst, outLink } = city.turns(columns.linkTurn);
    const steps = stepDelay.length;
    this.link = new Int32Array(steps);
    this.entered = new Int32Array(steps);
    this.ends = new Int32Array(this.trips);
    let turn = 0;
    let jump = 0;
    let begun = 0;
    for (let trip = 0; trip < this.trips; trip += 1) {
      let time = tripDeparted[trip] * this.unitsPerS + tripWaits[trip];
      for (let step = first[trip]; step < first[trip + 1]; step += 1) {
        let link;
        if (step === first[trip]) link = stepFirst[begun++];
        else if (stepTurn[turn] === JUMP) { link = stepJump[jump++]; turn += 1; }
        else link = outLink[outFirst[city.endOf(this.link[step - 1])] + stepTurn[turn++]];
        this.link[step] = link;
        this.entered[step] = time;
        time += linkFree[link] + stepDelay[step];
      }
      this.ends[trip] = time;
    }
    for (const name of ["stepTurn", "stepFirst", "stepJump", "stepDelay"]) delete columns[name];
  }

  /** List for each minute the trips that drive in it. */
  fillBuckets(endsS) {
    const size = BUCKET_S * this.unitsPerS;
    const buckets = Math.ceil(endsS / BUCKET_S) + 1;
    const span = (trip) => {
      if (this.first[trip] === this.first[trip + 1]) return [0, -1];
      const from = Math.floor(this.entered[this.first[trip]] / size);
      return [Math.max(0, from), Math.min(buckets - 1, Math.floor(this.ends[trip] / size))];
    };
    const count = new Int32Array(buckets);
    for (let trip = 0; trip < this.trips; trip += 1) {
      const [from, until] = span(trip);
      for (let bucket = from; bucket <= until; bucket += 1) count[bucket] += 1;
    }
    this.bucketFirst = beginnings(count);
    this.bucketTrip = new Int32Array(this.bucketFirst[buckets]);
    const next = this.bucketFirst.slice();
    for (let trip = 0; trip < this.trips; trip += 1) {
      const [from, until] = span(trip);
      for (let bucket = from; bucket <= until; bucket += 1) this.bucketTrip[next[bucket]++] = trip;
    }
    this.mostInBucket = count.reduce((most, value) => Math.max(most, value), 0);
  }

  /** Return the step in which a trip is at a time, known to be under way; near the last one asked for it is quick. */
  stepAt(trip, time) {
    const from = this.first[trip];
    const until = this.first[trip + 1];
    let step = this.cursor[trip];
    if (this.entered[step] > time || (step + 8 < until && this.entered[step + 8] <= time)) {
      step = from + countUpTo(this.entered, time, from, until) - 1;
    } else {
      while (step + 1 < until && this.entered[step + 1] <= time) step += 1;
    }
    this.cursor[trip] = step;
    return step;
  }

  /** Write into `now` who drives at a time, in seconds, and where. */
  moveTo(timeS) {
    const { now, entered, first, ends, link, city } = this;
    const time = timeS * this.unitsPerS;
    const bucket = Math.max(0, Math.min(this.bucketFirst.length - 2, Math.floor(timeS / BUCKET_S)));
    let count = 0;
    for (let i = this.bucketFirst[bucket]; i < this.bucketFirst[bucket + 1]; i += 1) {
      const trip = this.bucketTrip[i];
      if (entered[first[trip]] > time || ends[trip] <= time) continue;
      const step = this.stepAt(trip, time);
      const until = step + 1 < first[trip + 1] ? entered[step + 1] : ends[trip];
      const place = city.placeOn(link[step], (time - entered[step]) / Math.max(1, until - entered[step]));
      now.x[count] = place.x;
      now.y[count] = place.y;
      now.dx[count] = place.dx;
      now.dy[count] = place.dy;
      now.trip[count] = trip;
      now.link[count] = link[step];
      now.kind[count] = this.heavy[trip] ? HEAVY : time >= this.arrives[trip] ? LOOKING : DRIVING;
      count += 1;
    }
    now.count = count;
  }

  /** Return the trip of whom is nearest to a place and not farther than `reachM`, of those in `now`; or -1. */
  nearest(x, y, reachM) {
    const { now } = this;
    let [best, least] = [-1, reachM * reachM];
    for (let i = 0; i < now.count; i += 1) {
      const away = (now.x[i] - x) ** 2 + (now.y[i] - y) ** 2;
      if (away < least) {
        best = i;
        least = away;
      }
    }
    return best < 0 ? -1 : now.trip[best];
  }

  /** Return where a trip is at a time, or null where it does not drive then. */
  placeOf(trip, timeS) {
    const time = timeS * this.unitsPerS;
    if (this.first[trip] === this.first[trip + 1] || this.entered[this.first[trip]] > time || this.ends[trip] <= time) {
      return null;
    }
    const step = this.stepAt(trip, time);
    const until = step + 1 < this.first[trip + 1] ? this.entered[step + 1] : this.ends[trip];
    return { ...this.city.placeOn(this.link[step], (time - this.entered[step]) / Math.max(1, until - this.entered[step])) };
  }

  /** Return the nodes through which a trip drives. */
  wayOf(trip) {
    const nodes = [];
    for (let step = this.first[trip]; step < this.first[trip + 1]; step += 1) {
      const link = this.link[step];
      for (let at = this.city.first[link]; at < this.city.first[link + 1]; at += 1) nodes.push(this.city.node[at]);
    }
    return nodes;
  }
}
