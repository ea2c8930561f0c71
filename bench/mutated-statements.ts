/** Statements with pieces removed, doubled or replaced, and random scraps; equal for equal seeds. */

const statements = [
  'daily',
  'daily after 07:00 in Europe/Helsinki',
  'daily at 08:00, 12:00 and 18:00',
  'weekly on Mon, Wed and Fri',
  'monthly between 1st and 15th 10:00',
  'monthly on last Fri',
  'hourly between 15:00 and 45:30',
  'yearly on Dec 24th',
  'every 10 minutes',
  'every 10 minutes between 08:00 and 16:00 based on success',
  'cron */5 8-16 * * MON-FRI with grace 10 minutes',
  "during 'time of week between Mon and Fri | yesterday'",
  "after tasks 'a', 'b (1) & c' failed",
  "task 'it\\'s' has succeeded today between 10:00 and 12:00",
  'has failed past 2 hours, 30 minutes at least 3 times',
  "task 'x' is running more than 10 minutes",
  'scheduler has more than 3 cycles',
  "param 'x' is 'y'",
  'retry 3 times after 10 seconds growing 2 fold',
  'once at 2026-12-24 18:00',
  'true & ~(false | always true)',
]

const scraps = [
  ...statements,
  ...['&', '|', '~', '(', ')', "'", '\\', ' ', '\n', ' in ', ' and ', ' at least ', ' times', '{x}'],
  ...['12', '-1', '99999999999999', 'é', '\u0000', '🕰', 'Mon', 'P1D', '07:00', ':', ','],
]

/** Generates `count` texts. */
export function mutated(count: number, seed: number): string[] {
  const random = randomOf(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = (list: readonly string[]): string => list[below(list.length)]!
  return Array.from({ length: count }, () => {
    if (random() < 0.4)
      return Array.from({ length: below(9) }, () => pick(scraps)).join(random() < 0.5 ? ' ' : '')
    let text = pick(statements)
    for (let changes = 1 + below(3); changes > 0; changes--) {
      const at = below(text.length + 1)
      text = text.slice(0, at) + (random() < 0.7 ? pick(scraps) : '') + text.slice(at + below(8))
    }
    return text
  })
}

/** A small random generator of numbers from 0 to 1 (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
