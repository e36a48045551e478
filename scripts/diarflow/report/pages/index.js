// The front page: choice of the protocol, the table of recordings in pages of 100, and the charts.
"use strict";

(() => {
  const { byId, loadData, whenReceived, withPlotly, escapeHtml, shorten, createElement, toggleOrder, layout, config, ERROR_KINDS } = diarflow;
  const site = JSON.parse(byId("site").textContent);
  const ROWS_PER_PAGE = 100;
  const MAX_DER = 150; // percent; a recording with little speech and a long false alarm can have thousands
  const state = { page: 0, column: "der", order: "descending", scores: null, visible: [] };

  const protocol = () => document.querySelector("input[name=protocol]:checked")?.value ?? "full";
  const formatNumber = (value, decimals) => value === null ? "" : value.toFixed(decimals);
  const pageUrl = (row) =>
    `recordings/${encodeURIComponent(state.scores.corpus[row])}/${encodeURIComponent(state.scores.recording[row])}.html`;

  // show the rows of the selected protocol in all tables that are part of the page
  const filterByProtocol = () => {
    for (const row of document.querySelectorAll("tr[data-protocol]")) row.hidden = row.dataset.protocol !== protocol();
  };

  // --- table of recordings ----------------------------------------------------------------------
  const writeHeader = () => {
    const columns = [["corpus", "corpus", true], ["recording", "recording", true],
      ...site.metrics.map(([column, title]) => [column, title, false])];
    const row = createElement("tr");
    for (const [column, title, text] of columns) {
      const button = createElement("button", { type: "button", class: "sort", text: title, "data-column": column });
      const cell = createElement("th", { scope: "col", ...(text && { class: "text" }) }, button);
      if (column === state.column) cell.setAttribute("aria-sort", state.order);
      button.addEventListener("click", () => {
        state.order = toggleOrder(cell);
        Object.assign(state, { column, page: 0 });
        showRecordings();
      });
      row.append(cell);
    }
    byId("recordings").tHead.replaceChildren(row);
  };

  // the rows that match the filters, in the selected order; empty values come last
  const sortedRows = () => {
    const { scores, column } = state;
    const sign = state.order === "ascending" ? 1 : -1;
    const corpus = byId("corpus").value;
    const part = byId("search").value.toLowerCase();
    const values = scores[column];
    return scores.recording.map((_, row) => row)
      .filter((row) => (!corpus || scores.corpus[row] === corpus) && scores.recording[row].toLowerCase().includes(part))
      .sort((first, second) => {
        const [a, b] = [values[first], values[second]];
        if (a === null || b === null) return (a === null) - (b === null) || first - second;
        return sign * (a < b ? -1 : a > b ? 1 : 0) || first - second;
      });
  };

  const createRow = (row) => {
    const { scores } = state;
    const link = createElement("a", { text: scores.recording[row], href: pageUrl(row) });
    const name = createElement("th", { scope: "row", class: "text" }, link);
    const rule = scores.failed_rule[row];
    if (scores.speakers_given[row] === true) name.append("*");
    if (rule) name.append(" ", createElement("span", { class: "bad", text: `set aside: ${rule} failed` }));
    const cells = site.metrics.map(([column, , decimals]) =>
      createElement("td", { text: formatNumber(scores[column][row], decimals), "data-column": column }));
    return createElement("tr", {}, createElement("td", { class: "text", text: scores.corpus[row] }), name, ...cells);
  };

  const showPage = () => {
    const pages = Math.max(1, Math.ceil(state.visible.length / ROWS_PER_PAGE));
    state.page = Math.min(Math.max(state.page, 0), pages - 1);
    const first = state.page * ROWS_PER_PAGE;
    const last = Math.min(first + ROWS_PER_PAGE, state.visible.length);
    byId("recordings").tBodies[0].replaceChildren(...state.visible.slice(first, last).map(createRow));
    byId("page-range").textContent = state.visible.length ? `${first + 1} to ${last} of ${state.visible.length}` : "none";
    byId("previous-page").disabled = state.page === 0;
    byId("next-page").disabled = state.page === pages - 1;
  };

  const showRecordings = () => {
    state.visible = sortedRows();
    showPage();
  };

  const loadScores = async () => {
    const name = site.files[byId("system").value]?.[protocol()];
    if (!name) return;
    const scores = await loadData(name);
    if (name !== site.files[byId("system").value][protocol()]) return; // another choice was made meanwhile
    state.scores = scores;
    showRecordings();
    drawScatterPlots();
  };

  // --- charts -----------------------------------------------------------------------------------
  const drawBars = async () => {
    const box = byId("bars");
    if (!box) return;
    const Plotly = await withPlotly();
    const data = site.bars;
    const rows = data.protocol.map((name, row) => [name, row]).filter(([name]) => name === protocol()).map(([, row]) => row);
    const severalCorpora = new Set(data.corpus).size > 1;
    const names = rows.map((row) => escapeHtml(severalCorpora ? `${data.corpus[row]}: ${data.system[row]}` : data.system[row]));
    const traces = ERROR_KINDS.map(([kind, label, colour]) => ({
      type: "bar", orientation: "h", name: label, marker: { color: colour },
      x: rows.map((row) => data[`${kind}_percent`][row]), y: names,
      hovertemplate: `%{y}<br>${label}: %{x:.2f} %<extra></extra>`,
    }));
    Plotly.react(box, traces, layout({
      barmode: "stack", height: 110 + 32 * Math.max(rows.length, 2), margin: { l: 20, r: 20, t: 30, b: 45 },
      title: { text: `Errors under protocol ${protocol()}`, font: { size: 14 }, x: 0 },
      xaxis: { title: { text: "percent of the reference speech" }, gridcolor: "#ddd" },
      yaxis: { autorange: "reversed", automargin: true, ticksuffix: "  " },
      legend: { orientation: "h", x: 1, xanchor: "right", y: 1, yanchor: "bottom", traceorder: "normal" },
    }), { ...config, displayModeBar: false });
  };

  const drawScatterPlots = async () => {
    if (!byId("by-duration")) return;
    const Plotly = await withPlotly();
    const { scores } = state;
    const minutes = (row) => Math.round(scores.scored_seconds[row] / 0.6) / 100;
    // points with equal numbers of speakers are shifted, so that they do not hide each other
    const shift = (row) => ((row * 0.618) % 1 - 0.5) * 0.5;
    const speakers = (row) => Math.round(100 * (scores.reference_speakers[row] + shift(row))) / 100;
    const mostSpeakers = Math.max(1, ...scores.reference_speakers.filter((count) => count !== null));
    drawScatterPlot(Plotly, "by-duration", "scored time, minutes", minutes);
    drawScatterPlot(Plotly, "by-speakers", "reference speakers (points shifted apart)", speakers, { dtick: Math.ceil(mostSpeakers / 12) });
  };

  // the DER of each recording by a value, one trace for each corpus; a click opens the page of the recording
  const drawScatterPlot = (Plotly, id, title, value, axis = {}) => {
    const { scores } = state;
    const colours = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#D55E00"];
    const symbols = ["circle", "square", "diamond", "triangle-up", "x", "cross", "star"];
    const corpora = [...new Set(scores.corpus)];
    const clipped = scores.der.some((der) => der > MAX_DER);
    const traces = corpora.map((corpus, index) => {
      const rows = scores.corpus.map((name, row) => [name, row]).filter(([name]) => name === corpus)
        .map(([, row]) => row).filter((row) => scores.der[row] !== null);
      return {
        type: rows.length > 5000 ? "scattergl" : "scatter", mode: "markers", name: shorten(corpus),
        x: rows.map(value), y: rows.map((row) => Math.min(scores.der[row], MAX_DER)), customdata: rows,
        text: rows.map((row) => `${shorten(scores.recording[row], 60)}<br>DER ${formatNumber(scores.der[row], 2)} %`),
        marker: { color: colours[index % colours.length], symbol: symbols[index % symbols.length], size: 7, opacity: 0.6 },
        hovertemplate: "%{text}<br>%{x}<extra></extra>",
      };
    });
    Plotly.react(byId(id), traces, layout({
      height: 360, showlegend: corpora.length > 1, legend: { orientation: "h", y: -0.24, yanchor: "top" },
      xaxis: { title: { text: title }, gridcolor: "#ddd", rangemode: "tozero", ...axis },
      yaxis: { title: { text: clipped ? `DER, % (above ${MAX_DER} drawn at ${MAX_DER})` : "DER, %" }, gridcolor: "#ddd", rangemode: "tozero" },
    }), config);
    byId(id).removeAllListeners("plotly_click");
    byId(id).on("plotly_click", ({ points: [point] }) => { location.href = pageUrl(point.customdata); });
  };

  // --- time and memory --------------------------------------------------------------------------
  const showTimes = async () => {
    const rows = await whenReceived("times");
    const numbers = [["jobs", 0], ["seconds", 1], ["cpu", 1], ["per_hour", 1], ["memory", 0], ["longest", 1]];
    byId("times").tBodies[0].replaceChildren(...rows.map((row) => createElement("tr", {},
      createElement("th", { scope: "row", class: "text", text: row.corpus }),
      ...["rule", "variant"].map((name) => createElement("td", { class: "text", text: row[name] })),
      ...numbers.map(([name, decimals]) => createElement("td", { text: formatNumber(row[name], decimals) })))));
  };

  for (const button of document.querySelectorAll("input[name=protocol]")) {
    button.addEventListener("change", () => { filterByProtocol(); drawBars(); loadScores(); });
  }
  byId("system").addEventListener("change", loadScores);
  byId("corpus").addEventListener("change", () => { state.page = 0; showRecordings(); });
  byId("search").addEventListener("input", () => { state.page = 0; showRecordings(); });
  for (const [id, step] of [["previous-page", -1], ["next-page", 1]]) {
    byId(id).addEventListener("click", () => { state.page += step; showPage(); });
  }
  writeHeader();
  filterByProtocol();
  showTimes();
  // charts take longer to draw, so the tables come first
  loadScores().then(() => setTimeout(drawBars));
})();
