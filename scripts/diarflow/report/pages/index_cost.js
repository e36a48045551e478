// Time and memory, and facts of the run: the data of times.js, the only file that differs between equal runs.
"use strict";

(() => {
  const { byId, whenReceived, createElement, front } = diarflow;
  const { site, onState, formatNumber } = front;

  // real-time factor and peak memory of a system on all corpora of a scope; null if a part is unknown
  const costOf = (systems, scope, system) => {
    const corpora = site.scopes[scope] ?? [scope];
    const rows = systems.filter((row) => row.system === system && corpora.includes(row.corpus));
    if (!rows.length || rows.some((row) => row.real_time_factor === null)) return null;
    const sum = (name) => rows.reduce((total, row) => total + row[name], 0);
    return { real_time_factor: sum("seconds") / sum("audio"), memory: Math.max(...rows.map((row) => row.memory)) };
  };

  const showSystems = (systems) => {
    for (const row of document.querySelectorAll("tr[data-system]")) {
      if (row.dataset.recording !== "ALL") continue;
      const cost = costOf(systems, row.dataset.corpus, row.dataset.system);
      row.querySelector("[data-cost=real_time_factor]").textContent = cost ? cost.real_time_factor.toFixed(2) : "";
      row.querySelector("[data-cost=memory]").textContent = cost ? cost.memory.toFixed(0) : "";
    }
  };

  // the card in the overview shows the chosen system on all corpora
  const showCard = (systems, { system, protocol }) => {
    const card = document.querySelector(".card.measured");
    const headline = site.headlines.find((candidate) => candidate.protocol === protocol);
    const scope = headline?.scope ?? (site.corpora.length === 1 ? site.corpora[0] : "ALL");
    const cost = costOf(systems, scope, system);
    const show = (name, text) => { card.querySelector(`[data-cost=${name}]`).textContent = text; };
    show("system", system);
    show("real_time_factor", cost ? `${cost.real_time_factor.toFixed(2)} × real time` : "not measured");
    show("memory", cost ? `peak memory ${cost.memory.toFixed(0)} MB; the time of all its jobs, divided by the duration of the audio` : "The usage of some jobs is missing.");
  };

  const showRules = (rows) => {
    const numbers = [["jobs", 0], ["seconds", 1], ["cpu", 1], ["per_hour", 1], ["memory", 0], ["longest", 1]];
    byId("times").tBodies[0].replaceChildren(...rows.map((row) => createElement("tr", {},
      createElement("th", { scope: "row", class: "text", text: row.corpus }),
      ...["rule", "variant"].map((name) => createElement("td", { class: "text", text: row[name] })),
      ...numbers.map(([name, decimals]) => createElement("td", { text: formatNumber(row[name], decimals) })))));
  };

  const minutes = (seconds) => seconds < 90 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`;
  const showRun = ({ folder, date, version, command, elapsed }) => {
    const parts = [folder, date, version && `diarflow ${version}`, elapsed !== undefined && `run of ${minutes(elapsed)}`].filter(Boolean);
    byId("run-facts").textContent = parts.join(" · ");
    if (!command) return;
    byId("run-facts").append(" · ", createElement("code", { text: command, title: command }));
    byId("run-command").textContent = `Command: ${command}`;
  };

  whenReceived("times").then(({ rules, systems, run }) => {
    showRules(rules);
    showSystems(systems);
    showRun(run);
    showCard(systems, front.state());
    onState(["system", "protocol"], (state) => showCard(systems, state));
  });
})();
