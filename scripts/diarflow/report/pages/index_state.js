// The view of the front page, which its URL contains: protocol, systems, and the part of the table of recordings.
"use strict";

(() => {
  const { byId, viewState } = diarflow;
  const site = JSON.parse(byId("site").textContent);
  const PROTOCOLS = ["full", "fair", "forgiving"];
  const DEFAULT_SORT = { errors: "-error_seconds", talk: "-unusual" };
  const systems = Object.keys(site.files);
  const listeners = []; // pairs of keys of the state and a function
  let shown = {}; // the state that the page shows

  const headlineOf = (protocol) => site.headlines.find((headline) => headline.protocol === protocol);
  const bestSystem = () => {
    const best = headlineOf("full")?.system;
    return systems.includes(best) ? best : systems[0] ?? "";
  };
  // the system that `system` is compared with: the next best one, or the best one
  const otherSystem = (system) => {
    const candidates = [bestSystem(), headlineOf("full")?.next?.system, ...systems];
    return candidates.find((name) => name && name !== system && systems.includes(name)) ?? "";
  };

  // read the state from the URL; values that do not exist in this report are replaced by the defaults
  const read = () => {
    const choose = (name, values, defaultValue) => {
      const value = viewState.get(name);
      return values.includes(value) ? value : defaultValue;
    };
    const system = choose("system", systems, bestSystem());
    const corpus = choose("corpus", site.corpora, "");
    const hasScores = corpus ? site.scored.includes(corpus) : site.scored.length > 0;
    const view = site.scored.length ? choose("view", ["errors", "talk"], hasScores ? "errors" : "talk") : "talk";
    return {
      protocol: choose("protocol", PROTOCOLS, "full"), system, corpus, view,
      other: choose("other", systems.filter((name) => name !== system), otherSystem(system)),
      filter: viewState.get("filter", ""),
      sort: viewState.get("sort", DEFAULT_SORT[view]),
      page: Math.max(1, parseInt(viewState.get("page", "1"), 10) || 1),
      columns: viewState.get("columns", ""),
    };
  };

  // set the form fields, because browsers restore those of an earlier visit
  const setControls = (state) => {
    for (const id of ["system", "other", "corpus", "filter"]) {
      const field = byId(id);
      if (field && field.value !== state[id]) field.value = state[id];
    }
    for (const name of ["protocol", "view"]) {
      for (const field of document.querySelectorAll(`input[name=${name}]`)) field.checked = field.value === state[name];
    }
    for (const option of byId("other")?.options ?? []) option.disabled = option.value === state.system;
  };

  const render = () => {
    const state = read();
    const changed = Object.keys(state).filter((key) => state[key] !== shown[key]);
    shown = state;
    setControls(state);
    for (const [keys, callback] of listeners) {
      if (keys.some((key) => changed.includes(key))) callback(state);
    }
  };

  // call a function now and whenever one of the keys of the state has changed
  const onState = (keys, callback) => { listeners.push([keys, callback]); };

  // change the state; another part of the table begins with its first page, another view with its own columns
  const change = (values, options = { push: true }) => {
    const reset = {};
    if (!("page" in values) && !("columns" in values)) reset.page = null;
    if ("view" in values || "corpus" in values) Object.assign(reset, { sort: null, columns: null });
    viewState.set({ ...reset, ...values }, options);
    render();
  };

  const watchControls = () => {
    for (const id of ["system", "other", "corpus"]) {
      byId(id)?.addEventListener("change", (event) => change({ [id]: event.target.value }));
    }
    for (const field of document.querySelectorAll("input[name=protocol], input[name=view]")) {
      field.addEventListener("change", () => change({ [field.name]: field.value }));
    }
    byId("filter").addEventListener("input", (event) => change({ filter: event.target.value }, { push: false }));
    viewState.onChange(render);
  };

  // URL of the page of a recording, with the chosen system and protocol; `more` may give a time `t`
  const recordingUrl = (corpus, recording, more = {}) => viewState.link(
    `recordings/${encodeURIComponent(corpus)}/${encodeURIComponent(recording)}.html`,
    { system: shown.system, protocol: shown.protocol, ...more });

  const formatNumber = (value, decimals) => value === null || value === undefined ? "" : value.toFixed(decimals);

  // 3723.4 becomes 1:02:03.4, and 63.4 becomes 1:03.4
  const formatClock = (seconds, decimals = 1) => {
    if (seconds === null || seconds === undefined) return "";
    const rounded = Number(seconds.toFixed(decimals));
    const [hours, minutes] = [Math.floor(rounded / 3600), Math.floor(rounded / 60) % 60];
    const rest = (rounded % 60).toFixed(decimals).padStart(decimals ? decimals + 3 : 2, "0");
    return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  };

  diarflow.front = { site, systems, onState, change, render, watchControls, recordingUrl, formatNumber, formatClock, state: () => shown };
})();
