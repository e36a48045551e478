// The table of recordings: columns, order, filter, and pages of 100 rows.
"use strict";

(() => {
  const { byId, loadData, createElement, front } = diarflow;
  const { site, onState, change } = front;
  const { columnsOf, chosenColumns, defaultNames } = front.columns;
  const ROWS_PER_PAGE = 100;
  const DATA_KEYS = ["system", "protocol", "other", "view"]; // of the state, which choose the data
  let data = null; // facts, scores, other and talk of the shown system
  let dataState = null; // the state that they were loaded for

  const placesOf = (columns) => new Map(columns?.index.map((index, place) => [index, place]));

  // rows of the recordings of a view: with errors only those that have a reference
  const rowsOf = (view) => {
    const { facts, scores, other, talk } = data;
    const [scorePlaces, otherPlaces, talkPlaces] = [scores, other, talk].map(placesOf);
    const indices = view === "talk" ? talk.index : scores.index.filter((index) => facts.reference[index]);
    return indices.map((index) => ({
      index, scores: scorePlaces.get(index), other: otherPlaces.get(index), talk: talkPlaces.get(index),
    }));
  };

  const load = async ({ system, protocol, other, view }) => {
    const files = site.files[system] ?? {};
    const names = ["recordings", files[protocol], other && site.files[other][protocol], view === "talk" && files.talk];
    const [facts, scores, otherScores, talk] = await Promise.all(names.map((name) => name ? loadData(name) : null));
    return { facts, scores, other: otherScores, talk };
  };

  // --- order and filter ---------------------------------------------------------------------------
  const nameColumn = { name: "recording", title: "recording", isText: true, value: ({ facts }, row) => facts.title[row.index] };

  const sortOf = ({ sort }) => sort.startsWith("-") ? [sort.slice(1), "descending"] : [sort, "ascending"];

  // the rows that match the filters, in the selected order; empty values come last
  const visibleRows = (state) => {
    const { facts } = data;
    const part = state.filter.toLowerCase();
    const [name, order] = sortOf(state);
    const column = [nameColumn, ...columnsOf(state)].find((candidate) => candidate.name === name) ?? nameColumn;
    const sign = order === "ascending" ? 1 : -1;
    return rowsOf(state.view)
      .filter(({ index }) => (!state.corpus || facts.corpus[index] === state.corpus)
        && (facts.title[index].toLowerCase().includes(part) || facts.recording[index].toLowerCase().includes(part)))
      .map((row) => ({ ...row, value: column.value(data, row) }))
      .sort((first, second) => {
        const [a, b] = [first.value, second.value];
        if (a === null || b === null) return (a === null) - (b === null) || first.index - second.index;
        return sign * (a < b ? -1 : a > b ? 1 : 0) || first.index - second.index;
      });
  };

  // --- header and rows ----------------------------------------------------------------------------
  const headerCell = (column, state) => {
    const [name, order] = sortOf(state);
    const button = createElement("button", { type: "button", class: "sort", text: column.title, "data-column": column.name });
    const cell = createElement("th", { scope: "col", ...(column.isText && { class: "text" }) }, button);
    if (column.name === name) cell.setAttribute("aria-sort", order);
    button.addEventListener("click", () => {
      const isDescending = column.name === name && order === "descending";
      change({ sort: isDescending ? column.name : `-${column.name}` });
      byId("recordings").querySelector(`button[data-column="${column.name}"]`).focus();
    });
    return cell;
  };

  // sentences about a recording: failures that concern the shown system, incomplete audio, dropped turns
  const problemsOf = (row, view) => {
    const { facts, scores, talk } = data;
    const rule = view === "talk" && row.talk !== undefined ? talk.failed_rule[row.talk] : scores?.failed_rule[row.scores];
    const isScored = row.scores !== undefined && scores.reference_seconds?.[row.scores] !== null;
    const failures = facts.failures[row.index]
      .filter(([name]) => name === rule || !isScored)
      .map(([name, reason]) => `${name === rule ? "set aside" : "not scored"}, ${name} failed: ${reason}`);
    if (rule && !failures.length) failures.push(`set aside, ${rule} failed`);
    return [...failures, ...facts.problems[row.index].filter((text) => view === "errors" || text !== "no reference")];
  };

  const createRow = (row, columns, state) => {
    const { facts, scores } = data;
    const corpus = facts.corpus[row.index];
    const link = createElement("a", { text: facts.title[row.index], href: front.recordingUrl(corpus, facts.recording[row.index]) });
    const name = createElement("th", { scope: "row", class: "text" }, link);
    if (scores?.speakers_given[row.scores] === true) name.append("*");
    if (site.corpora.length > 1 && !state.corpus) name.append(" ", createElement("span", { class: "note", text: corpus }));
    for (const text of problemsOf(row, state.view)) name.append(createElement("span", { class: "problem bad", text, title: text }));
    const cells = columns.map((column) => createElement("td",
      { "data-column": column.name, ...(column.isWide && { class: "wide-cell" }) }, column.cell(data, row)));
    return createElement("tr", {}, name, ...cells);
  };

  const emptyText = (state) => (state.filter ? `no recording contains "${state.filter}"`
    : `${state.system} has no result${state.corpus ? ` in ${state.corpus}` : ""}; choose another system`);

  const show = (state) => {
    const rows = visibleRows(state);
    // a column that compares with a system without results here is left out, unless it was chosen
    const columns = chosenColumns(state).filter((column) =>
      state.columns || !column.isComparison || !rows.length || rows.some((row) => column.value(data, row) !== null));
    const pages = Math.max(1, Math.ceil(rows.length / ROWS_PER_PAGE));
    const page = Math.min(state.page, pages);
    const first = (page - 1) * ROWS_PER_PAGE;
    const last = Math.min(first + ROWS_PER_PAGE, rows.length);
    const table = byId("recordings");
    table.tHead.replaceChildren(createElement("tr", {}, ...[nameColumn, ...columns].map((column) => headerCell(column, state))));
    table.tBodies[0].replaceChildren(...rows.slice(first, last).map((row) => createRow(row, columns, state)));
    byId("page-range").textContent = rows.length ? `${first + 1} to ${last} of ${rows.length}` : emptyText(state);
    byId("previous-page").disabled = page === 1;
    byId("next-page").disabled = page === pages;
    byId("recordings-note").textContent = (state.view === "talk"
      ? "Statistics of the turns that the system found. A recording is unlike the others in the quantity with the largest distance from the median of its corpus, in robust standard deviations. "
      : "Error: missed speech, false alarm and confusion together. ")
      + "A name links to the page of the recording. * The number of speakers was given.";
  };

  // --- choice of columns --------------------------------------------------------------------------
  const showChoice = (state) => {
    const names = chosenColumns(state).map(({ name }) => name);
    const boxes = columnsOf(state).map(({ name, title }) => {
      const box = createElement("input", { type: "checkbox", value: name, autocomplete: "off" });
      box.checked = names.includes(name);
      box.addEventListener("change", () => {
        const checked = [...byId("column-choice").querySelectorAll("input:checked")].map((input) => input.value);
        const isDefault = checked.join() === chosenColumns({ ...state, columns: "" }).map((column) => column.name).join();
        change({ columns: isDefault ? null : checked.join() || "none" });
      });
      return createElement("label", {}, box, ` ${title}`);
    });
    const reset = createElement("button", { type: "button", text: "Default columns" });
    reset.disabled = names.join() === chosenColumns({ ...state, columns: defaultNames(state).join() }).map(({ name }) => name).join();
    reset.addEventListener("click", () => change({ columns: null }));
    const choice = byId("column-choice");
    const focused = choice.contains(document.activeElement) ? document.activeElement.value : null;
    choice.replaceChildren(...boxes, reset);
    if (focused) choice.querySelector(`input[value="${focused}"]`)?.focus();
  };

  const areOfSameData = (first, second) => DATA_KEYS.every((key) => first[key] === second[key]);

  // the charts wait for the table, because loading Plotly blocks the page for a second
  let resolveShown;
  front.tableShown = new Promise((resolve) => { resolveShown = resolve; });
  const PAINT = 30; // milliseconds for the browser to paint the table

  const update = async (state) => {
    try {
      const loaded = await load(state);
      const now = front.state();
      if (!areOfSameData(now, state)) return; // chosen meanwhile
      [data, dataState] = [loaded, state];
      show(now);
      for (const callback of afterLoad) callback(data, now);
    } finally {
      setTimeout(resolveShown, PAINT);
    }
  };

  const afterLoad = []; // functions that need the loaded data
  front.onData = (callback) => { afterLoad.push(callback); };
  onState(DATA_KEYS, update);
  onState(["corpus", "filter", "sort", "page", "columns"], (state) => { if (data && areOfSameData(state, dataState)) show(state); });
  onState(["view", "other", "columns"], showChoice);
  for (const [id, step] of [["previous-page", -1], ["next-page", 1]]) {
    byId(id).addEventListener("click", () => change({ page: front.state().page + step }));
  }
})();
