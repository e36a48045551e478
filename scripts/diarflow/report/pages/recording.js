// The page of a recording: its data, the chosen system and protocol, events between the parts of the page, and times.
"use strict";

(() => {
  const { byId } = diarflow;
  const data = JSON.parse(byId("data").textContent);
  const PROTOCOLS = ["full", "fair", "forgiving"];
  const reference = data.tracks.find(({ name }) => name === "reference");
  const systems = data.tracks.filter((track) => track !== reference);
  const view = { system: systems[0]?.name ?? null, protocol: "full", solo: null };
  const listeners = new Map(); // callbacks by name of the event

  // Events: "view" (system or protocol chosen), "solo", "range" (visible seconds, while they change), "settled" (visible
  // seconds, after a pause), "time" (playing position), "select" (selected segment or null), "click" (a point of the timeline)
  const on = (name, callback) => {
    if (!listeners.has(name)) listeners.set(name, []);
    listeners.get(name).push(callback);
  };
  const emit = (name, detail) => {
    for (const callback of listeners.get(name) ?? []) callback(detail);
  };

  // seconds as h:mm:ss, with decimals if asked
  const formatTime = (seconds, decimals = 1) => {
    const units = Math.round(Math.max(0, seconds) * 10 ** decimals);
    const whole = Math.floor(units / 10 ** decimals);
    const pad = (number, digits = 2) => String(number).padStart(digits, "0");
    const fraction = decimals ? `.${pad(units % 10 ** decimals, decimals)}` : "";
    return `${Math.floor(whole / 3600)}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}${fraction}`;
  };

  const chosenTrack = () => systems.find(({ name }) => name === view.system) ?? null;

  // choose a system, a protocol or both; names that the page does not have are ignored
  const choose = ({ system, protocol }) => {
    const before = `${view.system} ${view.protocol}`;
    if (systems.some(({ name }) => name === system)) view.system = system;
    if (PROTOCOLS.includes(protocol)) view.protocol = protocol;
    if (before !== `${view.system} ${view.protocol}`) emit("view", view);
  };

  // the speakers that the keys 1 to 9 stand for: those of the reference, else those of the chosen system
  const soloSpeakers = () => (reference ?? chosenTrack())?.speakers ?? [];

  // show one speaker and dim the others; the same speaker again ends this
  const toggleSolo = (name) => {
    view.solo = name === view.solo ? null : name;
    emit("solo", view.solo);
  };

  // true if a speaker of a track is the one in solo, or is mapped to it
  const isSolo = (track, speaker) => {
    if (track === reference) return speaker.name === view.solo;
    return reference ? speaker.reference === view.solo : track.name === view.system && speaker.name === view.solo;
  };

  // text of a metric in the table of scores; "" without a score
  const score = (system, protocol, column = "der") => {
    const row = [...document.querySelectorAll("#scores tbody tr")]
      .find(({ dataset }) => dataset.system === system && dataset.protocol === protocol);
    return row?.querySelector(`[data-column="${column}"]`)?.textContent.trim() ?? "";
  };

  // the interval of sorted, disjoint or overlapping [start, end] rows that the range begins with
  const firstEndingAfter = (rows, time) => {
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle][1] > time) high = middle;
      else low = middle + 1;
    }
    return low;
  };

  diarflow.recording = {
    data, reference, systems, view, PROTOCOLS, on, emit, formatTime, chosenTrack, choose, soloSpeakers, toggleSolo, isSolo, score,
    firstEndingAfter,
  };
})();
