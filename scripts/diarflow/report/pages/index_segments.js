// The worst segments: errors with the most speaker time, with a button that plays each.
"use strict";

(() => {
  const { byId, loadData, createElement, front, ERROR_KINDS } = diarflow;
  const { site, onState, formatClock } = front;
  if (!byId("segments")) return;
  const FEW = 10; // segments that are shown at first
  const MOST = 100;
  let showsAll = false;

  const speakerTime = ([, start, end, , speakers]) => (end - start) * speakers;

  // rows of the chosen corpus, or of all corpora, the worst first
  const worstOf = (byCorpus, corpus) => (corpus ? byCorpus[corpus] ?? [] : Object.values(byCorpus).flat())
    .toSorted((a, b) => speakerTime(b) - speakerTime(a) || a[0] - b[0] || a[1] - b[1]).slice(0, MOST);

  const createButton = (facts, [index, start, end, kind], text) => {
    const label = ERROR_KINDS[kind][1];
    const button = createElement("button", { type: "button", text, "aria-label": `Play ${label} of ${facts.title[index]} at ${formatClock(start)}` });
    button.disabled = !facts.audio[index];
    button.addEventListener("click", () => front.play(facts, index, start, end, label, { context: byId("context").checked }));
    return button;
  };

  const createRow = (facts, row) => {
    const [index, start, end, kind, speakers] = row;
    const [name, label] = ERROR_KINDS[kind];
    const title = facts.title[index];
    const url = front.recordingUrl(facts.corpus[index], facts.recording[index], { t: `${start}-${end}` });
    const button = createButton(facts, row, "▶");
    const swatch = createElement("span", { class: `swatch ${name.replace("_", "-")}` });
    const recording = createElement("th", { scope: "row", class: "text" }, createElement("a", { text: title, href: url }));
    if (site.corpora.length > 1) recording.append(" ", createElement("span", { class: "note", text: facts.corpus[index] }));
    return createElement("tr", {}, createElement("td", { class: "text" }, button), recording,
      createElement("td", { class: "text" }, swatch, label),
      ...[formatClock(start), formatClock(end), (end - start).toFixed(2), ((end - start) * speakers).toFixed(2)]
        .map((text) => createElement("td", { text })));
  };

  const show = async (state) => {
    const name = site.files[state.system]?.worst;
    if (!name) return;
    const [facts, byCorpus] = await Promise.all([loadData("recordings"), loadData(name)]);
    if (front.state().system !== state.system) return;
    const rows = worstOf(byCorpus, front.state().corpus);
    byId("segments").tBodies[0].replaceChildren(...rows.slice(0, showsAll ? MOST : FEW).map((row) => createRow(facts, row)));
    const button = byId("more-segments");
    button.hidden = showsAll || rows.length <= FEW;
    button.textContent = `Show all ${rows.length}`;
  };

  // the worst segment of the best system, to be heard on the first screen
  const addToHeadline = async (headline) => {
    const { scope, system } = headline.dataset;
    const name = site.files[system]?.worst;
    const place = headline.querySelector(".worst");
    if (!name || !place) return;
    const [facts, byCorpus] = await Promise.all([loadData("recordings"), loadData(name)]);
    const corpora = site.scopes[scope] ?? [scope];
    const [worst] = worstOf(Object.fromEntries(corpora.map((corpus) => [corpus, byCorpus[corpus] ?? []])), "");
    if (!worst || !facts.audio[worst[0]]) return;
    const [index, start, end, kind] = worst;
    const text = `worst segment: ${formatClock(start)} to ${formatClock(end)} of ${facts.title[index]}, ${ERROR_KINDS[kind][1]}`;
    place.replaceChildren(createButton(facts, worst, "▶"), ` ${text}`);
    place.hidden = false;
  };

  document.querySelectorAll(".headline").forEach(addToHeadline);

  byId("more-segments").addEventListener("click", () => {
    showsAll = true;
    show(front.state());
    byId("segments").closest("[tabindex]").focus();
  });
  onState(["system", "protocol", "corpus"], show);
})();
