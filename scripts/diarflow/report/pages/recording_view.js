// The view of the page in its URL: system, protocol, visible range and segment. This script starts the page.
"use strict";

(() => {
  const { byId, createElement, viewState } = diarflow;
  const { data, systems, view, on, choose, score, formatTime } = diarflow.recording;
  const { timeline } = diarflow;
  const SECONDS = /^(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?$/; // START or START-END
  const CONTEXT = 10; // seconds around a moment that a link shows
  let isRestoring = false; // the page follows the URL; otherwise the URL follows the page

  // START-END or START of a link as numbers; null if it is neither, or lies outside the recording
  const readTimes = (text) => {
    const match = SECONDS.exec(text ?? "");
    if (!match) return null;
    const [start, end] = [Number(match[1]), match[2] === undefined ? null : Number(match[2])];
    return start > data.duration || (end !== null && end <= start) ? null : { start, end };
  };
  const writeTime = (seconds) => String(Math.round(seconds * 1000) / 1000);

  // links to the previous and the next recording keep the system and the protocol, also those that this page does not have
  const updateLinks = () => {
    const [system, protocol] = ["system", "protocol"].map((name) => viewState.get(name));
    for (const link of document.querySelectorAll("nav a[rel]")) link.href = viewState.link(link.href, { system, protocol });
    const overview = document.querySelector("nav a:not([rel])");
    overview.href = viewState.link(overview.href, { system, protocol });
  };

  // the table of scores shows the chosen protocol and marks the chosen system
  const updateScores = () => {
    for (const row of document.querySelectorAll("#scores tbody tr")) {
      row.hidden = row.dataset.protocol !== view.protocol;
      row.classList.toggle("chosen", row.dataset.system === view.system);
    }
    const der = score(view.system, view.protocol);
    if (byId("der")) byId("der").textContent = der && `DER ${Number(der).toFixed(1)} %`;
  };

  const showControls = () => {
    if (byId("system")) byId("system").value = view.system;
    if (byId("protocol")) byId("protocol").value = view.protocol;
    updateScores();
    updateLinks();
  };

  // bring the page to the view in the URL
  const restore = () => {
    isRestoring = true;
    choose({ system: viewState.get("system", systems[0]?.name), protocol: viewState.get("protocol", "full") });
    showControls();
    if (timeline) restoreTimes();
    isRestoring = false;
  };

  const restoreTimes = () => {
    const range = readTimes(viewState.get("range"));
    const moment = readTimes(viewState.get("t"));
    if (range?.end) timeline.setRange(range.start, range.end);
    else if (!moment) timeline.setRange(0, data.duration);
    timeline.select(null);
    if (!moment) return;
    const { start, end } = moment;
    if (!range?.end) {
      if (end === null) timeline.setRange(start - CONTEXT, start + CONTEXT);
      else timeline.setRange(start - Math.max(CONTEXT, end - start) / 2, end + Math.max(CONTEXT, end - start) / 2);
    }
    if (end !== null) timeline.select(start, end);
    diarflow.player?.cue(start, end);
  };

  // copy the address of the selected segment, or of the playing position
  const copyLink = async () => {
    const selected = timeline.selection();
    const time = diarflow.player?.audio.currentTime ?? timeline.range()[0];
    viewState.set({ t: selected ? [selected.start, selected.end].map(writeTime).join("-") : writeTime(time) });
    const place = selected ? `${formatTime(selected.start)} to ${formatTime(selected.end)}` : formatTime(time);
    try {
      await navigator.clipboard.writeText(location.href);
      byId("said").textContent = `Copied a link to ${place}.`;
    } catch {
      byId("said").textContent = `The address of this page now leads to ${place}.`;
    }
  };

  const isWhole = ([start, end]) => start <= 0 && end >= data.duration;

  for (const { name } of systems) byId("system")?.append(createElement("option", { text: name, value: name }));
  byId("system")?.addEventListener("change", ({ target }) => choose({ system: target.value }));
  byId("protocol")?.addEventListener("change", ({ target }) => choose({ protocol: target.value }));
  if (timeline) {
    byId("copy-link").addEventListener("click", copyLink);
    on("settled", (range) => viewState.set({ range: isWhole(range) ? null : range.map(writeTime).join("-") }));
    on("select", (selected) => {
      if (!isRestoring) viewState.set({ t: selected && [selected.start, selected.end].map(writeTime).join("-") });
    });
    const player = byId("player");
    new ResizeObserver(() => document.documentElement.style.setProperty("--player-height", `${player.offsetHeight}px`)).observe(player);
  }
  on("view", () => {
    if (!isRestoring) viewState.set({ system: view.system, protocol: view.protocol }, { push: true });
    showControls();
  });
  viewState.onChange(restore);
  restore();
})();
