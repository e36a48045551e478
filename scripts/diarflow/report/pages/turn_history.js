// History of corrections: states and operations from the start, with undo and redo.
"use strict";

diarflow.turnHistory = (() => {
  const { EditError, applyOperation } = diarflow.turnEdits;

  // `operations` are those of a draft
  const createHistory = (start, operations = []) => {
    const states = [start], done = [];
    let undone = [];
    const push = (operation) => {
      const { state, texts } = applyOperation(states.at(-1), operation);
      states.push(state);
      done.push({ operation, texts });
      return texts.at(-1);
    };
    operations.forEach(push);
    return {
      get start() { return states[0]; },
      get state() { return states.at(-1); },
      get operations() { return done.map(({ operation }) => operation); },
      get corrections() { return done.flatMap(({ texts }) => texts); },
      get canUndo() { return done.length > 0; },
      get canRedo() { return undone.length > 0; },
      apply: (operation) => {
        const text = push(operation);
        undone = [];
        return text;
      },
      // replace the last operation by one of the same type on the same turn, as steps of a key do
      amend: (operation) => {
        const last = done.at(-1)?.operation;
        if (last?.type !== operation.type || last.turn !== operation.turn) throw new EditError("Nothing to continue.");
        const before = states.at(-2).turns.find(({ id }) => id === operation.turn);
        if ((operation.start ?? before.start) === before.start && (operation.end ?? before.end) === before.end) {
          states.pop();
          done.pop();
          return "moved the turn back";
        }
        const next = applyOperation(states.at(-2), operation);
        states[states.length - 1] = next.state;
        done[done.length - 1] = { operation, texts: next.texts };
        undone = [];
        return next.texts.at(-1);
      },
      undo: () => {
        if (!done.length) return null;
        states.pop();
        undone.push(done.pop());
        return undone.at(-1).texts.at(-1);
      },
      redo: () => {
        if (!undone.length) return null;
        return push(undone.pop().operation);
      },
    };
  };

  return { createHistory };
})();
