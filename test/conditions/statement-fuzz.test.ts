/** Whatever text is given: it is a condition, or a `StatementError` with a place. Never another error, and never slow. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parse } from '../../src/conditions/index.ts'
import { StatementError } from '../../src/errors.ts'

const statements = [
  'daily',
  'daily after 07:00 in Europe/Helsinki',
  'weekly on Mon, Wed and Fri',
  'monthly between 1st and 15th 10:00',
  'hourly between 15:00 and 45:30',
  'yearly on Dec 24th',
  'every 10 minutes',
  'every 1 day, 2 hours based on success',
  'cron */5 8-16 * * MON-FRI',
  'time of week between Mon and Fri',
  "after tasks 'a', 'b (1) & c' failed",
  "task 'it\\'s' has succeeded today between 10:00 and 12:00",
  'has failed past 2 hours, 30 minutes',
  "task 'x' is running more than 10 minutes",
  'scheduler has more than 3 cycles',
  "param 'x' is 'y'",
  'retry 3 times after 10 seconds',
  'true & ~(false | always true)',
]

const scrap = fc.oneof(
  fc.constantFrom(...statements),
  fc.constantFrom(
    '&',
    '|',
    '~',
    '(',
    ')',
    "'",
    '\\',
    ' ',
    '\n',
    ' in ',
    ' and ',
    ' at least ',
    ' times',
    '{x}',
  ),
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.integer().map(String),
)

/** Statements put together of scraps, and statements with a piece cut out, doubled or replaced. */
const text = fc.oneof(
  fc.array(scrap, { maxLength: 8 }).map((scraps) => scraps.join('')),
  fc.array(scrap, { maxLength: 8 }).map((scraps) => scraps.join(' ')),
  fc
    .tuple(fc.constantFrom(...statements), fc.nat(60), fc.nat(12), scrap)
    .map(([whole, at, length, put]) => whole.slice(0, at) + put + whole.slice(at + length)),
)

function problemWith(statement: string): unknown {
  try {
    parse(statement)
    return null
  } catch (error) {
    if (!(error instanceof StatementError)) return error
    return error.offset >= 0 && error.offset <= statement.length ? null : `offset ${error.offset}`
  }
}

describe('parse() of any text', () => {
  test('gives a condition or a StatementError with a place in the text', () => {
    fc.assert(
      fc.property(text, (statement) => problemWith(statement) === null),
      { numRuns: 100_000, seed: 7 },
    )
  }, 120_000)

  test.each([
    '(',
    '~',
    'every ',
    'daily between ',
    '1',
    "'",
    "after tasks 'a', ",
    'a and ',
    ' in ',
    '\n',
    'has failed past ',
  ])('reads long runs of %j in time that does not explode', (scrapOfText) => {
    const whole = scrapOfText.repeat(Math.ceil(4096 / scrapOfText.length)).slice(0, 4096)
    // A statement of the greatest length, a hundred times over: quadratic readers would need minutes.
    for (let i = 0; i < 20; i++) expect(problemWith(whole)).toBeNull()
    expect(problemWith(scrapOfText.repeat(20_000))).toBeNull()
  })
})
