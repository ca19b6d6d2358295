// Ambulances: where each is, what it does, for whom; and the calls to which they are sent.

const NO_CALL = -1;

class Ambulances {
  /**
   * @param {City} city
   * @param {Object<string, Int32Array | string>} columns - The block of a brain.
   * @param {{unitsPerS: number}} facts
   */
  constructor(city, columns, facts) {
    this.city = city;
    this.columns = columns;
    this.unitsPerS = facts.unitsPerS;
    this.count = columns.fleetNode.length;
    this.first = beginnings(columns.wayPoints);
    this.purposes = columns.wayPurposes.split("\n");
    this.stateWords = columns.stateWords.split("\n");
    this.waysOf = this.group(columns.wayVehicle, (way) => columns.wayAt[this.first[way]]);
    this.statesOf = this.group(columns.stateVehicle, (state) => columns.stateAt[state]);
    this.callRow = new Map(Array.from(columns.call, (call, row) => [call, row]));
    this.now = Array.from({ length: this.count }, () => ({ x: 0, y: 0, dx: 1, dy: 0, state: "", way: -1, call: NO_CALL }));
    this.waiting = [];
  }

  /** List the rows of each vehicle in the order of time. */
  group(vehicles, timeOf) {
    const rows = Array.from({ length: this.count }, () => []);
    vehicles.forEach((vehicle, row) => rows[vehicle].push(row));
    for (const list of rows) list.sort((one, other) => timeOf(one) - timeOf(other));
    return rows;
  }

  /** Return a stamp of a call in seconds, or null where it did not happen. */
  stamp(row, name) {
    const ring = this.columns.call_ring_s[row];
    const value = this.columns[`call_${name}`][row];
    if (name === "ring_s") return ring / this.unitsPerS;
    return value === 0 ? null : (ring + (value > 0 ? value - 1 : value)) / this.unitsPerS;
  }

  /** Return the word of a call's column, as the data have it. */
  word(row, name) {
    const code = this.columns[`call_${name}`][row];
    return code < 0 ? "" : this.columns[`call_${name}_words`].split("\n")[code];
  }

  moveTo(timeS) {
    for (let vehicle = 0; vehicle < this.count; vehicle += 1) this.place(vehicle, timeS);
    this.findWaiting(timeS);
  }

  place(vehicle, timeS) {
    const { columns, city, first } = this;
    const here = this.now[vehicle];
    const time = timeS * this.unitsPerS;
    const ways = this.waysOf[vehicle];
    const states = this.statesOf[vehicle];
    const state = lastBefore(states, (row) => columns.stateAt[row] <= timeS);
    here.state = state < 0 ? "" : this.stateWords[columns.stateWord[states[state]]];
    const at = lastBefore(ways, (way) => columns.wayAt[first[way]] <= time);
    here.way = at < 0 ? -1 : ways[at];
    let node = columns.fleetNode[vehicle];
    here.call = NO_CALL;
    if (at >= 0) {
      const way = ways[at];
      const last = first[way + 1] - 1;
      here.call = columns.wayCall[way];
      if (columns.wayAt[last] > time) {
        const point = first[way] + countUpTo(columns.wayAt, time, first[way], last + 1) - 1;
        this.between(here, point, time);
        return;
      }
      node = columns.wayNode[last];
    }
    here.x = city.nodeX[node];
    here.y = city.nodeY[node];
    here.way = -1;
  }

  between(here, point, time) {
    const { wayAt, wayNode } = this.columns;
    const { nodeX, nodeY } = this.city;
    const part = (time - wayAt[point]) / Math.max(1, wayAt[point + 1] - wayAt[point]);
    const dx = nodeX[wayNode[point + 1]] - nodeX[wayNode[point]];
    const dy = nodeY[wayNode[point + 1]] - nodeY[wayNode[point]];
    const length = Math.hypot(dx, dy) || 1;
    here.dx = dx / length;
    here.dy = dy / length;
    here.x = nodeX[wayNode[point]] + part * dx;
    here.y = nodeY[wayNode[point]] + part * dy;
  }

  /** List the calls whose patient waits for a vehicle now. */
  findWaiting(timeS) {
    const { columns } = this;
    const until = countUpTo(columns.call_ring_s, timeS * this.unitsPerS);
    this.waiting.length = 0;
    for (let row = Math.max(0, until - 400); row < until; row += 1) {
      const reached = this.stamp(row, "at_patient_s") ?? this.stamp(row, "at_scene_s");
      if (reached !== null && reached > timeS) this.waiting.push(row);
    }
  }

  /** Say whether somebody is on board: on the way to a hospital. */
  carries(vehicle) {
    return this.now[vehicle].state === "to_hospital";
  }

  wayOf(way) {
    return Array.from(this.columns.wayNode.subarray(this.first[way], this.first[way + 1]));
  }
}

/** Return the last place of a list for which something holds that holds for all before it; -1 for none. */
function lastBefore(list, holds) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle])) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
