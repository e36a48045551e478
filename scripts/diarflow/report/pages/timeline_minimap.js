// The minimap: the whole recording with its density of errors or of speech, and the visible range, which can be dragged.
"use strict";

(() => {
  const { byId } = diarflow;
  const { data, view, on, chosenTrack } = diarflow.recording;
  const { KINDS, intervalsOf } = diarflow.errors;
  const { prepare } = diarflow.timelinePaint;
  const { timeline } = diarflow;
  const canvas = byId("minimap");
  const HEIGHT = 34; // pixels
  const BIN = 3; // pixels of a bar
  if (!timeline) return;
  let picture = null; // the densities, drawn once for each system, protocol and width

  // seconds of the intervals in each bin
  const density = (intervals, bins) => {
    const size = data.duration / bins;
    const seconds = new Float32Array(bins);
    for (const [start, end] of intervals) {
      for (let bin = Math.floor(start / size); bin < bins && bin * size < end; bin++) {
        if (bin >= 0) seconds[bin] += Math.min(end, (bin + 1) * size) - Math.max(start, bin * size);
      }
    }
    return seconds.map((value) => Math.min(1, value / size));
  };

  const speech = () => (chosenTrack()?.speakers ?? []).flatMap(({ turns }) => turns).sort((a, b) => a[0] - b[0]);

  const drawPicture = (width) => {
    picture = document.createElement("canvas");
    const context = prepare(picture, width, HEIGHT);
    const bins = Math.max(1, Math.floor(width / BIN));
    const layers = chosenTrack()?.errors
      ? KINDS.map(({ name, css }) => [density(intervalsOf(view.system, view.protocol, name), bins), css])
      : [[density(speech(), bins), "accent"]];
    const base = new Float32Array(bins).fill(HEIGHT);
    for (const [values, css] of layers) {
      context.fillStyle = timeline.colour(css);
      values.forEach((value, bin) => {
        const height = Math.min(value * HEIGHT, base[bin]);
        base[bin] -= height;
        context.fillRect(bin * width / bins, base[bin], width / bins - 0.5, height);
      });
    }
  };

  const placeView = () => {
    const [start, end] = timeline.range();
    const box = byId("minimap-view");
    box.style.left = `${100 * start / data.duration}%`;
    box.style.width = `${100 * (end - start) / data.duration}%`;
  };

  const draw = () => {
    const width = canvas.clientWidth;
    if (!width) return; // hidden, for example in print
    drawPicture(width);
    const context = prepare(canvas, width, HEIGHT);
    context.drawImage(picture, 0, 0, width, HEIGHT);
    placeView();
  };

  const placeTime = (time) => { byId("minimap-cursor").style.left = `${100 * time / data.duration}%`; };

  // a press moves the visible range to its position, a drag moves it along
  const moveTo = (event) => {
    const box = canvas.getBoundingClientRect();
    const [start, end] = timeline.range();
    const centre = (event.clientX - box.left) / box.width * data.duration;
    timeline.setRange(centre - (end - start) / 2, centre + (end - start) / 2);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    const [start, end] = timeline.range();
    if (end - start >= data.duration) { // nothing to move: show a tenth of the recording
      const box = canvas.getBoundingClientRect();
      const centre = (event.clientX - box.left) / box.width * data.duration;
      timeline.setRange(centre - data.duration / 20, centre + data.duration / 20);
      return;
    }
    moveTo(event);
  });
  canvas.addEventListener("pointermove", (event) => { if (event.buttons & 1) moveTo(event); });

  on("view", draw);
  on("range", placeView);
  on("time", placeTime);
  new ResizeObserver(draw).observe(canvas.parentNode);
  document.addEventListener("themechange", draw);
  draw();
})();
