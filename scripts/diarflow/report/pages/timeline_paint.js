// Drawing of the rows of the timeline, of the time axis and of the grid on a canvas.
"use strict";

(() => {
  const { data, view, isSolo, formatTime, firstEndingAfter } = diarflow.recording;
  const { KINDS, intervalsOf } = diarflow.errors;
  const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400]; // seconds between ticks
  const TICK_SPACE = 90; // pixels
  const MAX_RANGE_OF_COLLARS = 120; // seconds; in longer ranges the collars would cover everything
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

  // fill the sorted intervals that are visible; intervals closer than a pixel become one rectangle
  const fillIntervals = (context, intervals, { range, width }, y, height) => {
    const scale = width / (range[1] - range[0]);
    let [left, right] = [0, -1];
    const flush = () => { if (right > left) context.fillRect(left, y, right - left, height); };
    for (let index = firstEndingAfter(intervals, range[0]); index < intervals.length && intervals[index][0] < range[1]; index++) {
      const from = Math.max(0, (intervals[index][0] - range[0]) * scale);
      const to = Math.max(from + 1, Math.min(width, (intervals[index][1] - range[0]) * scale));
      if (right >= 0 && from <= right + 0.5) right = Math.max(right, to);
      else {
        flush();
        [left, right] = [from, to];
      }
    }
    flush();
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
      const half = Math.max(0.5, highest * (height / 2 - 3));
      context.fillRect(column * columnWidth, y + height / 2 - half, Math.max(1, columnWidth), 2 * half);
    }
  };

  const paintErrors = (context, { track, y, height }, scene) => {
    if (!track?.errors) return;
    const strip = (height - 6) / KINDS.length;
    KINDS.forEach(({ name, css }, index) => {
      context.fillStyle = colour(css);
      fillIntervals(context, intervalsOf(track.name, view.protocol, name), scene, y + 3 + index * strip, strip - 1);
    });
  };

  const paintLane = (context, { track, speaker, turns, y, height }, scene) => {
    context.globalAlpha = view.solo && !isSolo(track, speaker) ? DIMMED : 1;
    context.fillStyle = speaker.colour;
    fillIntervals(context, turns, scene, y + 2, height - 4);
    context.globalAlpha = 1;
  };

  const paintBars = (name) => (context, { intervals, y, height }, scene) => {
    context.fillStyle = colour(name);
    fillIntervals(context, intervals, scene, y + 3, height - 6);
  };

  // changes are diamonds, candidates below the threshold circles; both share the scale of their detector
  const paintScores = (context, { points, y, height }, scene) => {
    const scores = Object.values(points).flatMap(({ score }) => score);
    const [lowest, highest] = [scores.reduce((a, b) => Math.min(a, b), 0), scores.reduce((a, b) => Math.max(a, b), 0)];
    const place = (score) => y + height - 8 - (height - 16) * (score - lowest) / (highest - lowest || 1);
    const visible = ({ time, score }) => time.flatMap((seconds, index) =>
      seconds >= scene.range[0] && seconds <= scene.range[1] ? [[scene.x(seconds), place(score[index])]] : []);
    context.strokeStyle = colour("muted");
    for (const [x, top] of points.candidates ? visible(points.candidates) : []) {
      context.beginPath();
      context.arc(x, top, 2.5, 0, 2 * Math.PI);
      context.stroke();
    }
    context.fillStyle = colour("ink");
    for (const [x, top] of points.changes ? visible(points.changes) : []) {
      context.beginPath();
      for (const [dx, dy] of [[0, -4], [4, 0], [0, 4], [-4, 0]]) context.lineTo(x + dx, top + dy);
      context.fill();
    }
    context.font = "10px system-ui, sans-serif";
    context.fillStyle = colour("muted");
    context.fillText(String(highest), 2, y + 8);
  };

  const PAINTERS = {
    wave: paintWave, header: paintErrors, lane: paintLane, overlap: paintBars("muted"), speech: paintBars("muted"),
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
    context.fillStyle = colour("line");
    context.globalAlpha = 0.6;
    fillIntervals(context, outside, scene, 0, height);
    const unscored = data.unscored[view.protocol] ?? [];
    if (unscored.length === 1 && scene.range[1] - scene.range[0] <= MAX_RANGE_OF_COLLARS) {
      fillIntervals(context, unscored[0], scene, 0, height);
    }
    context.globalAlpha = 1;
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
  };

  diarflow.timelinePaint = { colour, prepare, fillIntervals, paintAxis, paintRows };
})();
