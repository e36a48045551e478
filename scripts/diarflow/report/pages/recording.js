// The page of a recording: the timeline with turns, errors, speech and changes, the audio player, and the longest errors.
"use strict";

(() => {
  const { byId, withPlotly, escapeHtml, shorten, createElement, layout, config, ERROR_KINDS } = diarflow;
  const data = JSON.parse(byId("data").textContent);
  const audio = byId("audio");
  const ROW_HEIGHT = 24; // pixels of a speaker
  const SCORES_HEIGHT = 90; // pixels of the scores of a change detector
  const MARGIN = { l: 20, r: 20, t: 10, b: 45 };
  const LONGEST_ERRORS = 12; // rows of the table

  const formatTime = (seconds) => {
    const minutes = Math.floor(seconds / 60);
    return minutes ? `${minutes}:${(seconds % 60).toFixed(2).padStart(5, "0")}` : `${seconds.toFixed(2)} s`;
  };

  const play = (seconds) => {
    if (!audio) return;
    audio.currentTime = seconds;
    audio.play();
  };

  // --- content of the timeline ------------------------------------------------------------------
  const rowLabels = []; // from the top
  const trackBoundaries = [];
  const traces = [];

  const rowLabel = (track, name) => `${shorten(track, 22)}: ${shorten(name, 38 - Math.min(track.length, 22))}`;

  const addBars = (row, label, colour, intervals, height = 0.8, shift = 0) => traces.push({
    type: "bar", orientation: "h", showlegend: false, marker: { color: colour, line: { width: 0 } },
    base: intervals.map(([start]) => start), x: intervals.map(([start, end]) => end - start),
    y: intervals.map(() => row + shift), width: height,
    hovertext: intervals.map(([start, end]) => `${label}<br>${formatTime(start)} to ${formatTime(end)}`), hoverinfo: "text",
  });

  for (const [variant, intervals] of Object.entries(data.speech)) {
    rowLabels.push(rowLabel("speech", variant));
    addBars(rowLabels.length - 1, `speech detected by ${escapeHtml(variant)}`, "#666666", intervals, 0.4);
  }
  for (const track of data.tracks) {
    trackBoundaries.push(rowLabels.length - 0.5);
    for (const { name, colour, turns } of track.speakers) {
      rowLabels.push(rowLabel(track.name, name));
      addBars(rowLabels.length - 1, `${shorten(track.name)}: ${shorten(name, 60)}`, colour, turns);
    }
    if (!track.speakers.length) rowLabels.push(rowLabel(track.name, "no speech"));
    if (track.errors) {
      rowLabels.push(rowLabel(track.name, "errors"));
      ERROR_KINDS.forEach(([kind, label, colour], index) =>
        addBars(rowLabels.length - 1, `${label} of ${shorten(track.name)}`, colour, track.errors[kind], 0.27, 0.28 * (index - 1)));
    }
  }

  // a detector without any candidate or change (backend none) gets no axis
  const detectors = Object.entries(data.changes).filter(([, kinds]) => Object.values(kinds).some(({ time }) => time.length));
  detectors.forEach(([, { candidates, changes }], index) => {
    const addPoints = (points, marker, label) => points && traces.push({
      type: "scatter", mode: "markers", yaxis: `y${index + 2}`, showlegend: false, x: points.time, y: points.score, marker,
      hovertemplate: `${label}, score %{y}<br>%{x} s<extra></extra>`,
    });
    addPoints(candidates, { color: "#767676", size: 5, symbol: "circle-open" }, "change candidate");
    addPoints(changes, { color: "#1a1a1a", size: 7, symbol: "diamond" }, "change");
  });

  // intervals that are not scored, between those of the extent
  const unscored = [];
  let lastEnd = 0;
  for (const [start, end] of [...data.extent, [data.duration, data.duration]]) {
    if (data.extent.length && start > lastEnd) unscored.push([lastEnd, start]);
    lastEnd = Math.max(lastEnd, end);
  }

  // --- drawing of the timeline ------------------------------------------------------------------
  const rowsHeight = rowLabels.length * ROW_HEIGHT;
  const height = rowsHeight + detectors.length * SCORES_HEIGHT;
  let range = [0, data.duration]; // visible seconds

  const timelineLayout = () => {
    const fraction = (pixels) => 1 - pixels / height; // from pixels below the top to the units of Plotly
    const scoreAxes = Object.fromEntries(detectors.map(([name], index) => [`yaxis${index + 2}`, {
      domain: [Math.max(0, fraction(rowsHeight + (index + 1) * SCORES_HEIGHT)), fraction(rowsHeight + index * SCORES_HEIGHT + 14)],
      fixedrange: true, gridcolor: "#eee", title: { text: shorten(name, 16), font: { size: 11 } }, tickfont: { size: 10 },
      nticks: 3, zeroline: false, automargin: true,
    }]));
    const line = (y) => ({ type: "line", xref: "paper", x0: 0, x1: 1, y0: y, y1: y, line: { color: "#999", width: 1 } });
    const shade = ([x0, x1]) => ({ type: "rect", yref: "paper", x0, x1, y0: 0, y1: 1, fillcolor: "#000", opacity: 0.08, line: { width: 0 } });
    return layout({
      height: height + MARGIN.t + MARGIN.b, margin: MARGIN, barmode: "overlay", dragmode: "pan", hovermode: "closest", bargap: 0,
      xaxis: {
        title: { text: "seconds" }, range, minallowed: 0, maxallowed: data.duration, gridcolor: "#ddd", zeroline: false,
        anchor: detectors.length ? `y${detectors.length + 1}` : "y",
      },
      yaxis: {
        domain: [fraction(rowsHeight), 1], range: [rowLabels.length - 0.5, -0.5], fixedrange: true, automargin: true, zeroline: false,
        showgrid: false, tickvals: rowLabels.map((_, row) => row), ticktext: rowLabels, tickfont: { size: 12 }, ticksuffix: " ",
      },
      ...scoreAxes,
      shapes: [...trackBoundaries.map(line), ...unscored.map(shade)],
    });
  };

  const drawTimeline = async () => {
    const box = byId("timeline");
    const Plotly = await withPlotly();
    await Plotly.newPlot(box, traces, timelineLayout(), { ...config, scrollZoom: true, displayModeBar: false });
    box.on("plotly_relayout", () => {
      range = box._fullLayout.xaxis.range.map(Number);
      moveCursor();
    });
    playOnClick(box);
    if (audio) followAudio();
  };

  const showRange = async ([start, end]) => {
    const width = Math.min(end - start, data.duration);
    const first = Math.min(Math.max(start, 0), data.duration - width);
    range = [first, first + width];
    const Plotly = await withPlotly();
    await Plotly.relayout(byId("timeline"), { "xaxis.range": range });
  };

  // zooming in keeps the playback position visible
  const changeView = (view) => {
    const [start, end] = range;
    const width = end - start;
    const playing = audio && audio.currentTime > start && audio.currentTime < end;
    const centre = playing && view === "in" ? audio.currentTime : (start + end) / 2;
    return showRange({
      in: [centre - width / 4, centre + width / 4], out: [centre - width, centre + width],
      left: [start - width / 2, end - width / 2], right: [start + width / 2, end + width / 2],
      all: [0, data.duration],
    }[view]);
  };

  for (const button of document.querySelectorAll("button[data-view]")) {
    button.addEventListener("click", () => changeView(button.dataset.view));
  }

  // --- audio ------------------------------------------------------------------------------------
  // a click plays from its position; a drag moves the timeline and does not play
  const playOnClick = (box) => {
    let pressed = null;
    box.addEventListener("pointerdown", (event) => { pressed = event; }, true);
    window.addEventListener("pointerup", (event) => {
      const distance = pressed ? Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY) : Infinity;
      pressed = null;
      if (distance > 4) return;
      const { xaxis, _size } = box._fullLayout;
      const seconds = xaxis.p2d(event.clientX - box.getBoundingClientRect().left - _size.l);
      if (seconds >= range[0] && seconds <= range[1]) play(Math.max(0, seconds));
    }, true);
  };

  // move the cursor with the audio, and the visible range when the audio leaves it
  const followAudio = () => {
    let frame = null;
    const step = () => {
      moveCursor();
      const time = audio.currentTime;
      if (time > range[1] && range[1] < data.duration) showRange([time, time + range[1] - range[0]]);
      if (!audio.paused) frame = requestAnimationFrame(step);
    };
    audio.addEventListener("play", () => { cancelAnimationFrame(frame); step(); });
    for (const name of ["pause", "seeked", "timeupdate"]) audio.addEventListener(name, moveCursor);
    window.addEventListener("resize", () => setTimeout(moveCursor, 300));
  };

  const moveCursor = () => {
    const plot = byId("timeline")._fullLayout;
    const cursor = byId("cursor");
    if (!audio || !plot) return;
    const time = audio.currentTime;
    cursor.hidden = time < range[0] || time > range[1];
    cursor.style.left = `${plot._size.l + plot.xaxis.d2p(time)}px`;
    cursor.style.top = `${plot._size.t}px`;
    cursor.style.height = `${plot._size.h}px`;
  };

  // --- longest errors ---------------------------------------------------------------------------
  const showLongestErrors = () => {
    const track = data.tracks.find(({ name }) => name === byId("errors-system").value);
    const errors = ERROR_KINDS.flatMap(([kind, label]) => track.errors[kind].map(([start, end, speakers]) => ({
      label, start, end, speakerTime: (end - start) * speakers,
    })));
    errors.sort((a, b) => b.speakerTime - a.speakerTime || a.start - b.start);
    byId("longest-errors").tBodies[0].replaceChildren(...errors.slice(0, LONGEST_ERRORS).map(({ label, start, end, speakerTime }) => {
      const action = audio ? "show and play" : "show";
      const button = createElement("button", { type: "button", text: action, "aria-label": `${action} ${label} at ${start.toFixed(2)} s` });
      button.addEventListener("click", () => {
        showRange([start - 3, end + 3]);
        play(Math.max(0, start - 0.5));
      });
      return createElement("tr", {}, ...[start, end, speakerTime].map((value) => createElement("td", { text: value.toFixed(3) })),
        createElement("td", { class: "text", text: label }), createElement("td", { class: "text" }, button));
    }));
  };

  const systems = byId("errors-system"); // absent without scores
  if (systems) {
    for (const { name, errors } of data.tracks) if (errors) systems.append(createElement("option", { text: name }));
    if (systems.options.length) showLongestErrors();
    systems.addEventListener("change", showLongestErrors);
  }

  diarflow.recording = { data, play, formatTime, timelineDrawn: drawTimeline() };
})();
