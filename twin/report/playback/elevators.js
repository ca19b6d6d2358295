// Elevators in which people are trapped, those that do not run again yet, and whoever comes to them.

const TEAM = 2;
const FIRE_CREW = 3;

class Elevators {
  /**
   * @param {City} city
   * @param {Object<string, Int32Array | string>} columns - The block of a brain.
   * @param {{unitsPerS: number}} facts
   */
  constructor(city, columns, facts) {
    Object.assign(this, { city, columns, unitsPerS: facts.unitsPerS });
    this.count = columns.caseElevator.length;
    this.helpers = columns.helperLevel.length;
    this.first = beginnings(columns.helperPoints);
    this.x = Float32Array.from(columns.caseX, (value) => value / UNITS_PER_M);
    this.y = Float32Array.from(columns.caseY, (value) => value / UNITS_PER_M);
    this.freed = Array.from({ length: this.count }, (_, row) => this.stamp(row, "freed_s") ?? Infinity);
    this.back = Array.from({ length: this.count }, (_, row) => this.stamp(row, "back_s") ?? Infinity);
    this.trapped = [];
    this.standing = [];
    this.coming = [];
  }

  /** Return a stamp of an entrapment in seconds, or null where it did not happen. */
  stamp(row, name) {
    const stops = this.columns.case_at_s[row];
    const value = this.columns[`case_${name}`][row];
    if (name === "at_s") return stops / this.unitsPerS;
    return value === 0 ? null : (stops + (value > 0 ? value - 1 : value)) / this.unitsPerS;
  }

  /** Return the word of an entrapment's column, as the data have it. */
  word(row, name) {
    const code = this.columns[`case_${name}`][row];
    return code < 0 ? "" : this.columns[`case_${name}_words`].split("\n")[code];
  }

  /** Return the entrapment that is the same one in another brain; -1 where there is none. */
  sameRow(elevator, number) {
    const { caseElevator, caseNumber } = this.columns;
    return caseElevator.findIndex((one, row) => one === elevator && caseNumber[row] === number);
  }

  moveTo(timeS) {
    const time = timeS * this.unitsPerS;
    this.trapped.length = this.standing.length = this.coming.length = 0;
    const until = countUpTo(this.columns.case_at_s, time);
    for (let row = 0; row < until; row += 1) {
      if (timeS < this.freed[row]) this.trapped.push(row);
      else if (timeS < this.back[row]) this.standing.push(row);
    }
    const { helperSent, helperFree } = this.columns;
    const sent = countUpTo(helperSent, time);
    for (let row = 0; row < sent; row += 1) {
      if (helperFree[row] === 0 || helperSent[row] + helperFree[row] - 1 > time) this.coming.push(this.placed(row, time));
    }
  }

  /** Say where a helper is: where he was when he was sent, on his way, or where it ended. */
  placed(row, time) {
    const { columns, first, city } = this;
    const { helperAt, helperNode, helperFrom } = columns;
    const [begin, end] = [first[row], first[row + 1]];
    const here = { row, node: helperFrom[row], part: 0, next: helperFrom[row], drives: false, there: begin === end };
    if (begin < end && time >= helperAt[begin]) {
      const point = begin + countUpTo(helperAt, time, begin, end) - 1;
      here.node = here.next = helperNode[point];
      here.there = point === end - 1;
      if (!here.there) {
        here.drives = true;
        here.next = helperNode[point + 1];
        here.part = (time - helperAt[point]) / Math.max(1, helperAt[point + 1] - helperAt[point]);
      }
    }
    here.x = city.nodeX[here.node] + here.part * (city.nodeX[here.next] - city.nodeX[here.node]);
    here.y = city.nodeY[here.node] + here.part * (city.nodeY[here.next] - city.nodeY[here.node]);
    return here;
  }

  placeOf(row) {
    return { x: this.x[row], y: this.y[row] };
  }

  /** Return where a helper is at a time, whether or not he is still at it. */
  placeOfHelper(row, timeS) {
    return this.placed(row, timeS * this.unitsPerS);
  }

  wayOf(row) {
    return Array.from(this.columns.helperNode.subarray(this.first[row], this.first[row + 1]));
  }
}
