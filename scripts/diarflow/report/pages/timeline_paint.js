// Drawing of the rows of the timeline, of the time axis and of the grid on a canvas.
"use strict";

(() => {
  const { data, view, isSolo, formatTime } = diarflow.recording;
  const { add: addRow, draw: drawRows } = diarflow.timelineStrips;
  const { KINDS, intervalsOf } = diarflow.errors;
  const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400]; // seconds between ticks
  const TICK_SPACE = 90; // pixels
  const MAX_RANGE_OF_COLLARS = 120; // seconds; in longer ranges the collars would cover everything
  const MAX_SHAPES = 300; // changes and candidates of a row that are drawn as diamonds and circles
  const DIMMED = 0.15; // opacity of the speakers that are not in solo

  // colours of report.css; reading them for every rectangle would be slow
  let palette = new Map();
  const colour = (name) => {
    if (!palette.has(name)) palette.set(name, diarflow.colour(name));
    return palette.get(name);
  };
  document.addEventListener("themechange", () => { palette = new Map(); });

  // fit a canvas to its size on the screen and return its context
  const prepare = (canvas, width, height) => {
    const ratio = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
  };

  const ticks = ({ range, width }) => {
    const seconds = range[1] - range[0];
    const step = STEPS.find((size) => size * width / seconds >= TICK_SPACE) ?? Math.ceil(seconds / 5 / 3600) * 3600;
    const first = Math.ceil(range[0] / step - 1e-6);
    const count = Math.floor(range[1] / step + 1e-6) - first + 1;
    return Array.from({ length: Math.max(0, count) }, (_, index) => ({ time: (first + index) * step, decimals: step < 1 ? 1 : 0 }));
  };

  const paintAxis = (context, scene, height) => {
    context.fillStyle = colour("ink");
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    for (const { time, decimals } of ticks(scene)) {
      const x = scene.x(time);
      const label = formatTime(time, decimals);
      const width = context.measureText(label).width;
      context.fillText(label, Math.min(Math.max(0, x - width / 2), scene.width - width), height / 2 - 2);
      context.fillRect(Math.round(x), height - 5, 1, 5);
    }
  };

  const paintWave = (context, { channel, y, height }, { range, width }) => {
    const peaks = diarflow.timelineAudio.peaks(channel);
    const { step } = data.peaks;
    context.fillStyle = colour("muted");
    const perPixel = (range[1] - range[0]) / width;
    const columns = Math.min(width, Math.ceil((range[1] - range[0]) / step));
    const columnWidth = width / columns;
    for (let column = 0; column < columns; column++) {
      const start = range[0] + column * columnWidth * perPixel;
      const first = Math.max(0, Math.floor(start / step));
      const last = Math.max(first + 1, Math.ceil((start + columnWidth * perPixel) / step));
      let highest = 0;
      for (let index = first; index < last && index < peaks.length; index++) highest = Math.max(highest, peaks[index]);
      const half = Math.max(1, Math.round(highest * (height / 2 - 3)));
      const left = Math.round(column * columnWidth);
      context.fillRect(left, y + height / 2 - half, Math.max(1, Math.round((column + 1) * columnWidth) - left), 2 * half);
    }
  };

  const paintErrors = (context, { track, y, height }, scene) => {
    if (!track?.errors) return;
    const strip = Math.floor((height - 3) / KINDS.length);
    KINDS.forEach(({ name, css }, index) => addRow(intervalsOf(track.name, view.protocol, name), scene,
      { y: y + 3 + index * strip, height: strip - 1, colour: colour(css) }));
  };

  const paintLane = (context, { track, speaker, turns, y, height }, scene) => {
    const opacity = view.solo && !isSolo(track, speaker) ? DIMMED : 1;
    addRow(turns, scene, { y: y + 2, height: height - 4, colour: speaker.colour, opacity });
  };

  const paintBars = (context, { intervals, y, height }, scene) =>
    addRow(intervals, scene, { y: y + 3, height: height - 6, colour: colour("muted") });

  // changes are diamonds, candidates below the threshold circles; both share the scale of their detector
  const paintScores = (context, { points, y, height }, scene) => {
    const scores = Object.values(points).flatMap(({ score }) => score);
    const [lowest, highest] = [scores.reduce((a, b) => Math.min(a, b), 0), scores.reduce((a, b) => Math.max(a, b), 0)];
    const place = (score) => y + height - 8 - (height - 16) * (score - lowest) / (highest - lowest || 1);
    const visible = ({ time, score }) => time.flatMap((seconds, index) =>
      seconds >= scene.range[0] && seconds <= scene.range[1] ? [[scene.x(seconds), place(score[index])]] : []);
    const [candidates, changes] = [points.candidates, points.changes].map((kind) => kind ? visible(kind) : []);
    if (candidates.length + changes.length > MAX_SHAPES) { // squares are drawn faster
      for (const [shown, size, css] of [[candidates, 2, "muted"], [changes, 3, "ink"]]) {
        context.fillStyle = colour(css);
        for (const [x, top] of shown) context.fillRect(Math.round(x) - 1, Math.round(top) - 1, size, size);
      }
      candidates.length = changes.length = 0;
    }
    context.strokeStyle = colour("muted");
    for (const [x, top] of candidates) {
      context.beginPath();
      context.arc(x, top, 2.5, 0, 2 * Math.PI);
      context.stroke();
    }
    context.fillStyle = colour("ink");
    for (const [x, top] of changes) {
      context.beginPath();
      for (const [dx, dy] of [[0, -4], [4, 0], [0, 4], [-4, 0]]) context.lineTo(x + dx, top + dy);
      context.fill();
    }
    context.font = "10px system-ui, sans-serif";
    context.fillStyle = colour("muted");
    context.fillText(String(highest), 2, y + 8);
  };

  const PAINTERS = {
    wave: paintWave, header: paintErrors, lane: paintLane, overlap: paintBars, speech: paintBars,
    scores: paintScores, spectrogram: (context, row, scene) => diarflow.timelineAudio.paintSpectrogram(context, row, scene),
  };

  // time outside the scored extent; collars and overlap if the protocol does not score them
  const paintUnscored = (context, scene, height) => {
    const outside = [];
    let lastEnd = 0;
    for (const [start, end] of [...data.extent, [data.duration, data.duration]]) {
      if (data.extent.length && start > lastEnd) outside.push([lastEnd, start]);
      lastEnd = Math.max(lastEnd, end);
    }
    const row = { y: 0, height, colour: colour("line"), opacity: 0.6 };
    addRow(outside, scene, row);
    const unscored = data.unscored[view.protocol] ?? [];
    if (unscored.length === 1 && scene.range[1] - scene.range[0] <= MAX_RANGE_OF_COLLARS) addRow(unscored[0], scene, row);
    drawRows(context, scene.width);
  };

  const paintRows = (context, rows, scene, height) => {
    paintUnscored(context, scene, height);
    context.fillStyle = colour("line");
    for (const { time } of ticks(scene)) context.fillRect(Math.round(scene.x(time)), 0, 1, height);
    for (const row of rows) {
      if (row.kind === "header") {
        context.fillStyle = colour("line");
        context.fillRect(0, row.y, scene.width, 1);
      }
      PAINTERS[row.kind](context, row, scene);
    }
    drawRows(context, scene.width);
  };

  diarflow.timelinePaint = { colour, prepare, paintAxis, paintRows };
})();
