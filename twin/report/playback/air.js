// The air of one brain: PM2.5 of cells and stations by hour, and the enterprises.

const AIR_HOUR_S = 3600;
/** Cleanest to worst: larger where worse, so that the colour is not all that tells. */
const AIR_SIZES = [0.6, 0.7, 0.78, 0.86, 0.93, 1];
const PLANT_FROM_SCALE = 0.004;

class Air {
  /**
   * @param {Object<string, Int32Array | string>} columns
   * @param {Object} facts - What the page was made with.
   */
  constructor(columns, facts) {
    Object.assign(this, { columns, facts });
    this.cells = columns.airX.length;
    this.hours = this.cells ? columns.airValue.length / this.cells : 0;
    this.side = columns.airSide[0] / UNITS_PER_M;
    this.stationNames = columns.airStationNames.split("\n");
    this.plantNames = columns.plantNames.split("\n");
    this.plants = columns.plantX.length;
  }

  hourAt(timeS) {
    return Math.max(0, Math.min(this.hours - 1, Math.floor(timeS / AIR_HOUR_S)));
  }

  cellValue(cell, timeS) {
    return this.columns.airValue[cell * this.hours + this.hourAt(timeS)];
  }

  stationValue(station, timeS) {
    return this.columns.airStationValue[station * this.hours + this.hourAt(timeS)];
  }

  cellCurve(cell) {
    return this.columns.airValue.subarray(cell * this.hours, (cell + 1) * this.hours);
  }

  stationCurve(station) {
    return this.columns.airStationValue.subarray(station * this.hours, (station + 1) * this.hours);
  }

  levelOf(value) {
    const { airBounds } = this.facts;
    let level = 0;
    while (level < airBounds.length && value > airBounds[level]) level += 1;
    return level;
  }

  placeOf(kind, id) {
    const [xs, ys] = { airCell: ["airX", "airY"], airStation: ["airStationX", "airStationY"], plant: ["plantX", "plantY"] }[kind];
    return { x: this.columns[xs][id] / UNITS_PER_M, y: this.columns[ys][id] / UNITS_PER_M };
  }

  /** Return a number that there is, the nearest to the one that is asked for. */
  checked(kind, number) {
    const count = { airCell: this.cells, airStation: this.stationNames.length, plant: this.plants }[kind];
    return Math.max(0, Math.min(count - 1, Math.floor(number) || 0));
  }

  /** Return the cell that holds a place, or -1. */
  cellAt(x, y) {
    for (let cell = 0; cell < this.cells; cell += 1) {
      const place = this.placeOf("airCell", cell);
      if (Math.max(Math.abs(place.x - x), Math.abs(place.y - y)) <= this.side / 2) return cell;
    }
    return -1;
  }

  plantRadius(plant, scale) {
    const grown = Math.min(3, Math.max(1, Math.sqrt(scale / 0.02)));
    return grown * Math.min(7, 1.3 + 2.2 * Math.sqrt(this.columns.plantOrdinary[plant] / 1000));
  }

  // -- drawing -------------------------------------------------------------------------------------------------------

  /** Fill the cells below everything else, in metres of the city. */
  drawCells(context, timeS) {
    const paths = AIR_SIZES.map(() => new Path2D());
    for (let cell = 0; cell < this.cells; cell += 1) {
      const level = this.levelOf(this.cellValue(cell, timeS));
      const side = this.side * AIR_SIZES[level];
      const { x, y } = this.placeOf("airCell", cell);
      paths[level].rect(x - side / 2, y - side / 2, side, side);
    }
    paths.forEach((path, level) => {
      context.fillStyle = ink(`--air-${level + 1}`);
      context.fill(path);
    });
  }

  /** Draw enterprises and stations above the streets, in pixels of the screen. */
  drawPlaces(context, camera, timeS) {
    if (camera.scale >= PLANT_FROM_SCALE) this.drawPlants(context, camera);
    for (let station = 0; station < this.stationNames.length; station += 1) {
      const { x, y } = this.placeOf("airStation", station);
      const [left, top] = [camera.toScreenX(x), camera.toScreenY(y)];
      context.beginPath();
      context.arc(left, top, 7, 0, 2 * Math.PI);
      context.fillStyle = ink(`--air-${this.levelOf(this.stationValue(station, timeS)) + 1}`);
      context.fill();
      context.lineWidth = 2;
      context.strokeStyle = ink("--ink");
      context.stroke();
    }
  }

  drawPlants(context, camera) {
    const path = new Path2D();
    for (let plant = 0; plant < this.plants; plant += 1) {
      const { x, y } = this.placeOf("plant", plant);
      const [left, top] = [camera.toScreenX(x), camera.toScreenY(y)];
      if (left < -20 || top < -20 || left > camera.width + 20 || top > camera.height + 20) continue;
      const r = this.plantRadius(plant, camera.scale);
      path.moveTo(left, top - r);
      path.lineTo(left + r, top + 0.7 * r);
      path.lineTo(left - r, top + 0.7 * r);
      path.closePath();
    }
    context.fillStyle = ink("--plant");
    context.strokeStyle = ink("--ground");
    context.lineWidth = 0.75;
    context.fill(path);
    context.stroke(path);
  }
}
