/**
 * Benchmarks of conditions: evaluation, the next occurrence compared with croner and cron-parser, parsing of
 * statements, hostile text.
 */
import { performance } from 'node:perf_hooks'
import { CronExpressionParser } from 'cron-parser'
import { Cron } from 'croner'
import { type Condition, cronPeriod, cycle, daily, every, isGantryError, parse } from 'gantry'
import { holds, neverHolds, wakesAt } from '../src/conditions/index.ts'
import { mutated } from './mutated-statements.ts'
import { quantile, quietApp, row, stop } from './support.ts'

const zone = 'Europe/Helsinki'
const start = Date.UTC(2026, 10, 24, 12)

/** Median of `batches` batches in µs per call; a batch is long enough for the resolution of the clock. */
function microsecondsOf(call: (turn: number) => unknown, batches = 101, size = 200): number {
  const times: number[] = []
  let turn = 0
  for (let batch = 0; batch < batches + 10; batch++) {
    const before = performance.now()
    for (let n = 0; n < size; n++) call(turn++)
    times.push(((performance.now() - before) * 1000) / size)
  }
  // The first batches warm the engine up.
  return quantile(times.slice(10), 0.5)
}

const table = (what: string, us: number, beside: number): void =>
  row(what, `${us.toFixed(2).padStart(9)} µs ${(us / beside).toFixed(2).padStart(8)} ×`)

/** Prints the tables. */
export async function benchConditions(): Promise<void> {
  await benchLooks()
  benchNext()
  benchReading()
  benchHostileText()
}

async function benchLooks(): Promise<void> {
  const app = quietApp({ timezone: zone })
  const condition = daily.after('07:00').and(every('10 minutes'))
  app.task('report', condition, () => {})
  await app.start()
  await app.session.clock.sleep(50)
  const { session } = app
  const facts = (session as unknown as { facts(of: { task: string }): Parameters<typeof holds>[1] }).facts({
    task: 'report',
  })
  const evaluation = microsecondsOf(() => holds(condition.node, facts))
  console.log(`\nAn evaluation of ${condition} with cached calendar edges, in µs and relative to it:`)
  table('  holds', evaluation, evaluation)
  table(
    '  wakesAt',
    microsecondsOf(() => wakesAt(condition.node, facts)),
    evaluation,
  )
  table(
    '  condition.holds({ session, task })',
    microsecondsOf(() => condition.holds({ session, task: 'report' })),
    evaluation,
  )
  const never = microsecondsOf(() => neverHolds(condition.node, zone, start), 21, 20)
  table('  neverHolds', never, evaluation)
  await stop(app)
}

function benchNext(): void {
  const expression = '0 7 * * 1-5'
  const croner = new Cron(expression, { timezone: zone, paused: true })
  const period = cronPeriod(expression)
  const day = cycle('day', { at: '07:00' })
  // Each call uses another day, so that earlier calls cache nothing.
  const at = (turn: number): number => start + ((turn * 37) % 3000) * 86_400_000
  const peer = microsecondsOf((turn) => croner.nextRun(new Date(at(turn))), 21, 50)
  console.log(
    `\nThe next occurrence of '${expression}' in ${zone}, each time from another day, compared with croner:`,
  )
  table('  croner, nextRun', peer, peer)
  const parser = CronExpressionParser.parse(expression, { tz: zone, currentDate: new Date(start) })
  const parsed = microsecondsOf(
    (turn) => {
      parser.reset(new Date(at(turn)))
      return parser.next()
    },
    21,
    50,
  )
  table('  cron-parser, reset and next', parsed, peer)
  table(
    '  cronPeriod, next',
    microsecondsOf((turn) => period.next(at(turn), zone), 21, 50),
    peer,
  )
  table(
    "  cycle('day', { at: '07:00' }), next",
    microsecondsOf((turn) => day.next(at(turn), zone), 21, 50),
    peer,
  )
  table(
    '  cronPeriod, next, of the same day again',
    microsecondsOf(() => period.next(start, zone)),
    peer,
  )
}

function benchReading(): void {
  console.log('\nReading a statement:')
  for (const text of [
    'daily',
    'daily after 07:00 & every 10 minutes',
    "(after task 'fetch' succeeded | has failed today at least 3 times) & ~task 'x' is running in Europe/Helsinki",
    'weekly on Mon, Wed and Fri',
    'cron 0 7 * * MON-FRI with grace 2 hours',
  ])
    row(
      `  ${text.slice(0, 48)}`,
      `${microsecondsOf(() => read(text), 21, 50)
        .toFixed(1)
        .padStart(9)} µs`,
    )
}

/** Maximum time of parsing. A delay that occurs only once is caused by the machine, not by the text. */
function benchHostileText(): void {
  const texts = mutated(100_000, 7)
  for (const text of texts.slice(0, 2000)) read(text)
  const times = texts.map(timeOf)
  const slow = texts.filter((_, place) => times[place]! > 5)
  const still = slow.map((text) => Math.min(...[1, 2, 3].map(() => timeOf(text))))
  console.log(`\n${times.length.toLocaleString('en')} random and mutated statements, parsed or rejected:`)
  row('  median', `${(quantile(times, 0.5) * 1000).toFixed(1).padStart(9)} µs`)
  row('  99.9 %', `${(quantile(times, 0.999) * 1000).toFixed(1).padStart(9)} µs`)
  row(
    '  the longest',
    `${Math.max(...times)
      .toFixed(2)
      .padStart(9)} ms`,
  )
  row('  over 5 ms at first, and when parsed again', `${slow.length}, ${still.filter((ms) => ms > 5).length}`)
  const longest = ["'", '(', 'every ', 'daily between a and ', ' \n', 'a and '].map((piece) =>
    Math.min(...[1, 2, 3].map(() => timeOf(piece.repeat(4096).slice(0, 4096)))),
  )
  row(
    '  the longest of repeated scraps, 4,096 characters',
    `${Math.max(...longest)
      .toFixed(2)
      .padStart(9)} ms`,
  )
}

function timeOf(text: string): number {
  const before = performance.now()
  read(text)
  return performance.now() - before
}

function read(text: string): Condition | null {
  try {
    return parse(text)
  } catch (error) {
    if (isGantryError(error)) return null
    throw error
  }
}
