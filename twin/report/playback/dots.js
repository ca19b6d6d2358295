// Small bars put into a picture pixel by pixel: for tens of thousands of them this is many times as fast as a canvas's
// own rectangles where no graphics card draws, and their edges are as soft.

class Dots {
  /** @param {CanvasRenderingContext2D} context - Of the canvas that the picture is put on. */
  constructor(context) {
    this.context = context;
    this.picture = null;
  }

  /** Begin an empty picture of the canvas's size. */
  begin() {
    const { width, height } = this.context.canvas;
    if (!this.picture || this.picture.width !== width || this.picture.height !== height) {
      this.picture = new ImageData(width, height);
      this.pixels = new Uint32Array(this.picture.data.buffer);
    } else {
      this.pixels.fill(0);
    }
  }

  /** Add a bar with its corner at (left, top), in pixels of the canvas, of a colour from `wordOf`. */
  bar(left, top, wide, high, word) {
    const { width, height } = this.picture;
    const right = Math.min(width, left + wide);
    const bottom = Math.min(height, top + high);
    const { pixels } = this;
    for (let y = Math.max(0, Math.floor(top)); y < bottom; y += 1) {
      const covered = 255 * (Math.min(y + 1, bottom) - Math.max(y, top));
      for (let x = Math.max(0, Math.floor(left)); x < right; x += 1) {
        const alpha = (covered * (Math.min(x + 1, right) - Math.max(x, left))) | 0;
        const at = y * width + x;
        if (alpha > pixels[at] >>> 24) pixels[at] = (alpha << 24) | word;
      }
    }
  }

  /** Put the picture on the canvas, in place of what is there. */
  put() {
    this.context.putImageData(this.picture, 0, 0);
  }
}

/** Return a colour "#rrggbb" as the three lower bytes of a pixel (of little-endian machines, as all browsers' are). */
function wordOf(colour) {
  const value = parseInt(colour.slice(1), 16);
  return ((value & 255) << 16) | (value & 0xff00) | (value >> 16);
}
