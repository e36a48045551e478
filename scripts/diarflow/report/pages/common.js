// Functions that all pages use: data files, Plotly, HTML elements, and sorting of tables.
"use strict";

const diarflow = (() => {
  const plotly = document.currentScript.dataset.plotly;
  const entries = new Map(); // data by name

  const byId = (id) => document.getElementById(id);

  const loadScript = (url) => new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.onload = resolve;
    script.onerror = () => reject(new Error(`cannot load ${url}`));
    script.src = url;
    document.head.append(script);
  });

  // load Plotly when the first chart needs it; a page in a single file contains it
  let plotlyLoaded = null;
  const withPlotly = () => plotlyLoaded ??= Promise.resolve(window.Plotly ?? loadScript(plotly).then(() => window.Plotly));

  // the promise of data by name, and the function that resolves it
  const entryOf = (name) => {
    if (!entries.has(name)) {
      const entry = { isRequested: false };
      entry.promise = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
      entries.set(name, entry);
    }
    return entries.get(name);
  };

  // the data files call this function
  const receive = (name, content) => {
    const entry = entryOf(name);
    entry.isRequested = true; // a page in a single file contains its data
    entry.resolve(content);
  };

  // data of a file that the page includes
  const whenReceived = (name) => entryOf(name).promise;

  // data of data/<name>.js, which is loaded on demand, once
  const loadData = (name) => {
    const entry = entryOf(name);
    if (!entry.isRequested) {
      entry.isRequested = true;
      loadScript(`data/${name}.js`).catch(entry.reject);
    }
    return entry.promise;
  };

  // Plotly interprets some HTML in texts
  const escapeHtml = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const shorten = (text, length = 32) => escapeHtml(text.length > length ? `${text.slice(0, length - 1)}…` : text);

  const createElement = (name, { text, ...attributes } = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    element.append(...children);
    return element;
  };

  // mark a column header as the sorted one and return the new order; a second click reverses the order
  const toggleOrder = (header) => {
    const order = header.getAttribute("aria-sort") === "descending" ? "ascending" : "descending";
    for (const other of header.parentNode.children) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", order);
    return order;
  };

  // sort the rows of a table in the page by the column of a button; empty cells come last
  const sortTable = (button) => {
    const header = button.closest("th");
    const body = header.closest("table").tBodies[0];
    const sign = toggleOrder(header) === "ascending" ? 1 : -1;
    const cellText = (row) => row.cells[header.cellIndex].textContent.trim();
    const rows = [...body.rows].map((row) => [cellText(row), row]);
    const numeric = rows.every(([text]) => text === "" || !Number.isNaN(parseFloat(text)));
    rows.sort(([a], [b]) => {
      if (a === "" || b === "") return (a === "") - (b === "");
      return sign * (numeric ? parseFloat(a) - parseFloat(b) : a.localeCompare(b));
    });
    body.append(...rows.map(([, row]) => row));
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.sort");
    if (button && !button.dataset.column) sortTable(button);
  });

  // colours of report.css in the current scheme, for scripts that draw: colour("missed")
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const COLOURS = ["paper", "ink", "muted", "line", "accent", "missed", "false-alarm", "confusion", "overlap", "correct"];
  let colours = Object.fromEntries(COLOURS.map((name) => [name, colour(name)]));

  // kinds of errors, their labels and colours
  const ERROR_KINDS = [["missed", "missed speech"], ["false_alarm", "false alarm"], ["confusion", "confusion"]];
  const errorColour = (kind) => colours[kind.replace("_", "-")];
  for (const row of ERROR_KINDS) row.push(errorColour(row[0]));

  const layout = (options) => {
    const font = { family: "system-ui, sans-serif", size: 13, color: colours.ink };
    return {
      font, margin: { l: 60, r: 20, t: 30, b: 45 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      hoverlabel: { font, bgcolor: colours.paper, bordercolor: colours.ink }, ...options,
    };
  };

  // give the marks of Plotly's charts the colours of the new scheme; report.css colours axes and texts
  document.addEventListener("themechange", () => {
    const old = colours;
    colours = Object.fromEntries(COLOURS.map((name) => [name, colour(name)]));
    for (const row of ERROR_KINDS) row[2] = errorColour(row[0]);
    const hover = { "hoverlabel.font.color": colours.ink, "hoverlabel.bgcolor": colours.paper, "hoverlabel.bordercolor": colours.ink };
    for (const box of document.querySelectorAll(".js-plotly-plot")) {
      window.Plotly.relayout(box, { "font.color": colours.ink, ...hover });
      box.data.forEach((trace, index) => {
        const name = COLOURS.find((name) => old[name] === trace.marker?.color);
        if (name) window.Plotly.restyle(box, { "marker.color": colours[name] }, [index]);
      });
    }
  });

  const config = { displaylogo: false, displayModeBar: "hover", responsive: true, modeBarButtonsToRemove: ["select2d", "lasso2d"] };

  return { byId, receive, whenReceived, loadData, withPlotly, escapeHtml, shorten, createElement, toggleOrder, layout, config, colour, ERROR_KINDS };
})();
