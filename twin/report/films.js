// Maps through the day. Each figure.film holds a canvas, controls and a packed element with its data.
const unpack = async (element) => {
  const raw = Uint8Array.from(atob(element.textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const end = bytes.indexOf(10);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  const blocks = bytes.slice(end + 1).buffer;
  const arrays = {};
  for (const [name, [kind, offset, length]] of Object.entries(head.arrays)) {
    arrays[name] = new globalThis[kind](blocks, offset, length);
  }
  return { told: head.told, arrays };
};
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

class Film {
  constructor(figure, { told, arrays }) {
    this.figure = figure;
    this.told = told;
    this.arrays = arrays;
    this.canvas = figure.querySelector("canvas");
    this.slider = figure.querySelector("input[type=range]");
    this.output = figure.querySelector("output");
    this.line = figure.querySelector(".film-told");
    this.hint = this.line.textContent;
    const n = told.things;
    this.places = [];
    for (let column = 0; column < 2 * told.corners; column++) {
      const own = new Float32Array(n);
      for (let thing = 0, at = 0; thing < n; thing++) {
        at += arrays.places[column * n + thing];
        own[thing] = at / told.scale;
      }
      this.places.push(own);
    }
    const day = n * told.hours.length;
    for (let at = 0; at < arrays.values.length; at++) {
      if (at % day >= n) arrays.values[at] += arrays.values[at - n];
    }
    this.nothing = arrays.values.BYTES_PER_ELEMENT === 1 ? 255 : 65535;
    this.layer = 0;
    this.listen();
  }

  get hour() {
    return Number(this.slider.value);
  }

  value(layer, thing) {
    const { things, hours } = this.told;
    return this.arrays.values[(layer * hours.length + this.hour) * things + thing];
  }

  // What a thing shows in the chosen layer: null where there is nothing.
  shown(thing) {
    const { nothing, told } = this;
    if (this.layer < told.layers) {
      const value = this.value(this.layer, thing);
      return value === nothing ? null : value / told.parts;
    }
    const before = this.value(0, thing);
    const after = this.value(1, thing);
    return before === nothing || after === nothing ? null : (after - before) / told.parts;
  }

  get classes() {
    return this.layer < this.told.layers ? this.told.classes : this.told.gap;
  }

  styles() {
    const probe = document.createElement("i");
    this.figure.append(probe);
    const found = this.classes.names.map((name) => {
      probe.className = name;
      const style = getComputedStyle(probe);
      return {
        colour: style.getPropertyValue("--colour").trim(),
        size: Number(style.getPropertyValue("--size")),
        dashed: style.getPropertyValue("--dashed").trim() === "yes",
      };
    });
    probe.remove();
    return found;
  }

  draw() {
    const { canvas, told } = this;
    const pen = canvas.getContext("2d");
    const scale = canvas.width / told.units;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    const { bounds } = this.classes;
    const members = this.classes.names.map(() => []);
    for (let thing = 0; thing < told.things; thing++) {
      const value = this.shown(thing);
      if (value === null) continue;
      let rank = 0;
      while (rank < bounds.length && value >= bounds[rank]) rank++;
      members[rank].push(thing);
    }
    const styles = this.styles();
    // The largest are drawn last, so that what is worst is never hidden.
    const order = styles.map((_, rank) => rank).sort((a, b) => styles[a].size - styles[b].size);
    if (told.side) this.fillSquares(pen, members, styles);
    else for (const rank of order) this.stroke(pen, members[rank], styles[rank], scale);
    const [y, length] = told.bar;
    pen.beginPath();
    pen.strokeStyle = getComputedStyle(canvas).color;
    pen.lineWidth = 2;
    pen.setLineDash([]);
    pen.moveTo(20, y);
    pen.lineTo(20, y + 8);
    pen.lineTo(20 + length, y + 8);
    pen.lineTo(20 + length, y);
    pen.stroke();
    this.output.textContent = told.hours[this.hour];
    for (const key of this.figure.querySelectorAll(".film-key")) {
      key.hidden = key.classList.contains("gap") !== this.layer >= told.layers;
    }
  }

  // Squares, and above them the marks at the end of the list with an outline.
  fillSquares(pen, members, styles) {
    const { told, places: [x, y] } = this;
    const marks = [];
    const firstMark = told.things - told.marks;
    members.forEach((own, rank) => {
      const side = told.side * styles[rank].size;
      pen.fillStyle = styles[rank].colour;
      for (const thing of own) {
        if (thing >= firstMark) marks.push([thing, rank]);
        else pen.fillRect(x[thing] - side / 2, y[thing] - side / 2, side, side);
      }
    });
    const paper = getComputedStyle(this.figure).getPropertyValue("--halo").trim();
    for (const [thing, rank] of marks) {
      for (const [radius, colour] of [[9.5, paper], [8, getComputedStyle(this.canvas).color], [5.5, styles[rank].colour]]) {
        pen.beginPath();
        pen.fillStyle = colour;
        pen.arc(x[thing], y[thing], radius, 0, 7);
        pen.fill();
      }
    }
  }

  stroke(pen, members, style, scale) {
    const radius = this.told.corners === 1 ? this.arrays.about_spaces : null;
    pen.beginPath();
    pen.strokeStyle = pen.fillStyle = style.colour;
    pen.lineWidth = style.size;
    pen.setLineDash(style.dashed ? [3, 2] : []);
    for (const thing of members) {
      if (radius) this.point(pen, thing, radius[thing], style);
      else this.street(pen, thing, style.size);
    }
    if (radius) {
      pen.fill();
      pen.setLineDash([]);
      pen.lineWidth = 1 / scale;
    }
    pen.stroke();
  }

  point(pen, thing, spaces, style) {
    const [x, y] = this.places;
    const r = (0.8 + Math.sqrt(spaces) / 9) * style.size;
    pen.moveTo(x[thing] + r, y[thing]);
    pen.arc(x[thing], y[thing], r, 0, 7);
  }

  // Each direction lies to the right of the street's middle.
  street(pen, thing, size) {
    const [x0, y0, x1, y1] = this.places.map((column) => column[thing]);
    const length = Math.hypot(x1 - x0, y1 - y0) || 1;
    const aside = 0.4 + size / 2;
    const dx = -((y1 - y0) / length) * aside;
    const dy = ((x1 - x0) / length) * aside;
    pen.moveTo(x0 + dx, y0 + dy);
    pen.lineTo(x1 + dx, y1 + dy);
  }

  // The nearest thing within some units of a place that shows something; of a street the side at which the pointer is.
  nearest(x, y) {
    if (this.told.side) return this.under(x, y);
    const [x0, y0, x1 = x0, y1 = y0] = this.places;
    let best = -1;
    let least = 8 ** 2;
    for (let thing = 0; thing < this.told.things; thing++) {
      const ux = x1[thing] - x0[thing];
      const uy = y1[thing] - y0[thing];
      const px = x - x0[thing];
      const py = y - y0[thing];
      const along = Math.min(Math.max((px * ux + py * uy) / (ux * ux + uy * uy || 1), 0), 1);
      const left = ux * py - uy * px < 0 ? 0.5 : 0;
      const away = (px - along * ux) ** 2 + (py - along * uy) ** 2 + left;
      if (away < least && this.shown(thing) !== null) [least, best] = [away, thing];
    }
    return best;
  }

  // The mark close to a place, or the square that holds it.
  under(x, y) {
    const { told, places: [x0, y0] } = this;
    const firstMark = told.things - told.marks;
    let best = -1;
    let least = 14;
    for (let thing = firstMark; thing < told.things; thing++) {
      const away = Math.hypot(x - x0[thing], y - y0[thing]);
      if (away < least && this.shown(thing) !== null) [least, best] = [away, thing];
    }
    for (let thing = 0; best < 0 && thing < firstMark; thing++) {
      const inside = Math.max(Math.abs(x - x0[thing]), Math.abs(y - y0[thing])) <= told.side / 2;
      if (inside && this.shown(thing) !== null) best = thing;
    }
    return best;
  }

  tell(x, y) {
    const thing = this.nearest(x, y);
    this.line.textContent = thing < 0 ? this.hint : this.textOf(thing);
  }

  textOf(thing) {
    const { told, arrays } = this;
    const values = {};
    for (const name of told.about) values[name] = arrays[`about_${name}`][thing].toLocaleString();
    for (const [name, words] of Object.entries(told.words)) values[name] = words[arrays[`word_${name}`][thing]];
    const value = this.shown(thing);
    if (this.layer < told.layers) return fill(told.text, { ...values, value });
    const sign = value > 0 ? "+" : value < 0 ? "\u2212" : "";
    const [before, after] = [0, 1].map((layer) => this.value(layer, thing) / told.parts);
    return fill(told.gap_text, { ...values, before, after, value: sign + Math.abs(value) });
  }

  listen() {
    const { canvas, slider, figure, told } = this;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      const unit = told.units / box.width;
      this.tell((event.clientX - box.left) * unit, (event.clientY - box.top) * unit);
    };
    canvas.addEventListener("pointermove", at);
    canvas.addEventListener("pointerdown", at);
    slider.addEventListener("input", () => this.draw());
    for (const radio of figure.querySelectorAll("input[type=radio]")) {
      radio.addEventListener("change", () => {
        this.layer = Number(radio.value);
        this.draw();
      });
    }
    const button = figure.querySelector("button");
    let timer = 0;
    button.addEventListener("click", () => {
      clearInterval(timer);
      timer = timer ? 0 : setInterval(() => this.next(), 700);
      button.textContent = timer ? button.dataset.stop : button.dataset.play;
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  next() {
    this.slider.value = (this.hour + 1) % this.told.hours.length;
    this.draw();
  }
}

for (const figure of document.querySelectorAll("figure.film")) {
  unpack(figure.querySelector("script")).then((data) => {
    const film = new Film(figure, data);
    figure.querySelector(".film-controls").hidden = false;
    figure.querySelector(".film-missing").hidden = true;
    film.draw();
    figure.dataset.drawn = "yes";
  });
}
