/** Any text is a condition, or a `StatementError` with a position: never another error, and never slow. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { condition, parse, Vocabulary } from '../../../src/conditions/index.ts'
import { StatementError } from '../../../src/errors/statement-error.ts'
import { checkProperty } from '../../support/property.ts'

const statements = [
  'daily at 08:00, 12:00 and 18:00',
  'every 10 minutes between 08:00 and 16:00',
  'cron 0 7 * * * with grace 2 hours',
  "during 'time of week between Mon and Fri | yesterday'",
  '(daily | weekly on last Fri) in Asia/Tokyo',
  'once at 2026-12-24 18:00',
  'from 2026-01-01 until 2027-01-01 06:00',
  'in 10 minutes',
  'at most 5 runs',
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

/** Statements composed of scraps, and statements with a piece removed, doubled or replaced. */
const text = fc.oneof(
  fc.array(scrap, { maxLength: 8 }).map((scraps) => scraps.join('')),
  fc.array(scrap, { maxLength: 8 }).map((scraps) => scraps.join(' ')),
  fc
    .tuple(fc.constantFrom(...statements), fc.nat(60), fc.nat(12), scrap)
    .map(([whole, at, length, put]) => whole.slice(0, at) + put + whole.slice(at + length)),
)

/** The problem with parsing a text: an error of another kind, an invalid position, or a print that parses differently. */
function problemWith(statement: string, words?: Vocabulary): unknown {
  try {
    const printed = String(parse(statement, words))
    return String(parse(printed, words)) === printed ? null : printed
  } catch (error) {
    if (!(error instanceof StatementError)) return error
    return error.offset >= 0 && error.offset <= statement.length ? null : `offset ${error.offset}`
  }
}

describe('parse() of any text', () => {
  test('gives a condition or a StatementError with a position in the text', () => {
    checkProperty(
      fc.property(text, (statement) => problemWith(statement) === null),
      { runs: 100_000 },
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
  ])('parses long runs of %j without exponential time', (scrapOfText) => {
    const whole = scrapOfText.repeat(Math.ceil(4096 / scrapOfText.length)).slice(0, 4096)
    // A statement of the maximum length, many times: quadratic parsers would need minutes.
    for (let i = 0; i < 20; i++) expect(problemWith(whole)).toBeNull()
    expect(problemWith(scrapOfText.repeat(20_000))).toBeNull()
  })

  test('is the same with custom words', () => {
    const own = new Vocabulary()
    own.add(
      condition(
        [
          'file {path} is {n:number} times older than {age:duration}',
          'at {at:moment} on {day:date}',
          /(?<what>\w+) (?:is|has) .*/,
        ],
        () => true,
      ),
    )
    const piece = fc.oneof(
      text,
      fc.constantFrom(
        'file a is 3 times older than 2 hours',
        'at 7 am on 2026-12-24',
        "file '&' is",
        'older than',
        'on ',
      ),
    )
    const whole = fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join(' '))
    checkProperty(
      fc.property(whole, (statement) => problemWith(statement, own) === null),
      { runs: 10_000 },
    )
  })

  test('takes time in proportion to the length of the text', () => {
    const own = new Vocabulary()
    own.add(condition('{a} is {b:word} or {c} for {d:duration}', () => true))
    const begins = [
      '',
      'every ',
      'daily at ',
      'daily between ',
      'has failed today between ',
      'retry after ',
      "after tasks 'a'",
    ]
    const pieces = [
      'a and ',
      ' between a and b',
      ' at least 1 times',
      ' less than b',
      "'a', ",
      ' \n',
      '\n',
      '1',
      '1 s ',
      'x is ',
      ' for ',
      "\\'",
    ]
    const texts = begins.flatMap((begin) =>
      pieces.flatMap((piece) => ['', '!'].map((end) => [begin, piece, end] as const)),
    )
    const timeOf = ([begin, piece, end]: readonly [string, string, string], length: number): number => {
      const text = (begin + piece.repeat(length / piece.length + 1)).slice(0, length - 1) + end
      // The minimum of several measurements, as other work of the machine only adds time.
      const times = Array.from({ length: 7 }, () => {
        const before = performance.now()
        problemWith(text, own)
        return performance.now() - before
      })
      return Math.min(...times)
    }
    const growthOf = (text: readonly [string, string, string]): number =>
      timeOf(text, 4000) / timeOf(text, 500)
    for (const text of texts) growthOf(text)
    // Eight times the text: 8 if linear, 64 if quadratic. A suspect is measured again.
    const steep = texts.filter((text) => [1, 2, 3].every(() => growthOf(text) > 24))
    expect(steep).toEqual([])
  })
})
