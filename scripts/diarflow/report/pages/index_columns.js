// Columns of the table of recordings: title, value for sorting, and content of the cell.
//
// A row gives the places of a recording: `index` in the facts, `scores`, `other` and `talk` in the data of the chosen
// systems; undefined where it has none.
"use strict";

(() => {
  const { createElement, front } = diarflow;
  const { site, formatNumber, formatClock } = front;
  const COLOURS = site.colours;

  const ratio = (part, whole) => part === null || part === undefined || !whole ? null : 100 * part / whole;
  const read = (columns, name, place) => place === undefined ? null : columns?.[name]?.[place] ?? null;

  const number = (name, title, decimals, value) =>
    ({ name, title, value, cell: (data, row) => formatNumber(value(data, row), decimals) });

  const scoreColumns = site.metrics.map(([name, title, decimals]) =>
    number(name, title, decimals, (data, row) => read(data.scores, name, row.scores)));

  const counts = (data, row) => ({
    found: read(data.scores, "hypothesis_speakers", row.scores) ?? read(data.talk, "speakers", row.talk)?.length ?? null,
    reference: read(data.scores, "reference_speakers", row.scores),
  });
  const speakers = {
    name: "speakers", title: "speakers found / in the reference",
    value: (data, row) => {
      const { found, reference } = counts(data, row);
      return reference === null || found === null ? found : Math.abs(found - reference);
    },
    cell: (data, row) => {
      const { found, reference } = counts(data, row);
      if (found === null) return "";
      if (reference === null) return String(found);
      const text = `${found} / ${reference}`;
      return found === reference ? text : createElement("strong", { text });
    },
  };
  const duration = {
    name: "duration", title: "duration", value: (data, row) => data.facts.duration[row.index],
    cell: (data, row) => formatClock(data.facts.duration[row.index], 0),
  };
  const delta = {
    name: "delta", title: "difference to the other system, s", isComparison: true,
    value: (data, row) => {
      const [own, other] = [read(data.scores, "error_seconds", row.scores), read(data.other, "error_seconds", row.other)];
      return own === null || other === null ? null : own - other;
    },
    cell(data, row) {
      const value = this.value(data, row);
      if (value === null) return "";
      const text = value.toFixed(2).replace("-0.00", "0.00");
      return value > 0 && text !== "0.00" ? `+${text}` : text;
    },
  };
  const otherDer = {
    ...number("other_der", "DER of the other system, %", 2, (data, row) => read(data.other, "der", row.other)), isComparison: true,
  };

  const errorColumns = [
    speakers,
    ...scoreColumns.filter(({ name }) => name === "der"),
    number("error_seconds", "error, s", 2, (data, row) => read(data.scores, "error_seconds", row.scores)),
    number("error_share", "share of all error, %", 1, (data, row) => read(data.scores, "error_share", row.scores)),
    delta, otherDer, duration,
    ...scoreColumns.filter(({ name }) => name !== "der"),
  ];

  // a bar with a part for each speaker; a click plays the sample of the speaker
  const talkBar = (data, row) => {
    const list = read(data.talk, "speakers", row.talk) ?? [];
    const total = list.reduce((sum, [, seconds]) => sum + seconds, 0);
    const bar = createElement("span", { class: "talk", role: "group", "aria-label": "Talk time of each speaker" });
    list.forEach(([name, seconds, start, end], place) => {
      const text = `${name}: ${formatClock(seconds, 0)}, ${Math.round(100 * seconds / total)} % of the talk time`;
      const button = createElement("button", {
        type: "button", class: "speaker", title: text, "aria-label": `Play a sample of ${text}`,
        style: `flex-grow: ${Math.max(seconds, total / 100)}; background-color: ${COLOURS[place % COLOURS.length]}`,
      });
      button.disabled = start === null || !data.facts.audio[row.index];
      button.addEventListener("click", () => front.play(data.facts, row.index, start, end, `sample of ${name}`));
      bar.append(button);
    });
    return bar;
  };

  const talkValue = (name) => (data, row) => read(data.talk, name, row.talk);
  const share = (name) => (data, row) => ratio(read(data.talk, name, row.talk), read(data.talk, "duration", row.talk));
  const monologue = (data, row) => {
    const interval = read(data.talk, "monologue", row.talk);
    return interval && interval[1] - interval[0];
  };
  const talkColumns = [
    { ...speakers, title: "speakers" },
    {
      name: "talk", title: "talk time (click to hear a speaker)", isWide: true, cell: talkBar,
      // share of the most active speaker
      value: (data, row) => {
        const seconds = (read(data.talk, "speakers", row.talk) ?? []).map(([, value]) => value);
        return seconds.length ? Math.max(...seconds) / seconds.reduce((a, b) => a + b) : null;
      },
    },
    duration,
    number("speech", "speech, %", 1, share("speech")),
    number("overlap", "overlap, %", 1, share("overlap")),
    number("silence", "silence, %", 1, share("silence")),
    number("turns_per_minute", "turns per minute", 1, talkValue("turns_per_minute")),
    { name: "monologue", title: "longest monologue", value: monologue, cell: (data, row) => formatClock(monologue(data, row)) },
    {
      name: "unusual", title: "unlike the others in", value: talkValue("unusual"),
      cell: (data, row) => {
        const score = read(data.talk, "unusual", row.talk);
        return score ? `${read(data.talk, "unusual_because", row.talk)} (${score.toFixed(1)})` : "";
      },
    },
  ];

  const DEFAULTS = {
    errors: ["speakers", "der", "error_seconds", "error_share", "delta", "missed_percent", "false_alarm_percent", "confusion_percent"],
    talk: ["speakers", "talk", "duration", "overlap", "silence", "turns_per_minute", "monologue", "unusual"],
  };

  // columns of a view that can be chosen
  const columnsOf = ({ view, other }) => view === "talk" ? talkColumns
    : errorColumns.filter(({ isComparison }) => other || !isComparison);

  const defaultNames = (state) => {
    const names = columnsOf(state).map(({ name }) => name);
    const chosen = DEFAULTS[state.view].filter((name) => names.includes(name));
    return state.view === "errors" && !state.other ? [...chosen, "duration"] : chosen;
  };

  // the columns that the state chooses
  const chosenColumns = (state) => {
    const names = state.columns ? state.columns.split(",") : defaultNames(state);
    return columnsOf(state).filter(({ name }) => names.includes(name));
  };

  front.columns = { columnsOf, chosenColumns, defaultNames };
})();
