// What part of the city is seen: pan, zoom, and the way from metres to pixels of the screen.

const LEAST_SCALE = 0.004;
const GREATEST_SCALE = 2;

class Camera {
  /** @param {HTMLElement} box - What the map fills. */
  constructor(box) {
    this.box = box;
    this.x = 0;
    this.y = 0;
    this.scale = 0.03;
    this.resize();
  }

  resize() {
    this.width = this.box.clientWidth;
    this.height = this.box.clientHeight;
    this.ratio = window.devicePixelRatio || 1;
  }

  /** Show what lies between these corners, in metres, left of what covers so many pixels on the right. */
  fit([left, bottom, right, top], covered = 0) {
    this.scale = Math.min((this.width - covered) / (right - left), this.height / (top - bottom));
    this.x = (left + right) / 2 + covered / 2 / this.scale;
    this.y = (bottom + top) / 2;
  }

  toScreenX(x) {
    return (x - this.x) * this.scale + this.width / 2;
  }

  toScreenY(y) {
    return (this.y - y) * this.scale + this.height / 2;
  }

  toCity(screenX, screenY) {
    return [(screenX - this.width / 2) / this.scale + this.x, this.y - (screenY - this.height / 2) / this.scale];
  }

  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
  }

  /** Change the scale; what lies under a point of the screen stays there. */
  zoom(factor, screenX = this.width / 2, screenY = this.height / 2) {
    const [x, y] = this.toCity(screenX, screenY);
    this.scale = Math.min(GREATEST_SCALE, Math.max(LEAST_SCALE, this.scale * factor));
    const [newX, newY] = this.toCity(screenX, screenY);
    this.x += x - newX;
    this.y += y - newY;
  }

  /** Make one metre one unit of a canvas, north up. */
  apply(context) {
    const size = this.scale * this.ratio;
    const dx = this.ratio * this.width / 2 - this.x * size;
    const dy = this.ratio * this.height / 2 + this.y * size;
    context.setTransform(size, 0, 0, -size, dx, dy);
  }

  /** Make one pixel of the page one unit of a canvas. */
  applyScreen(context) {
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
  }

  copy() {
    return { x: this.x, y: this.y, scale: this.scale };
  }

  /** Return the CSS transform that moves a picture drawn from `other` to where it belongs now. */
  from(other) {
    const grown = this.scale / other.scale;
    const dx = (other.x - this.x) * this.scale + (this.width / 2) * (1 - grown);
    const dy = (this.y - other.y) * this.scale + (this.height / 2) * (1 - grown);
    return `translate(${dx}px, ${dy}px) scale(${grown})`;
  }
}

/** Let mouse, fingers and wheel move a camera; call `clicked` for what was no drag, `hovered` for what moves freely. */
function letPan(box, camera, { moved, clicked, hovered }) {
  const held = new Map();
  let travelled = 0;
  const at = (event) => {
    const { left, top } = box.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  box.addEventListener("pointerdown", (event) => {
    held.set(event.pointerId, at(event));
    if (held.size === 1) travelled = 0;
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    const [x, y] = at(event);
    if (!before) return hovered(x, y);
    const others = [...held].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    if (others.length) {
      const [ox, oy] = others[0];
      camera.zoom(Math.hypot(x - ox, y - oy) / Math.max(1, Math.hypot(before[0] - ox, before[1] - oy)), ox, oy);
    } else {
      camera.pan(x - before[0], y - before[1]);
    }
    travelled += Math.hypot(x - before[0], y - before[1]);
    held.set(event.pointerId, [x, y]);
    return moved(true);
  });
  const release = (event) => {
    const there = held.delete(event.pointerId);
    if (there && event.type === "pointerup" && travelled < 5) clicked(...at(event));
  };
  box.addEventListener("pointerup", release);
  box.addEventListener("pointercancel", release);
  box.addEventListener("pointerleave", () => hovered(-1, -1));
  box.addEventListener("wheel", (event) => {
    event.preventDefault();
    camera.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), ...at(event));
    moved(true);
  }, { passive: false });
  box.addEventListener("dblclick", (event) => {
    camera.zoom(2, ...at(event));
    moved(true);
  });
}
