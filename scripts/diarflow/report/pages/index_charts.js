// The charts of the front page: errors of the systems, loss by stage, and the recordings as points.
"use strict";

(() => {
  const { byId, withPlotly, escapeHtml, shorten, layout, config, front, ERROR_KINDS } = diarflow;
  const { site, onState, formatNumber } = front;
  const MAX_DER = 150; // percent; a recording with little speech and a long false alarm can have thousands
  const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"];
  const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "x", "cross", "star"];
  const fixed = { ...config, displayModeBar: false };

  const onClick = (box, callback) => {
    box.removeAllListeners("plotly_click");
    box.on("plotly_click", ({ points: [point] }) => callback(point));
  };

  const chartLibrary = async () => {
    await front.tableShown;
    return withPlotly();
  };

  // errors of each system, or of each corpus and system; a click chooses them in the table of recordings
  const drawBars = async ({ protocol }) => {
    const box = byId("bars");
    if (!box) return;
    const Plotly = await chartLibrary();
    const data = site.bars;
    const rows = data.protocol.map((name, row) => [name, row]).filter(([name]) => name === protocol).map(([, row]) => row);
    const severalCorpora = new Set(data.corpus).size > 1;
    const names = rows.map((row) => escapeHtml(severalCorpora ? `${data.corpus[row]}: ${data.system[row]}` : data.system[row]));
    const traces = ERROR_KINDS.map(([kind, label, colour]) => ({
      type: "bar", orientation: "h", name: label, marker: { color: colour }, customdata: rows,
      x: rows.map((row) => data[`${kind}_percent`][row]), y: names,
      hovertemplate: `%{y}<br>${label}: %{x:.2f} %<extra></extra>`,
    }));
    await Plotly.react(box, traces, layout({
      barmode: "stack", height: 110 + 32 * Math.max(rows.length, 2), margin: { l: 20, r: 20, t: 30, b: 45 },
      title: { text: `Errors under protocol ${protocol}`, font: { size: 14 }, x: 0 },
      xaxis: { title: { text: "percent of the reference speech" }, gridcolor: "#ddd" },
      yaxis: { autorange: "reversed", automargin: true, ticksuffix: "  " },
      legend: { orientation: "h", x: 1, xanchor: "right", y: 1, yanchor: "bottom", traceorder: "normal" },
    }), fixed);
    onClick(box, ({ customdata }) => {
      const corpus = data.corpus[customdata];
      front.change({ system: data.system[customdata], corpus: site.corpora.includes(corpus) ? corpus : null, view: null });
      byId("recordings-section").scrollIntoView();
    });
  };

  // DER with an oracle for each stage, below the DER without; the whiskers are the interval of the difference
  const drawWaterfall = async ({ protocol, corpus }) => {
    const box = byId("waterfall");
    if (!box) return;
    const Plotly = await chartLibrary();
    const own = site.oracles.filter((row) => row.protocol === protocol);
    const scope = [corpus, site.headlines[0]?.scope].find((name) => own.some((row) => row.corpus === name));
    const rows = own.filter((row) => (scope === undefined || row.corpus === scope) && row.der !== null && row.oracle_der !== null);
    const label = (row) => escapeHtml(`${row.base}, ${row.stage}${scope === undefined ? ` (${row.corpus})` : ""}`);
    const hover = rows.map((row) => `${label(row)} from the reference<br>DER ${row.der.toFixed(2)} → ${row.oracle_der.toFixed(2)} %`
      + `<br>difference ${row.difference.toFixed(2)} points` + (row.difference_low === null ? "" : ` (${row.difference_low.toFixed(2)} to ${row.difference_high.toFixed(2)})`));
    const common = { type: "bar", orientation: "h", y: rows.map(label), hovertext: hover, hoverinfo: "text" };
    const ends = (name) => rows.map((row) => row[name] === null ? 0 : Math.abs(row[name] - row.difference));
    await Plotly.react(box, [
      { ...common, name: "DER with the oracle", x: rows.map((row) => Math.min(row.der, row.oracle_der)), marker: { color: diarflow.colour("line") } },
      {
        ...common, name: "loss by the stage", x: rows.map((row) => Math.max(0, row.der - row.oracle_der)), marker: { color: diarflow.colour("accent") },
        base: rows.map((row) => row.oracle_der),
      },
      {
        type: "scatter", mode: "markers", name: "95 % interval", x: rows.map((row) => row.oracle_der), y: rows.map(label), hoverinfo: "skip",
        marker: { color: diarflow.colour("muted"), size: 5 },
        error_x: { type: "data", symmetric: false, array: ends("difference_high"), arrayminus: ends("difference_low"), color: "#767676" },
      },
    ], layout({
      barmode: "overlay", height: 110 + 30 * Math.max(rows.length, 2), margin: { l: 20, r: 20, t: 30, b: 45 },
      title: { text: `Loss by stage under protocol ${protocol}${scope === undefined ? "" : `: ${escapeHtml(scope)}`}`, font: { size: 14 }, x: 0 },
      xaxis: { title: { text: "DER, %" }, gridcolor: "#ddd", rangemode: "tozero" },
      yaxis: { autorange: "reversed", automargin: true, ticksuffix: "  " },
      legend: { orientation: "h", x: 1, xanchor: "right", y: 1, yanchor: "bottom" },
    }), fixed);
  };

  // one trace of points for each corpus; a click opens the page of the recording
  const drawPoints = (Plotly, id, facts, points, axes) => {
    const corpora = [...new Set(points.map(({ index }) => facts.corpus[index]))];
    const traces = corpora.map((corpus, number) => {
      const own = points.filter(({ index }) => facts.corpus[index] === corpus);
      return {
        type: own.length > 5000 ? "scattergl" : "scatter", mode: "markers", name: shorten(corpus),
        x: own.map(({ x }) => x), y: own.map(({ y }) => y), customdata: own.map(({ index }) => index),
        text: own.map(({ index, text }) => `${shorten(facts.title[index], 60)}<br>${text}`),
        marker: { color: COLOURS[number % COLOURS.length], symbol: SYMBOLS[number % SYMBOLS.length], size: 7, opacity: 0.6 },
        hovertemplate: "%{text}<extra></extra>",
      };
    });
    Plotly.react(byId(id), traces, layout({
      height: 360, showlegend: corpora.length > 1, legend: { orientation: "h", y: -0.24, yanchor: "top" }, ...axes,
    }), config);
    onClick(byId(id), ({ customdata }) => { location.href = front.recordingUrl(facts.corpus[customdata], facts.recording[customdata]); });
  };

  const derAxis = (title, isClipped) =>
    ({ title: { text: isClipped ? `${title} (above ${MAX_DER} drawn at ${MAX_DER})` : title }, gridcolor: "#ddd", rangemode: "tozero" });
  const clip = (der) => Math.min(der, MAX_DER);

  const drawScatterPlots = async ({ facts, scores, other }, { corpus, system, other: otherSystem }) => {
    if (!byId("by-duration")) return;
    const Plotly = await chartLibrary();
    const places = scores.index.map((_, place) => place)
      .filter((place) => scores.der[place] !== null && (!corpus || facts.corpus[scores.index[place]] === corpus));
    const isClipped = places.some((place) => scores.der[place] > MAX_DER);
    const pointsOf = (x) => places.map((place) => ({
      index: scores.index[place], x: x(place), y: clip(scores.der[place]),
      text: `DER ${formatNumber(scores.der[place], 2)} %, ${scores.reference_speakers[place]} speakers`,
    }));
    const yaxis = derAxis("DER, %", isClipped);
    drawPoints(Plotly, "by-duration", facts, pointsOf((place) => Math.round(scores.scored_seconds[place] / 0.6) / 100),
      { xaxis: { title: { text: "scored time, minutes" }, gridcolor: "#ddd", rangemode: "tozero" }, yaxis });
    // points with equal numbers of speakers are shifted, so that they do not hide each other
    const shift = (place) => ((place * 0.618) % 1 - 0.5) * 0.5;
    const mostSpeakers = Math.max(1, ...places.map((place) => scores.reference_speakers[place]));
    drawPoints(Plotly, "by-speakers", facts, pointsOf((place) => Math.round(100 * (scores.reference_speakers[place] + shift(place))) / 100),
      { xaxis: { title: { text: "reference speakers (points shifted apart)" }, gridcolor: "#ddd", rangemode: "tozero", dtick: Math.ceil(mostSpeakers / 12) }, yaxis });
    if (byId("compare") && other) drawComparison(Plotly, facts, scores, other, places, system, otherSystem);
  };

  // DER of each recording with both systems
  const drawComparison = (Plotly, facts, scores, other, places, system, otherSystem) => {
    const otherPlaces = new Map(other.index.map((index, place) => [index, place]));
    const points = places.flatMap((place) => {
      const [der, otherDer] = [scores.der[place], other.der[otherPlaces.get(scores.index[place])]];
      if (otherDer === null || otherDer === undefined) return [];
      const text = `${escapeHtml(system)} ${der.toFixed(2)} %, ${escapeHtml(otherSystem)} ${otherDer.toFixed(2)} %`;
      return [{ index: scores.index[place], x: clip(otherDer), y: clip(der), text, isClipped: Math.max(der, otherDer) > MAX_DER }];
    });
    const isClipped = points.some((point) => point.isClipped);
    const most = Math.max(1, ...points.flatMap(({ x, y }) => [x, y]));
    drawPoints(Plotly, "compare", facts, points, {
      xaxis: derAxis(`DER of ${shorten(otherSystem)}, %`, isClipped), yaxis: derAxis(`DER of ${shorten(system)}, %`, isClipped),
      shapes: [{ type: "line", x0: 0, y0: 0, x1: most, y1: most, line: { color: "#767676", width: 1, dash: "dot" } }],
    });
    for (const [name, value] of [["system", system], ["other", otherSystem]]) {
      for (const element of document.querySelectorAll(`.compared-${name}`)) element.textContent = value;
    }
  };

  // charts take longer to draw, so the tables come first
  const later = (draw) => (...values) => { setTimeout(() => draw(...values)); };
  onState(["protocol"], later(drawBars));
  onState(["protocol", "corpus"], later(drawWaterfall));
  front.onData(later(drawScatterPlots));
})();
