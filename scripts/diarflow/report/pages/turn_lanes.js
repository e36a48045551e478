// Lanes of the corrected turns, below the timeline and with its time axis. A turn is selected with a click, its edges are dragged,
// a drag to another lane assigns it, and a drag over an empty part of a lane adds a turn.
"use strict";

// Events: "turn-select" (id of the selected turn, or null) and "turn-edit" (an operation of turn_edits.js).
diarflow.turnLanes = (() => {
  if (!diarflow.turnSession || !diarflow.timeline) return null; // a page without turns
  const { byId, createElement } = diarflow;
  const { data, on, emit } = diarflow.recording;
  const { colour, prepare } = diarflow.timelinePaint;
  const { timeline, turnSession: session } = diarflow;
  const { changeOf, rounded } = diarflow.turnEdits;
  const canvas = byId("turn-lanes");
  const LANE = 26; // pixels
  const EDGE = 5; // pixels on each side of an edge that can be dragged
  const MAX_CLICK = 4; // pixels that the pointer may move during a click
  const SHORTEST = 0.01; // seconds of a turn that is drawn or shortened with the mouse
  let lanes = []; // {speaker, channel, colour, turns}
  let selectedId = null;
  let drag = null; // {kind: "start" | "end" | "turn" | "empty", x, y, lane, turn, time, isMoved, preview}
  let frame = null;

  // the playing position, or the last click on a page without audio
  let lastClick = null;
  const position = () => diarflow.player?.audio.currentTime ?? lastClick ?? timeline.range()[0];
  const place = (time) => {
    if (diarflow.player) return;
    lastClick = time;
    emit("time", time);
  };

  const labelOf = ({ speaker, channel }) => session.recording.isCall ? `${channel}: ${speaker}` : speaker;
  const selected = () => session.state?.turns.find(({ id }) => id === selectedId) ?? null;

  // a lane has the colour that its speaker, or the speaker of its first turn at the start, has on the timeline
  const colourOf = (lane) => {
    const speakers = data.tracks.find(({ name }) => name === session.system)?.speakers ?? [];
    const names = [labelOf(lane), ...lane.turns.filter(({ was }) => was).slice(0, 1).map(({ was }) => labelOf(was))];
    return names.map((name) => speakers.find((speaker) => speaker.name === name)?.colour).find(Boolean) ?? colour("accent");
  };

  // in the order of first turns; in a call, by channel
  const lanesOf = (state) => {
    const bySpeaker = new Map();
    for (const turn of state.turns) {
      const key = `${turn.channel} ${turn.speaker}`;
      if (!bySpeaker.has(key)) bySpeaker.set(key, { speaker: turn.speaker, channel: turn.channel, turns: [] });
      bySpeaker.get(key).turns.push(turn);
    }
    const sorted = [...bySpeaker.values()].sort((a, b) => a.channel - b.channel);
    return sorted.map((lane) => ({ ...lane, colour: colourOf(lane) }));
  };

  // --- drawing ------------------------------------------------------------------------------------
  const paintTurn = (context, turn, fill, y, width) => {
    const left = Math.max(-3, timeline.xOf(turn.start)), right = Math.min(width + 3, timeline.xOf(turn.end));
    if (right < 0 || left > width) return;
    const size = right - left > 3 ? right - left - 1 : Math.max(1, right - left); // a gap between turns that touch
    context.fillStyle = fill;
    context.fillRect(left, y + 3, size, LANE - 6);
    if (changeOf(turn)) {
      context.fillStyle = colour("ink");
      context.fillRect(left, y + 3, size, 4);
    }
    if (turn.id !== selectedId) return;
    context.strokeStyle = colour("ink");
    context.lineWidth = 2;
    context.strokeRect(left - 1, y + 2, size + 2, LANE - 4);
    context.fillStyle = colour("ink");
    for (const x of [left - 2, right - 1]) context.fillRect(x, y, 3, LANE);
  };

  const draw = () => {
    frame = null;
    if (!session.state) return;
    const width = Math.max(50, canvas.parentNode.clientWidth);
    const context = prepare(canvas, width, Math.max(1, lanes.length) * LANE);
    lanes.forEach((lane, index) => {
      context.fillStyle = colour("line");
      context.fillRect(0, (index + 1) * LANE - 1, width, 1);
      for (const turn of lane.turns) if (turn.id !== drag?.preview?.id) paintTurn(context, turn, lane.colour, index * LANE, width);
    });
    if (drag?.preview) {
      const { lane, ...turn } = drag.preview;
      paintTurn(context, { ...turn, was: null }, lanes[lane].colour, lane * LANE, width);
    }
    canvas.setAttribute("aria-label", `Corrected turns of ${lanes.length} speakers. The form below changes the selected turn.`);
  };
  const redraw = () => { frame ??= requestAnimationFrame(draw); };

  const rebuild = () => {
    lanes = session.state ? lanesOf(session.state) : [];
    if (!selected()) selectedId = null;
    byId("turn-gutter").replaceChildren(...lanes.map((lane) => {
      const swatch = createElement("span", { class: "swatch" });
      swatch.style.background = lane.colour;
      return createElement("div", { class: "row", title: labelOf(lane) }, swatch, createElement("span", { class: "name", text: labelOf(lane) }));
    }));
    redraw();
  };

  const select = (id) => {
    selectedId = id;
    const turn = selected();
    if (turn) timeline.show(turn.start, turn.end);
    redraw();
    emit("turn-select", turn ? id : null);
  };

  // select the next (1) or previous (-1) turn in time, beginning at the playing position
  const step = (direction) => {
    const { turns } = session.state;
    const index = turns.findIndex(({ id }) => id === selectedId);
    const first = turns.findIndex(({ end }) => end > position());
    const next = index >= 0 ? turns[index + direction] : turns[first < 0 ? turns.length - 1 : first];
    if (next) select(next.id);
  };

  // --- pointer ------------------------------------------------------------------------------------
  const hit = (event) => {
    const box = canvas.getBoundingClientRect();
    const x = event.clientX - box.left, y = event.clientY - box.top;
    const lane = Math.min(lanes.length - 1, Math.max(0, Math.floor(y / LANE)));
    const time = timeline.timeAt(x);
    const turns = lanes[lane]?.turns ?? [];
    const edges = turns.flatMap((turn) => ["start", "end"].map((kind) => ({ kind, turn, distance: Math.abs(timeline.xOf(turn[kind]) - x) })));
    const inside = turns.find(({ start, end }) => start <= time && time < end);
    // near the common edge of two turns, the selected turn and then the turn below the pointer count
    const rank = ({ turn }) => (turn.id === selectedId ? 0 : turn === inside ? 1 : 2);
    const [edge] = edges.filter(({ distance }) => distance <= EDGE).sort((a, b) => rank(a) - rank(b) || a.distance - b.distance);
    const isNarrow = inside && timeline.xOf(inside.end) - timeline.xOf(inside.start) < 3 * EDGE && inside.id !== selectedId;
    if (edge && !isNarrow) return { kind: edge.kind, turn: edge.turn, lane, x, y, time };
    return { kind: inside ? "turn" : "empty", turn: inside ?? null, lane, x, y, time };
  };

  const clamped = (time) => rounded(Math.min(Math.max(0, time), session.state.limit));

  const previewOf = (now) => {
    const { kind, turn } = drag;
    if (kind === "start") return { ...turn, lane: drag.lane, start: Math.min(clamped(now.time), rounded(turn.end - SHORTEST)) };
    if (kind === "end") return { ...turn, lane: drag.lane, end: Math.max(clamped(now.time), rounded(turn.start + SHORTEST)) };
    if (kind === "turn") return { ...turn, lane: lanes[now.lane].channel === turn.channel ? now.lane : drag.lane };
    const [start, end] = [drag.time, now.time].map(clamped).sort((a, b) => a - b);
    return { id: -1, lane: drag.lane, start, end, speaker: lanes[drag.lane].speaker, channel: lanes[drag.lane].channel };
  };

  const operationOf = ({ kind, turn, preview, lane }) => {
    if (kind === "start" || kind === "end") return { type: "move", turn: turn.id, [kind]: preview[kind] };
    if (kind === "turn") return preview.lane === lane ? null : { type: "assign", turn: turn.id, to: lanes[preview.lane].speaker };
    const { start, end, speaker, channel } = preview;
    return end - start >= SHORTEST ? { type: "add", start, end, speaker, channel } : null;
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !lanes.length) return;
    canvas.setPointerCapture(event.pointerId);
    drag = { ...hit(event), isMoved: false, preview: null };
  });

  canvas.addEventListener("pointermove", (event) => {
    if (!lanes.length) return;
    const now = hit(event);
    if (!drag) {
      canvas.style.cursor = { start: "ew-resize", end: "ew-resize", turn: "pointer", empty: "crosshair" }[now.kind];
      return;
    }
    if (Math.hypot(now.x - drag.x, now.y - drag.y) > MAX_CLICK) drag.isMoved = true;
    if (!drag.isMoved) return;
    drag.preview = previewOf(now);
    redraw();
  });

  const finish = () => {
    const last = drag;
    drag = null;
    redraw();
    return last;
  };
  canvas.addEventListener("pointerup", () => {
    const last = finish();
    if (!last) return;
    if (last.isMoved && last.preview) {
      const operation = operationOf(last);
      if (operation) emit("turn-edit", operation);
      return;
    }
    place(Math.max(0, last.time));
    select(last.turn?.id ?? null);
    if (!last.turn) diarflow.player?.playFrom(Math.max(0, last.time));
  });
  canvas.addEventListener("pointercancel", finish);
  canvas.addEventListener("dblclick", () => {
    const turn = selected();
    if (turn) diarflow.player?.playSegment(turn.start, turn.end);
  });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    timeline.zoom(Math.exp(event.deltaY * 0.0025), timeline.timeAt(event.clientX - canvas.getBoundingClientRect().left));
  }, { passive: false });

  on("click", ({ time }) => place(time));
  document.addEventListener("themechange", rebuild);
  on("range", redraw);
  on("turns", rebuild);
  on("time", (time) => {
    const [start, end] = timeline.range();
    byId("turn-cursor").hidden = time < start || time > end;
    byId("turn-cursor").style.transform = `translateX(${timeline.xOf(time)}px)`;
  });
  new ResizeObserver(redraw).observe(canvas.parentNode);

  return { select, step, selected, position, lanes: () => lanes, labelOf };
})();
