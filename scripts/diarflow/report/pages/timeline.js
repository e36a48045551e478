// The timeline: visible range, rows with their labels, selection and playing position. Other scripts use `diarflow.timeline`:
//
//   range(), setRange(start, end), show(start, end)   visible seconds; `show` moves only if the segment is not in view
//   zoom(factor, centre), pan(fraction)               change the visible range
//   select(start, end), select(null), selection()     the highlighted segment: { start, end } or null
//   rows()                                            the shown rows; a lane has system, speaker (of the data) and turns
//   rowAt(y), timeAt(x), xOf(seconds)                 pixels of the canvas; `rowAt` returns null below the rows
//   redraw(), rebuild()                               draw again; `rebuild` also after a change of speakers or rows
//   on(name, callback)                                events "select", "time", "range", "settled" and "click"
//
// The turns are in diarflow.recording.data.tracks: change them and call `redraw`, or `rebuild` if speakers were added or removed.
"use strict";

(() => {
  const { byId, createElement } = diarflow;
  const { data, reference, view, on, emit, score, isSolo, soloSpeakers, toggleSolo } = diarflow.recording;
  const { colour, prepare, paintAxis, paintRows } = diarflow.timelinePaint;
  const lanes = diarflow.timelineLanes;
  const canvas = byId("lanes");
  const AXIS_HEIGHT = 26; // pixels
  const MIN_RANGE = 0.2; // seconds
  const ROUNDING = 1e-6; // seconds by which repeated zooming may change the whole range
  const SETTLED_AFTER = 250; // milliseconds without a change of the range
  const CONTEXT = 0.25; // share of the visible range on each side of a segment that is shown
  if (!canvas) return; // the recording has nothing to show

  let range = [0, data.duration];
  let settledRange = range;
  let selected = null;
  let time = null; // playing position
  let layout = { rows: [], height: 0 };
  let width = 1;
  let frame = null;
  let settling = null;

  const xOf = (seconds) => (seconds - range[0]) / (range[1] - range[0]) * width;
  const timeAt = (x) => range[0] + x / width * (range[1] - range[0]);
  const rowAt = (y) => layout.rows.find((row) => y >= row.y && y < row.y + row.height) ?? null;

  // --- drawing ------------------------------------------------------------------------------------
  const placeMarks = () => {
    const cursor = byId("cursor");
    cursor.hidden = time === null || time < range[0] || time > range[1];
    if (!cursor.hidden) cursor.style.transform = `translateX(${xOf(time)}px)`;
    const box = byId("selection");
    box.hidden = !selected || selected.end < range[0] || selected.start > range[1];
    if (box.hidden) return;
    const [left, right] = [Math.max(-2, xOf(selected.start)), Math.min(width + 2, xOf(selected.end))];
    box.style.left = `${left}px`;
    box.style.width = `${Math.max(2, right - left)}px`;
  };

  const draw = () => {
    frame = null;
    const scene = { range, width, x: xOf };
    paintAxis(prepare(byId("axis"), width, AXIS_HEIGHT), scene, AXIS_HEIGHT);
    paintRows(prepare(canvas, width, layout.height), layout.rows, scene, layout.height);
    placeMarks();
  };
  const redraw = () => { frame ??= requestAnimationFrame(draw); };

  // --- labels of the rows -------------------------------------------------------------------------
  const headerLabel = ({ group, track, title, hidden, isEmpty }) => {
    const isOpen = lanes.isExpanded(group);
    const der = track?.errors ? score(track.name, view.protocol) : "";
    const button = createElement("button", { type: "button", class: "group", "aria-expanded": isOpen, title: `${title}${der && `, DER ${der} %`}` },
      createElement("span", { class: "name", text: title }));
    if (der) button.append(createElement("span", { class: "note", text: `${Number(der).toFixed(1)} %` }));
    if (hidden) button.append(createElement("span", { class: "note", text: `${hidden} inactive` }));
    if (isEmpty) button.append(createElement("span", { class: "note", text: "no speech" }));
    button.addEventListener("click", () => {
      lanes.toggle(group);
      rebuild();
      byId("gutter").querySelector(`[data-group="${CSS.escape(group)}"] button`)?.focus();
    });
    return button;
  };

  const laneLabel = ({ track, speaker }) => {
    const speakers = soloSpeakers();
    const name = reference && track !== reference ? speaker.reference : speaker.name;
    const number = speakers.findIndex((other) => other.name === name) + 1;
    const isMain = track === (reference ?? diarflow.recording.chosenTrack());
    const swatch = createElement("span", { class: "swatch" });
    swatch.style.background = speaker.colour;
    const key = isMain && number >= 1 && number <= 9 ? [createElement("kbd", { text: number })] : [];
    const label = createElement("span", { class: "name", text: speaker.label, title: speaker.person ? speaker.label : speaker.name });
    if (!name || number < 1) return createElement("span", { class: "lane" }, swatch, label);
    const button = createElement("button", {
      type: "button", class: "lane", tabindex: "-1", "aria-pressed": isSolo(track, speaker), "aria-label": `solo ${speaker.label}`,
    }, swatch, label, ...key);
    button.addEventListener("click", () => toggleSolo(name));
    return button;
  };

  const writeLabels = () => {
    byId("gutter").replaceChildren(...layout.rows.map((row) => {
      const label = row.kind === "header" ? headerLabel(row) : row.kind === "lane" ? laneLabel(row)
        : createElement("span", { class: "note name", text: row.title });
      const box = createElement("div", { class: `row row-${row.kind}`, "data-group": row.group ?? "" }, label);
      Object.assign(box.style, { top: `${row.y}px`, height: `${row.height}px` });
      return box;
    }));
    byId("gutter").style.height = `${layout.height}px`;
  };

  const rebuild = () => {
    layout = lanes.build({
      range: settledRange, hideInactive: byId("hide-inactive").checked, spectrogram: diarflow.timelineAudio.hasSpectrogram(),
    });
    writeLabels();
    redraw();
  };

  const resize = () => {
    width = Math.max(50, canvas.parentNode.clientWidth);
    diarflow.timelineAudio.outdate();
    redraw();
  };

  // --- range --------------------------------------------------------------------------------------
  // rows of inactive speakers disappear when the range has settled, not while it moves
  const settle = () => {
    settledRange = range;
    diarflow.timelineAudio.outdate();
    rebuild();
    emit("settled", range);
  };

  const setRange = (start, end) => {
    const size = Math.min(Math.max(end - start, MIN_RANGE), data.duration);
    const first = Math.min(Math.max(end - start < size ? (start + end - size) / 2 : start, 0), data.duration - size);
    if (first === range[0] && first + size === range[1]) return;
    range = size > data.duration - ROUNDING ? [0, data.duration] : [first, first + size];
    redraw();
    emit("range", range);
    clearTimeout(settling);
    settling = setTimeout(settle, SETTLED_AFTER);
  };

  // move to a segment; zoom so that it fills at least a tenth and at most half of the view
  const show = (start, end) => {
    const [length, size] = [end - start, range[1] - range[0]];
    const isReadable = length >= size / 40 || size <= 30;
    if (start >= range[0] && end <= range[1] && isReadable) return;
    const wanted = length > size * (1 - 2 * CONTEXT) || !isReadable ? Math.max(length / (1 - 2 * CONTEXT), 10) : size;
    setRange((start + end - wanted) / 2, (start + end + wanted) / 2);
  };

  const zoom = (factor, centre = null) => {
    const [start, end] = range;
    const isPlaying = time !== null && time > start && time < end;
    const fixed = centre ?? (selected && selected.start >= start && selected.end <= end ? (selected.start + selected.end) / 2
      : isPlaying ? time : (start + end) / 2);
    const size = Math.min(data.duration, Math.max(MIN_RANGE, (end - start) * factor));
    const from = fixed - (fixed - start) / (end - start) * size;
    setRange(from, from + size);
  };

  const pan = (fraction) => {
    const step = fraction * (range[1] - range[0]);
    setRange(range[0] + step, range[1] + step);
  };

  const select = (start, end) => {
    selected = start === null || start === undefined ? null : { start, end };
    placeMarks();
    emit("select", selected);
  };

  const setTime = (seconds) => {
    time = seconds;
    placeMarks();
  };

  on("time", setTime);
  on("view", rebuild);
  on("solo", rebuild);
  byId("hide-inactive").addEventListener("change", rebuild);
  const buttons = {
    in: () => zoom(0.5), out: () => zoom(2), left: () => pan(-0.5), right: () => pan(0.5), all: () => setRange(0, data.duration),
  };
  for (const button of document.querySelectorAll("button[data-view]")) button.addEventListener("click", buttons[button.dataset.view]);
  new ResizeObserver(resize).observe(canvas.parentNode);
  document.addEventListener("themechange", () => {
    diarflow.timelineAudio.outdate();
    redraw();
  });

  diarflow.timeline = {
    range: () => [...range], setRange, show, zoom, pan, select, selection: () => selected, rows: () => layout.rows, rowAt, timeAt, xOf,
    redraw, rebuild, on, colour,
  };
  resize();
  rebuild();
})();
