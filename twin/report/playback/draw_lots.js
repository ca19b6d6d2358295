// Lots: a ring as large as their spaces, filled as far as they are taken.

const KERB_FROM_SCALE = 0.06;

class LotLayer {
  constructor(canvas, city, camera, kerbKind) {
    Object.assign(this, { canvas, city, camera, kerbKind });
    this.context = canvas.getContext("2d");
    this.drawnFrom = null;
    this.shown = [];
  }

  radius(lot) {
    const { scale } = this.camera;
    const grown = Math.min(4, Math.max(0.5, Math.sqrt(scale / 0.05)));
    return Math.max(1.3, Math.min(30, 0.2 * Math.sqrt(this.city.lots.spaces[lot]) * grown));
  }

  /** Draw the lots that are seen; `takenOf` says how many spaces of one are taken. */
  draw(visible, takenOf) {
    const { canvas, camera, context } = this;
    const { lots } = this.city;
    canvas.width = Math.round(camera.width * camera.ratio);
    canvas.height = Math.round(camera.height * camera.ratio);
    canvas.style.transform = "";
    this.drawnFrom = camera.copy();
    this.shown.length = 0;
    if (!visible) return;
    camera.applyScreen(context);
    const rings = new Path2D();
    const fills = [new Path2D(), new Path2D()];
    for (let lot = 0; lot < lots.count; lot += 1) {
      if (lots.kind[lot] === this.kerbKind && camera.scale < KERB_FROM_SCALE) continue;
      const x = camera.toScreenX(lots.x[lot]);
      const y = camera.toScreenY(lots.y[lot]);
      if (x < -20 || y < -20 || x > camera.width + 20 || y > camera.height + 20) continue;
      const radius = this.radius(lot);
      const share = lots.spaces[lot] ? Math.min(1, takenOf(lot) / lots.spaces[lot]) : 0;
      rings.moveTo(x + radius, y);
      rings.arc(x, y, radius, 0, 2 * Math.PI);
      this.addFill(fills[share >= 0.95 ? 1 : 0], x, y, radius, share);
      this.shown.push(lot);
    }
    context.fillStyle = ink("--lot-empty");
    context.fill(rings);
    context.fillStyle = ink("--lot-taken");
    context.fill(fills[0]);
    context.fillStyle = ink("--lot-full");
    context.fill(fills[1]);
    context.strokeStyle = ink("--lot-ring");
    context.lineWidth = camera.scale > 0.06 ? 1 : 0.5;
    context.stroke(rings);
  }

  /** Fill a circle from below, as a glass is. */
  addFill(path, x, y, radius, share) {
    if (share <= 0) return;
    const up = Math.acos(1 - 2 * share);
    path.moveTo(x + radius * Math.sin(up), y + radius * Math.cos(up));
    path.arc(x, y, radius, Math.PI / 2 - up, Math.PI / 2 + up);
    path.closePath();
  }

  follow() {
    if (this.drawnFrom) this.canvas.style.transform = this.camera.from(this.drawnFrom);
  }

  /** Return the lot at a point of the screen, or -1. */
  find(screenX, screenY) {
    const { camera } = this;
    const { lots } = this.city;
    let [best, nearest] = [-1, Infinity];
    for (const lot of this.shown) {
      const away = Math.hypot(camera.toScreenX(lots.x[lot]) - screenX, camera.toScreenY(lots.y[lot]) - screenY);
      if (away < nearest && away < this.radius(lot) + 3) [best, nearest] = [lot, away];
    }
    return best;
  }
}
