// What moves, drawn anew in every frame: cars, ambulances, patients who wait, and the way of whom was chosen.

const OUTLINE_FROM_SCALE = 0.35;
/** Length and width in metres, drawn larger than they are, and in least pixels. */
const CAR = { metres: [5, 2.2], least: [7, 3.2] };
const HEAVY_CAR = { metres: [11, 2.6], least: [13, 3.8] };
const LARGER = 1.6;

class MoverLayer {
  constructor(canvas, city, camera) {
    Object.assign(this, { canvas, city, camera });
    this.context = canvas.getContext("2d");
    this.dots = new Dots(this.context);
  }

  /** Read the colours of the style sheet; asking for them in every frame would take longer than drawing. */
  readInks() {
    const names = ["car", "looking", "heavy", "ambulance", "ambulance-ring", "patient", "chosen", "ground", "way",
      "trapped", "worker"];
    this.inks = Object.fromEntries(names.map((name) => [name, ink(`--${name}`)]));
  }

  begin() {
    const { canvas, camera, context } = this;
    const [width, height] = [Math.round(camera.width * camera.ratio), Math.round(camera.height * camera.ratio)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    camera.applyScreen(context);
    if (!this.inks) this.readInks();
  }

  /** Draw everybody; before anything else, since the picture of dots takes the place of what is there. */
  drawCars(now) {
    const near = this.camera.scale >= OUTLINE_FROM_SCALE;
    const inks = { [DRIVING]: this.inks.car, [HEAVY]: this.inks.heavy, [LOOKING]: this.inks.looking };
    if (!near) this.dots.begin();
    for (const kind of [DRIVING, HEAVY, LOOKING]) {
      if (near) this.drawOutlines(now, kind, inks[kind]);
      else this.addDots(now, kind, wordOf(inks[kind]));
    }
    if (!near) this.dots.put();
  }

  /** Squares for cars, bars for lorries and buses, crosses for those who look for a place. */
  addDots(now, kind, word) {
    const { camera, dots } = this;
    const scale = camera.scale * camera.ratio;
    const size = Math.min(4.5, Math.max(2, 30 * camera.scale + 1.2)) * camera.ratio;
    const offsetX = (camera.width * camera.ratio) / 2 - camera.x * scale;
    const offsetY = (camera.height * camera.ratio) / 2 + camera.y * scale;
    for (let i = 0; i < now.count; i += 1) {
      if (now.kind[i] !== kind) continue;
      const x = now.x[i] * scale + offsetX;
      const y = offsetY - now.y[i] * scale;
      if (kind === DRIVING) {
        dots.bar(x - size / 2, y - size / 2, size, size, word);
      } else if (kind === HEAVY) {
        dots.bar(x - size, y - size / 2, 2 * size, size, word);
      } else {
        dots.bar(x - 1.4 * size, y - size / 4, 2.8 * size, size / 2, word);
        dots.bar(x - size / 4, y - 1.4 * size, size / 2, 2.8 * size, word);
      }
    }
  }

  /** Near by, everybody has his length and heads where he drives. */
  drawOutlines(now, kind, colour) {
    const { context, camera } = this;
    context.fillStyle = colour;
    const { metres, least } = kind === HEAVY ? HEAVY_CAR : CAR;
    const [length, width] = metres.map((size, axis) => Math.max(least[axis], size * camera.scale * LARGER));
    for (let i = 0; i < now.count; i += 1) {
      if (now.kind[i] !== kind) continue;
      const x = camera.toScreenX(now.x[i]);
      const y = camera.toScreenY(now.y[i]);
      if (x < -20 || y < -20 || x > camera.width + 20 || y > camera.height + 20) continue;
      const { ratio } = camera;
      const [cos, sin] = [now.dx[i] * ratio, -now.dy[i] * ratio];
      context.setTransform(cos, sin, -sin, cos, x * ratio, y * ratio);
      context.fillRect(-length / 2, -width / 2, length, width);
      if (kind === LOOKING) context.fillRect(-width / 2, -length / 2, width, length);
    }
    camera.applyScreen(context);
  }

  /** Draw the patients who wait: a diamond that beats. */
  drawWaiting(ambulances, beat) {
    const { context, camera } = this;
    const { callX, callY } = ambulances.columns;
    const size = (camera.scale > 0.02 ? 6 : 4.5) * (1 + 0.25 * Math.sin(beat * 6));
    context.fillStyle = this.inks.patient;
    for (const row of ambulances.waiting) {
      const x = camera.toScreenX(callX[row] / UNITS_PER_M);
      const y = camera.toScreenY(callY[row] / UNITS_PER_M);
      context.beginPath();
      context.moveTo(x, y - size);
      context.lineTo(x + size, y);
      context.lineTo(x, y + size);
      context.lineTo(x - size, y);
      context.fill();
    }
  }

  /** Draw ambulances: small where they rest; a cross on a disc on the way to somebody; a ring when somebody is on board. */
  drawAmbulances(ambulances) {
    const { context, camera, inks } = this;
    const near = camera.scale > 0.02 ? 1.25 : 1;
    ambulances.now.forEach((here, vehicle) => {
      const x = camera.toScreenX(here.x);
      const y = camera.toScreenY(here.y);
      if (x < -20 || y < -20 || x > camera.width + 20 || y > camera.height + 20) return;
      if (here.state === "at_station" || here.state === "out_of_service" || here.state === "changing_crew") {
        if (camera.scale > 0.02) this.disc(x, y, 2.5, inks["ambulance-ring"]);
        return;
      }
      const size = (here.state === "returning" ? 4 : 7) * near;
      if (ambulances.carries(vehicle)) this.ring(x, y, size + 3.5, inks.patient);
      this.disc(x, y, size + 1.5, inks["ambulance-ring"]);
      this.disc(x, y, size, inks.ambulance);
      context.fillStyle = inks["ambulance-ring"];
      context.fillRect(x - size * 0.65, y - size * 0.2, size * 1.3, size * 0.4);
      context.fillRect(x - size * 0.2, y - size * 0.65, size * 0.4, size * 1.3);
    });
  }

  disc(x, y, radius, colour) {
    this.context.fillStyle = colour;
    this.context.beginPath();
    this.context.arc(x, y, radius, 0, 2 * Math.PI);
    this.context.fill();
  }

  ring(x, y, radius, colour, width = 2.5) {
    this.context.strokeStyle = colour;
    this.context.lineWidth = width;
    this.context.beginPath();
    this.context.arc(x, y, radius, 0, 2 * Math.PI);
    this.context.stroke();
  }

  /** Draw the way of whom was chosen, through these nodes. */
  drawWay(nodes) {
    const { context, camera, city } = this;
    if (nodes.length < 2) return;
    const trace = () => {
      context.beginPath();
      nodes.forEach((node, i) => {
        const x = camera.toScreenX(city.nodeX[node]);
        const y = camera.toScreenY(city.nodeY[node]);
        if (i) context.lineTo(x, y);
        else context.moveTo(x, y);
      });
    };
    context.lineJoin = "round";
    for (const [width, colour] of [[6, this.inks.ground], [2.5, this.inks.way]]) {
      trace();
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.stroke();
    }
    const [begin, end] = [nodes[0], nodes[nodes.length - 1]];
    this.ring(camera.toScreenX(city.nodeX[begin]), camera.toScreenY(city.nodeY[begin]), 5, this.inks.way);
    this.disc(camera.toScreenX(city.nodeX[end]), camera.toScreenY(city.nodeY[end]), 5, this.inks.way);
  }

  drawChosen(x, y) {
    const { camera } = this;
    this.ring(camera.toScreenX(x), camera.toScreenY(y), 13, this.inks.ground, 4.5);
    this.ring(camera.toScreenX(x), camera.toScreenY(y), 13, this.inks.chosen, 2);
  }
}
