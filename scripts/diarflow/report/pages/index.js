// The front page: one protocol at a time, the recordings in pages of a hundred, and the pictures.
"use strict";

(() => {
  const { read, when, withPlotly, plain, short, element, turn, layout, config, KINDS } = diarflow;
  const site = JSON.parse(document.getElementById("site").textContent);
  const at = (id) => document.getElementById(id);
  const ROWS = 100; // of recordings on a page
  const state = { page: 0, column: "der", order: "descending", rows: null, shown: [] };

  const protocol = () => document.querySelector("input[name=protocol]:checked")?.value ?? "full";
  const number = (value, decimals) => value === null ? "" : value.toFixed(decimals);

  // --- tables that are in the page --------------------------------------------------------------
  const choose = () => {
    for (const row of document.querySelectorAll("tr[data-protocol]")) row.hidden = row.dataset.protocol !== protocol();
  };

  // --- recordings -------------------------------------------------------------------------------
  const header = () => {
    const names = [["corpus", "corpus", true], ["recording", "recording", true],
      ...site.figures.map((one) => [one[0], one[1], false])];
    const row = element("tr");
    for (const [column, title, text] of names) {
      const button = element("button", { type: "button", class: "sort", text: title, "data-column": column });
      const cell = element("th", { scope: "col", ...(text && { class: "text" }) }, button);
      if (column === state.column) cell.setAttribute("aria-sort", state.order);
      button.addEventListener("click", () => {
        state.order = turn(cell);
        Object.assign(state, { column, page: 0 });
        show();
      });
      row.append(cell);
    }
    at("recordings").tHead.replaceChildren(row);
  };

  const sorted = () => {
    const { rows, column } = state;
    const sign = state.order === "ascending" ? 1 : -1;
    const corpus = at("corpus").value;
    const part = at("search").value.toLowerCase();
    const values = rows[column];
    return rows.recording.map((_, place) => place)
      .filter((place) => (!corpus || rows.corpus[place] === corpus) && rows.recording[place].toLowerCase().includes(part))
      .sort((one, other) => {
        const [a, b] = [values[one], values[other]];
        if (a === null || b === null) return (a === null) - (b === null) || one - other;
        return sign * (a < b ? -1 : a > b ? 1 : 0) || one - other;
      });
  };

  const line = (place) => {
    const { rows } = state;
    const [corpus, recording] = [rows.corpus[place], rows.recording[place]];
    const link = element("a", {
      text: recording, href: `recordings/${encodeURIComponent(corpus)}/${encodeURIComponent(recording)}.html`,
    });
    const name = element("th", { scope: "row", class: "text" }, link);
    if (rows.speakers_given[place] === true) name.append("*");
    if (rows.set_aside[place]) name.append(" ", element("span", { class: "bad", text: `set aside at ${rows.set_aside[place]}` }));
    const figures = site.figures.map(([column, , decimals]) =>
      element("td", { text: number(rows[column][place], decimals), "data-column": column }));
    return element("tr", {}, element("td", { class: "text", text: corpus }), name, ...figures);
  };

  const page = () => {
    const pages = Math.max(1, Math.ceil(state.shown.length / ROWS));
    state.page = Math.min(Math.max(state.page, 0), pages - 1);
    const first = state.page * ROWS;
    at("recordings").tBodies[0].replaceChildren(...state.shown.slice(first, first + ROWS).map(line));
    const last = Math.min(first + ROWS, state.shown.length);
    at("page").textContent = state.shown.length ? `${first + 1} to ${last} of ${state.shown.length}` : "none";
    at("earlier").disabled = state.page === 0;
    at("later").disabled = state.page === pages - 1;
  };

  const show = () => {
    state.shown = sorted();
    page();
  };

  const load = async () => {
    const name = site.files[at("system").value]?.[protocol()];
    if (!name) return;
    const rows = await read(name);
    if (name !== site.files[at("system").value][protocol()]) return; // something else was chosen meanwhile
    state.rows = rows;
    show();
    scatter();
  };

  // --- pictures ---------------------------------------------------------------------------------
  const bars = async () => {
    const box = at("bars");
    if (!box) return;
    const Plotly = await withPlotly();
    const data = site.bars;
    const rows = data.protocol.map((name, row) => [name, row]).filter(([name]) => name === protocol()).map(([, row]) => row);
    const several = new Set(data.corpus).size > 1;
    const names = rows.map((row) => plain(several ? `${data.corpus[row]}: ${data.system[row]}` : data.system[row]));
    const traces = KINDS.map(([kind, colour]) => ({
      type: "bar", orientation: "h", name: kind.replace("_", " "), marker: { color: colour },
      x: rows.map((row) => data[`${kind}_percent`][row]), y: names,
      hovertemplate: `%{y}<br>${kind.replace("_", " ")}: %{x:.2f} %<extra></extra>`,
    }));
    Plotly.react(box, traces, layout({
      barmode: "stack", height: 110 + 32 * Math.max(rows.length, 2), margin: { l: 20, r: 20, t: 30, b: 45 },
      title: { text: `Errors, ${protocol()}`, font: { size: 14 }, x: 0 },
      xaxis: { title: { text: "percent of the reference's speech" }, gridcolor: "#ddd" },
      yaxis: { autorange: "reversed", automargin: true, ticksuffix: "  " },
      legend: { orientation: "h", x: 1, xanchor: "right", y: 1, yanchor: "bottom", traceorder: "normal" },
    }), { ...config, displayModeBar: false });
  };

  const scatter = async () => {
    if (!at("by-duration")) return;
    const Plotly = await withPlotly();
    const { rows } = state;
    const corpora = [...new Set(rows.corpus)];
    const colours = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#D55E00"];
    const symbols = ["circle", "square", "diamond", "triangle-up", "x", "cross", "star"];
    // a little speech and much false alarm make thousands of percent, beside which the others lie on the axis
    const HIGHEST = 150;
    const beyond = rows.der.some((der) => der > HIGHEST);
    const draw = (id, title, value, axis = {}) => {
      const traces = corpora.map((corpus, place) => {
        const own = rows.corpus.map((name, row) => [name, row]).filter(([name]) => name === corpus)
          .map(([, row]) => row).filter((row) => rows.der[row] !== null);
        return {
          type: own.length > 5000 ? "scattergl" : "scatter", mode: "markers", name: short(corpus), x: own.map(value), y: own.map((row) => Math.min(rows.der[row], HIGHEST)),
          text: own.map((row) => `${short(rows.recording[row], 60)}<br>DER ${number(rows.der[row], 2)} %`), customdata: own,
          marker: { color: colours[place % colours.length], symbol: symbols[place % symbols.length], size: 7, opacity: 0.6 },
          hovertemplate: "%{text}<br>%{x}<extra></extra>",
        };
      });
      Plotly.react(at(id), traces, layout({
        height: 360, showlegend: corpora.length > 1, legend: { orientation: "h", y: -0.24, yanchor: "top" },
        xaxis: { title: { text: title }, gridcolor: "#ddd", rangemode: "tozero", ...axis },
        yaxis: { title: { text: beyond ? `DER, % (over ${HIGHEST}: at ${HIGHEST})` : "DER, %" }, gridcolor: "#ddd", rangemode: "tozero" },
      }), config);
      at(id).removeAllListeners("plotly_click");
      at(id).on("plotly_click", ({ points: [point] }) => {
        const row = point.customdata;
        location.href = `recordings/${encodeURIComponent(rows.corpus[row])}/${encodeURIComponent(rows.recording[row])}.html`;
      });
    };
    // numbers of speakers are spread a little, so that points do not hide each other
    const most = Math.max(1, ...rows.reference_speakers.filter((count) => count !== null));
    const spread = (row) => ((row * 0.618) % 1 - 0.5) * 0.5;
    draw("by-duration", "scored, minutes", (row) => Math.round(rows.scored_seconds[row] / 0.6) / 100);
    draw("by-speakers", "speakers of the reference (points are spread)", (row) => Math.round(100 * (rows.reference_speakers[row] + spread(row))) / 100,
      { dtick: Math.ceil(most / 12) });
  };

  const times = async () => {
    const rows = await when("times");
    at("times").tBodies[0].replaceChildren(...rows.map((row) => element("tr", {},
      element("th", { scope: "row", class: "text", text: row.corpus }),
      ...["rule", "variant"].map((name) => element("td", { class: "text", text: row[name] })),
      ...[["jobs", 0], ["seconds", 1], ["cpu", 1], ["per_hour", 1], ["memory", 0], ["longest", 1]].map(([name, decimals]) =>
        element("td", { text: number(row[name], decimals) })))));
  };

  for (const button of document.querySelectorAll("input[name=protocol]")) {
    button.addEventListener("change", () => { choose(); bars(); load(); });
  }
  at("system").addEventListener("change", load);
  at("corpus").addEventListener("change", () => { state.page = 0; show(); });
  at("search").addEventListener("input", () => { state.page = 0; show(); });
  for (const [id, step] of [["earlier", -1], ["later", 1]]) {
    at(id).addEventListener("click", () => { state.page += step; page(); });
  }
  header();
  choose();
  times();
  // the tables first, then what takes long to draw
  load().then(() => setTimeout(bars));
})();
