// The errors of the chosen system and protocol one by one: their time, kind and speakers, and filters.
"use strict";

(() => {
  const { data, reference, systems, view, firstEndingAfter } = diarflow.recording;
  const KINDS = [
    { name: "missed", label: "missed speech", css: "missed" },
    { name: "false_alarm", label: "false alarm", css: "false-alarm" },
    { name: "confusion", label: "confusion", css: "confusion" },
  ];
  const MIN_SECONDS = 0.0005; // times are rounded to milliseconds
  const lists = new Map(); // errors by system and protocol

  // the parts of an interval that lie in none of the sorted, disjoint intervals
  const subtract = (start, end, intervals) => {
    const parts = [];
    for (let index = firstEndingAfter(intervals, start); index < intervals.length && intervals[index][0] < end; index++) {
      if (intervals[index][0] > start) parts.push([start, intervals[index][0]]);
      start = intervals[index][1];
    }
    if (end > start) parts.push([start, end]);
    return parts.filter(([from, to]) => to - from > MIN_SECONDS);
  };

  // "Ann and Bob" if all of them are affected, "Ann or Bob" if it is not decided which of them
  const join = (names, affected) => names.join(names.length === affected ? " and " : " or ");

  const describe = (kind, speakers, from, to) => {
    if (kind === "missed") return `${join(from, speakers)} missed`;
    if (kind === "false_alarm") return `${join(to, speakers)} detected, not in the reference`;
    return `${join(from, speakers)} labelled as ${join(to, speakers)}`;
  };

  // the errors of a system under a protocol, in order of time; a row of the data is described in report/timeline.py
  const readErrors = (track, protocol) => {
    const unscored = data.unscored[protocol] ?? [];
    const errors = [];
    for (const [start, end, kind, speakers, from, to, overlap, channel] of track.errors) {
      const spoken = from.map((index) => reference.speakers[index].name);
      const found = to.map((index) => track.speakers[index].reference ?? `${track.speakers[index].name} (not mapped)`);
      const { name, label } = KINDS[kind];
      const text = describe(name, speakers, spoken, found);
      const isOverlap = overlap === 1;
      const involved = [...spoken, ...found];
      for (const [from, to] of subtract(start, end, unscored[channel] ?? [])) {
        const seconds = (to - from) * speakers;
        errors.push({ start: from, end: to, kind: name, label, seconds, involved, overlap: isOverlap, text });
      }
    }
    return errors;
  };

  const errorsOf = (system, protocol) => {
    const track = systems.find(({ name }) => name === system);
    if (!track?.errors) return [];
    const key = JSON.stringify([system, protocol]);
    if (!lists.has(key)) lists.set(key, readErrors(track, protocol));
    return lists.get(key);
  };

  // merge sorted intervals that overlap or touch
  const merge = (intervals) => {
    const merged = [];
    for (const [start, end] of intervals) {
      const last = merged.at(-1);
      if (last && start <= last[1]) last[1] = Math.max(last[1], end);
      else merged.push([start, end]);
    }
    return merged;
  };

  // the time in which there are errors of a kind, for the timeline
  const intervalsOf = (system, protocol, kind) => {
    const errors = errorsOf(system, protocol);
    errors.byKind ??= Object.fromEntries(KINDS.map(({ name }) =>
      [name, merge(errors.filter((error) => error.kind === name).map(({ start, end }) => [start, end]))]));
    return errors.byKind[kind];
  };

  const filterErrors = ({ kind, speaker, overlap, order }) => {
    const errors = errorsOf(view.system, view.protocol).filter((error) => (!kind || error.kind === kind)
      && (!speaker || error.involved.includes(speaker)) && (!overlap || error.overlap === (overlap === "yes")));
    return order === "time" ? errors : errors.sort((a, b) => b.seconds - a.seconds || a.start - b.start);
  };

  diarflow.errors = { KINDS, errorsOf, intervalsOf, filterErrors };
})();
