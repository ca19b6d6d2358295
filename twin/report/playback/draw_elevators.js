// Elevators with people inside, elevators that stand, and those who come to them; drawn into the layer of movers.

const SEEN_ASIDE_PX = 20;

class ElevatorMarks {
  /** @param {MoverLayer} movers */
  constructor(movers) {
    this.movers = movers;
  }

  draw(elevators, beat) {
    for (const row of elevators.standing) this.car(elevators, row, 3.5, null);
    const swell = 1 + 0.15 * Math.sin(beat * 6);
    for (const row of elevators.trapped) {
      this.car(elevators, row, (3.5 + 1.2 * Math.sqrt(elevators.columns.casePeople[row])) * swell, this.movers.inks.trapped);
    }
    for (const here of elevators.coming) this.helper(elevators.columns.helperLevel[here.row], here);
  }

  onScreen({ x, y }) {
    const { camera } = this.movers;
    const at = [camera.toScreenX(x), camera.toScreenY(y)];
    const seen = at[0] > -SEEN_ASIDE_PX && at[1] > -SEEN_ASIDE_PX && at[0] < camera.width + SEEN_ASIDE_PX
      && at[1] < camera.height + SEEN_ASIDE_PX;
    return seen ? at : null;
  }

  /** Draw a car: its doors shut and full while somebody is inside, an empty frame until it runs again. */
  car(elevators, row, half, filled) {
    const at = this.onScreen(elevators.placeOf(row));
    if (!at) return;
    const { context, inks } = this.movers;
    const [left, top, side] = [at[0] - half, at[1] - half, 2 * half];
    if (filled) {
      context.fillStyle = filled;
      context.fillRect(left, top, side, side);
      context.fillStyle = inks.ground;
      context.fillRect(at[0] - 0.75, top + 1.5, 1.5, side - 3);
    }
    context.strokeStyle = filled ? inks.ground : inks.trapped;
    context.lineWidth = filled ? 1 : 1.5;
    context.strokeRect(left, top, side, side);
  }

  /** Draw a worker as a disc, a team of the second level as a triangle, the fire brigade as one with a ring. */
  helper(level, here) {
    const at = this.onScreen(here);
    if (!at) return;
    const { movers } = this;
    const { context, inks } = movers;
    const [x, y] = at;
    if (level < TEAM) {
      const size = movers.camera.scale > 0.02 ? 4.2 : 2.6;
      movers.disc(x, y, size + 1.2, inks["ambulance-ring"]);
      movers.disc(x, y, size, inks.worker);
      return;
    }
    for (const [size, colour] of [[8.5, inks["ambulance-ring"]], [6.5, inks.worker]]) {
      context.fillStyle = colour;
      context.beginPath();
      context.moveTo(x, y - size);
      context.lineTo(x + size, y + 0.8 * size);
      context.lineTo(x - size, y + 0.8 * size);
      context.fill();
    }
    if (level === FIRE_CREW) movers.ring(x, y, 11, inks.worker, 2);
  }
}
