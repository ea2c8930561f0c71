/** Shared parts of the benchmarks: a quiet app, a line of the table, the end, a clean heap. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type App, createApp, type SessionOptions } from 'gantry'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Creates an app without log output and launch delay. */
export function quietApp(options: SessionOptions = {}): App {
  return createApp({ logger: silent, relaunchDelay: 0, ...options })
}

/** Prints one line of the table. */
export function row(what: string, value: string): void {
  console.log(`${what.padEnd(52)} ${value}`)
}

/** Ends an app and waits for its end. */
export async function stop(app: App): Promise<void> {
  app.session.shutDown({ force: true })
  await app.session.stopped
}

/** Collects garbage, with or without `--expose-gc`. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
}

/** The value below which a share (0 to 1) of the numbers lies. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
