// Control of the page of a recording by keyboard. The dialog with the keys is part of the page (recording.html.jinja).
"use strict";

(() => {
  const { byId } = diarflow;
  const { view, systems, PROTOCOLS, choose, soloSpeakers, toggleSolo, data } = diarflow.recording;
  const { timeline } = diarflow;
  if (!timeline) return;

  // the next name of a list, from its end on to its start
  const next = (names, name, direction) => names[(names.indexOf(name) + direction + names.length) % names.length];
  const changeSystem = (direction) => {
    if (systems.length) choose({ system: next(systems.map(({ name }) => name), view.system, direction) });
  };
  // move the visible range, without zooming, to the start or the end of the recording
  const moveTo = (seconds) => {
    const [start, end] = timeline.range();
    timeline.setRange(seconds ? seconds - (end - start) : 0, seconds || end - start);
  };
  const seekBy = (seconds) => diarflow.player?.seekBy(seconds);
  const follow = (relation) => document.querySelector(`a[rel="${relation}"]`)?.click();
  const toggleBox = (id) => byId(id)?.click();

  const ACTIONS = {
    " ": () => diarflow.player?.toggle(),
    ArrowLeft: (event) => event.shiftKey ? seekBy(-1) : timeline.pan(-0.25),
    ArrowRight: (event) => event.shiftKey ? seekBy(1) : timeline.pan(0.25),
    "+": () => timeline.zoom(0.5), "=": () => timeline.zoom(0.5), "-": () => timeline.zoom(2),
    a: () => timeline.setRange(0, data.duration),
    Home: () => moveTo(0), End: () => moveTo(data.duration),
    n: () => diarflow.inspector?.step(1), p: () => diarflow.inspector?.step(-1),
    r: () => diarflow.player?.replay(),
    l: () => toggleBox("loop"),
    ",": () => diarflow.player?.changeSpeed(-1), ".": () => diarflow.player?.changeSpeed(1),
    "[": () => changeSystem(-1), "]": () => changeSystem(1),
    v: () => choose({ protocol: next(PROTOCOLS, view.protocol, 1) }),
    g: () => byId("spectrogram")?.click(),
    c: () => byId("copy-link").click(),
    N: () => follow("next"), P: () => follow("prev"),
    Escape: () => {
      timeline.select(null);
      if (view.solo) toggleSolo(view.solo);
    },
    "?": () => byId("help").showModal(),
  };
  for (let digit = 1; digit <= 9; digit++) {
    ACTIONS[digit] = () => {
      const speaker = soloSpeakers()[digit - 1];
      if (speaker) toggleSolo(speaker.name);
    };
  }

  // fields and players use keys themselves; a button uses Space
  const isTaken = ({ key, target }) => {
    if (target.closest("textarea, select, audio, dialog, [contenteditable], [role=menu]")) return true;
    if (target.matches("input") && !target.matches("[type=checkbox]")) return true;
    return key === " " && target.closest("button, input, a, summary");
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
    const action = ACTIONS[event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  });

  byId("show-help").addEventListener("click", () => byId("help").showModal());
})();
