// Citation of the selected error: recording, time, system, what was labelled as whom, and a link to the moment.
"use strict";

(() => {
  const { byId, viewState, timeline } = diarflow;
  const button = byId("copy-citation");
  if (!button || !timeline) return;
  const { view, on, formatTime } = diarflow.recording;
  const { errorsOf } = diarflow.errors;
  const { corpus, title } = byId("correction").dataset;

  const selectedError = () => {
    const selected = timeline.selection();
    return selected && errorsOf(view.system, view.protocol).find(({ start, end }) =>
      Math.abs(start - selected.start) < 0.002 && Math.abs(end - selected.end) < 0.002);
  };

  const citation = ({ start, end, label, text }) => {
    const t = [start, end].map((seconds) => Math.round(seconds * 1000) / 1000).join("-");
    const link = viewState.link(location.href, { system: view.system, protocol: view.protocol, t });
    return `Recording ${title} (corpus ${corpus}), ${formatTime(start, 3)} to ${formatTime(end, 3)}, system ${view.system}, `
      + `protocol ${view.protocol}, ${label}: ${text}. ${link}`;
  };

  const copy = async () => {
    const error = selectedError();
    if (!error) return;
    const text = citation(error);
    const field = byId("citation");
    field.hidden = false;
    field.value = text;
    try {
      await navigator.clipboard.writeText(text);
      byId("said").textContent = "Copied the citation of the error.";
    } catch {
      field.select(); // the reader copies it
    }
  };

  const update = () => {
    button.disabled = !selectedError();
    byId("citation").hidden = true;
  };

  button.addEventListener("click", copy);
  on("select", update);
  on("view", update);
  update();
})();
