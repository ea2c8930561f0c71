/** Benchmark of lateness and drift of starts. */
import { cron, every, type Start, secondly } from 'gantry'
import { quantile, quietApp, row, stop } from './support.ts'

const tasks = 1000
const seconds = 20

/** Runs a thousand tasks every second, for twenty seconds, with conditions of the calendar and of elapsed time. */
export async function benchLateness(): Promise<void> {
  await measure('secondly', secondly, latenessOnTheSecond)
  await measure('cron * * * * * *', cron('* * * * * *'), latenessOnTheSecond)
  await measure("every('1 second')", every('1 second'), latenessOfEach)
}

/** The lateness of each start, ms. */
type Lateness = (starts: readonly number[]) => number[]

const latenessOnTheSecond: Lateness = (starts) => starts.map((at) => at % 1000)

/** `every` counts from the last start: later than a second after it is late. */
const latenessOfEach: Lateness = (starts) =>
  starts.slice(1).map((at, i) => Math.max(0, at - starts[i]! - 1000))

async function measure(name: string, start: Start, latenessOf: Lateness): Promise<void> {
  const app = quietApp({ timezone: 'UTC' })
  const starts = Array.from({ length: tasks }, (): number[] => [])
  const { clock } = app.session
  for (const [n, of] of starts.entries()) app.task(`t${n}`, start, () => void of.push(clock.now()))
  await app.start()
  // The first second belongs to the start of the session.
  await clock.sleep(1500)
  for (const of of starts) of.length = 0
  await clock.sleep(seconds * 1000)
  await stop(app)
  const late = starts.flatMap((of) => latenessOf(of))
  const [early, latest] = [starts.flatMap((of) => of.slice(0, 2)), starts.flatMap((of) => of.slice(-2))]
  row(
    `lateness of ${tasks} tasks, ${name}: p50, p99, most`,
    [0.5, 0.99, 1].map((share) => `${quantile(late, share).toFixed(0)} ms`).join(', '),
  )
  const phase = (of: readonly number[]): number =>
    quantile(
      of.map((at) => at % 1000),
      0.5,
    )
  row(
    `  runs of ${tasks * seconds}; drift over ${seconds} s`,
    `${starts.reduce((sum, of) => sum + of.length, 0)}; ${(phase(latest) - phase(early)).toFixed(0)} ms`,
  )
}
