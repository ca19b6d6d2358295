// Opens the packed columns of whole numbers; twin/report/playback/blocks.py is the other half.

/**
 * Inflate a block and return its columns by name.
 * @param {string} id - Of the script element that holds the block in base64.
 * @param {Array<{name: string, length: number, planes: number, running?: boolean, signed?: boolean, text?: boolean}>} layout
 * @returns {Promise<Object<string, Int32Array | string>>}
 */
async function openBlock(id, layout) {
  const holder = document.getElementById(id);
  const packed = Uint8Array.from(atob(holder.textContent), (letter) => letter.charCodeAt(0));
  holder.remove();
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const columns = {};
  let at = 0;
  for (const column of layout) {
    const size = column.length * column.planes;
    const part = bytes.subarray(at, at + size);
    at += size;
    columns[column.name] = column.text ? new TextDecoder().decode(part) : readNumbers(part, column);
  }
  return columns;
}

/** Put planes of bytes together to numbers, then undo signs and differences. */
function readNumbers(part, { length, planes, running, signed }) {
  const numbers = new Int32Array(length);
  for (let plane = 0; plane < planes; plane += 1) {
    const from = plane * length;
    const shift = 8 * plane;
    for (let i = 0; i < length; i += 1) numbers[i] |= part[from + i] << shift;
  }
  if (signed) {
    for (let i = 0; i < length; i += 1) numbers[i] = (numbers[i] >>> 1) ^ -(numbers[i] & 1);
  }
  if (running) {
    for (let i = 1; i < length; i += 1) numbers[i] += numbers[i - 1];
  }
  return numbers;
}

/** Turn counts into the positions where each part begins, one more than there are parts. */
function beginnings(counts) {
  const first = new Int32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i += 1) first[i + 1] = first[i] + counts[i];
  return first;
}

/** Return how many of the rising numbers are not greater than a value. */
function countUpTo(rising, value, from = 0, until = rising.length) {
  let low = from;
  let high = until;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - from;
}
