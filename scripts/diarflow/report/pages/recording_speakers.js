// The speakers of the chosen system: talk time, share, turns, and a sample of each voice to listen to.
"use strict";

(() => {
  const { byId, createElement } = diarflow;
  const { reference, view, on, chosenTrack, formatTime, toggleSolo, isSolo, soloSpeakers } = diarflow.recording;
  const { timeline } = diarflow;
  const table = byId("speakers");
  const MAX_SAMPLE = 10; // seconds
  const MAX_BAR = 12; // width of the longest bar, in units of the font size
  if (!table) return;

  const sampleButton = ({ label, sample }) => {
    if (!sample) return createElement("span", { class: "note", text: "never alone" });
    const end = Math.min(sample[1], sample[0] + MAX_SAMPLE);
    const text = diarflow.player ? "Play sample" : "Show sample";
    const button = createElement("button", { type: "button", text, "aria-label": `${text} of ${label} at ${formatTime(sample[0])}` });
    button.addEventListener("click", () => {
      timeline.show(sample[0], end);
      timeline.select(sample[0], end);
      diarflow.player?.playSegment(sample[0], end);
    });
    return button;
  };

  const soloButton = (track, speaker) => {
    const name = reference && track !== reference ? speaker.reference : speaker.name;
    if (!soloSpeakers().some((other) => other.name === name)) return createElement("span");
    const button = createElement("button", {
      type: "button", text: "Solo", "aria-pressed": isSolo(track, speaker), "aria-label": `Solo ${speaker.label}`,
    });
    button.addEventListener("click", () => toggleSolo(name));
    return button;
  };

  const createRow = (track, speaker, longest, total) => {
    const swatch = createElement("span", { class: "swatch" });
    swatch.style.background = speaker.colour;
    const bar = createElement("span", { class: "talk-bar" });
    bar.style.width = `${MAX_BAR * speaker.talk / longest}rem`;
    bar.style.background = speaker.colour;
    const talk = reference?.speakers.find(({ name }) => name === speaker.reference)?.talk;
    return createElement("tr", {},
      createElement("th", { scope: "row", class: "text" }, swatch, createElement("span", { text: speaker.label })),
      createElement("td", { text: formatTime(speaker.talk, 0) }),
      ...(reference && track !== reference ? [createElement("td", { text: talk === undefined ? "" : formatTime(talk, 0) })] : []),
      createElement("td", { class: "share" }, bar, createElement("span", { text: `${Math.round(100 * speaker.talk / total)} %` })),
      createElement("td", { text: speaker.turns.length }),
      createElement("td", { class: "text" }, sampleButton(speaker)), createElement("td", { class: "text" }, soloButton(track, speaker)));
  };

  const refresh = () => {
    const track = chosenTrack() ?? reference;
    const speakers = [...track.speakers].sort((a, b) => b.talk - a.talk);
    const total = speakers.reduce((sum, { talk }) => sum + talk, 0) || 1;
    const headers = ["speaker", "talk time", ...(reference && track !== reference ? ["in the reference"] : []), "share", "turns", "sample", "solo"];
    table.tHead.replaceChildren(createElement("tr", {}, ...headers.map((text, index) =>
      createElement("th", { scope: "col", text, ...((index === 0 || text === "sample" || text === "solo") && { class: "text" }) }))));
    table.tBodies[0].replaceChildren(...speakers.map((speaker) => createRow(track, speaker, speakers[0].talk || 1, total)));
    const missing = reference && track !== reference
      ? reference.speakers.filter(({ name }) => !speakers.some((speaker) => speaker.reference === name)).map(({ name }) => name) : [];
    byId("speakers-note").textContent = `${speakers.length} speaker${speakers.length === 1 ? "" : "s"} of ${track.name}.`
      + (missing.length ? ` No speaker is mapped to ${missing.join(", ")}.` : "");
  };

  on("view", refresh);
  on("solo", refresh);
  refresh();
  diarflow.speakers = { refresh };
})();
