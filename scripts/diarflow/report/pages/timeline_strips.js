// Fast drawing of thousands of intervals: each row of intervals is a line of pixels, whose opacity is the share of the pixel's
// time that the intervals cover. All lines are in one picture, and each is stretched to the height of its row.
"use strict";

(() => {
  const { firstEndingAfter } = diarflow.recording;
  const MIN_OPACITY = 0.3; // of a pixel with an interval, so that a short one in a long recording is visible
  const MIN_LINES = 64; // of the picture
  const components = new Map(); // red, green and blue by colour
  const picture = document.createElement("canvas");
  const context = picture.getContext("2d", { willReadFrequently: true });
  let pixels = null;
  let coverage = null; // of one line
  let lines = []; // { y, height, opacity } in the order of the picture

  // red, green and blue of a colour of CSS
  const toRgb = (colour) => {
    if (!components.has(colour)) {
      const dot = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
      dot.fillStyle = colour;
      dot.fillRect(0, 0, 1, 1);
      components.set(colour, [...dot.getImageData(0, 0, 1, 1).data].slice(0, 3));
    }
    return components.get(colour);
  };

  // make the picture large enough for a further line
  const reserve = (width) => {
    const height = Math.max(MIN_LINES, pixels?.height ?? 0, 2 ** Math.ceil(Math.log2(lines.length + 1)));
    if (pixels?.width === width && pixels.height === height) return;
    const old = pixels?.width === width ? pixels : null;
    pixels = new ImageData(width, height);
    if (old) pixels.data.set(old.data);
    Object.assign(picture, { width, height });
    coverage = new Float32Array(width + 1);
  };

  // share of each pixel that the sorted intervals cover
  const measure = (intervals, [start, end], width) => {
    const scale = width / (end - start);
    coverage.fill(0);
    for (let index = firstEndingAfter(intervals, start); index < intervals.length && intervals[index][0] < end; index++) {
      const from = Math.max(0, (intervals[index][0] - start) * scale);
      const to = Math.min(width, (intervals[index][1] - start) * scale);
      const [first, last] = [Math.floor(from), Math.floor(to)];
      if (first === last) coverage[first] += to - from;
      else {
        coverage[first] += first + 1 - from;
        coverage.fill(1, first + 1, last);
        coverage[last] += to - last;
      }
    }
  };

  // add a row of sorted intervals in a colour
  const add = (intervals, { range, width }, { y, height, colour, opacity = 1 }) => {
    const columns = Math.max(1, Math.round(width * (window.devicePixelRatio || 1)));
    reserve(columns);
    measure(intervals, range, columns);
    const [red, green, blue] = toRgb(colour);
    const { data } = pixels;
    let place = 4 * columns * lines.length;
    for (let column = 0; column < columns; column++, place += 4) {
      const share = coverage[column];
      data[place] = red;
      data[place + 1] = green;
      data[place + 2] = blue;
      data[place + 3] = share > 0 ? 255 * Math.min(1, Math.max(MIN_OPACITY, share)) : 0;
    }
    lines.push({ y, height, opacity });
  };

  // draw the added rows and forget them
  const draw = (target, width) => {
    if (!lines.length) return;
    context.putImageData(pixels, 0, 0, 0, 0, pixels.width, lines.length);
    target.imageSmoothingEnabled = false;
    lines.forEach(({ y, height, opacity }, line) => {
      target.globalAlpha = opacity;
      target.drawImage(picture, 0, line, pixels.width, 1, 0, y, width, height);
    });
    target.globalAlpha = 1;
    lines = [];
  };

  diarflow.timelineStrips = { add, draw, toRgb };
})();
