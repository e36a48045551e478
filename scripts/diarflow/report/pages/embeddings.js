// Plots of the embeddings on the page of a recording: the similarity matrix and the projection to the plane.
"use strict";

(() => {
  const { byId, withPlotly, shorten, layout, config } = diarflow;
  const { data, formatTime } = diarflow.recording;
  const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "x", "cross", "star", "hexagon"];
  const MARGIN = { l: 50, r: 20, t: 30, b: 45 };

  // the symmetric matrix of cosine similarities, from base64 with one byte for each pair (report/projection.py)
  const decodeSimilarities = (text, count) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const rows = Array.from({ length: count }, () => new Float32Array(count));
    let position = 0;
    for (let i = 0; i < count; i++) {
      for (let j = i; j < count; j++) rows[i][j] = rows[j][i] = bytes[position++] / 127.5 - 1;
    }
    return rows;
  };

  // what both plots need: the embeddings, and the speaker of each window in the selected track
  const selection = () => {
    const embeddings = data.embeddings[byId("embedding").value];
    const track = data.tracks.find(({ name }) => name === byId("speakers-track").value);
    const speakers = embeddings.speakers[track.name];
    const hoverText = (window) =>
      `${speakers[window] === null ? "no speaker" : shorten(speakers[window], 60)}<br>${embeddings.windows[window].map((time) => formatTime(time)).join(" to ")}`;
    return { embeddings, track, speakers, hoverText };
  };

  const onClick = (box, windowOf, { windows }) => {
    box.removeAllListeners("plotly_click");
    box.on("plotly_click", ({ points: [point] }) => diarflow.player?.playFrom(windows[windowOf(point)][0]));
  };

  const drawPlane = (Plotly, { embeddings, track, speakers, hoverText }) => {
    const colours = new Map(track.speakers.map(({ name, colour }) => [name, colour]));
    const traces = [...colours.keys(), null].map((speaker, index) => {
      const windows = speakers.flatMap((name, window) => name === speaker ? [window] : []);
      return {
        type: "scatter", mode: "markers", name: speaker === null ? "no speaker" : shorten(speaker), customdata: windows,
        x: windows.map((window) => embeddings.x[window]), y: windows.map((window) => embeddings.y[window]),
        text: windows.map(hoverText), hoverinfo: "text",
        marker: { color: colours.get(speaker) ?? "#BBBBBB", size: 8, symbol: speaker === null ? "circle-open" : SYMBOLS[index % SYMBOLS.length], opacity: 0.8 },
      };
    }).filter(({ x }) => x.length);
    Plotly.react(byId("plane"), traces, layout({
      margin: MARGIN, showlegend: true, legend: { orientation: "h", y: -0.14, yanchor: "top" },
      xaxis: { title: { text: "first component" }, gridcolor: "#ddd", zeroline: false },
      yaxis: { title: { text: "second component" }, gridcolor: "#ddd", zeroline: false, scaleanchor: "x" }, hovermode: "closest",
    }), config);
    onClick(byId("plane"), (point) => point.customdata, embeddings);
  };

  const drawMatrix = (Plotly, { embeddings, track, speakers, hoverText }) => {
    const { compared } = embeddings;
    const rank = new Map([...track.speakers.map(({ name }) => name), null].map((name, index) => [name, index]));
    const order = compared.map((_, index) => index);
    if (byId("sort-matrix").checked) {
      order.sort((a, b) => rank.get(speakers[compared[a]]) - rank.get(speakers[compared[b]]) || a - b);
    }
    const similarities = decodeSimilarities(embeddings.similarities, compared.length);
    const z = order.map((row) => order.map((column) => similarities[row][column]));
    const texts = order.map((index) => hoverText(compared[index]));
    Plotly.react(byId("matrix"), [{
      type: "heatmap", z, colorscale: "Cividis", zmin: Math.min(0, ...z.map((row) => Math.min(...row))), zmax: 1,
      hovertemplate: "%{customdata}<br>cosine %{z:.2f}<extra></extra>", colorbar: { title: { text: "cosine" }, thickness: 12 },
      customdata: texts.map((row) => texts.map((column) => `${row}<br>and ${column}`)),
    }], layout({
      margin: MARGIN, xaxis: { title: { text: "window" }, constrain: "domain" },
      yaxis: { title: { text: "window" }, autorange: "reversed", scaleanchor: "x", constrain: "domain" },
    }), config);
    onClick(byId("matrix"), (point) => compared[order[point.y]], embeddings);
  };

  const describeSampling = ({ embeddings: { compared, windows, count, explained_variance: variance } }) => {
    const sentence = (shown, plot) => shown < count ? `The ${plot} shows ${shown} of ${count} windows, evenly spread. ` : "";
    byId("sampling").textContent = sentence(compared.length, "matrix") + sentence(windows.length, "projection")
      + `The projection explains ${(100 * variance).toFixed(0)} % of the variance.`;
  };

  const draw = async () => {
    const Plotly = await withPlotly();
    const selected = selection();
    drawPlane(Plotly, selected);
    drawMatrix(Plotly, selected);
    describeSampling(selected);
  };

  if (!byId("embedding")) return; // the recording has no embeddings
  for (const id of ["embedding", "speakers-track", "sort-matrix"]) byId(id).addEventListener("change", draw);
  // after the timeline has been drawn, because Plotly takes long to load
  requestAnimationFrame(() => setTimeout(draw));
})();
