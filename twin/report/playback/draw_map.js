// What stands still: districts, streets, places, and the layer that shows how fast streets are.

const TILE_M = 4000;
/** From which scale on, in pixels a metre, a family of streets is shown, and how wide, in metres and least pixels. */
const STREETS = [
  { from: 0, width: 26, least: 1.1, ink: "--street-major" },
  { from: 0.006, width: 20, least: 0.8, ink: "--street-primary" },
  { from: 0.014, width: 15, least: 0.6, ink: "--street-secondary" },
  { from: 0.022, width: 11, least: 0.5, ink: "--street-tertiary" },
  { from: 0.05, width: 7, least: 0.4, ink: "--street-minor" },
];
/** Free to standing: wider where slower, so that the colour is not all that tells. */
const SPEED_WIDTHS = [0, 0.8, 1.3, 1.9, 2.7, 3.6];

/** Read a colour of the style sheet. */
function ink(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

class MapLayer {
  constructor(canvas, city, camera) {
    Object.assign(this, { canvas, city, camera });
    this.context = canvas.getContext("2d");
    this.tiles = this.makeTiles();
    this.districts = this.makeDistricts();
    this.drawnFrom = null;
  }

  /** Put streets into paths, by square and family: only squares that are seen need be drawn. */
  makeTiles() {
    const { city } = this;
    const tiles = new Map();
    for (let link = 0; link < city.links; link += 1) {
      const start = city.node[city.first[link]];
      const key = `${Math.floor(city.nodeX[start] / TILE_M)},${Math.floor(city.nodeY[start] / TILE_M)}`;
      if (!tiles.has(key)) tiles.set(key, { paths: FAMILIES.map(() => new Path2D()), links: [] });
      const tile = tiles.get(key);
      tile.links.push(link);
      if (city.linkDrawn[link]) this.trace(tile.paths[city.linkFamily[link]], link);
    }
    for (const [key, tile] of tiles) [tile.x, tile.y] = key.split(",").map(Number);
    return [...tiles.values()];
  }

  trace(path, link) {
    const { first, node, nodeX, nodeY } = this.city;
    path.moveTo(nodeX[node[first[link]]], nodeY[node[first[link]]]);
    for (let at = first[link] + 1; at < first[link + 1]; at += 1) path.lineTo(nodeX[node[at]], nodeY[node[at]]);
  }

  makeDistricts() {
    return this.city.places.districts.map(({ name, rings }) => {
      const path = new Path2D();
      let [largest, box] = [0, [0, 0]];
      for (const ring of rings) {
        ring.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
        path.closePath();
        const [xs, ys] = [0, 1].map((axis) => ring.map((corner) => corner[axis]));
        const size = (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys));
        if (size > largest) [largest, box] = [size, [mean(xs), mean(ys)]];
      }
      return { name, path, at: box };
    });
  }

  seenTiles() {
    const { camera } = this;
    const [left, top] = camera.toCity(0, 0);
    const [right, bottom] = camera.toCity(camera.width, camera.height);
    return this.tiles.filter(({ x, y }) =>
      (x + 2) * TILE_M > left && (x - 1) * TILE_M < right && (y + 2) * TILE_M > bottom && (y - 1) * TILE_M < top);
  }

  /** Draw everything anew, as the camera stands. */
  draw(layers, speeds, air = null, timeS = 0) {
    const { canvas, camera, context } = this;
    canvas.width = Math.round(camera.width * camera.ratio);
    canvas.height = Math.round(camera.height * camera.ratio);
    canvas.style.transform = "";
    context.fillStyle = ink("--ground");
    context.fillRect(0, 0, canvas.width, canvas.height);
    const tiles = this.seenTiles();
    camera.apply(context);
    context.lineJoin = "round";
    if (layers.air && air) air.drawCells(context, timeS);
    this.drawDistricts();
    this.drawStreets(tiles);
    if (layers.speeds && speeds) this.drawSpeeds(tiles, speeds);
    camera.applyScreen(context);
    this.drawNames();
    if (layers.places) this.drawPlaces();
    if (layers.air && air) air.drawPlaces(context, camera, timeS);
    this.drawnFrom = camera.copy();
  }

  /** Move the picture with the camera until it is drawn anew. */
  follow() {
    if (this.drawnFrom) this.canvas.style.transform = this.camera.from(this.drawnFrom);
  }

  drawDistricts() {
    const { context, camera } = this;
    context.lineWidth = 1.2 / camera.scale;
    context.strokeStyle = ink("--border");
    context.setLineDash([6 / camera.scale, 5 / camera.scale]);
    for (const { path } of this.districts) context.stroke(path);
    context.setLineDash([]);
  }

  drawStreets(tiles) {
    const { context, camera } = this;
    for (let family = STREETS.length - 1; family >= 0; family -= 1) {
      const { from, width, least, ink: name } = STREETS[family];
      if (camera.scale < from) continue;
      context.strokeStyle = ink(name);
      context.lineWidth = Math.max(width, least / camera.scale);
      for (const tile of tiles) context.stroke(tile.paths[family]);
    }
  }

  /** Draw each direction of a street on its own right side, as fast as it is. */
  drawSpeeds(tiles, { levelOf }) {
    const { context, camera, city } = this;
    const paths = SPEED_WIDTHS.map(() => new Path2D());
    const shownFamily = STREETS.map(({ from }) => camera.scale >= from * 0.7);
    const aside = Math.max(6, 1 / camera.scale);
    for (const { links } of tiles) {
      for (const link of links) {
        if (!shownFamily[city.linkFamily[link]]) continue;
        const level = levelOf(link);
        if (level) this.traceAside(paths[level], link, aside);
      }
    }
    context.lineCap = "round";
    for (let level = 1; level < paths.length; level += 1) {
      context.strokeStyle = ink(`--speed-${level}`);
      context.lineWidth = Math.max(3 * SPEED_WIDTHS[level], SPEED_WIDTHS[level] / camera.scale);
      context.stroke(paths[level]);
    }
    context.lineCap = "butt";
  }

  traceAside(path, link, aside) {
    const { first, node, nodeX, nodeY } = this.city;
    const [begin, end] = [node[first[link]], node[first[link + 1] - 1]];
    const length = Math.hypot(nodeX[end] - nodeX[begin], nodeY[end] - nodeY[begin]) || 1;
    const dx = (aside * (nodeY[end] - nodeY[begin])) / length;
    const dy = (-aside * (nodeX[end] - nodeX[begin])) / length;
    path.moveTo(nodeX[begin] + dx, nodeY[begin] + dy);
    for (let at = first[link] + 1; at < first[link + 1]; at += 1) path.lineTo(nodeX[node[at]] + dx, nodeY[node[at]] + dy);
  }

  drawNames() {
    const { context, camera } = this;
    if (camera.scale > 0.12) return;
    context.font = `600 ${camera.scale > 0.02 ? 14 : 12}px system-ui, sans-serif`;
    context.textAlign = "center";
    for (const { name, at: [x, y] } of this.districts) {
      haloText(context, name, camera.toScreenX(x), camera.toScreenY(y), ink("--district"), ink("--ground"));
    }
  }

  drawPlaces() {
    const { context, camera } = this;
    const { hospitals, stations } = this.city.places;
    const size = camera.scale > 0.05 ? 8 : camera.scale > 0.015 ? 5.5 : 4;
    context.lineWidth = 1.5;
    for (const { at: [x, y] } of stations) {
      const [left, top] = [camera.toScreenX(x) - size / 2, camera.toScreenY(y) - size / 2];
      context.strokeStyle = ink("--station");
      context.strokeRect(left, top, size, size);
    }
    context.fillStyle = ink("--hospital");
    for (const { name, at: [x, y] } of hospitals) {
      const [left, top] = [camera.toScreenX(x), camera.toScreenY(y)];
      context.fillRect(left - size / 5, top - size * 0.7, size / 2.5, size * 1.4);
      context.fillRect(left - size * 0.7, top - size / 5, size * 1.4, size / 2.5);
      if (camera.scale > 0.07) {
        context.font = "12px system-ui, sans-serif";
        context.textAlign = "left";
        haloText(context, name, left + 10, top + 4, ink("--hospital"), ink("--ground"));
        context.fillStyle = ink("--hospital");
      }
    }
  }
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function haloText(context, text, x, y, colour, halo) {
  context.strokeStyle = halo;
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
}
