// A recording's page: lanes of turns on one axis of time, errors, speech, changes; sound; embeddings.
"use strict";

(() => {
  const { withPlotly, plain, short, element, layout, config, KINDS } = diarflow;
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const audio = at("audio");
  const ROW = 24; // pixels of a lane
  const SCORES = 90; // pixels of a detector's scores

  const clock = (seconds) => {
    const minutes = Math.floor(seconds / 60);
    return minutes ? `${minutes}:${(seconds % 60).toFixed(2).padStart(5, "0")}` : `${seconds.toFixed(2)} s`;
  };

  const play = (seconds) => {
    if (!audio) return;
    audio.currentTime = seconds;
    audio.play();
  };

  // --- lanes ------------------------------------------------------------------------------------
  const names = []; // of the rows, from the top
  const label = (system, what) => `${short(system, 22)}: ${short(what, 38 - Math.min(system.length, 22))}`;
  const traces = [];

  const bars = (row, label, colour, stretches, height = 0.8, shift = 0) => traces.push({
    type: "bar", orientation: "h", showlegend: false, marker: { color: colour, line: { width: 0 } },
    base: stretches.map(([start]) => start), x: stretches.map(([start, end]) => end - start),
    y: stretches.map(() => row + shift), width: height,
    hovertext: stretches.map(([start, end]) => `${label}<br>${clock(start)} to ${clock(end)}`), hoverinfo: "text",
  });

  for (const [variant, stretches] of Object.entries(data.speech)) {
    names.push(label("speech", variant));
    bars(names.length - 1, `speech found by ${plain(variant)}`, "#666666", stretches, 0.4);
  }
  const borders = [];
  for (const lane of data.lanes) {
    borders.push(names.length - 0.5);
    for (const { name, colour, turns } of lane.speakers) {
      names.push(label(lane.name, name));
      bars(names.length - 1, `${short(lane.name)}: ${short(name, 60)}`, colour, turns);
    }
    if (!lane.speakers.length) names.push(label(lane.name, "nobody"));
    if (lane.errors) {
      names.push(label(lane.name, "errors"));
      KINDS.forEach(([kind, colour], place) =>
        bars(names.length - 1, `${kind.replace("_", " ")} by ${short(lane.name)}`, colour, lane.errors[kind], 0.27, 0.28 * (place - 1)));
    }
  }

  // one that looks for nothing (none) has nothing to show
  const detectors = Object.entries(data.changes).filter(([, found]) => Object.values(found).some(({ time }) => time.length));
  detectors.forEach(([, { candidates, changes }], place) => {
    const axis = { yaxis: `y${place + 2}`, showlegend: false, type: "scatter" };
    const dots = (moments, marker, what) => moments && traces.push({
      ...axis, mode: "markers", x: moments.time, y: moments.score, marker,
      hovertemplate: `${what}, score %{y}<br>%{x} s<extra></extra>`,
    });
    dots(candidates, { color: "#767676", size: 5, symbol: "circle-open" }, "may be a change");
    dots(changes, { color: "#1a1a1a", size: 7, symbol: "diamond" }, "change");
  });

  const height = names.length * ROW;
  const whole = height + detectors.length * SCORES;
  const MARGIN = { l: 20, r: 20, t: 10, b: 45 };
  let range = [0, data.duration];

  const timeline = async () => {
    const box = at("timeline");
    const Plotly = await withPlotly();
    const split = (pixels) => 1 - pixels / whole;
    const outside = [];
    let last = 0;
    for (const [start, end] of [...data.extent, [data.duration, data.duration]]) {
      if (data.extent.length && start > last) outside.push([last, start]);
      last = Math.max(last, end);
    }
    const axes = Object.fromEntries(detectors.map(([name], place) => [`yaxis${place + 2}`, {
      domain: [Math.max(0, split(height + (place + 1) * SCORES)), split(height + place * SCORES + 14)], fixedrange: true, gridcolor: "#eee",
      title: { text: short(name, 16), font: { size: 11 } }, tickfont: { size: 10 }, nticks: 3, zeroline: false, automargin: true,
    }]));
    await Plotly.newPlot(box, traces, layout({
      height: whole + MARGIN.t + MARGIN.b, margin: MARGIN, barmode: "overlay", dragmode: "pan", hovermode: "closest", bargap: 0,
      xaxis: {
        title: { text: "seconds" }, range, minallowed: 0, maxallowed: data.duration, gridcolor: "#ddd", zeroline: false,
        anchor: detectors.length ? `y${detectors.length + 1}` : "y",
      },
      yaxis: {
        domain: [split(height), 1], range: [names.length - 0.5, -0.5], fixedrange: true, automargin: true, zeroline: false, showgrid: false,
        tickvals: names.map((_, row) => row), ticktext: names, tickfont: { size: 12 }, ticksuffix: " ",
      },
      ...axes,
      shapes: [
        ...borders.map((y) => ({ type: "line", xref: "paper", x0: 0, x1: 1, y0: y, y1: y, line: { color: "#999", width: 1 } })),
        ...outside.map(([x0, x1]) => ({ type: "rect", yref: "paper", x0, x1, y0: 0, y1: 1, fillcolor: "#000", opacity: 0.08, line: { width: 0 } })),
      ],
    }), { ...config, scrollZoom: true, displayModeBar: false });
    box.on("plotly_relayout", () => {
      range = box._fullLayout.xaxis.range.map(Number);
      cursor();
    });
    listen(box);
    view("none");
  };

  const view = async (how) => {
    const [start, end] = range;
    const width = end - start;
    const middle = audio && audio.currentTime > start && audio.currentTime < end && how === "in" ? audio.currentTime : (start + end) / 2;
    const wanted = {
      in: [middle - width / 4, middle + width / 4], out: [middle - width, middle + width],
      left: [start - width / 2, end - width / 2], right: [start + width / 2, end + width / 2],
      all: [0, data.duration],
    }[how];
    if (wanted) await reach(wanted);
  };

  const reach = async ([start, end]) => {
    const width = Math.min(end - start, data.duration);
    const first = Math.min(Math.max(start, 0), data.duration - width);
    range = [first, first + width];
    const Plotly = await withPlotly();
    await Plotly.relayout(at("timeline"), { "xaxis.range": range });
  };

  // a click plays from there; a drag does not
  const listen = (box) => {
    let from = null;
    box.addEventListener("pointerdown", (event) => { from = event; }, true);
    window.addEventListener("pointerup", (event) => {
      const moved = from ? Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) : 99;
      from = null;
      if (moved > 4) return;
      const { xaxis, _size } = box._fullLayout;
      const seconds = xaxis.p2d(event.clientX - box.getBoundingClientRect().left - _size.l);
      if (seconds >= range[0] && seconds <= range[1]) play(Math.max(0, seconds));
    }, true);
    if (!audio) return;
    let follow = null;
    const step = () => {
      cursor();
      const time = audio.currentTime;
      if (time > range[1] && range[1] < data.duration) reach([time, time + range[1] - range[0]]);
      if (!audio.paused) follow = requestAnimationFrame(step);
    };
    audio.addEventListener("play", () => { cancelAnimationFrame(follow); step(); });
    for (const name of ["pause", "seeked", "timeupdate"]) audio.addEventListener(name, cursor);
    window.addEventListener("resize", () => setTimeout(cursor, 300));
  };

  const cursor = () => {
    const full = at("timeline")._fullLayout;
    const line = at("cursor");
    if (!audio || !full) return;
    const time = audio.currentTime;
    line.hidden = time < range[0] || time > range[1];
    line.style.left = `${full._size.l + full.xaxis.d2p(time)}px`;
    line.style.top = `${full._size.t}px`;
    line.style.height = `${full._size.h}px`;
  };

  for (const button of document.querySelectorAll("button[data-view]")) {
    button.addEventListener("click", () => view(button.dataset.view));
  }

  // --- longest errors ---------------------------------------------------------------------------
  const worst = () => {
    const lane = data.lanes.find(({ name }) => name === at("worst-of").value);
    const found = KINDS.flatMap(([kind]) => lane.errors[kind].map(([start, end, speakers]) => ({
      kind: kind.replace("_", " "), start, end, time: (end - start) * speakers,
    })));
    found.sort((a, b) => b.time - a.time || a.start - b.start);
    at("worst").tBodies[0].replaceChildren(...found.slice(0, 12).map(({ kind, start, end, time }) => {
      const button = element("button", {
        type: "button", text: audio ? "show and play" : "show", "aria-label": `${audio ? "show and play" : "show"} ${kind} at ${start.toFixed(2)} s`,
      });
      button.addEventListener("click", () => {
        reach([start - 3, end + 3]);
        play(Math.max(0, start - 0.5));
      });
      return element("tr", {}, ...[start, end, time].map((value) => element("td", { text: value.toFixed(3) })),
        element("td", { class: "text", text: kind }), element("td", { class: "text" }, button));
    }));
  };

  if (at("worst-of")) {
    for (const { name, errors } of data.lanes) if (errors) at("worst-of").append(element("option", { text: name }));
    if (at("worst-of").options.length) worst();
    at("worst-of").addEventListener("change", worst);
  }

  // --- embeddings -------------------------------------------------------------------------------
  const unpack = (text, count) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const rows = Array.from({ length: count }, () => new Float32Array(count));
    let place = 0;
    for (let i = 0; i < count; i++) {
      for (let j = i; j < count; j++) rows[i][j] = rows[j][i] = bytes[place++] / 127.5 - 1;
    }
    return rows;
  };

  const embeddings = async () => {
    if (!at("embedding")) return;
    const Plotly = await withPlotly();
    const found = data.embeddings[at("embedding").value];
    const lane = data.lanes.find(({ name }) => name === at("speakers-of").value);
    const who = found.speakers[lane.name];
    const colours = new Map(lane.speakers.map(({ name, colour }) => [name, colour]));
    const text = (place) => `${who[place] === null ? "nobody" : short(who[place], 60)}<br>${found.windows[place].map(clock).join(" to ")}`;

    const groups = [...lane.speakers.map(({ name }) => name), null];
    const symbols = ["circle", "square", "diamond", "triangle-up", "x", "cross", "star", "hexagon"];
    const points = groups.map((name, place) => {
      const own = who.flatMap((one, row) => one === name ? [row] : []);
      return {
        type: "scatter", mode: "markers", name: name === null ? "nobody" : short(name), customdata: own,
        x: own.map((row) => found.x[row]), y: own.map((row) => found.y[row]), text: own.map(text), hoverinfo: "text",
        marker: { color: colours.get(name) ?? "#BBBBBB", size: 8, symbol: name === null ? "circle-open" : symbols[place % symbols.length], opacity: 0.8 },
      };
    }).filter(({ x }) => x.length);
    Plotly.react(at("plane"), points, layout({
      margin: { l: 50, r: 20, t: 30, b: 45 }, showlegend: true, legend: { orientation: "h", y: -0.14, yanchor: "top" },
      xaxis: { title: { text: "first component" }, gridcolor: "#ddd", zeroline: false },
      yaxis: { title: { text: "second component" }, gridcolor: "#ddd", zeroline: false, scaleanchor: "x" }, hovermode: "closest",
    }), config);

    const rank = new Map(groups.map((name, place) => [name, place]));
    const order = found.compared.map((_, place) => place);
    if (at("by-speaker").checked) order.sort((a, b) => rank.get(who[found.compared[a]]) - rank.get(who[found.compared[b]]) || a - b);
    const full = unpack(found.similarities, found.compared.length);
    const z = order.map((row) => order.map((column) => full[row][column]));
    const texts = order.map((place) => text(found.compared[place]));
    Plotly.react(at("matrix"), [{
      type: "heatmap", z, colorscale: "Cividis", zmin: Math.min(0, ...z.map((row) => Math.min(...row))), zmax: 1,
      hovertemplate: "%{customdata}<br>cosine %{z:.2f}<extra></extra>", colorbar: { title: { text: "cosine" }, thickness: 12 },
      customdata: order.map((_, row) => order.map((__, column) => `${texts[row]}<br>and ${texts[column]}`)),
    }], layout({
      margin: { l: 50, r: 20, t: 30, b: 45 }, xaxis: { title: { text: "window" }, constrain: "domain" },
      yaxis: { title: { text: "window" }, autorange: "reversed", scaleanchor: "x", constrain: "domain" },
    }), config);
    at("plane").removeAllListeners("plotly_click");
    at("plane").on("plotly_click", ({ points: [point] }) => play(found.windows[point.customdata][0]));
    at("matrix").removeAllListeners("plotly_click");
    at("matrix").on("plotly_click", ({ points: [point] }) => play(found.windows[found.compared[order[point.y]]][0]));
    const part = (count, what) => count < found.count ? `${what} ${count} of ${found.count} windows, evenly spread` : "";
    const sampled = [part(found.compared.length, "The matrix shows"), part(found.windows.length, "The plane shows")].filter(Boolean);
    at("sampled").textContent = `${sampled.length ? `${sampled.join(". ")}. ` : ""}The plane holds ${(100 * found.share).toFixed(0)} % of the variance.`;
  };

  for (const id of ["embedding", "speakers-of", "by-speaker"]) at(id)?.addEventListener("change", embeddings);
  timeline().then(embeddings);
})();
