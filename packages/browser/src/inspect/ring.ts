/**
 * The latest entries of something that may come in any number: the oldest go first. Entries are
 * numbered from 1 on, for good.
 */
export interface Ring<Entry> {
  /** Makes an entry of its number and keeps it; returns the number. */
  add(make: (id: number) => Entry): number;
  /** In place of the entry of that number; nothing happens when that is gone. */
  replace(id: number, entry: Entry): void;
  readonly last: Entry | undefined;
  /** Oldest first; the same array until something changes. */
  entries(): readonly Entry[];
  /** How many there ever were, those that are gone included. */
  readonly total: number;
  /** Forgets the entries, not how many there were. */
  clear(): void;
}

export function createRing<Entry>(max: number): Ring<Entry> {
  let slots: Entry[] = [];
  /** Where the oldest stands, once all slots are taken. */
  let head = 0;
  let total = 0;
  let inOrder: readonly Entry[] | undefined;
  const slotOf = (id: number): number | undefined => {
    const age = total - id;
    if (age < 0 || age >= slots.length) return undefined;
    return (head + slots.length - 1 - age) % slots.length;
  };
  return {
    add(make) {
      total += 1;
      const entry = make(total);
      inOrder = undefined;
      if (slots.length < max) slots.push(entry);
      else {
        slots[head] = entry;
        head = (head + 1) % max;
      }
      return total;
    },
    replace(id, entry) {
      const slot = slotOf(id);
      if (slot === undefined) return;
      slots[slot] = entry;
      inOrder = undefined;
    },
    get last() {
      return slots[slotOf(total) ?? -1];
    },
    entries() {
      inOrder ??= Object.freeze([...slots.slice(head), ...slots.slice(0, head)]);
      return inOrder;
    },
    get total() {
      return total;
    },
    clear() {
      slots = [];
      head = 0;
      inOrder = undefined;
    },
  };
}
