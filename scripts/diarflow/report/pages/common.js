// What both kinds of pages use: sorting, data from files beside the page, and Plotly when it is needed.
"use strict";

const diarflow = (() => {
  const plotly = document.currentScript.dataset.plotly;
  const waiting = new Map(); // functions that wait for data, by its name
  const held = new Map();

  const load = (address) => new Promise((done, failed) => {
    const script = document.createElement("script");
    script.onload = done;
    script.onerror = () => failed(new Error(`cannot read ${address}`));
    script.src = address;
    document.head.append(script);
  });

  let drawing = null;
  const withPlotly = () => drawing ??= load(plotly).then(() => window.Plotly);

  // called by the files of data
  const take = (name, content) => {
    held.set(name, content);
    waiting.get(name)?.(content);
  };

  // the content of data/<name>.js
  const read = (name) => held.has(name)
    ? Promise.resolve(held.get(name))
    : new Promise((done, failed) => {
      waiting.set(name, done);
      load(`data/${name}.js`).catch(failed);
    });

  // what `take` was or will be called with
  const when = (name) => held.has(name)
    ? Promise.resolve(held.get(name))
    : new Promise((done) => waiting.set(name, done));

  // Plotly reads a little HTML in its texts
  const plain = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const short = (text, most = 32) => plain(text.length > most ? `${text.slice(0, most - 1)}…` : text);

  const element = (name, { text, ...properties } = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    made.append(...children);
    return made;
  };

  const turn = (header) => {
    const order = header.getAttribute("aria-sort") === "descending" ? "ascending" : "descending";
    for (const other of header.parentNode.children) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", order);
    return order;
  };

  // rows of a table that is all in the page, by the column of the button that was pressed
  const sort = (button) => {
    const header = button.closest("th");
    const body = header.closest("table").tBodies[0];
    const sign = turn(header) === "ascending" ? 1 : -1;
    const key = (row) => row.cells[header.cellIndex].textContent.trim();
    const rows = [...body.rows].map((row) => [key(row), row]);
    const numeric = rows.every(([text]) => text === "" || !Number.isNaN(parseFloat(text)));
    rows.sort(([a], [b]) => {
      if (a === "" || b === "") return (a === "") - (b === "");
      return sign * (numeric ? parseFloat(a) - parseFloat(b) : a.localeCompare(b));
    });
    body.append(...rows.map(([, row]) => row));
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.sort");
    if (button && !button.dataset.column) sort(button);
  });

  // Okabe and Ito: told apart by colour-blind readers too
  const KINDS = [["missed", "#56B4E9"], ["false_alarm", "#D55E00"], ["confusion", "#000000"]];
  const font = { family: "system-ui, sans-serif", size: 13, color: "#1a1a1a" };
  const layout = (more) => ({
    font, margin: { l: 60, r: 20, t: 30, b: 45 }, paper_bgcolor: "#fff", plot_bgcolor: "#fff",
    hoverlabel: { font }, ...more,
  });
  const config = { displaylogo: false, displayModeBar: "hover", responsive: true, modeBarButtonsToRemove: ["select2d", "lasso2d"] };

  return { take, read, when, withPlotly, plain, short, element, turn, layout, config, KINDS };
})();
