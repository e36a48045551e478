// The rows of the timeline, from top to bottom: which groups and lanes are shown, and their heights.
"use strict";

(() => {
  const { data, reference, systems, view, isSolo, firstEndingAfter } = diarflow.recording;
  const HEIGHTS = { wave: 46, spectrogram: 120, speech: 14, header: 24, lane: 18, overlap: 14, scores: 64 }; // pixels
  const expanded = new Map(); // groups that the reader has expanded or collapsed
  const MAX_OPEN = 2; // with more systems only the chosen one is expanded

  // a detector without any candidate or change (backend none) gets no row
  const detectors = Object.entries(data.changes).filter(([, kinds]) => Object.values(kinds).some(({ time }) => time.length));
  const isOneOfMany = (count) => count > MAX_OPEN;

  const isExpanded = (id) => {
    if (expanded.has(id)) return expanded.get(id);
    if (id === "speech") return !isOneOfMany(Object.keys(data.speech).length);
    if (id === "changes") return !isOneOfMany(detectors.length);
    return id === "reference" || !isOneOfMany(systems.length) || id === `system ${view.system}`;
  };
  const toggle = (id) => expanded.set(id, !isExpanded(id));
  const groupOf = (track) => track === reference ? "reference" : `system ${track.name}`;
  const expandTrack = (track) => expanded.set(groupOf(track), true);

  const hasTurn = (turns, [start, end]) => {
    const index = firstEndingAfter(turns, start);
    return index < turns.length && turns[index][0] < end;
  };

  // the rows of a track: its header with the errors, the lanes of its speakers, and the overlap
  const trackRows = (track, range, hideInactive) => {
    const shown = track.speakers.filter((speaker) =>
      !hideInactive || hasTurn(speaker.turns, range) || (view.solo && isSolo(track, speaker)));
    const group = groupOf(track);
    const header = {
      kind: "header", group, track, title: track.name, hidden: track.speakers.length - shown.length,
      isEmpty: !track.speakers.length,
    };
    if (!isExpanded(group)) return [{ ...header, hidden: 0 }];
    const lanes = shown.map((speaker) => ({ kind: "lane", track, speaker, system: track.name, turns: speaker.turns }));
    const overlaps = hideInactive ? hasTurn(track.overlap, range) : track.overlap.length > 0;
    return [header, ...lanes, ...(overlaps ? [{ kind: "overlap", track, title: "overlap", intervals: track.overlap }] : [])];
  };

  const groupRows = (id, title, rows) => {
    if (!rows.length) return [];
    return [{ kind: "header", group: id, title, hidden: 0 }, ...(isExpanded(id) ? rows : [])];
  };

  // the chosen system comes first, so that its lanes are next to those of the reference
  const orderedTracks = () => [
    ...(reference ? [reference] : []),
    ...systems.filter(({ name }) => name === view.system), ...systems.filter(({ name }) => name !== view.system),
  ];

  // rows with their position `y` and their height
  const build = ({ range, hideInactive, spectrogram }) => {
    const { channels } = data.peaks;
    const channelTitle = (title, index) => channels.length > 1 ? `${title}, channel ${index + 1}` : title;
    const rows = [
      ...channels.map((_, channel) => ({ kind: "wave", channel, title: channelTitle("waveform", channel) })),
      ...(spectrogram ? [{ kind: "spectrogram", title: "spectrogram" }] : []),
      ...groupRows("speech", "detected speech",
        Object.entries(data.speech).map(([title, intervals]) => ({ kind: "speech", title, intervals }))),
      ...orderedTracks().flatMap((track) => trackRows(track, range, hideInactive)),
      ...groupRows("changes", "change scores", detectors.map(([title, points]) => ({ kind: "scores", title, points }))),
    ];
    let y = 0;
    for (const row of rows) {
      Object.assign(row, { y, height: HEIGHTS[row.kind] });
      y += row.height;
    }
    return { rows, height: y };
  };

  diarflow.timelineLanes = { build, isExpanded, toggle, expandTrack };
})();
