// Streets and lots: where they are, and the place of somebody who has driven a share of a link.

const UNITS_PER_M = 10;
const KEEP_RIGHT_M = 4;
const FAMILIES = ["major", "primary", "secondary", "tertiary", "minor"];

/** Return which family of streets a class of roads belongs to, a position in FAMILIES. */
function familyOf(roadClass) {
  if (/^(motorway|trunk)/.test(roadClass)) return 0;
  const place = ["primary", "secondary", "tertiary"].findIndex((name) => roadClass.startsWith(name));
  return place < 0 ? 4 : place + 1;
}

class City {
  /**
   * @param {Object<string, Int32Array | string>} columns - The block of the city.
   * @param {{roadClasses: string[]}} places
   */
  constructor(columns, places) {
    this.places = places;
    this.nodeX = Float32Array.from(columns.nodeX, (value) => value / UNITS_PER_M);
    this.nodeY = Float32Array.from(columns.nodeY, (value) => value / UNITS_PER_M);
    this.first = beginnings(columns.linkPoints);
    this.node = columns.linkNode;
    this.links = columns.linkPoints.length;
    this.linkName = columns.linkName;
    this.names = columns.names.split("\n");
    this.linkDrawn = columns.linkDrawn;
    this.linkFamily = Uint8Array.from(columns.linkClass, (code) => familyOf(places.roadClasses[code]));
    this.lots = this.readLots(columns);
    this.measure();
    this.out = { x: 0, y: 0, dx: 1, dy: 0 };
  }

  readLots(columns) {
    if (!columns.lotX) return { count: 0 };
    return {
      count: columns.lotX.length,
      x: Float32Array.from(columns.lotX, (value) => value / UNITS_PER_M),
      y: Float32Array.from(columns.lotY, (value) => value / UNITS_PER_M),
      kind: columns.lotKind,
      spaces: columns.lotSpaces,
      names: columns.lotNames.split("\n"),
    };
  }

  /** Find how far along its link each point lies, in metres. */
  measure() {
    const { first, node, nodeX, nodeY } = this;
    this.along = new Float32Array(node.length);
    for (let link = 0; link < this.links; link += 1) {
      for (let at = first[link] + 1; at < first[link + 1]; at += 1) {
        const dx = nodeX[node[at]] - nodeX[node[at - 1]];
        const dy = nodeY[node[at]] - nodeY[node[at - 1]];
        this.along[at] = this.along[at - 1] + Math.hypot(dx, dy);
      }
    }
  }

  /** Return the links out of each node, in the order of their turns. */
  turns(linkTurn) {
    const count = new Int32Array(this.nodeX.length);
    for (let link = 0; link < this.links; link += 1) count[this.node[this.first[link]]] += 1;
    const outFirst = beginnings(count);
    const outLink = new Int32Array(this.links);
    for (let link = 0; link < this.links; link += 1) {
      outLink[outFirst[this.node[this.first[link]]] + linkTurn[link]] = link;
    }
    return { outFirst, outLink };
  }

  endOf(link) {
    return this.node[this.first[link + 1] - 1];
  }

  /**
   * Write into `out` where somebody is who has driven this share of a link, on the right of it, and where he heads.
   * @returns {{x: number, y: number, dx: number, dy: number}} Metres, and a unit vector.
   */
  placeOn(link, share) {
    const { first, node, along, nodeX, nodeY, out } = this;
    const last = first[link + 1] - 1;
    const want = share * along[last];
    let at = first[link] + 1;
    while (at < last && along[at] < want) at += 1;
    const before = along[at - 1];
    const length = along[at] - before;
    const part = length > 0 ? (want - before) / length : 0;
    const x0 = nodeX[node[at - 1]];
    const y0 = nodeY[node[at - 1]];
    const dx = nodeX[node[at]] - x0;
    const dy = nodeY[node[at]] - y0;
    out.dx = length > 0 ? dx / length : 1;
    out.dy = length > 0 ? dy / length : 0;
    out.x = x0 + part * dx + KEEP_RIGHT_M * out.dy;
    out.y = y0 + part * dy - KEEP_RIGHT_M * out.dx;
    return out;
  }
}
