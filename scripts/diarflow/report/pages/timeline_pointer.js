// The pointer on the timeline: a click plays from its position, a drag moves, Shift and drag select, Ctrl and wheel zoom.
"use strict";

(() => {
  const { byId } = diarflow;
  const { view, emit, formatTime, firstEndingAfter } = diarflow.recording;
  const { KINDS, errorsOf } = diarflow.errors;
  const { timeline } = diarflow;
  const MAX_CLICK = 4; // pixels that the pointer may move during a click
  const WHEEL_STEP = 0.0025; // change of the range, as an exponent, for each pixel of the wheel
  const canvas = byId("lanes");
  if (!timeline) return;
  let pressed = null; // { x, y, range, isSelecting }

  const position = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    pressed = { ...position(event), range: timeline.range(), isSelecting: event.shiftKey, hasMoved: false };
  });

  canvas.addEventListener("pointermove", (event) => {
    const { x, y } = position(event);
    if (!pressed) return showTip(event, x, y);
    if (Math.hypot(x - pressed.x, y - pressed.y) > MAX_CLICK) pressed.hasMoved = true;
    if (!pressed.hasMoved) return undefined;
    hideTip();
    if (pressed.isSelecting) {
      const times = [pressed.x, x].map((edge) => Math.max(0, timeline.timeAt(edge))).sort((a, b) => a - b);
      return timeline.select(...times);
    }
    const [start, end] = pressed.range;
    const shift = (pressed.x - x) / canvas.clientWidth * (end - start);
    return timeline.setRange(start + shift, end + shift);
  });

  canvas.addEventListener("pointerup", (event) => {
    if (!pressed) return;
    const { x, y } = position(event);
    const isClick = !pressed.hasMoved;
    pressed = null;
    if (!isClick) return;
    const time = Math.max(0, timeline.timeAt(x));
    const row = timeline.rowAt(y);
    emit("click", { time, row, turn: row?.turns ? turnAt(row.turns, time) : null, shiftKey: event.shiftKey });
    if (!event.shiftKey) diarflow.player?.playFrom(time);
  });
  canvas.addEventListener("pointercancel", () => { pressed = null; });
  canvas.addEventListener("pointerleave", () => hideTip());

  // the wheel scrolls the page; with Ctrl it zooms; a horizontal wheel moves the timeline
  canvas.addEventListener("wheel", (event) => {
    const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (!event.ctrlKey && !isSideways) return;
    event.preventDefault();
    if (event.ctrlKey) timeline.zoom(Math.exp(event.deltaY * WHEEL_STEP), timeline.timeAt(position(event).x));
    else timeline.pan(event.deltaX / canvas.clientWidth);
  }, { passive: false });

  // --- text beside the pointer ----------------------------------------------------------------------
  const turnAt = (turns, time) => {
    const index = firstEndingAfter(turns, time);
    return index < turns.length && turns[index][0] <= time ? turns[index] : null;
  };

  const times = (start, end) => `${formatTime(start, 2)} to ${formatTime(end, 2)}, ${(end - start).toFixed(2)} s`;

  const tipText = (row, time) => {
    if (row?.kind === "lane") {
      const turn = turnAt(row.turns, time);
      return turn && `${row.track.name}: ${row.speaker.label}\n${times(...turn)}`;
    }
    if (row?.kind === "header" && row.track?.errors) {
      const errors = errorsOf(row.track.name, view.protocol).filter(({ start, end }) => start <= time && time < end);
      return errors.map((error) => `${KINDS.find(({ name }) => name === error.kind).label}: ${error.text}\n${times(error.start, error.end)}`).join("\n");
    }
    if (row?.intervals) {
      const interval = turnAt(row.intervals, time);
      return interval && `${row.title}\n${times(...interval)}`;
    }
    return "";
  };

  const showTip = (event, x, y) => {
    const text = tipText(timeline.rowAt(y), timeline.timeAt(x));
    const tip = byId("tip");
    tip.hidden = !text;
    if (!text) return;
    tip.textContent = text;
    tip.style.left = `${Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${event.clientY + 16}px`;
  };
  const hideTip = () => { byId("tip").hidden = true; };
})();
